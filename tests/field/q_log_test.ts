/** Q: what happens to many lines at once is one line in the log, with their number. */
import assert from "node:assert/strict";
import { LogRecorder } from "../support/log.ts";
import { type Field, fieldTest, lineError } from "./rig.ts";

const LINES = 300;
/** For everything that is said of all of them, beginning and end. */
const MOST_LOG_LINES = 12;

/** Slowly: what happens within half a second of the program's time is summed up. */
const MANY = { lines: LINES, speed: 2 } as const;

async function open(field: Field, count: number): Promise<void> {
  await field.becomes(async () => (await field.get("/readyz")).lines.open, count);
}

/** Few lines, whose numbers are those of all the telephone lines: a slow machine needs more of them. */
function isSummedUp(log: LogRecorder): void {
  const text = log.lines.slice(0, 20).join("\n");
  assert(log.lines.length <= MOST_LOG_LINES, `${log.lines.length} lines:\n${text}`);
  const counts = new Map<string, number>();
  for (const line of log.lines) {
    const [, count, what] = /(\d+) lines (.*)/.exec(line) ?? / Line \d+()(.*)/.exec(line) ?? [];
    if (what === undefined) continue;
    const kind = what.replace(/^(was|were|is|are) /, "");
    counts.set(kind, (counts.get(kind) ?? 0) + Number(count || 1));
  }
  assert([...counts.values()].includes(LINES), text);
}

function everyDevice(statement: (device: number) => string): string {
  return Array.from({ length: LINES }, (_, device) => statement(device)).join("\n");
}

fieldTest(`a driver that closes ${LINES} lines at once`, MANY, async (field) => {
  await using log = await LogRecorder.start();
  field.play(everyDevice((device) => `close ${device}`));
  await field.until(
    "a line is closed",
    async () => (await field.get("/readyz")).lines.open < LINES,
  );
  await open(field, LINES);
  await field.pass(2);
  isSummedUp(log);
});

fieldTest(`${LINES} lines out of service, and back`, MANY, async (field) => {
  await using log = await LogRecorder.start();
  field.standin.set("LINEDEVSTATUS", { dwDevStatusFlags: 0 });
  field.play(everyDevice((device) => `devstate ${device} OUTOFSERVICE`));
  await open(field, 0);
  field.standin.unset("LINEDEVSTATUS", ["dwDevStatusFlags"]);
  field.play(everyDevice((device) => `devstate ${device} INSERVICE`));
  await open(field, LINES);
  await field.pass(2);
  isSummedUp(log);
});

fieldTest(`${LINES} lines that cannot be opened, for the same reason`, MANY, async (field) => {
  await using log = await LogRecorder.start();
  field.standin.fail("lineOpenW", lineError("RESOURCEUNAVAIL"), LINES);
  field.play(everyDevice((device) => `close ${device}`));
  await field.until("a line fails", async () => (await field.get("/readyz")).lines.failed > 0);
  await open(field, LINES);
  await field.pass(2);
  isSummedUp(log);
});

fieldTest(`${LINES} lines that are removed`, MANY, async (field) => {
  await using log = await LogRecorder.start();
  for (let device = 0; device < LINES; device++) {
    field.play(`close ${device}`);
    field.standin.post(25, 0, device); // LINE_REMOVE
  }
  await open(field, 0);
  await field.becomes(async () => (await field.lines()).length, 0);
  await field.pass(2);
  isSummedUp(log);
});

fieldTest("a single line is named, and so is its error", {}, async (field) => {
  await using log = await LogRecorder.start();
  field.standin.fail("lineOpenW", lineError("RESOURCEUNAVAIL"), 1);
  field.play("close 0");
  await field.until("it is open again", () => log.count(/201 .*open again/) > 0);
  assert(log.count(/201.*closed/) >= 1, log.lines.join("\n"));
  assert.equal(log.count(/201.*LINEERR_RESOURCEUNAVAIL/), 1, log.lines.join("\n"));
});

fieldTest("at debug, every line is named", MANY, async (field) => {
  await using log = await LogRecorder.start("debug");
  field.play(everyDevice((device) => `close ${device}`));
  await field.until(
    "a line is closed",
    async () => (await field.get("/readyz")).lines.open < LINES,
  );
  await open(field, LINES);
  const text = log.lines.join("\n");
  for (const line of [201, 350, 200 + LINES]) assert(text.includes(String(line)), String(line));
});
