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

/** Who began a call, seen from its line. */
export type Direction = "in" | "out" | "unknown";

/** What a client may do with a call; the words of the wire protocol. */
export const CALL_ABILITIES = [
  "answer",
  "drop",
  "hold",
  "unhold",
  "swap",
  "transfer",
  "consult",
  "complete",
  "park",
  "redirect",
  "dtmf",
] as const;
export type CallAbility = typeof CALL_ABILITIES[number];

/** What a client may do with a line. */
export const LINE_ABILITIES = ["dial", "unpark", "pickup", "forward"] as const;
export type LineAbility = typeof LINE_ABILITIES[number];

/** A call on a line, as last heard. */
export interface Call {
  readonly id: CallNumber;
  /** dwCallID as `0x` and upper-case hex, `0x0` where the provider gives none. Not unique. */
  readonly callId: string;
  /** dwRelatedCallID, written like {@linkcode callId}: a call that this one came from. */
  readonly relatedCallId: string;
  /** The extension, see {@linkcode Line.line}. */
  readonly line: string;
  readonly state: CallState;
  /** What TAPI adds to some states, without prefix: `ACTIVE` to CONNECTED, `STATION` to BUSY. */
  readonly stateMode: string | null;
  readonly direction: Direction;
  readonly origin: CallOrigin;
  readonly reason: CallReason;
  readonly caller: Party;
  readonly called: Party;
  /** Whom the call has reached. */
  readonly connected: Party;
  /** Who sent the call here. */
  readonly redirecting: Party;
  /** Where the call was sent. */
  readonly redirection: Party;
  /** When the program heard of it first: milliseconds since 1970, UTC, as all the following. */
  readonly startedAtMs: number;
  /** When it was CONNECTED first. */
  readonly connectedAtMs?: number;
  readonly endedAtMs?: number;
  /** LINEDISCONNECTMODE_ without its prefix; a value that TAPI does not define as in CallState. */
  readonly disconnect?: string;
  /** What the call's feature bits allow now, in the order of {@linkcode CALL_ABILITIES}. */
  readonly can: readonly CallAbility[];
}

/** Whether the program hears a line; out of service, it is open but the telephone system is away. */
export type LineStatus = "open" | "out_of_service" | "closed" | "failed";

/** When a line's calls go elsewhere. */
export type ForwardWhen = "always" | "busy" | "no_answer";

export interface Forward {
  readonly when: ForwardWhen;
  /** A number; "" where calls are refused instead (do not disturb). */
  readonly to: string;
}

/** A line as last heard. */
export interface Line {
  /**
   * The extension: the line's first TAPI address, or its name where it has no address. Lines may share
   * it: then {@linkcode permanentId} tells them apart.
   */
  readonly line: string;
  /** A label that people gave the line. */
  readonly name: string;
  /** Stays the line's own over restarts of program and machine: the provider and its dwPermanentLineID. */
  readonly permanentId: string;
  /** dwProviderInfo: which driver the line belongs to. */
  readonly provider: string;
  readonly status: LineStatus;
  /** The symbolic TAPI error, where one is the cause of the status. */
  readonly error?: string;
  readonly forwards: readonly Forward[];
  /** Whether the line's message lamp is on. */
  readonly messageWaiting: boolean;
  /** What the line's feature bits allow now, in the order of {@linkcode LINE_ABILITIES}. */
  readonly can: readonly LineAbility[];
}

/** What every event has. */
interface Numbered {
  /** Rises by one with every event of the process. */
  readonly seq: number;
  /** Milliseconds since 1970, UTC. */
  readonly atMs: number;
}

/**
 * Something happened to a call.
 *
 * `new` and `state` stand for one call-state message each, `ended` for the one that says IDLE or for
 * the loss of the line. `info` says that what is known of the call changed within its state.
 */
export interface CallEvent extends Numbered {
  readonly type: "call";
  readonly line: string;
  readonly change: "new" | "state" | "info" | "ended";
  readonly call: Call;
  /** With `info`: a caller's or called party's number that was empty is now known. */
  readonly numberFilledIn: boolean;
  /** With `ended`: the call's line was lost, and what became of the call is not known. */
  readonly lost?: boolean;
}

/**
 * Something happened to a line: it was found (`added`) or is gone (`removed`), its status changed, its
 * forwarding, its message lamp, or (`info`) what can be done with it.
 */
export interface LineEvent extends Numbered {
  readonly type: "line";
  readonly line: string;
  readonly change: "added" | "removed" | "status" | "forwarding" | "message_lamp" | "info";
  readonly now: Line;
}

/** The telephony service: `restarting` while it is begun anew, `down` while that fails. */
export type ProviderState = "up" | "down" | "restarting";

/** The telephony service itself came or went. Concerns every line. */
export interface ProviderEvent extends Numbered {
  readonly type: "provider";
  readonly state: ProviderState;
}

export type BusEvent = CallEvent | LineEvent | ProviderEvent;

/** An event before the bus has numbered it. */
export type EventDraft =
  | Omit<CallEvent, "seq">
  | Omit<LineEvent, "seq">
  | Omit<ProviderEvent, "seq">;
