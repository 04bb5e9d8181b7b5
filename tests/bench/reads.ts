/**
 * Heavy reads: how late events are beside each of them, on the loop that serves both. An event is due
 * every few milliseconds; what counts is how long after that it has been delivered.
 */
import { Journal } from "../../src/journal/journal.ts";
import { openFile } from "../../src/journal/file.ts";
import { Store } from "../../src/journal/store.ts";
import { systemClock } from "../../src/clock.ts";
import { Feed } from "../../src/server/v2/feed.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import { callEvent, strictBus } from "../support/events.ts";
import { ANYONE } from "../support/identity.ts";
import { manyEntries } from "../support/journal.ts";
import { FoldedState } from "../support/state.ts";
import type { Row } from "./report.ts";

const ENTRIES = 200_000;
const LINES = 500;
/** Legs of one call to a hunt group. */
const LEGS = 100;
const EVERY_MS = 5;
const FOR_MS = 3000;
const HISTORY_LENGTH = 10_000;
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
/** By how much a read may make the latest event later. */
const MOST_MS = 20;

export async function reads(): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-bench-" });
  const file = `${folder}/journal.sqlite`;
  try {
    const hunt = fill(file);
    const bus = strictBus(HISTORY_LENGTH);
    const journal = new Journal({ file, days: 36_500, bus, clock: systemClock });
    const state = FoldedState.of(bus);
    for (let i = 0; i < HISTORY_LENGTH; i++) bus.publish(callEvent({ id: i % 100 }));
    const context = { bus, state, encoder: new V2Encoder() };
    const resume = () => {
      using feed = new Feed(context, { maxUnsentBytes: MAX_UNSENT_BYTES, send: () => {} });
      feed.open({ resume: { epoch: bus.epoch, seq: bus.seq - HISTORY_LENGTH } }, ANYONE);
    };
    const cases: readonly [string, () => unknown][] = [
      ["the chain of a hunt group", () => journal.chain(hunt)],
      ["pages that search every entry", () => journal.page({ limit: 100, direction: "unknown" })],
      ["a resume beyond the bound", resume],
    ];
    const alone = await latestMs(() => bus.publish(callEvent()), () => {});
    const rows: Row[] = [];
    for (const [what, read] of cases) {
      await read();
      const latest = await latestMs(() => bus.publish(callEvent()), read);
      rows.push({
        what: `an event beside ${what}, over and over: latest`,
        measured: `${latest.toFixed(1)} ms`,
        baseline: `${alone.toFixed(1)} ms`,
        ratio: "",
        target: `<= ${MOST_MS} ms more`,
        holds: latest - alone <= MOST_MS,
      });
    }
    journal.stop();
    return rows;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns The number of an entry of the hunt group. */
function fill(file: string): number {
  using db = openFile(file);
  const store = new Store(db);
  const entries = [...manyEntries(ENTRIES, LINES, Date.now() - ENTRIES * 1000)];
  const end = entries.slice(-LEGS).map((entry) => ({ ...entry, relatedCallId: "0xABCDEF" }));
  for (const [leg, entry] of end.entries()) entries[ENTRIES - LEGS + leg] = entry;
  for (let at = 0; at < entries.length; at += 5000) store.add(entries.slice(at, at + 5000));
  return ENTRIES;
}

/** @returns How late the latest event was while `read` ran again and again. */
async function latestMs(publish: () => void, read: () => unknown): Promise<number> {
  const endMs = performance.now() + FOR_MS;
  let latest = 0;
  const events = (async () => {
    while (performance.now() < endMs) {
      const dueMs = performance.now() + EVERY_MS;
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      publish();
      latest = Math.max(latest, performance.now() - dueMs);
    }
  })();
  while (performance.now() < endMs) {
    await read();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await events;
  return latest;
}
