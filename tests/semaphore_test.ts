import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Semaphore } from "../src/semaphore.ts";

Deno.test("as many tasks run as there are places, the others first come, first served", async () => {
  const semaphore = new Semaphore(2);
  const running = new Map<string, () => void>();
  const begun: string[] = [];
  const tasks = ["a", "b", "c", "d"].map((name) =>
    semaphore.run(() => {
      begun.push(name);
      return new Promise<void>((resolve) => running.set(name, resolve));
    })
  );
  await setImmediate();
  assert.deepEqual([begun, semaphore.waiting], [["a", "b"], 2]);
  running.get("b")?.();
  await tasks[1];
  await setImmediate();
  assert.deepEqual([begun, semaphore.waiting], [["a", "b", "c"], 1]);
  running.get("a")?.();
  await tasks[0];
  await setImmediate();
  assert.deepEqual([begun, semaphore.waiting], [["a", "b", "c", "d"], 0]);
  running.get("c")?.();
  running.get("d")?.();
  await Promise.all(tasks);
});

Deno.test("a task that fails gives its place up, and its failure to the one who asked", async () => {
  const semaphore = new Semaphore(1);
  await assert.rejects(semaphore.run(() => Promise.reject(new Error("no"))), /no/);
  assert.equal(await semaphore.run(() => Promise.resolve("done")), "done");
});

Deno.test("a place that is free is taken at once, or not at all", () => {
  const semaphore = new Semaphore(1);
  const leave = semaphore.tryEnter();
  assert(leave);
  assert.equal(semaphore.tryEnter(), undefined);
  leave();
  assert(semaphore.tryEnter());
});

Deno.test("a place is given up once: leaving again takes nobody else's", async () => {
  const semaphore = new Semaphore(1);
  const leave = await semaphore.enter();
  leave();
  leave();
  const next = await semaphore.enter();
  leave();
  assert.equal(semaphore.tryEnter(), undefined, "one place, one holder");
  next();
});

Deno.test("a place that is given up goes to the one who waits, not to one who comes later", async () => {
  const semaphore = new Semaphore(1);
  const leave = await semaphore.enter();
  const waiting = semaphore.enter();
  leave();
  assert.equal(semaphore.tryEnter(), undefined);
  (await waiting)();
  assert(semaphore.tryEnter());
});
