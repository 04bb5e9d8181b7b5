/**
 * The journal: how long pages take out of a thousand and out of a million entries, and how long the
 * event loop waits for a batch that is written to the million. In a file, as in life.
 */
import type { JournalQuery } from "../../src/model/journal.ts";
import { openFile } from "../../src/journal/file.ts";
import { Pacer } from "../../src/journal/pacer.ts";
import { readPage } from "../../src/journal/pages.ts";
import { Store } from "../../src/journal/store.ts";
import { manyEntries } from "../support/journal.ts";
import { median, print, type Row } from "./report.ts";

const FEW = 1000;
const MANY = 1_000_000;
const LINES = 500;
const ROUNDS = 20;
const PAGE_ENTRIES = 100;
/** As the journal writes them; larger ones bring the file to its size sooner. */
const BATCH_ENTRIES = 50;
const FILLING_ENTRIES = 5000;
/** What a person who turns a page, and a call that rings meanwhile, do not notice. */
const MOST_MS = 20;

const QUERIES: readonly [string, Partial<JournalQuery>][] = [
  ["all lines", {}],
  ["one line", { lines: ["1042"] }],
  ["missed on one line", { lines: ["1042"], missed: true }],
  ["one number", { number: "+441632960123" }],
  ["a number in every entry", { number: "44163296" }],
  ["100 lines that may be seen", { visible: [["*7", "*3"]] }],
  ["deep: from the middle on", { toMs: MANY / 2 * 1000 }],
];

export async function journal(): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-bench-" });
  try {
    using few = openFile(`${folder}/few.sqlite`);
    using many = openFile(`${folder}/many.sqlite`);
    const fewMs = fill(new Store(few), FEW);
    const manyMs = fill(new Store(many), MANY);
    const { size } = await Deno.stat(`${folder}/many.sqlite`);
    print(`${MANY.toLocaleString("en")} entries take ${(size / 2 ** 20).toFixed(0)} MiB`);
    const rows: Row[] = [];
    for (const [what, query] of QUERIES) {
      const [ofFew, ofMany] = [await pageMs(few, query), await pageMs(many, query)];
      rows.push(row(`journal, a page of 100 of a million: ${what}`, ofMany, ofFew));
    }
    const what = `journal, a batch of ${BATCH_ENTRIES} written to a million`;
    rows.push(row(what, median(manyMs), median(fewMs)));
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns How long the event loop waits for each batch that is written to so many entries. */
function fill(store: Store, count: number): number[] {
  const entries = [...manyEntries(count + ROUNDS * BATCH_ENTRIES, LINES, 0)];
  for (let at = 0; at < count; at += FILLING_ENTRIES) {
    store.add(entries.slice(at, Math.min(at + FILLING_ENTRIES, count)));
  }
  return Array.from({ length: ROUNDS }, (_, round) => {
    const at = count + round * BATCH_ENTRIES;
    const startMs = performance.now();
    store.add(entries.slice(at, at + BATCH_ENTRIES));
    return performance.now() - startMs;
  });
}

async function pageMs(
  db: ReturnType<typeof openFile>,
  query: Partial<JournalQuery>,
): Promise<number> {
  const store = new Store(db);
  const tookMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    await readPage(db, store, { limit: PAGE_ENTRIES, ...query }, new Pacer());
    tookMs.push(performance.now() - startMs);
  }
  return median(tookMs);
}

function row(what: string, measuredMs: number, baselineMs: number): Row {
  return {
    what,
    measured: `${measuredMs.toFixed(2)} ms`,
    baseline: `${baselineMs.toFixed(2)} ms`,
    ratio: (measuredMs / baselineMs).toFixed(1),
    target: `<= ${MOST_MS} ms`,
    holds: measuredMs <= MOST_MS,
  };
}
