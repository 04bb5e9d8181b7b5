import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { createFakeTapi } from "../../src/fake/library.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { watch } from "../../src/tapi/watch.ts";
import { ManualClock } from "../support/clock.ts";

const MOST_AT_ONCE = 3;

function watched(overrides: Partial<TapiLibrary>) {
  const clock = new ManualClock();
  const fake = createFakeTapi({ callsPerMinute: 0, clock });
  return { clock, ...watch({ ...fake, ...overrides }, clock, MOST_AT_ONCE) };
}

Deno.test("a function that has not returned is reported with its handle and its age", async () => {
  const drop = Promise.withResolvers<number>();
  const { clock, library, pendingSince } = watched({ lineDrop: () => drop.promise });
  const result = library.lineDrop(0x1234, null, 0);
  assert.deepEqual(pendingSince(1), []);
  const sinceMs = clock.uptimeMs();
  clock.advance(5000);
  assert.deepEqual(pendingSince(5000), [
    { fn: "lineDrop", handle: 0x1234, deviceId: undefined, sinceMs },
  ]);
  drop.resolve(7);
  assert.equal(await result, 7);
  assert.deepEqual(pendingSince(0), []);
});

Deno.test("a function about a device is reported with the device", () => {
  const { library, pendingSince } = watched({ lineGetDevCapsW: () => new Promise(() => {}) });
  void library.lineGetDevCapsW(1, 42, 0x20002, 0, new Uint8Array(300));
  assert.equal(pendingSince(0)[0]?.deviceId, 42);
});

Deno.test("a function that fails has returned", async () => {
  const { library, pendingSince } = watched({
    lineDrop: () => Promise.resolve(LINEERR.NOTOWNER | 0),
    lineClose: () => Promise.reject(new Error("broken")),
  });
  assert.equal(await library.lineDrop(1, null, 0), LINEERR.NOTOWNER | 0);
  await assert.rejects(library.lineClose(1), /broken/);
  assert.deepEqual(pendingSince(0), []);
});

Deno.test("functions that a library lacks stay missing, and waiting for messages is not hanging", () => {
  const { library, pendingSince } = watched({
    lineHold: null,
    lineGetMessage: () => new Promise(() => {}),
  });
  assert.equal(library.lineHold, null);
  void library.lineGetMessage(1, new Uint8Array(40), 1000);
  assert.deepEqual(pendingSince(0), []);
});

Deno.test("no more functions run than there are threads for; the others wait their turn", async () => {
  const results: PromiseWithResolvers<number>[] = [];
  const lineDrop = () => {
    const result = Promise.withResolvers<number>();
    results.push(result);
    return result.promise;
  };
  const { library } = watched({ lineDrop });
  const drops = [1, 2, 3, 4, 5].map((call) => library.lineDrop(call, null, 0));
  assert.equal(results.length, MOST_AT_ONCE);
  results[1]?.resolve(7);
  assert.equal(await drops[1], 7);
  await setImmediate();
  assert.equal(results.length, MOST_AT_ONCE + 1);
  // One that fails makes room as well.
  results[0]?.reject(new Error("broken"));
  await assert.rejects(drops[0] as Promise<number>, /broken/);
  await setImmediate();
  assert.equal(results.length, 5);
  for (const { resolve } of results) resolve(0);
  assert.deepEqual(await Promise.all(drops.slice(2)), [0, 0, 0]);
});

Deno.test("a function that still waits for its turn when TAPI is shut down is not called any more", async () => {
  const hanging = Promise.withResolvers<number>();
  const called: string[] = [];
  const { library } = watched({
    lineDrop: () => hanging.promise,
    lineAnswer: () => {
      called.push("lineAnswer");
      return Promise.resolve(1);
    },
    lineShutdown: () => {
      called.push("lineShutdown");
      return Promise.resolve(0);
    },
  });
  const drops = [1, 2, 3].map((call) => library.lineDrop(call, null, 0));
  const answer = library.lineAnswer!(4, null, 0);
  const shutdown = library.lineShutdown(1);
  hanging.resolve(7);
  assert.deepEqual(await Promise.all(drops), [7, 7, 7]);
  assert.equal(await answer, LINEERR.INVALAPPHANDLE | 0);
  assert.equal(await shutdown, 0);
  assert.deepEqual(called, ["lineShutdown"]);
});

Deno.test("errors are counted, but not that a line has no agent", async () => {
  const clock = new ManualClock();
  const fake = createFakeTapi({ callsPerMinute: 0, clock });
  const refused = () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0);
  const errors: string[] = [];
  const { library } = watch(
    { ...fake, lineDrop: refused, lineGetAgentStatusW: refused },
    clock,
    MOST_AT_ONCE,
    (name) => errors.push(name),
  );
  assert.equal(await library.lineGetAgentStatusW?.(1, 0, new Uint8Array(56)), await refused());
  assert.deepEqual(errors, []);
  await library.lineDrop(1, null, 0);
  assert.deepEqual(errors, ["LINEERR_OPERATIONUNAVAIL"]);
});
