/**
 * What the pretend exchange consists of: extensions, calls and their ends. No bytes and no handles;
 * states, origins, reasons and modes are TAPI's numbers.
 */
import { ENDED_STATES, HELD_STATES, RINGING_STATES } from "../tapi/call_states.ts";
import { LINECALLSTATE } from "../tapi/constants.ts";

/** Somebody, as one end of a call is told about the other. */
export interface Party {
  readonly number: string;
  readonly name: string;
  /** Withheld: passed on by the network, but not to be shown. Pending: it comes later. */
  readonly presentation: "shown" | "withheld" | "pending" | "unavailable";
}

export const NOBODY: Party = { number: "", name: "", presentation: "unavailable" };
const NOT_YET_KNOWN: Party = { number: "", name: "", presentation: "pending" };

/** Where calls for an extension go instead. */
export interface Forward {
  /** One LINEFORWARDMODE_ bit. */
  readonly mode: number;
  /** Empty: nowhere, do not disturb. */
  readonly to: string;
}

export interface Extension {
  readonly number: string;
  /** Of the person who uses it. */
  readonly name: string;
  /** The pickup group. */
  readonly group: string;
  /** Its calls that are not IDLE. */
  readonly legs: Set<Leg>;
  forwards: readonly Forward[];
  /** Rings before a call is taken for unanswered. */
  ringsNoAnswer: number;
  /** Whether the message lamp is on. */
  messageWaiting: boolean;
  /** Whether the exchange can be reached from the line's driver. */
  inService: boolean;
}

/** A connection in the exchange. While it is set up, parked or diverted it has one end only. */
export interface Call {
  ends: End[];
  /** A client has acted on it, so pretend people leave it alone. */
  takenOver: boolean;
}

/** Either end of a call. */
export type End = Leg | Outside;

/** A telephone beyond the exchange. */
export interface Outside {
  readonly kind: "outside";
  call: Call;
  readonly party: Party;
  /** Whether the network has passed the number on yet. */
  known: boolean;
}

/** A call as one extension has it: what TAPI calls a call. */
export interface Leg {
  readonly kind: "leg";
  readonly extension: Extension;
  call: Call;
  /** dwCallID: of this leg alone, so that pages may use it as a key. */
  readonly callId: number;
  relatedCallId: number;
  state: number;
  /** What LINE_CALLSTATE carries in dwParam2 for some states. */
  stateMode: number;
  stateSinceMs: number;
  readonly origin: number;
  reason: number;
  caller: Party;
  called: Party;
  connected: Party;
  redirecting: Party;
  redirection: Party;
  /** Whoever asked for this leg; `null` when it came about by itself. */
  readonly initiator: object | null;
  /** The held leg on whose behalf this one asks back. */
  readonly consultationFor: Leg | null;
  /** The conference that this leg takes part in. */
  conference: Leg | null;
  /** The legs that take part where this leg is a conference. */
  readonly members: Set<Leg>;
}

/** What may become known of a leg, or change. */
export type LegInfo = Pick<
  Leg,
  "caller" | "called" | "connected" | "redirecting" | "redirection" | "reason" | "relatedCallId"
>;

/** What the exchange tells whoever watches it. */
export interface SwitchboardListener {
  /** A leg exists now, in its first state. */
  legAdded(leg: Leg): void;
  legStateChanged(leg: Leg): void;
  /** @param changed LINECALLINFOSTATE_ bits. */
  legInfoChanged(leg: Leg, changed: number): void;
  /** The telephone rings once more; `count` starts at 0. */
  rang(extension: Extension, count: number): void;
  callCountChanged(extension: Extension): void;
  forwardChanged(extension: Extension): void;
  /** @param state The LINEDEVSTATE_ bit that became true. */
  lineStateChanged(extension: Extension, state: number): void;
}

/** The exchange does not do what was asked. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  /** @param code A LINEERR_ code. */
  constructor(readonly code: number) {
    super(`Refused with 0x${code.toString(16)}`);
  }
}

export function isHeld(leg: Leg): boolean {
  return (leg.state & HELD_STATES) !== 0;
}

export function hasEnded(leg: Leg): boolean {
  return (leg.state & ENDED_STATES) !== 0;
}

export function isRinging(leg: Leg): boolean {
  return (leg.state & RINGING_STATES) !== 0;
}

/** Whether the leg has the attention of the person at the telephone. */
export function isActive(leg: Leg): boolean {
  const passive = HELD_STATES | ENDED_STATES | RINGING_STATES | LINECALLSTATE.CONFERENCED |
    LINECALLSTATE.UNKNOWN;
  return (leg.state & passive) === 0;
}

/** The leg that has the attention of the person at the extension: at most one. */
export function activeLeg(extension: Extension): Leg | undefined {
  for (const leg of extension.legs) if (isActive(leg)) return leg;
  return undefined;
}

/** Whether the extension can turn to another call: who is dialling cannot. */
export function canFreeUp(extension: Extension): boolean {
  const active = activeLeg(extension);
  return active === undefined || active.state === LINECALLSTATE.CONNECTED;
}

export function peerOf(end: End): End | undefined {
  return end.call.ends.find((other) => other !== end);
}

/** How an end is shown to the other one. */
export function partyOf(end: End): Party {
  if (end.kind === "leg") return extensionParty(end.extension);
  return end.known ? end.party : NOT_YET_KNOWN;
}

export function extensionParty(extension: Extension): Party {
  return { number: extension.number, name: extension.name, presentation: "shown" };
}
