/** Finds the entries that belong together by their call ids: a call's way through transfers. */
import type { DatabaseSync } from "node:sqlite";
import type { JournalEntry } from "../model/journal.ts";
import type { Pacer } from "./pacer.ts";
import { COLUMNS, toEntry } from "./rows.ts";

/** The longest chain. */
const MOST_ENTRIES = 100;
/**
 * The legs of one call follow each other at once or overlap; phone systems use ids again later, and
 * start again from the first when they restart.
 */
const MOST_APART_MS = 60_000;
/** The time that one step may take before others get a turn. */
const STEP_MS = 4;

/** Selects the entries near in time that have a call id, or come from it. */
export const CHAIN_SQL: readonly string[] = ["call_id", "related_call_id"].map((column) => `
  SELECT id FROM entry
  WHERE ${column} = ? AND ${column} <> '0x0' AND ended_at >= ? AND started_at <= ?
  ORDER BY ended_at LIMIT ${MOST_ENTRIES}`);

/**
 * The entries that belong together with the one of this number, oldest first.
 *
 * @throws Error of SQLite
 */
export async function readChain(
  db: DatabaseSync,
  id: number,
  pacer: Pacer,
): Promise<JournalEntry[]> {
  const chain = new Map<number, JournalEntry>();
  const byId = db.prepare(`SELECT ${COLUMNS} FROM entry WHERE id = ?`);
  const selects = CHAIN_SQL.map((sql) => db.prepare(sql));
  const add = (id: number) => {
    if (chain.size >= MOST_ENTRIES || chain.has(id)) return;
    const row = byId.get(id);
    if (row !== undefined) chain.set(id, toEntry(row));
  };
  add(id);
  let startMs = performance.now();
  // The iteration of a Map reaches entries that are added during it.
  for (const { callId, relatedCallId, startedAtMs, endedAtMs } of chain.values()) {
    for (const related of new Set([callId, relatedCallId])) {
      if (chain.size >= MOST_ENTRIES) break;
      for (const statement of selects) {
        const [from, to] = [startedAtMs - MOST_APART_MS, endedAtMs + MOST_APART_MS];
        for (const { id } of statement.all(related, from, to)) add(Number(id));
        if (performance.now() - startMs < STEP_MS) continue;
        await pacer.turn();
        startMs = performance.now();
      }
    }
  }
  return [...chain.values()].sort((a, b) => a.startedAtMs - b.startedAtMs || a.id - b.id);
}
