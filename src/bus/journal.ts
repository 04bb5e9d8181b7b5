/** The journal of finished calls, in the words that both sides of the bus share. */
import type { CallNumber, CallOrigin, CallReason, Direction, Party } from "./events.ts";

/**
 * What came of a call, seen from its line.
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
export interface JournalEntry {
  /** The journal's own number; a later entry has a greater one. */
  readonly id: number;
  /** {@linkcode Call.id}, which means something within one life of the program only. */
  readonly call: CallNumber;
  readonly line: string;
  readonly direction: Direction;
  readonly result: CallResult;
  readonly caller: Party;
  readonly called: Party;
  readonly connected: Party;
  readonly redirecting: Party;
  readonly redirection: Party;
  /** Milliseconds since 1970, UTC, as the following. */
  readonly startedAtMs: number;
  /** Left out where it was never connected. */
  readonly answeredAtMs?: number;
  readonly endedAtMs: number;
  readonly callId: string;
  readonly relatedCallId: string;
  readonly origin: CallOrigin;
  readonly reason: CallReason;
  /** LINEDISCONNECTMODE_ without its prefix, where the provider told it. */
  readonly disconnect?: string;
}

/** Which entries are wanted. */
export interface JournalFilter {
  /** Extensions; every line when left out. */
  readonly lines?: readonly string[];
  /** Which lines may be seen; every one when left out. */
  readonly visible?: (line: string) => boolean;
  /** Calls that ended at this moment or later: milliseconds since 1970, UTC. */
  readonly fromMs?: number;
  /** Calls that ended before this moment. */
  readonly toMs?: number;
  readonly direction?: Direction;
  readonly missed?: boolean;
  /** Digits with which the number of one of the parties begins or ends. */
  readonly number?: string;
}

export interface JournalQuery extends JournalFilter {
  /** Where the page before ended: its {@linkcode JournalPage.next}. */
  readonly cursor?: string;
  /** The most entries of a page. */
  readonly limit: number;
}

/** Entries, the one that ended last first. */
export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  /** The cursor of the page behind this one; left out where there is none. */
  readonly next?: string;
}

/** The journal cannot be read at present. The message says why. */
export class JournalUnavailableError extends Error {
  override readonly name = "JournalUnavailableError";
}

/** The cursor is none that the journal gave. */
export class CursorError extends Error {
  override readonly name = "CursorError";
}

export interface JournalPort {
  /** @throws JournalUnavailableError, CursorError */
  page(query: JournalQuery): Promise<JournalPage>;
  /**
   * The entries that belong together with one, through their call ids: a call's way through
   * transfers. Oldest first; empty where there is no such entry, or it may not be seen.
   *
   * @throws JournalUnavailableError
   */
  chain(id: number, visible?: (line: string) => boolean): Promise<readonly JournalEntry[]>;
}
