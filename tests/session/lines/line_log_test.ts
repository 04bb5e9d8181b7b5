import assert from "node:assert/strict";
import { LineLog } from "../../../src/session/lines/line_log.ts";
import { ManualClock } from "../../support/clock.ts";
import { LogRecorder } from "../../support/log.ts";

/** A log of lines whose time a test moves, and what it has written. */
class Rig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly ended = new AbortController();
  readonly log = new LineLog(this.clock, this.ended.signal);

  private constructor(readonly recorder: LogRecorder) {}

  static async start(lowestLevel: "debug" | "info" = "info"): Promise<Rig> {
    return new Rig(await LogRecorder.start(lowestLevel));
  }

  /** Notes the same of so many lines, from 1 on. */
  noteMany(count: number, ...[kind, reason]: [Parameters<LineLog["note"]>[0], string?]): void {
    for (let line = 1; line <= count; line++) this.log.note(kind, String(line), reason);
  }

  /** Lets the time pass for which entries are collected; what is written by then. */
  async written(): Promise<string[]> {
    await this.clock.advanceAsync(500);
    return this.recorder.lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.recorder[Symbol.asyncDispose]();
  }
}

Deno.test("a few lines have an entry each, with the reason if there is one", async () => {
  await using rig = await Rig.start();
  rig.log.note("closed", "201");
  rig.log.note("not open", "202", "LINEERR_NOMEM");
  assert.deepEqual(await rig.written(), [
    "Line 201 was closed by its driver",
    "Line 202 cannot be opened: LINEERR_NOMEM",
  ]);
});

Deno.test("nothing is written while more may come", async () => {
  await using rig = await Rig.start();
  rig.log.note("closed", "201");
  await rig.clock.advanceAsync(499);
  assert.deepEqual(rig.recorder.lines, []);
});

Deno.test("five lines are written one by one, and six as one entry with their number", async () => {
  await using rig = await Rig.start();
  rig.noteMany(5, "closed");
  assert.equal((await rig.written()).length, 5);
  rig.noteMany(6, "open again");
  assert.deepEqual((await rig.written()).slice(5), ["6 lines are open again"]);
});

Deno.test("the lines of a common entry are named at debug", async () => {
  await using rig = await Rig.start("debug");
  rig.noteMany(6, "removed");
  assert.deepEqual(await rig.written(), [
    "6 lines were removed",
    "The lines that were removed: 1, 2, 3, 4, 5, 6",
  ]);
});

Deno.test("lines with different reasons, or to which different things happen, are different entries", async () => {
  await using rig = await Rig.start();
  rig.noteMany(6, "not open", "LINEERR_NOMEM");
  rig.noteMany(7, "not open", "LINEERR_NODEVICE");
  rig.noteMany(8, "in service");
  assert.deepEqual(await rig.written(), [
    "6 lines cannot be opened: LINEERR_NOMEM",
    "7 lines cannot be opened: LINEERR_NODEVICE",
    "8 lines are in service again",
  ]);
});

Deno.test("events after an entry was written make another entry", async () => {
  await using rig = await Rig.start();
  rig.noteMany(6, "closed");
  await rig.written();
  rig.log.note("closed", "201");
  assert.deepEqual(await rig.written(), [
    "6 lines were closed by their driver",
    "Line 201 was closed by its driver",
  ]);
});

Deno.test("events that were collected when the session ends are written at once", async () => {
  await using rig = await Rig.start();
  rig.noteMany(6, "out of service");
  rig.ended.abort();
  await rig.clock.advanceAsync(0);
  assert.deepEqual(rig.recorder.lines, ["6 lines are out of service"]);
  assert.equal(rig.clock.pendingTimers, 0);
});
