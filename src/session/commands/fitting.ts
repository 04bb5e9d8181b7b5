/** Which of a line's calls an action can be about, by their states. */
import { LINECALLSTATE, LINECONNECTEDMODE } from "../../tapi/constants.ts";
import type { CallEntry } from "../handles.ts";

const STATE = LINECALLSTATE;
const PENDING = STATE.ONHOLDPENDTRANSFER | STATE.ONHOLDPENDCONF;
const HELD = STATE.ONHOLD | PENDING;

/** LINECALLSTATE_ bits of the calls that an action can be about. */
const FITTING = {
  answer: STATE.OFFERING | STATE.ACCEPTED,
  redirect: STATE.OFFERING | STATE.ACCEPTED,
  hold: STATE.CONNECTED,
  transfer: STATE.CONNECTED,
  consult: STATE.CONNECTED,
  park: STATE.CONNECTED,
  dtmf: STATE.CONNECTED,
  unhold: HELD,
  drop: 0xffff & ~(STATE.IDLE | STATE.DISCONNECTED | STATE.CONFERENCED),
} as const;
export type ActionOnCall = keyof typeof FITTING;

export function fits(action: ActionOnCall, { state }: CallEntry): boolean {
  return (state & FITTING[action]) !== 0;
}

/** The states of a call that somebody is busy with at the telephone. */
const ACTIVE = STATE.DIALTONE | STATE.DIALING | STATE.PROCEEDING | STATE.RINGBACK | STATE.BUSY |
  STATE.SPECIALINFO | STATE.CONNECTED;
/** CONNECTED, but with somebody else who shares the line. */
const ELSEWHERE = LINECONNECTEDMODE.INACTIVE | LINECONNECTEDMODE.INACTIVEHELD;

export function isActive({ state, mode }: CallEntry): boolean {
  if ((state & ACTIVE) === 0) return false;
  return state !== STATE.CONNECTED || (mode & ELSEWHERE) === 0;
}

export function isHeld({ state }: CallEntry): boolean {
  return (state & HELD) !== 0;
}

/** Whether the call waits for a consultation to end. */
export function isPending({ state }: CallEntry): boolean {
  return (state & PENDING) !== 0;
}
