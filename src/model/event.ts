/** Events: something happened to a call, a line, or the telephony service. */
import type { Call } from "./call.ts";
import type { Line, LineNames } from "./line.ts";

export const EVENT_KINDS = ["call", "line", "provider"] as const;
export type EventKind = typeof EVENT_KINDS[number];

/**
 * `new` and `state` stand for one LINE_CALLSTATE each, `ended` for IDLE or the loss of the line. `info`:
 * what is known of the call changed within its state.
 */
export const CALL_CHANGES = ["new", "state", "info", "ended"] as const;
export type CallChange = typeof CALL_CHANGES[number];

/**
 * `added`: the line was found. `removed`: it is gone. `info`: its label or its commands changed.
 * `settings`: a member of LineSettings changed.
 */
export const LINE_CHANGES = [
  "added",
  "removed",
  "status",
  "forwarding",
  "message_lamp",
  "settings",
  "info",
] as const;
export type LineChange = typeof LINE_CHANGES[number];

/** The telephony service: `restarting` while it is initialised again, `down` while that fails. */
export const PROVIDER_STATES = ["up", "down", "restarting"] as const;
export type ProviderState = typeof PROVIDER_STATES[number];

interface Numbered {
  /** Rises by one with every event of the process. */
  readonly seq: number;
  /** Milliseconds since 1970, UTC. */
  readonly atMs: number;
}

export interface CallEvent extends Numbered {
  readonly type: "call";
  readonly line: string;
  readonly change: CallChange;
  readonly call: Call;
  /** With `info`: the caller's or the called party's number is another one than before. */
  readonly numberChanged: boolean;
  /** With `ended`: the call's line was lost; what became of the call is unknown. */
  readonly lost?: boolean;
}

export interface LineEvent extends Numbered {
  readonly type: "line";
  readonly line: string;
  readonly change: LineChange;
  readonly now: Line;
}

/** The telephony service itself came or went. Concerns every line. */
export interface ProviderEvent extends Numbered {
  readonly type: "provider";
  readonly state: ProviderState;
}

/** The names of the line that an event is about. */
export function lineNamesOf(event: CallEvent | LineEvent): LineNames {
  return event.type === "call" ? event.call : event.now;
}

/** Readonly, and shared by all who receive it. */
export type BusEvent = CallEvent | LineEvent | ProviderEvent;

/** An event before the bus has numbered it. */
export type EventDraft =
  | Omit<CallEvent, "seq">
  | Omit<LineEvent, "seq">
  | Omit<ProviderEvent, "seq">;
