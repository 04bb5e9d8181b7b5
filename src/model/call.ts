/** A call on a line: the words that TAPI has for it, and what is known of it. */
import type { CallId } from "./call_id.ts";
import type { CallCommandName } from "./command.ts";
import type { NumberFacts } from "./number.ts";
import type { DirectoryMatch } from "./directory.ts";

/** LINECALLSTATE_ without its prefix. @see https://learn.microsoft.com/windows/win32/tapi/linecallstate--constants */
export const CALL_STATES = [
  "IDLE",
  "OFFERING",
  "ACCEPTED",
  "DIALTONE",
  "DIALING",
  "RINGBACK",
  "BUSY",
  "SPECIALINFO",
  "CONNECTED",
  "PROCEEDING",
  "ONHOLD",
  "CONFERENCED",
  "ONHOLDPENDCONF",
  "ONHOLDPENDTRANSFER",
  "DISCONNECTED",
  "UNKNOWN",
] as const;
/** A value that TAPI does not define is written in upper-case hex. */
export type CallState = typeof CALL_STATES[number] | `LINECALLSTATE_$${string}`;

/** LINECALLORIGIN_ without its prefix. */
export const CALL_ORIGINS = [
  "OUTBOUND",
  "INTERNAL",
  "EXTERNAL",
  "UNKNOWN",
  "UNAVAIL",
  "CONFERENCE",
  "INBOUND",
] as const;
export type CallOrigin = typeof CALL_ORIGINS[number] | `LINECALLORIGIN_$${string}`;

/** LINECALLREASON_ without its prefix. */
export const CALL_REASONS = [
  "DIRECT",
  "FWDBUSY",
  "FWDNOANSWER",
  "FWDUNCOND",
  "PICKUP",
  "UNPARK",
  "REDIRECT",
  "CALLCOMPLETION",
  "TRANSFER",
  "REMINDER",
  "UNKNOWN",
  "UNAVAIL",
  "INTRUDE",
  "PARKED",
  "CAMPEDON",
  "ROUTEREQUEST",
] as const;
export type CallReason = typeof CALL_REASONS[number] | `LINECALLREASON_$${string}`;

/** Whether a party's number is there, and if not, why. `pending`: it may still come. */
export const PRESENTATIONS = ["shown", "withheld", "pending", "unavailable"] as const;
export type Presentation = typeof PRESENTATIONS[number];

/** One end of a call. */
export interface Party extends NumberFacts {
  /** As the driver writes it; "" unless {@linkcode presentation} is `shown`. */
  readonly number: string;
  /** "" if there is none, or it is withheld. */
  readonly name: string;
  readonly presentation: Presentation;
  /** The number's owner, if a directory knows it. Never set for a party that is withheld. */
  readonly directory?: DirectoryMatch;
}

/** A party of which nothing is known. */
export const NOBODY: Party = { number: "", name: "", presentation: "unavailable" };
/** A party whose number and name the network withholds. */
export const WITHHELD: Party = { number: "", name: "", presentation: "withheld" };

/**
 * The parties of a call, as LINECALLINFO has them. `connected`: whom the call has reached.
 * `redirecting`: who sent the call here. `redirection`: where the call was sent.
 */
export const PARTY_ROLES = ["caller", "called", "connected", "redirecting", "redirection"] as const;
export type PartyRole = typeof PARTY_ROLES[number];
export type Parties = Readonly<Record<PartyRole, Party>>;

/** All parties, each made for its role. */
export function partiesOf<T = Party>(make: (role: PartyRole) => T): Record<PartyRole, T> {
  return Object.fromEntries(PARTY_ROLES.map((role) => [role, make(role)])) as Record<PartyRole, T>;
}

/** LINECALLINFO as far as the program uses it. */
export interface CallInfo extends Parties {
  /** dwCallID as `0x` and upper-case hex, `0x0` if the driver gives none. Not unique. */
  readonly callId: string;
  /** dwRelatedCallID, written like {@linkcode callId}: a call that this one came from. */
  readonly relatedCallId: string;
  readonly origin: CallOrigin;
  readonly reason: CallReason;
  /** The number of the group that was called, if it is not the line's own. */
  readonly group?: string;
}

/** The direction of a call, seen from its line. */
export const DIRECTIONS = ["in", "out", "unknown"] as const;
export type Direction = typeof DIRECTIONS[number];

/** Details of a call that few drivers report. */
export interface CallDetails {
  /** dwTrunk: the trunk of a call with the outside, by the driver's own numbering. */
  readonly trunk?: number;
  /** LINECALLINFO's call data, if it is text. Applications of the phone system attach it to a call. */
  readonly data?: string;
}

/** A call on a line, as last heard. */
export interface Call extends CallInfo, CallDetails {
  readonly id: CallId;
  /** The extension, see {@linkcode LineIdentity.line}. */
  readonly line: string;
  /** The line's permanent id, which distinguishes lines with one extension. */
  readonly permanentId: string;
  readonly state: CallState;
  /** Detail that TAPI adds to some states, without prefix: `ACTIVE` to CONNECTED, `STATION` to BUSY. */
  readonly stateMode: string | null;
  readonly direction: Direction;
  /** When the program first heard of it: milliseconds since 1970, UTC, as all the following. */
  readonly startedAtMs: number;
  /** When it was first known to be answered at this telephone. */
  readonly connectedAtMs?: number;
  readonly endedAtMs?: number;
  /**
   * LINEDISCONNECTMODE_ without its prefix, the most telling one; a value that TAPI does not define as in
   * CallState.
   */
  readonly disconnect?: string;
  /** Every reason that the driver has reported, if there are several. */
  readonly disconnects?: readonly string[];
  /** The meaning of its states, if nobody has answered the call at this telephone. */
  readonly unanswered?: "busy" | "elsewhere";
  /** Its key for classic clients: the same from its first frame to its last. */
  readonly classicId: string;
  /** The commands that the call's feature bits allow now. */
  readonly can: readonly CallCommandName[];
}
