/** Ends the calls and closes the lines of a lost site, in the stream, where every gateway hears it. */
import { type Clock, sleep } from "../clock.ts";
import type { Call } from "../model/call.ts";
import type { EventDraft } from "../model/event.ts";
import type { Line } from "../model/line.ts";
import { tokenOf } from "./names.ts";
import { isSame, type Records } from "./records.ts";
import type { SiteView } from "./site_view.ts";
import { StreamError, type Streams } from "./streams.ts";
import { type Stretch, SUBJECTS, WIRE_VERSION } from "./wire.ts";

/** The error of a line whose site is lost. */
const SITE_LOST = "SITE_LOST";
/** Messages that are stored at once. */
const WINDOW = 32;
const STORED_WITHIN_MS = 1000;
const RETRY_MS = 100;
/** How long other gateways have for a site that this one does not know wholly. */
const BURIED_WITHIN_MS = 8000;
const LOOK_AGAIN_MS = 500;

interface Obituary {
  readonly key: string;
  readonly event: Exclude<EventDraft, { readonly type: "provider" }>;
}

/** The events that end a lost site: its calls first, then its lines. */
function obituariesOf(view: SiteView, atMs: number): readonly Obituary[] {
  return [
    ...[...view.calls()].map((call): Obituary => ({
      key: `call.${call.id}`,
      event: {
        type: "call",
        atMs,
        line: call.line,
        change: "ended",
        call: endedCall(call, atMs),
        numberChanged: false,
        lost: true,
      },
    })),
    ...[...view.lines()].filter(({ error }) => error !== SITE_LOST).map((line): Obituary => ({
      key: `line.${tokenOf(line.permanentId)}`,
      event: { type: "line", atMs, line: line.line, change: "status", now: closedLine(line) },
    })),
  ];
}

function endedCall(call: Call, atMs: number): Call {
  return { ...call, state: "IDLE", stateMode: null, endedAtMs: atMs, can: [] };
}

function closedLine(line: Line): Line {
  return { ...line, status: "closed", error: SITE_LOST, can: [] };
}

/** The dependencies of an obituary. */
export interface Burial {
  readonly streams: Streams;
  readonly records: Records;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether another gateway serves clients, and so knows the site. */
  readonly hasOthers: () => Promise<boolean>;
  /** Clients cannot go on: they get the whole state. */
  readonly raiseEpoch: () => Promise<void>;
}

/** Ends what is left of a lost stretch, together with the other gateways. */
export async function bury(
  view: SiteView,
  stretch: Stretch,
  atMs: number,
  burial: Burial,
): Promise<void> {
  const { records, clock, signal, hasOthers, raiseEpoch } = burial;
  const isCounted = () => view.stretch !== undefined && isSame(view.stretch, stretch);
  const startMs = clock.uptimeMs();
  while (!signal.aborted && isCounted()) {
    try {
      const now = await records.of(view.site);
      if (now === undefined || now.record.state === "lost" || !isSame(now.record, stretch)) {
        if (now !== undefined) view.adopt(now.record);
        return;
      }
      if (view.knowledge === "whole") {
        if (!await store(obituariesOf(view, atMs), view.site, stretch, burial)) return;
        const lines = [...view.lines()].map(closedLine);
        return await records.buried(view.site, stretch, lines);
      }
      const isLate = clock.uptimeMs() - startMs > BURIED_WITHIN_MS;
      if (isLate || !await hasOthers()) {
        await raiseEpoch();
        return await records.buried(view.site, stretch, []);
      }
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
    }
    await sleep(clock, LOOK_AGAIN_MS, signal);
  }
}

/**
 * Stores them, each once, whichever gateways do it, until all are stored or `signal` is aborted.
 *
 * @returns Whether all are stored.
 */
async function store(
  obituaries: readonly Obituary[],
  site: string,
  { life, incarnation }: Stretch,
  { streams, clock, signal }: Burial,
): Promise<boolean> {
  const storeOne = async ({ key, event }: Obituary): Promise<void> => {
    const subject = SUBJECTS.event(site, tokenOf(event.line.slice(site.length + 1)));
    const body = { v: WIRE_VERSION, kind: "obituary", life, incarnation, event };
    const messageId = `obituary.${site}.${life}.${incarnation}.${key}`;
    while (!signal.aborted) {
      try {
        await streams.store(subject, body, { messageId }, STORED_WITHIN_MS);
        return;
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        await sleep(clock, RETRY_MS, signal);
      }
    }
  };
  for (const type of ["call", "line"]) {
    const some = obituaries.filter(({ event }) => event.type === type);
    for (let at = 0; at < some.length && !signal.aborted; at += WINDOW) {
      await Promise.all(some.slice(at, at + WINDOW).map(storeOne));
    }
  }
  return !signal.aborted;
}
