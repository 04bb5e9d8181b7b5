/** What a call's state means for the telephone. */
import { HELD_STATES } from "../../tapi/call_states.ts";
import { LINECALLSTATE, LINECONNECTEDMODE } from "../../tapi/constants.ts";
import type { TapiCall } from "../call.ts";

const STATE = LINECALLSTATE;
const PENDING = STATE.ONHOLDPENDTRANSFER | STATE.ONHOLDPENDCONF;
/** The states of a call that somebody is busy with at the telephone. */
const ACTIVE = STATE.DIALTONE | STATE.DIALING | STATE.PROCEEDING | STATE.RINGBACK | STATE.BUSY |
  STATE.SPECIALINFO | STATE.CONNECTED;
/** CONNECTED, but with somebody else who shares the line. */
const ELSEWHERE = LINECONNECTEDMODE.INACTIVE | LINECONNECTEDMODE.INACTIVEHELD;

export function isActive({ state, mode }: TapiCall): boolean {
  if ((state & ACTIVE) === 0) return false;
  return state !== STATE.CONNECTED || (mode & ELSEWHERE) === 0;
}

export function isHeld({ state }: TapiCall): boolean {
  return (state & HELD_STATES) !== 0;
}

/** Whether the call waits for a consultation to end. */
export function isPending({ state }: TapiCall): boolean {
  return (state & PENDING) !== 0;
}
