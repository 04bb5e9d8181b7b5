import assert from "node:assert/strict";
import { LineQueue } from "../../src/session/line_queue.ts";
import { ManualClock } from "../support/clock.ts";

function queue() {
  const failures: unknown[] = [];
  const told = { overflows: 0 };
  const clock = new ManualClock();
  const made = new LineQueue({
    clock,
    onFailure: (error) => failures.push(error),
    onOverflow: () => told.overflows++,
  });
  return { queue: made, clock, failures, told };
}

Deno.test("tasks run one after the other, in their order", async () => {
  const { queue: line } = queue();
  const log: string[] = [];
  const gate = Promise.withResolvers<void>();
  line.add(async () => {
    log.push("a begins");
    await gate.promise;
    log.push("a ends");
  });
  const last = line.run(() => Promise.resolve(void log.push("b")));
  log.push("given");
  gate.resolve();
  await last;
  assert.deepEqual(log, ["a begins", "given", "a ends", "b"]);
});

Deno.test("a task that fails is reported, and the next one runs", async () => {
  const { queue: line, failures } = queue();
  const failure = new Error("no");
  line.add(() => Promise.reject(failure));
  await line.run(() => Promise.resolve());
  assert.deepEqual(failures, [failure]);
});

Deno.test("a task that is waited for reports its failure to the waiting caller", async () => {
  const { queue: line, failures } = queue();
  await assert.rejects(line.run(() => Promise.reject(new Error("no"))), /no/);
  assert.deepEqual(failures, []);
});

Deno.test("nothing is skipped after a task that is only slow, however much waits", async () => {
  const { queue: line, told } = queue();
  let ran = 0;
  for (let i = 0; i < 30_000; i++) line.add(() => Promise.resolve(void ran++));
  await line.run(() => Promise.resolve());
  assert.deepEqual([ran, told.overflows], [30_000, 0]);
});

Deno.test("after a task that hangs, messages are skipped beyond a bound; essential ones are kept", async () => {
  const { queue: line, clock, told } = queue();
  const gate = Promise.withResolvers<void>();
  let ran = 0;
  line.add(() => gate.promise);
  clock.advance(5000);
  for (let i = 0; i < 30_000; i++) line.add(() => Promise.resolve(void ran++));
  const must = line.run(() => Promise.resolve());
  assert.equal(told.overflows, 1);
  gate.resolve();
  await must;
  assert.equal(ran, 10_000);
});
