/** The directory's order of sources, its memory, its limits, and what it does about sources that fail. */
import assert from "node:assert/strict";
import { Directory, type DirectoryOptions } from "../../src/directory/directory.ts";
import { SourceError } from "../../src/directory/source.ts";
import { ManualClock } from "../support/clock.ts";
import { entry, number, ScriptedSource } from "../support/directory.ts";
import { LogRecorder } from "../support/log.ts";
import { until } from "../support/patience.ts";

const ADA = "+441632960001";

function directoryOf(
  clock: ManualClock,
  sources: readonly ScriptedSource[],
  options: Partial<DirectoryOptions> = {},
): Directory {
  return new Directory({
    clock,
    sources,
    timeoutMs: 1000,
    atOnce: 2,
    hitMs: 60_000,
    missMs: 10_000,
    entries: 3,
    pauseMs: 30_000,
    ...options,
  });
}

Deno.test("sources are asked in order, until one knows the number", async () => {
  const first = new ScriptedSource("first", () => []);
  const second = new ScriptedSource(
    "second",
    () => [entry("Ada", "second"), entry("Bob", "second")],
  );
  const third = new ScriptedSource("third", () => [entry("Eve", "third")]);
  const directory = directoryOf(new ManualClock(), [first, second, third]);
  assert.deepEqual(await directory.lookUp(number(ADA)), {
    ...entry("Ada", "second"),
    others: [entry("Bob", "second")],
  });
  assert.deepEqual([first.asked, second.asked, third.asked], [[ADA], [ADA], []]);
});

Deno.test("hits and misses are remembered for their times, and one question answers all", async () => {
  const clock = new ManualClock();
  const source = new ScriptedSource("crm", (number) => number === ADA ? [entry("Ada")] : []);
  const directory = directoryOf(clock, [source]);
  const both = [directory.lookUp(number(ADA)), directory.lookUp(number(ADA))];
  assert.deepEqual(await Promise.all(both), [entry("Ada"), entry("Ada")]);
  await directory.lookUp(number("+442079460000"));
  assert.equal(source.asked.length, 2);
  clock.advance(9999);
  await directory.lookUp(number(ADA));
  await directory.lookUp(number("+442079460000"));
  assert.equal(source.asked.length, 2);
  clock.advance(1);
  await directory.lookUp(number("+442079460000"));
  assert.equal(source.asked.length, 3);
  clock.advance(50_000);
  await directory.lookUp(number(ADA));
  assert.equal(source.asked.length, 4);
  assert.equal(clock.pendingTimers, 0);
});

Deno.test("as many numbers are remembered as are set: the one used longest ago is forgotten", async () => {
  const source = new ScriptedSource("crm", () => [entry("Ada")]);
  const directory = directoryOf(new ManualClock(), [source]);
  for (const digit of [1, 2, 3, 1, 4]) await directory.lookUp(number(`+44163296000${digit}`));
  source.asked.length = 0;
  for (const digit of [1, 3, 4, 2]) await directory.lookUp(number(`+44163296000${digit}`));
  assert.deepEqual(source.asked, ["+441632960002"]);
});

Deno.test("a few numbers are looked up at a time; too many that wait are not answered", async () => {
  const clock = new ManualClock();
  const waiting: PromiseWithResolvers<never[]>[] = [];
  const source = new ScriptedSource("slow", () => {
    waiting.push(Promise.withResolvers<never[]>());
    return waiting.at(-1)!.promise;
  });
  const directory = directoryOf(clock, [source]);
  const asked = Array.from({ length: 1003 }, (_, index) => directory.lookUp(number(`+44${index}`)));
  assert.equal(await asked[1002], undefined);
  await clock.advanceAsync(0);
  assert.equal(source.asked.length, 2);
  waiting[0]!.resolve([]);
  await asked[0];
  await clock.advanceAsync(0);
  assert.equal(source.asked.length, 3);
  directory.close();
  await Promise.all(asked);
  assert.equal(source.asked.length, 3);
  assert.equal(source.isClosed, true);
  assert.equal(clock.pendingTimers, 0);
});

