/** Answers what v2 clients ask for: the state and the journal, as far as they may see them. */
import type { EventBus } from "../../bus/bus.ts";
import { CursorError } from "../../bus/journal_place.ts";
import {
  type DirectoryReader,
  type JournalPort,
  JournalUnavailableError,
  type MetricsPort,
  type NumberPort,
  type StatePort,
} from "../../bus/ports.ts";
import type { DirectoryMatch } from "../../model/directory.ts";
import type { JournalPage } from "../../model/journal.ts";
import type { NumberReading } from "../../model/number.ts";
import { dialRefusal } from "../access/dial_rules.ts";
import type { HeavyReads } from "../access/heavy_reads.ts";
import { ANONYMOUS, type Identity, permitsEverywhere } from "../access/identity.ts";
import { monitorRefusal, onlyVisible, visibleTo } from "../access/permissions.ts";
import { type Answer, type EntryObject, entryObject, type V2Encoder } from "./frames.ts";
import type { JournalRequest, NumberRequest, StateRequest } from "./requests.ts";

/** Entries of a page if the request does not say. */
const PAGE_ENTRIES = 100;

/** Answers in the same turn: the answer must be as old as the events before it. */
export function queryState(
  { cmd }: StateRequest,
  identity: Identity,
  { bus: { epoch, seq }, state, encoder }: {
    readonly bus: EventBus;
    readonly state: StatePort;
    readonly encoder: V2Encoder;
  },
): Answer {
  if (cmd === "ping") return { ok: true, outcome: { epoch, seq } };
  const error = monitorRefusal(identity);
  if (error !== undefined) return { ok: false, error };
  return {
    ok: true,
    outcome: cmd === "lines"
      ? { seq, lines: onlyVisible(identity, state.lines()) }
      : { seq, calls: encoder.callObjects(onlyVisible(identity, state.calls())) },
  };
}

/** A number as the site's rules read it, and whether the identity may dial it. */
export type NumberAnswer = NumberReading & {
  readonly allowed?: boolean;
  readonly directory?: DirectoryMatch;
};

export async function queryNumber(
  { text, as = "written" }: NumberRequest,
  identity: Identity,
  { numbers, names }: {
    readonly numbers: NumberPort;
    readonly names?: DirectoryReader | undefined;
  },
): Promise<Answer<{ readonly number: NumberAnswer }>> {
  const error = monitorRefusal(identity);
  if (error !== undefined) return { ok: false, error };
  const read = numbers.read(text, as);
  const directory = mayLookUp(identity) ? await names?.whoHas(text, read.e164) : undefined;
  const reading = { ...read, ...directory !== undefined && { directory } };
  if (as !== "written" || reading.dials === undefined) {
    return { ok: true, outcome: { number: reading } };
  }
  const dial = { cmd: "dial", line: "", number: reading.dials } as const;
  const allowed = dialRefusal(dial, identity.dial ?? {}, numbers) === undefined;
  return { ok: true, outcome: { number: { ...reading, allowed } } };
}

/**
 * Whether the identity may ask the directory for any number, and so read all of it: one with a token
 * that sees every call.
 */
function mayLookUp(identity: Identity): boolean {
  return identity.name !== ANONYMOUS && permitsEverywhere(identity, "monitor");
}

interface EntryPage {
  readonly entries: readonly EntryObject[];
  readonly next?: string;
  readonly missing?: readonly string[];
}

/**
 * Never rejects.
 *
 * @param sender Its `reader`: whoever may read one page at a time.
 */
export async function queryJournal(
  request: JournalRequest,
  { identity, reader }: { readonly identity: Identity; readonly reader: unknown },
  { journal, metrics, reads }: {
    readonly journal?: JournalPort | undefined;
    readonly metrics?: MetricsPort | undefined;
    readonly reads: HeavyReads;
  },
): Promise<Answer<EntryPage>> {
  const read = await reads.run(reader, () => readJournal(request, identity, journal));
  const answer: Answer<EntryPage> = "code" in read ? { ok: false, error: read } : read;
  metrics?.answered("journal", answer.ok ? "ok" : answer.error.code);
  return answer;
}

async function readJournal(
  request: JournalRequest,
  identity: Identity,
  journal: JournalPort | undefined,
): Promise<Answer<EntryPage>> {
  const error = monitorRefusal(identity);
  if (error !== undefined) return { ok: false, error };
  if (journal === undefined) return failed("not_supported", "The server keeps no journal");
  const { cmd: _, from, to, limit = PAGE_ENTRIES, chain, ...filter } = request;
  const visible = visibleTo(identity);
  try {
    const { entries, ...more }: JournalPage = chain !== undefined
      ? await journal.chain(chain, visible)
      : await journal.page({
        ...filter,
        visible,
        fromMs: msOf(from),
        toMs: msOf(to),
        limit,
      });
    return { ok: true, outcome: { entries: entries.map(entryObject), ...more } };
  } catch (error) {
    if (error instanceof CursorError) return failed("bad_request", `cursor: ${error.message}`);
    if (error instanceof JournalUnavailableError) return failed("not_supported", error.message);
    throw error;
  }
}

function msOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}

function failed(code: "not_supported" | "bad_request", message: string): Answer<EntryPage> {
  return { ok: false, error: { code, message } };
}
