import assert from "node:assert/strict";
import { drain } from "../../src/session/drain.ts";
import { Tapi } from "../../src/tapi/calls.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { TapiError } from "../../src/tapi/errors.ts";
import type { Memory, TapiLibrary } from "../../src/tapi/library.ts";
import { LINEMESSAGE } from "../../src/tapi/structs.ts";
import { ManualClock } from "../support/clock.ts";

const APP = 1;

/** What lineGetMessage answers: a message's parameter, an error, a time-out, or 0 and no message. */
type Answer = { message: number } | { error: number } | "timeout" | "unwritten";

/** A library that answers lineGetMessage by a script, and by LINEERR_INVALAPPHANDLE after it. */
function scripted(clock: ManualClock, script: Answer[]) {
  const calls = { waiting: 0 };
  const put = (memory: Memory, answer: { message: number }) => {
    LINEMESSAGE.encode(memory, { hDevice: 7, dwMessageID: 2, dwParam1: answer.message });
    return 0;
  };
  const library: Pick<TapiLibrary, "lineGetMessage" | "lineGetMessageNow"> = {
    lineGetMessage(app, memory, timeoutMs) {
      assert.equal(app, APP);
      calls.waiting++;
      const answer = script.shift() ?? { error: LINEERR.INVALAPPHANDLE };
      if (answer === "unwritten") return Promise.resolve(0);
      if (answer === "timeout") {
        return new Promise((resolve) =>
          clock.setTimeout(() => resolve(LINEERR.OPERATIONFAILED | 0), timeoutMs)
        );
      }
      return Promise.resolve("error" in answer ? answer.error | 0 : put(memory, answer));
    },
    lineGetMessageNow(_app, memory, timeoutMs) {
      assert.equal(timeoutMs, 0);
      const [next] = script;
      if (typeof next !== "object" || !("message" in next)) return LINEERR.OPERATIONFAILED | 0;
      script.shift();
      return put(memory, next);
    },
  };
  return { tapi: new Tapi(library as TapiLibrary), calls };
}

/** Drains to the end of the script while time passes; what came out, and the troubles told. */
async function drained(script: Answer[], { abortAfterMs }: { abortAfterMs?: number } = {}) {
  const clock = new ManualClock();
  const { tapi, calls } = scripted(clock, script);
  const batches: number[][] = [];
  const troubles: (string | undefined)[] = [];
  const stop = new AbortController();
  let ended = false;
  let failure: unknown;
  const startMs = clock.nowMs();
  const reading = (async () => {
    const options = { clock, signal: stop.signal, onTrouble: (e?: string) => troubles.push(e) };
    try {
      for await (const batch of drain(tapi, APP, options)) {
        batches.push(batch.map((message) => message.dwParam1));
      }
    } catch (error) {
      failure = error;
    }
    ended = true;
  })();
  while (!ended && clock.nowMs() - startMs < 600_000) {
    await clock.advanceAsync(50);
    if (abortAfterMs !== undefined && clock.nowMs() - startMs >= abortAfterMs) stop.abort();
  }
  await reading;
  return { batches, troubles, calls, failure, elapsedMs: clock.nowMs() - startMs, clock };
}

Deno.test("messages come out in order, those queued already in one batch", async () => {
  const { batches, troubles } = await drained([
    { message: 1 },
    { message: 2 },
    "timeout",
    { message: 3 },
  ]);
  assert.deepEqual(batches, [[1, 2], [3]]);
  assert.deepEqual(troubles, []);
});

Deno.test("a batch is bounded, so that sockets get their turn", async () => {
  const messages = Array.from({ length: 1000 }, (_, message) => ({ message }));
  const { batches } = await drained([...messages]);
  assert.deepEqual(batches.flat(), messages.map(({ message }) => message));
  assert(batches.every((batch) => batch.length <= 256));
});

Deno.test("OPERATIONFAILED after the wait means that nothing came", async () => {
  const { troubles, calls } = await drained(["timeout", "timeout", "timeout"]);
  assert.deepEqual(troubles, []);
  assert.equal(calls.waiting, 4);
});

Deno.test("INVALAPPHANDLE, as lineShutdown causes it, ends the loop", async () => {
  const { batches, calls } = await drained([{ error: LINEERR.INVALAPPHANDLE }, { message: 1 }]);
  assert.deepEqual([batches, calls.waiting], [[], 1]);
});

for (
  const [what, answer, name] of [
    ["OPERATIONFAILED at once", { error: LINEERR.OPERATIONFAILED }, "LINEERR_OPERATIONFAILED"],
    ["another error", { error: LINEERR.NOMEM }, "LINEERR_NOMEM"],
    ["success without a message", "unwritten", "LINEERR_OPERATIONFAILED"],
  ] as [string, Answer, string][]
) {
  Deno.test(`${what}, for a while, is told once and never makes the loop spin`, async () => {
    const script = [...Array.from({ length: 6 }, () => answer), { message: 1 }];
    const { batches, troubles, elapsedMs, calls, failure } = await drained(script);
    assert.deepEqual(troubles, [name, undefined]);
    assert.deepEqual(batches, [[1]]);
    assert.equal(failure, undefined);
    // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 3.2 s.
    assert(elapsedMs > 6000, `${elapsedMs} ms`);
    assert.equal(calls.waiting, 8);
  });

  Deno.test(`${what}, for good, ends the loop with the error`, async () => {
    const { troubles, elapsedMs, calls, failure } = await drained(Array(100).fill(answer));
    assert.deepEqual(troubles, [name]);
    assert(failure instanceof TapiError);
    assert.equal(failure.codeName, name);
    assert(elapsedMs >= 10_000 && elapsedMs < 20_000, `${elapsedMs} ms`);
    assert(calls.waiting < 10);
  });
}

Deno.test("the loop ends in mid-pause when it is told to, and leaves no timer", async () => {
  const failing = Array.from({ length: 100 }, () => ({ error: LINEERR.NOMEM }));
  const { elapsedMs, clock } = await drained(failing, { abortAfterMs: 2000 });
  assert(elapsedMs < 2100, `${elapsedMs} ms`);
  assert.equal(clock.pendingTimers, 0);
});
