/**
 * What TAPI tells about calls and lines, with names instead of numbers and without handles: the last
 * place where handles, raw numbers and hex exist.
 */
import type { RawCallInfo } from "../tapi/calls.ts";
import {
  has,
  LINECALLORIGIN,
  LINECALLPARTYID,
  LINECALLREASON,
  LINECALLSTATE,
  nameOf,
} from "../tapi/constants.ts";

/** A line as the rest of the program knows it. */
export interface Line {
  /** The first address's text, else the line's name, else the device id. Not always unique. */
  readonly extension: string;
  readonly name: string;
}

declare const brand: unique symbol;
/** The program's own number for a call, never used twice; not a HCALL. */
export type CallKey = number & { readonly [brand]: "CallKey" };

/** The LINE_CALLSTATE of a call, with what lineGetCallInfo said then. */
export interface CallStateSignal {
  readonly kind: "call-state";
  readonly line: Line;
  readonly call: CallKey;
  readonly state: CallStateName;
  /** `undefined` where the provider did not tell. */
  readonly info: CallInfo | undefined;
}

/** What is known of a call may have changed within its state. */
export interface CallInfoSignal {
  readonly kind: "call-info";
  readonly line: Line;
  readonly call: CallKey;
  readonly info: CallInfo;
}

/** A call of which no more will be heard, because its line was closed. */
export interface CallLostSignal {
  readonly kind: "call-lost";
  readonly line: Line;
  readonly call: CallKey;
}

/** Whether the program hears a line. */
export type LineStatus = "open" | "out_of_service" | "closed" | "failed";

export interface LineSignal {
  readonly kind: "line";
  readonly line: Line;
  readonly status: LineStatus;
  /** The symbolic TAPI error, where one is the cause. */
  readonly error?: string;
}

export type CallSignal = CallStateSignal | CallInfoSignal | CallLostSignal;
export type Signal = CallSignal | LineSignal;

export type CallStateName = keyof typeof LINECALLSTATE | `LINECALLSTATE_$${string}`;
export type CallOriginName = keyof typeof LINECALLORIGIN | `LINECALLORIGIN_$${string}`;
export type CallReasonName = keyof typeof LINECALLREASON | `LINECALLREASON_$${string}`;

/** One end of a call; number and name are "" unless they may be shown. */
export interface PartyInfo {
  readonly number: string;
  readonly name: string;
  readonly presentation: "shown" | "withheld" | "pending" | "unavailable";
}

/** LINECALLINFO as far as the program uses it. */
export interface CallInfo {
  /** dwCallID as `0x` and upper-case hex. */
  readonly callId: string;
  readonly origin: CallOriginName;
  readonly reason: CallReasonName;
  readonly caller: PartyInfo;
  readonly called: PartyInfo;
}

/** The high 8 bits may hold a vendor's substate. */
export const CALLSTATE_MASK = 0x00ffffff;

/** The name of dwCallState, or of LINE_CALLSTATE's dwParam1. */
export function callStateName(value: number): CallStateName {
  const state = value & CALLSTATE_MASK;
  return nameOf(LINECALLSTATE, state) ?? `LINECALLSTATE_$${hex(state)}`;
}

/** Puts names to a LINECALLINFO. */
export function toCallInfo(info: RawCallInfo): CallInfo {
  return {
    callId: `0x${hex(info.dwCallID)}`,
    origin: nameOf(LINECALLORIGIN, info.dwOrigin) ?? `LINECALLORIGIN_$${hex(info.dwOrigin)}`,
    reason: nameOf(LINECALLREASON, info.dwReason) ?? `LINECALLREASON_$${hex(info.dwReason)}`,
    caller: toParty(info.dwCallerIDFlags, info.CallerID, info.CallerIDName),
    called: toParty(info.dwCalledIDFlags, info.CalledID, info.CalledIDName),
  };
}

/**
 * Decides what may be shown. BLOCKED wins over everything: some providers supply the number that the
 * caller withheld. Apart from that a number that is there is shown, whatever the flags say, because
 * providers forget ADDRESS.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/linecallpartyid--constants
 */
function toParty(flags: number, number: string, name: string): PartyInfo {
  if (has(flags, LINECALLPARTYID.BLOCKED)) return WITHHELD;
  if (number !== "") return { number, name, presentation: "shown" };
  const presentation = has(flags, LINECALLPARTYID.UNKNOWN) ? "pending" : "unavailable";
  return { number: "", name, presentation };
}

const WITHHELD: PartyInfo = { number: "", name: "", presentation: "withheld" };

function hex(value: number): string {
  return (value >>> 0).toString(16).toUpperCase();
}
