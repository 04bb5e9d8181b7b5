/** The row of an entry in the file. */
import {
  type CallOrigin,
  type CallReason,
  type Direction,
  NOBODY,
  partiesOf,
  type Party,
  PARTY_ROLES,
  type PartyRole,
  type Presentation,
} from "../model/call.ts";
import type { DirectoryMatch } from "../model/directory.ts";
import type { CallResult, JournalEntry } from "../model/journal.ts";
import type { NewEntry } from "./entry.ts";

/** The columns that {@linkcode toEntry} needs, of the table `entry`. */
export const COLUMNS = `id, call, (SELECT name FROM line WHERE line.id = entry.line) AS line_name,
  direction, result, started_at, answered_at, ended_at, call_id, related_call_id, origin, reason,
  disconnect, disconnects, permanent_id, called_group, parties`;

/** A party in the column `parties`: number, name, presentation, and the directory's entry if there is one. */
type StoredParty = readonly [string, string, Presentation, DirectoryMatch?];

/** A row of {@linkcode COLUMNS}. */
export type Row = Record<string, unknown>;

export function toEntry(row: Row): JournalEntry {
  const parties = JSON.parse(String(row["parties"])) as StoredParty[];
  const party = (role: PartyRole): Party => {
    const { number, name, presentation } = NOBODY;
    const stored = parties[PARTY_ROLES.indexOf(role)] ?? [number, name, presentation];
    const [, , , directory] = stored;
    return {
      number: stored[0],
      name: stored[1],
      presentation: stored[2],
      ...directory !== undefined && { directory },
    };
  };
  const { answered_at: answeredAt, disconnect, disconnects, called_group: group } = row;
  return {
    id: Number(row["id"]),
    call: Number(row["call"]),
    line: String(row["line_name"]),
    permanentId: String(row["permanent_id"]),
    direction: row["direction"] as Direction,
    result: row["result"] as CallResult,
    ...partiesOf(party),
    startedAtMs: Number(row["started_at"]),
    ...answeredAt !== null && { answeredAtMs: Number(answeredAt) },
    endedAtMs: Number(row["ended_at"]),
    callId: String(row["call_id"]),
    relatedCallId: String(row["related_call_id"]),
    origin: row["origin"] as CallOrigin,
    reason: row["reason"] as CallReason,
    ...group !== null && { group: String(group) },
    ...disconnect !== null && { disconnect: String(disconnect) },
    ...disconnects !== null && { disconnects: JSON.parse(String(disconnects)) as string[] },
  };
}

/** The value of the column `parties`. */
export function partiesColumn(entry: NewEntry): string {
  return JSON.stringify(PARTY_ROLES.map((role) => {
    const { number, name, presentation, directory } = entry[role];
    const stored: StoredParty = [number, name, presentation];
    return directory === undefined ? stored : [...stored, directory];
  }));
}

/** The part by which a number is found from its beginning. */
export function beginning(digits: string): string {
  return `>${digits}`;
}

/** The part by which a number is found from its end. */
export function ending(digits: string): string {
  return `<${[...digits].reverse().join("")}`;
}
