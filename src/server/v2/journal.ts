/** What clients are told from the journal, as far as they may see its lines. */
import { CursorError, type JournalPort, JournalUnavailableError } from "../../bus/ports.ts";
import type { Direction, Party } from "../../model/call.ts";
import type { CallResult, JournalEntry } from "../../model/journal.ts";
import { hearing, monitorRefusal } from "../access/permissions.ts";
import type { Identity } from "../access/identity.ts";
import { isoTime } from "./frames.ts";
import { type Answer, type Ports } from "./perform.ts";
import type { JournalRequest } from "./requests.ts";

/** A finished call, as clients see it. Times are ISO 8601, UTC, with milliseconds. */
export interface EntryObject {
  readonly id: number;
  readonly call: number;
  readonly line: string;
  readonly direction: Direction;
  readonly result: CallResult;
  readonly caller: Party;
  readonly called: Party;
  readonly connected: Party;
  readonly redirecting: Party;
  readonly redirection: Party;
  readonly startedAt: string;
  readonly answeredAt?: string | undefined;
  readonly endedAt: string;
  /** Until it was answered, or ended. */
  readonly ringMs: number;
  /** From then on. */
  readonly talkMs?: number | undefined;
  readonly callId: string;
  readonly relatedCallId: string;
  readonly origin: string;
  readonly reason: string;
  readonly disconnect?: string | undefined;
}

/** What a search comes to, when it succeeds. */
export interface SearchOutcome {
  readonly entries: readonly EntryObject[];
  readonly next?: string;
}

export type SearchAnswer =
  | { readonly ok: true; readonly outcome: SearchOutcome }
  | Exclude<
    Answer,
    { readonly ok: true }
  >;

/** Entries on a page of which nothing is said. */
const PAGE_ENTRIES = 100;

/** Looks for entries, of the lines that the identity may monitor. Never rejects. */
export async function search(
  request: JournalRequest,
  identity: Identity,
  { journal, metrics }: Pick<Ports, "journal" | "metrics">,
): Promise<SearchAnswer> {
  const answer = await find(request, identity, journal);
  metrics?.answered("journal", answer.ok ? "ok" : answer.error.code);
  return answer;
}

async function find(
  request: JournalRequest,
  identity: Identity,
  journal: JournalPort | undefined,
): Promise<SearchAnswer> {
  const error = monitorRefusal(identity);
  if (error !== undefined) return { ok: false, error };
  if (journal === undefined) return failed("not_supported", "The server keeps no journal");
  const { lines, from, to, direction, missed, number, cursor, limit, chain } = request;
  const visible = hearing(identity);
  try {
    if (chain !== undefined) {
      const entries = await journal.chain(chain, visible);
      return { ok: true, outcome: { entries: entries.map(entryObject) } };
    }
    const { entries, next } = await journal.page({
      ...visible !== undefined && { visible },
      ...lines !== undefined && { lines },
      ...from !== undefined && { fromMs: Date.parse(from) },
      ...to !== undefined && { toMs: Date.parse(to) },
      ...direction !== undefined && { direction },
      ...missed !== undefined && { missed },
      ...number !== undefined && { number },
      ...cursor !== undefined && { cursor },
      limit: limit ?? PAGE_ENTRIES,
    });
    const outcome = { entries: entries.map(entryObject), ...next !== undefined && { next } };
    return { ok: true, outcome };
  } catch (error) {
    if (error instanceof CursorError) return failed("bad_request", `cursor: ${error.message}`);
    if (error instanceof JournalUnavailableError) return failed("not_supported", error.message);
    throw error;
  }
}

function entryObject(entry: JournalEntry): EntryObject {
  const { startedAtMs, answeredAtMs, endedAtMs } = entry;
  return {
    id: entry.id,
    call: entry.call,
    line: entry.line,
    direction: entry.direction,
    result: entry.result,
    caller: entry.caller,
    called: entry.called,
    connected: entry.connected,
    redirecting: entry.redirecting,
    redirection: entry.redirection,
    startedAt: isoTime(startedAtMs),
    answeredAt: answeredAtMs === undefined ? undefined : isoTime(answeredAtMs),
    endedAt: isoTime(endedAtMs),
    // The computer's clock may have been set back during the call.
    ringMs: Math.max((answeredAtMs ?? endedAtMs) - startedAtMs, 0),
    talkMs: answeredAtMs === undefined ? undefined : Math.max(endedAtMs - answeredAtMs, 0),
    callId: entry.callId,
    relatedCallId: entry.relatedCallId,
    origin: entry.origin,
    reason: entry.reason,
    disconnect: entry.disconnect,
  };
}

function failed(code: "not_supported" | "bad_request", message: string): SearchAnswer {
  return { ok: false, error: { code, message } };
}
