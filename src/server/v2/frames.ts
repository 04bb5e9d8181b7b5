/** The frames for v2 clients, as JSON; each event is encoded once, however many clients get it. */
import type { Call } from "../../model/call.ts";
import type { CommandError } from "../../model/error.ts";
import type { BusEvent, CallEvent, LineEvent, ProviderEvent } from "../../model/event.ts";
import type { JournalEntry } from "../../model/journal.ts";
import type { Line } from "../../model/line.ts";
import type { Link, LinkRule } from "../../model/link.ts";
import { linksOf } from "../links.ts";
import type { RequestId } from "./requests.ts";

/** An object of the model as JSON has it: times are ISO 8601, UTC, with milliseconds. */
type Json<T> = {
  [K in keyof T as K extends `${infer Name}AtMs` ? `${Name}At` : K]:
    | (K extends `${string}AtMs` ? string : T[K])
    | (undefined extends T[K] ? undefined : never);
};

/** Without what only other parts of the program need. */
export type CallObject = Json<Omit<Call, "classicId" | "unanswered">> & {
  readonly links?: readonly Link[] | undefined;
};
export type LineObject = Json<Line>;

export type EntryObject = Json<JournalEntry> & {
  /** Until the call was answered, or ended. */
  readonly ringMs: number;
  /** From then on; left out if it was not answered. */
  readonly talkMs?: number | undefined;
};

export type EventFrame =
  & { readonly seq: number; readonly at: string }
  & (
    | Pick<CallEvent, "type" | "change"> & { readonly call: CallObject }
    | Pick<LineEvent, "type" | "change"> & { readonly line: LineObject }
    | Pick<ProviderEvent, "type" | "state">
  );

/** The outcome of a request. */
export type Answer<Outcome = object> =
  | { readonly ok: true; readonly outcome: Outcome }
  | { readonly ok: false; readonly error: CommandError };

/** A literal, not a generic copy: every event of a call is encoded with it. */
function callObject(call: Call, rules: readonly LinkRule[]): CallObject {
  return {
    id: call.id,
    callId: call.callId,
    relatedCallId: call.relatedCallId,
    line: call.line,
    permanentId: call.permanentId,
    state: call.state,
    stateMode: call.stateMode,
    direction: call.direction,
    origin: call.origin,
    reason: call.reason,
    caller: call.caller,
    called: call.called,
    connected: call.connected,
    redirecting: call.redirecting,
    redirection: call.redirection,
    group: call.group,
    trunk: call.trunk,
    data: call.data,
    startedAt: isoTime(call.startedAtMs),
    connectedAt: call.connectedAtMs === undefined ? undefined : isoTime(call.connectedAtMs),
    endedAt: call.endedAtMs === undefined ? undefined : isoTime(call.endedAtMs),
    disconnect: call.disconnect,
    disconnects: call.disconnects,
    links: linksOf(call, rules),
    can: call.can,
  };
}

export function entryObject(
  { startedAtMs, answeredAtMs, endedAtMs, ...entry }: JournalEntry,
): EntryObject {
  return {
    ...entry,
    startedAt: isoTime(startedAtMs),
    answeredAt: answeredAtMs === undefined ? undefined : isoTime(answeredAtMs),
    endedAt: isoTime(endedAtMs),
    // The computer's clock may have been set back during the call.
    ringMs: Math.max((answeredAtMs ?? endedAtMs) - startedAtMs, 0),
    talkMs: answeredAtMs === undefined ? undefined : Math.max(endedAtMs - answeredAtMs, 0),
  };
}

/** ISO 8601, UTC, with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function toV2(event: BusEvent, rules: readonly LinkRule[]): EventFrame {
  const { seq } = event;
  const at = isoTime(event.atMs);
  switch (event.type) {
    case "call":
      return { type: "call", seq, at, change: event.change, call: callObject(event.call, rules) };
    case "line":
      return { type: "line", seq, at, change: event.change, line: event.now };
    case "provider":
      return { type: "provider", seq, at, state: event.state };
  }
}

/** Encodes each event once, and has its text for as long as the bus remembers the event. */
export class V2Encoder {
  /** The links of calls, from the next event on. */
  links: readonly LinkRule[] = [];
  readonly #texts = new WeakMap<BusEvent, string>();

  encode(event: BusEvent): string {
    let text = this.#texts.get(event);
    if (text === undefined) this.#texts.set(event, text = JSON.stringify(toV2(event, this.links)));
    return text;
  }

  callObjects(calls: readonly Call[]): CallObject[] {
    return calls.map((call) => callObject(call, this.links));
  }
}

export function resultFrame(id: RequestId | undefined, result: object): string {
  return JSON.stringify({ type: "result", id, result });
}

export function errorFrame(id: RequestId | undefined, error: CommandError): string {
  const { code, message, tapi } = error;
  return JSON.stringify({ type: "error", id, error: { code, message, tapi } });
}
