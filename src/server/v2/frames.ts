/** What v2 clients are sent: events, results and errors as JSON, each event turned into text once. */
import type { Call, Direction, Party } from "../../model/call.ts";
import type { Forward } from "../../model/forward.ts";
import type { Line, LineStatus } from "../../model/line.ts";
import type { CallCommandName, LineCommandName } from "../../model/command.ts";
import type { CommandError } from "../../model/error.ts";
import type { BusEvent, CallEvent, LineEvent, ProviderState } from "../../model/event.ts";

/** A call, as clients see it. Times are ISO 8601, UTC, with milliseconds. */
export interface CallObject {
  readonly id: number;
  readonly callId: string;
  readonly relatedCallId: string;
  readonly line: string;
  readonly state: string;
  readonly stateMode: string | null;
  readonly direction: Direction;
  readonly origin: string;
  readonly reason: string;
  readonly caller: Party;
  readonly called: Party;
  readonly connected: Party;
  readonly redirecting: Party;
  readonly redirection: Party;
  readonly startedAt: string;
  readonly connectedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly disconnect?: string | undefined;
  readonly can: readonly CallCommandName[];
}

/** A line, as clients see it. */
export interface LineObject {
  readonly line: string;
  readonly name: string;
  readonly permanentId: string;
  readonly provider: string;
  readonly status: LineStatus;
  readonly error?: string | undefined;
  readonly forwards: readonly Forward[];
  readonly messageWaiting: boolean;
  readonly can: readonly LineCommandName[];
}

/** An event, as clients see it. */
export type EventFrame =
  & { readonly seq: number; readonly at: string }
  & (
    | { readonly type: "call"; readonly change: CallEvent["change"]; readonly call: CallObject }
    | { readonly type: "line"; readonly change: LineEvent["change"]; readonly line: LineObject }
    | { readonly type: "provider"; readonly state: ProviderState }
  );

/** What a client's message is known by: the client's own choice. */
export type RequestId = string | number;

export function callObject(call: Call): CallObject {
  return {
    id: call.id,
    callId: call.callId,
    relatedCallId: call.relatedCallId,
    line: call.line,
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
    startedAt: isoTime(call.startedAtMs),
    connectedAt: call.connectedAtMs === undefined ? undefined : isoTime(call.connectedAtMs),
    endedAt: call.endedAtMs === undefined ? undefined : isoTime(call.endedAtMs),
    disconnect: call.disconnect,
    can: call.can,
  };
}

export function lineObject(line: Line): LineObject {
  return {
    line: line.line,
    name: line.name,
    permanentId: line.permanentId,
    provider: line.provider,
    status: line.status,
    error: line.error,
    forwards: line.forwards,
    messageWaiting: line.messageWaiting,
    can: line.can,
  };
}

/** ISO 8601, UTC, with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

export function toV2(event: BusEvent): EventFrame {
  const { seq } = event;
  const at = isoTime(event.atMs);
  switch (event.type) {
    case "call":
      return { type: "call", seq, at, change: event.change, call: callObject(event.call) };
    case "line":
      return { type: "line", seq, at, change: event.change, line: lineObject(event.now) };
    case "provider":
      return { type: "provider", seq, at, state: event.state };
  }
}

/** Turns each event into text once, however many clients get it. */
export class V2Encoder {
  #event: BusEvent | undefined;
  #text = "";

  encode(event: BusEvent): string {
    if (event !== this.#event) {
      this.#text = JSON.stringify(toV2(event));
      this.#event = event;
    }
    return this.#text;
  }
}

/** The frame of what a command came to. */
export function resultFrame(id: RequestId | undefined, result: object): string {
  return JSON.stringify({ type: "result", id, result });
}

export function errorFrame(
  id: RequestId | undefined,
  { code, message, tapi }: CommandError,
): string {
  return JSON.stringify({ type: "error", id, error: { code, message, tapi } });
}
