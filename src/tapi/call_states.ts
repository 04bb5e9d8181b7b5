/** Sets of call states: bits of LINECALLSTATE_. */
import { LINECALLSTATE } from "./constants.ts";

/** The call rings: it can be answered. */
export const RINGING_STATES = LINECALLSTATE.OFFERING | LINECALLSTATE.ACCEPTED;

/** The call is on hold, in whichever way. */
export const HELD_STATES = LINECALLSTATE.ONHOLD | LINECALLSTATE.ONHOLDPENDTRANSFER |
  LINECALLSTATE.ONHOLDPENDCONF;

/** The call is over; of one that is IDLE only the handle is left. */
export const ENDED_STATES = LINECALLSTATE.DISCONNECTED | LINECALLSTATE.IDLE;

/** Every state that a call can have. */
export const ALL_STATES = Object.values(LINECALLSTATE).reduce((all, state) => all | state, 0);
