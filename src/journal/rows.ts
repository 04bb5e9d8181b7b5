/** How an entry is laid out in a row of the file, and read from it. */
import type { CallOrigin, CallReason, Direction, Party, Presentation } from "../model/call.ts";
import type { CallResult, JournalEntry } from "../model/journal.ts";
import type { NewEntry } from "./entry.ts";

/** What a query of the table `entry` selects for {@linkcode toEntry}. */
export const COLUMNS = `id, call, (SELECT name FROM line WHERE line.id = entry.line) AS line_name,
  direction, result, started_at, answered_at, ended_at, call_id, related_call_id, origin, reason,
  disconnect, parties`;

/** A row of {@linkcode COLUMNS}. */
export type Row = Record<string, unknown>;

export function toEntry(row: Row): JournalEntry {
  const parties = JSON.parse(String(row["parties"])) as [string, string, Presentation][];
  const party = (index: number): Party => {
    const [number, name, presentation] = parties[index] ?? ["", "", "unavailable"];
    return { number, name, presentation };
  };
  const { answered_at: answeredAt, disconnect } = row;
  return {
    id: Number(row["id"]),
    call: Number(row["call"]),
    line: String(row["line_name"]),
    direction: row["direction"] as Direction,
    result: row["result"] as CallResult,
    caller: party(0),
    called: party(1),
    connected: party(2),
    redirecting: party(3),
    redirection: party(4),
    startedAtMs: Number(row["started_at"]),
    ...answeredAt !== null && { answeredAtMs: Number(answeredAt) },
    endedAtMs: Number(row["ended_at"]),
    callId: String(row["call_id"]),
    relatedCallId: String(row["related_call_id"]),
    origin: row["origin"] as CallOrigin,
    reason: row["reason"] as CallReason,
    ...disconnect !== null && { disconnect: String(disconnect) },
  };
}

/** The value of the column `parties`. */
export function partiesOf(entry: NewEntry): string {
  const { caller, called, connected, redirecting, redirection } = entry;
  return JSON.stringify(
    [caller, called, connected, redirecting, redirection]
      .map(({ number, name, presentation }) => [number, name, presentation]),
  );
}

/** As a number is looked for by its beginning. */
export function beginning(digits: string): string {
  return `>${digits}`;
}

/** As a number is looked for by its end. */
export function ending(digits: string): string {
  return `<${[...digits].reverse().join("")}`;
}
