/** The journal: the records of finished calls. */
import type { CallInfo, Direction } from "./call.ts";
import type { CallId } from "./call_id.ts";
import { matchesAny } from "../patterns.ts";

/**
 * The result of a call, seen from its line.
 *
 * `answered`: it was connected. `missed`: it came in and nobody took it. `unanswered`: it went out, or
 * nobody knows which way, and nobody took it. `elsewhere`: another telephone took it, or it was
 * forwarded. `refused`, `busy`, `failed`: as LINEDISCONNECTMODE_ says. `lost`: the line was lost before
 * the call's end, so that nobody knows.
 */
export const CALL_RESULTS = [
  "answered",
  "missed",
  "unanswered",
  "elsewhere",
  "refused",
  "busy",
  "failed",
  "lost",
] as const;
export type CallResult = typeof CALL_RESULTS[number];

/** A finished call. A number that the network withheld is in none of its parties. */
export interface JournalEntry extends CallInfo {
  /** The journal's own number; a later entry has a greater one. */
  readonly id: number;
  /** {@linkcode Call.id}, which means something within one life of the program only. */
  readonly call: CallId;
  readonly line: string;
  /** The line's permanent id; "" in entries of earlier versions. */
  readonly permanentId: string;
  readonly direction: Direction;
  readonly result: CallResult;
  /** Milliseconds since 1970, UTC, as the following. */
  readonly startedAtMs: number;
  /** Left out if it was never connected. */
  readonly answeredAtMs?: number;
  readonly endedAtMs: number;
  /** LINEDISCONNECTMODE_ without its prefix, if the driver reported it: the most telling one. */
  readonly disconnect?: string;
  /** Every reason that the driver reported, if there were several. */
  readonly disconnects?: readonly string[];
}

/** Sets of patterns of extensions: a line may be seen if each set has a pattern that matches. */
export type VisibleLines = readonly (readonly string[])[];

export function mayBeSeen(line: string, visible: VisibleLines): boolean {
  return visible.every((patterns) => matchesAny(patterns, line));
}

/** Which entries are wanted. */
export interface JournalFilter {
  /** Extensions or permanent ids; every line when left out. */
  readonly lines?: readonly string[] | undefined;
  /** Every line when left out. */
  readonly visible?: VisibleLines | undefined;
  /** Calls that ended at this moment or later: milliseconds since 1970, UTC. */
  readonly fromMs?: number | undefined;
  /** Calls that ended before this moment. */
  readonly toMs?: number | undefined;
  readonly direction?: Direction | undefined;
  readonly missed?: boolean | undefined;
  /** Digits with which the number of one of the parties begins or ends. */
  readonly number?: string | undefined;
  /** A part of a party's name or company, in any case of A to Z. */
  readonly name?: string | undefined;
}

export interface JournalQuery extends JournalFilter {
  /** Where the previous page ended: its {@linkcode JournalPage.next}. */
  readonly cursor?: string | undefined;
  /** The most entries of a page. */
  readonly limit: number;
}

/** Entries, the one that ended last first. */
export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  /** The cursor of the next page; left out if this is the last one. */
  readonly next?: string;
  /** Sites whose entries are not all here: they do not answer, or have none for gateways. */
  readonly missing?: readonly string[];
}
