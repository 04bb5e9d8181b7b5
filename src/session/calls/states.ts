/** A call's state: its name, and what it means for the telephone. Pure. */
import type { CallState } from "../../model/call.ts";
import type { CallStatus } from "../../tapi/calls.ts";
import { HELD_STATES } from "../../tapi/call_states.ts";
import { LINECALLSTATE, LINECONNECTEDMODE, nameOf } from "../../tapi/constants.ts";
import type { RawCallInfo } from "../../tapi/call_info.ts";
import type { TapiCall } from "../call.ts";
import type { CallStateSignal } from "../signals.ts";
import { hex } from "./bit_names.ts";
import { isUnansweredConsultation } from "./quirks.ts";

/** The high 8 bits may hold a vendor's substate. */
const CALLSTATE_MASK = 0x00ffffff;

/** LINECALLSTATE_ of dwCallState or of LINE_CALLSTATE's dwParam1, without vendor bits. */
export function callStateOf(value: number): number {
  return value & CALLSTATE_MASK;
}

/** The name of dwCallState, or of LINE_CALLSTATE's dwParam1. */
export function callStateName(value: number): CallState {
  const state = callStateOf(value);
  return nameOf(LINECALLSTATE, state) ?? `LINECALLSTATE_$${hex(state)}`;
}

/** The mode that lineGetCallStatus reports, if it reports the same state. */
export function modeOf(state: number, status: CallStatus | undefined): number {
  return status !== undefined && callStateOf(status.dwCallState) === state
    ? status.dwCallStateMode
    : 0;
}

/** A call's LINECALLSTATE_ and LINECONNECTEDMODE_. */
interface InState {
  readonly state: number;
  readonly mode: number;
}

const STATE = LINECALLSTATE;
const PENDING = STATE.ONHOLDPENDTRANSFER | STATE.ONHOLDPENDCONF;
/** The states of a call that somebody is busy with at the telephone. */
const ACTIVE = STATE.DIALTONE | STATE.DIALING | STATE.PROCEEDING | STATE.RINGBACK | STATE.BUSY |
  STATE.SPECIALINFO | STATE.CONNECTED;
const INACTIVE = LINECONNECTEDMODE.INACTIVE | LINECONNECTEDMODE.INACTIVEHELD;
const HERE = LINECONNECTEDMODE.ACTIVE | LINECONNECTEDMODE.ACTIVEHELD;

/** Whether the call is CONNECTED at another telephone that shares the line. */
export function isElsewhere({ state, mode }: InState): boolean {
  return state === STATE.CONNECTED && (mode & INACTIVE) !== 0 && (mode & HERE) === 0;
}

export function isActive(call: InState): boolean {
  return (call.state & ACTIVE) !== 0 && !isElsewhere(call);
}

export function isHeld({ state }: InState): boolean {
  return (state & HELD_STATES) !== 0;
}

/** Whether somebody talks in the call at this telephone, or has put it on hold. */
export function isTalking(call: InState): boolean {
  return isHeld(call) || (call.state === STATE.CONNECTED && !isElsewhere(call));
}

/** Whether the call waits for a consultation to end. */
export function isPending({ state }: InState): boolean {
  return (state & PENDING) !== 0;
}

/** Which telephone has answered the call, by the state it is in. */
export function answeredBy(
  call: TapiCall,
  info: RawCallInfo | undefined,
): CallStateSignal["answered"] {
  if (isElsewhere(call)) return "elsewhere";
  if (call.state === STATE.CONFERENCED) return "here";
  if (!isTalking(call)) return undefined;
  return isUnansweredConsultation(call.line.identity.provider, info) ? undefined : "here";
}