Deno.test("a source that does not answer is passed over in time, and gives its place up", async () => {
  const clock = new ManualClock();
  const hangs = new ScriptedSource("hangs", () => new Promise(() => {}));
  const works = new ScriptedSource("works", () => [entry("Ada", "works")]);
  const directory = directoryOf(clock, [hangs, works], { atOnce: 1 });
  const found = directory.lookUp(number(ADA));
  await clock.advanceAsync(999);
  assert.deepEqual(works.asked, []);
  await clock.advanceAsync(1);
  assert.deepEqual(await found, entry("Ada", "works"));
  assert.deepEqual(directory.status, [
    { source: "hangs", status: "failing", error: "no answer within 1000 ms" },
    { source: "works", status: "up" },
  ]);
});

Deno.test("a source that fails is left alone for a while, then tried once, and comes back", async () => {
  await using log = await LogRecorder.start();
  const clock = new ManualClock();
  let answer: Error | [] = new SourceError("it cannot be reached");
  const source = new ScriptedSource("crm", () => answer);
  const results: string[] = [];
  const directory = directoryOf(clock, [source], {
    onResult: (...result) => results.push(result.join()),
  });
  for (let call = 0; call < 5; call++) assert.equal(await directory.lookUp(number(ADA)), undefined);
  assert.equal(source.asked.length, 3);
  assert.equal(directory.status[0]?.status, "down");
  clock.advance(30_000);
  // The trial fails: alone again.
  await directory.lookUp(number(ADA));
  await directory.lookUp(number(ADA));
  assert.equal(source.asked.length, 4);
  clock.advance(30_000);
  answer = [];
  await directory.lookUp(number(ADA));
  assert.deepEqual(directory.status, [{ source: "crm", status: "up" }]);
  assert.deepEqual(results, ["crm,failed", "crm,failed", "crm,failed", "crm,failed", "crm,miss"]);
  assert.equal(log.lines.filter((line) => line.includes("fails")).length, 1);
  assert.equal(log.lines.filter((line) => line.includes("answers again")).length, 1);
});

Deno.test("a miss is not remembered where a source failed", async () => {
  const source = new ScriptedSource("crm", () => new SourceError("it cannot be reached"));
  const other = new ScriptedSource("other", () => []);
  const directory = directoryOf(new ManualClock(), [source, other]);
  await directory.lookUp(number(ADA));
  source.answer = () => [entry("Ada")];
  assert.deepEqual(await directory.lookUp(number(ADA)), entry("Ada"));
});

Deno.test("the status says nothing that only a library's error says: it may have the number", async () => {
  await using log = await LogRecorder.start("debug");
  const source = new ScriptedSource("crm", (number) => new Error(`nothing about ${number}`));
  const directory = directoryOf(new ManualClock(), [source]);
  await directory.lookUp(number(ADA));
  assert.equal(directory.status[0]?.error, "it failed");
  assert(!log.lines.join("\n").includes(ADA));
});

Deno.test("a text without digits is asked of no source: a web service may answer with everybody", async () => {
  const source = new ScriptedSource("crm", () => [entry("Ada")]);
  const directory = directoryOf(new ManualClock(), [source]);
  for (const text of ["", "unknown", "+"]) {
    assert.equal(await directory.lookUp({ number: text }), undefined);
  }
  assert.deepEqual(source.asked, []);
});

Deno.test("nothing is left of a question that was answered", async () => {
  const { gc } = globalThis as { gc?: () => void };
  assert(gc, "run with --v8-flags=--expose-gc");
  const signals: WeakRef<AbortSignal>[] = [];
  const source = new ScriptedSource("crm", (_, signal) => {
    signals.push(new WeakRef(signal));
    return [];
  });
  const directory = directoryOf(new ManualClock(), [source]);
  for (let index = 0; index < 100; index++) await directory.lookUp(number(`+4416329600${index}`));
  assert.equal(signals.length, 100);
  await until(() => {
    gc();
    return signals.every((signal) => signal.deref() === undefined);
  });
  directory.close();
});
