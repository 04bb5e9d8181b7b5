/**
 * A CSV file of 100,000 rows as the directory's source: how long it is read, how long others wait
 * meanwhile, its memory, and how long a number is looked up in it, against a bare Map of the same.
 */
import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import { CsvFinder } from "../../src/directory/csv.ts";
import { Folder } from "../support/folder.ts";
import { median, type Row } from "./report.ts";

const ROWS = 100_000;
const LOOK_UPS = 20_000;
/** What a call that rings meanwhile does not notice. */
const MOST_WAIT_MS = 50;
const MOST_MEBIBYTES = 64;
const MOST_LOOK_UP_MICROSECONDS = 20;

const FIELDS = { number: ["number"], name: "name", company: "company", url: "url", id: "id" };
const numberOf = (row: number) => `+4416${String(row).padStart(8, "0")}`;

export async function directory(): Promise<Row[]> {
  await using folder = await Folder.make();
  const rows = Array.from(
    { length: ROWS },
    (_, row) => `${numberOf(row)},Person ${row},Example ${row % 1000},,C-${row}`,
  );
  const file = await folder.write("people.csv", `number,name,company,url,id\n${rows.join("\n")}\n`);
  const before = heapBytes();
  const startMs = performance.now();
  const finder = new CsvFinder({ type: "csv", name: "people", file, fields: FIELDS }, {
    clock: systemClock,
  });
  const longestMs = await longestWait(finder.check());
  const readMs = performance.now() - startMs;
  const idleMs = await longestWait(new Promise((resolve) => setTimeout(resolve, readMs)));
  const mebibytes = (heapBytes() - before) / 2 ** 20;
  const bare = new Map(Array.from({ length: ROWS }, (_, row) => [numberOf(row), row]));
  const ours = await microseconds(async (number) => {
    assert.equal((await finder.find({ number, e164: number })).length, 1);
  });
  const bares = await microseconds((number) => {
    assert(bare.get(number) !== undefined);
    return Promise.resolve();
  });
  finder.close();
  return [
    row("directory, a CSV file of 100,000 rows is read", readMs, "ms"),
    {
      ...row("directory, others wait at most, while it is read", longestMs, "ms", MOST_WAIT_MS),
      baseline: `${idleMs.toFixed(2)} ms`,
      ratio: (longestMs / idleMs).toFixed(1),
    },
    row("directory, its memory", mebibytes, "MiB", MOST_MEBIBYTES),
    {
      ...row("directory, a number is looked up in it", ours, "µs", MOST_LOOK_UP_MICROSECONDS),
      baseline: `${bares.toFixed(2)} µs`,
      ratio: (ours / bares).toFixed(1),
    },
  ];
}

/** How long a timer waits at most until the promise has settled. */
async function longestWait(promise: Promise<unknown>): Promise<number> {
  let isSettled = false;
  void promise.finally(() => isSettled = true);
  let longestMs = 0;
  while (!isSettled) {
    const startMs = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 0));
    longestMs = Math.max(longestMs, performance.now() - startMs);
  }
  await promise;
  return longestMs;
}

async function microseconds(lookUp: (number: string) => Promise<void>): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const startMs = performance.now();
    for (let n = 0; n < LOOK_UPS; n++) await lookUp(numberOf(n * 7 % ROWS));
    rounds.push((performance.now() - startMs) / LOOK_UPS * 1000);
  }
  return median(rounds);
}

function heapBytes(): number {
  (globalThis as unknown as { readonly gc: () => void }).gc();
  return Deno.memoryUsage().heapUsed;
}

function row(what: string, measured: number, unit: string, most?: number): Row {
  return {
    what,
    measured: `${measured.toFixed(2)} ${unit}`,
    baseline: "",
    ratio: "",
    target: most === undefined ? "" : `<= ${most} ${unit}`,
    holds: most === undefined ? undefined : measured <= most,
  };
}
