/**
 * The events that the program is about, in the words that both sides of the bus share.
 *
 * Names are TAPI's; there are no handles and no raw numbers here. Every object is readonly and is
 * shared by all who receive it.
 */

/** LINECALLSTATE_ without its prefix; a value that TAPI does not define as upper-case hex. */
export type CallState =
  | "IDLE"
  | "OFFERING"
  | "ACCEPTED"
  | "DIALTONE"
  | "DIALING"
  | "RINGBACK"
  | "BUSY"
  | "SPECIALINFO"
  | "CONNECTED"
  | "PROCEEDING"
  | "ONHOLD"
  | "CONFERENCED"
  | "ONHOLDPENDCONF"
  | "ONHOLDPENDTRANSFER"
  | "DISCONNECTED"
  | "UNKNOWN"
  | `LINECALLSTATE_$${string}`;

/** LINECALLORIGIN_ without its prefix. */
export type CallOrigin =
  | "OUTBOUND"
  | "INTERNAL"
  | "EXTERNAL"
  | "UNKNOWN"
  | "UNAVAIL"
  | "CONFERENCE"
  | "INBOUND"
  | `LINECALLORIGIN_$${string}`;

/** LINECALLREASON_ without its prefix. */
export type CallReason =
  | "DIRECT"
  | "FWDBUSY"
  | "FWDNOANSWER"
  | "FWDUNCOND"
  | "PICKUP"
  | "UNPARK"
  | "REDIRECT"
  | "CALLCOMPLETION"
  | "TRANSFER"
  | "REMINDER"
  | "UNKNOWN"
  | "UNAVAIL"
  | "INTRUDE"
  | "PARKED"
  | "CAMPEDON"
  | "ROUTEREQUEST"
  | `LINECALLREASON_$${string}`;

/** Why a party's number is there or is not. `pending`: it may still come. */
export type Presentation = "shown" | "withheld" | "pending" | "unavailable";

/** One end of a call. */
export interface Party {
  /** As the provider writes it; "" unless {@linkcode presentation} is `shown`. */
  readonly number: string;
  /** "" where there is none, or it is withheld. */
  readonly name: string;
  readonly presentation: Presentation;
}

/** The server's own number for a call: unique over the life of the process, never a TAPI handle. */
export type CallNumber = number;

/** A call on a line, as last heard. */
export interface Call {
  readonly id: CallNumber;
  /** dwCallID as `0x` and upper-case hex, `0x0` where the provider gives none. Not unique. */
  readonly callId: string;
  /** The extension, see {@linkcode LineEvent.line}. */
  readonly line: string;
  readonly state: CallState;
  readonly origin: CallOrigin;
  readonly reason: CallReason;
  readonly caller: Party;
  readonly called: Party;
}

/**
 * Something happened to a call.
 *
 * `new` and `state` stand for one call-state message each, `ended` for the one that says IDLE or for
 * the loss of the line. `info` says that what is known of the call changed within its state.
 */
export interface CallEvent {
  readonly type: "call";
  /** Milliseconds since 1970, UTC. */
  readonly atMs: number;
  readonly line: string;
  readonly change: "new" | "state" | "info" | "ended";
  readonly call: Call;
  /** With `info`: a caller's or called party's number that was empty is now known. */
  readonly numberFilledIn: boolean;
}

/** Whether the program hears a line; out of service, it is open but the telephone system is away. */
export type LineStatus = "open" | "out_of_service" | "closed" | "failed";

/** A line was opened, was closed, could not be opened, or went in or out of service. */
export interface LineEvent {
  readonly type: "line";
  /** Milliseconds since 1970, UTC. */
  readonly atMs: number;
  /** The extension: the line's first TAPI address, or its name where it has no address. */
  readonly line: string;
  readonly status: LineStatus;
  /** The symbolic TAPI error, where one is the cause. */
  readonly error?: string;
}

export type BusEvent = CallEvent | LineEvent;
