/** Finds the entries that belong together by their call ids: a call's way through transfers. */
import type { DatabaseSync } from "node:sqlite";
import type { JournalEntry } from "../model/journal.ts";
import { COLUMNS, toEntry } from "./rows.ts";

/** The longest chain. */
const MOST_ENTRIES = 100;
/**
 * The legs of one call follow each other at once or overlap; phone systems use ids again later, and
 * start again from the first when they restart.
 */
const MOST_APART_MS = 60_000;

/** Selects the entries near in time that have a call id, or come from it. */
export const CHAIN_SQL: readonly string[] = ["call_id", "related_call_id"].map((column) => `
  SELECT ${COLUMNS} FROM entry
  WHERE ${column} = ? AND ${column} <> '0x0' AND ended_at >= ? AND started_at <= ?
  ORDER BY ended_at LIMIT ${MOST_ENTRIES}`);

/**
 * The entries that belong together with the one of this number, oldest first.
 *
 * @throws Error of SQLite
 */
export function readChain(db: DatabaseSync, id: number): JournalEntry[] {
  const row = db.prepare(`SELECT ${COLUMNS} FROM entry WHERE id = ?`).get(id);
  if (row === undefined) return [];
  const chain = new Map([[id, toEntry(row)]]);
  const selects = CHAIN_SQL.map((sql) => db.prepare(sql));
  // The iteration of a Map reaches entries that are added during it.
  for (const { callId, relatedCallId, startedAtMs, endedAtMs } of chain.values()) {
    for (const related of new Set([callId, relatedCallId])) {
      for (const statement of selects) {
        const [from, to] = [startedAtMs - MOST_APART_MS, endedAtMs + MOST_APART_MS];
        for (const row of statement.all(related, from, to)) {
          if (chain.size < MOST_ENTRIES) chain.set(Number(row["id"]), toEntry(row));
        }
      }
    }
  }
  return [...chain.values()].sort((a, b) => a.startedAtMs - b.startedAtMs || a.id - b.id);
}
