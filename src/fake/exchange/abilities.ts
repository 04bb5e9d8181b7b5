/** The features of calls, addresses and lines: in general, and at the moment. */
import {
  LINEADDRESSSTATE,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINECALLSTATE,
  LINEDEVSTATE,
  LINEERR,
  LINEFEATURE,
  LINEFORWARDMODE,
} from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import { activeLeg, canFreeUp } from "./attention.ts";
import type { Leg } from "./leg.ts";

const CAN = LINECALLFEATURE;

/** LINEADDRESSCAPS.dwCallFeatures: what can ever be done with a call. */
export const CALL_FEATURES = CAN.ACCEPT | CAN.ADDTOCONF | CAN.ANSWER | CAN.BLINDTRANSFER |
  CAN.COMPLETECALL | CAN.COMPLETETRANSF | CAN.DIAL | CAN.DROP | CAN.GENERATEDIGITS | CAN.HOLD |
  CAN.PARK |
  CAN.PREPAREADDCONF | CAN.REDIRECT | CAN.SETUPCONF | CAN.SETUPTRANSFER | CAN.SWAPHOLD |
  CAN.UNHOLD;

export const CALL_FEATURES_2 = LINECALLFEATURE2.TRANSFERNORM | LINECALLFEATURE2.TRANSFERCONF |
  LINECALLFEATURE2.PARKDIRECT | LINECALLFEATURE2.PARKNONDIRECT | LINECALLFEATURE2.COMPLINTRUDE;

const IDLE_ADDRESS_FEATURES = LINEADDRFEATURE.FORWARD | LINEADDRFEATURE.FORWARDFWD |
  LINEADDRFEATURE.FORWARDDND |
  LINEADDRFEATURE.UNPARK | LINEADDRFEATURE.PICKUP | LINEADDRFEATURE.PICKUPGROUP |
  LINEADDRFEATURE.PICKUPDIRECT;

export const ADDRESS_FEATURES = IDLE_ADDRESS_FEATURES | LINEADDRFEATURE.MAKECALL;

export const LINE_FEATURES = LINEFEATURE.FORWARD | LINEFEATURE.FORWARDFWD |
  LINEFEATURE.FORWARDDND | LINEFEATURE.MAKECALL | LINEFEATURE.SETDEVSTATUS;

/** The states that lineSetStatusMessages can ask for. */
export const LINE_STATES = LINEDEVSTATE.OTHER | LINEDEVSTATE.RINGING | LINEDEVSTATE.CONNECTED |
  LINEDEVSTATE.DISCONNECTED | LINEDEVSTATE.MSGWAITON | LINEDEVSTATE.MSGWAITOFF |
  LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE | LINEDEVSTATE.OPEN | LINEDEVSTATE.CLOSE |
  LINEDEVSTATE.NUMCALLS | LINEDEVSTATE.REINIT | LINEDEVSTATE.REMOVED;
export const ADDRESS_STATES = LINEADDRESSSTATE.OTHER | LINEADDRESSSTATE.INUSEZERO |
  LINEADDRESSSTATE.INUSEONE | LINEADDRESSSTATE.INUSEMANY | LINEADDRESSSTATE.NUMCALLS |
  LINEADDRESSSTATE.FORWARD;

const FWD = LINEFORWARDMODE;

export const FORWARD_MODES = FWD.UNCOND | FWD.UNCONDINTERNAL | FWD.UNCONDEXTERNAL |
  FWD.BUSY | FWD.BUSYINTERNAL | FWD.BUSYEXTERNAL |
  FWD.NOANSW | FWD.NOANSWINTERNAL | FWD.NOANSWEXTERNAL |
  FWD.BUSYNA | FWD.BUSYNAINTERNAL | FWD.BUSYNAEXTERNAL;

/** Features that the exchange does not have: bits of LINECALLFEATURE_, LINECALLFEATURE2_, LINEADDRFEATURE_. */
export interface Lacks {
  readonly call: number;
  readonly call2: number;
  readonly address: number;
}

/** LINECALLSTATUS.dwCallFeatures: what the leg's state allows now, whoever owns it. */
export function callFeatures(leg: Leg): number {
  const state = LINECALLSTATE;
  if (leg.isOnlooker) return 0;
  switch (leg.state) {
    case state.OFFERING:
      return CAN.ACCEPT | CAN.DROP | CAN.REDIRECT | answerFeature(leg);
    case state.ACCEPTED:
      return CAN.DROP | answerFeature(leg);
    case state.DIALTONE:
      return CAN.DIAL | CAN.DROP;
    case state.RINGBACK:
      return CAN.DROP | consultationFeatures(leg);
    case state.CONNECTED:
      return CAN.DROP | CAN.HOLD | (leg.isConference ? CAN.PREPAREADDCONF : talkFeatures(leg));
    case state.ONHOLD:
    case state.ONHOLDPENDTRANSFER:
    case state.ONHOLDPENDCONF:
      return heldFeatures(leg);
    case state.BUSY:
      return CAN.COMPLETECALL | CAN.DROP;
    case state.IDLE:
      return 0;
    default:
      return CAN.DROP;
  }
}

/** LINECALLSTATUS.dwCallFeatures2: the kinds of what {@linkcode callFeatures} allows. */
export function callFeatures2(leg: Leg): number {
  const can = callFeatures(leg);
  const { COMPLINTRUDE, PARKDIRECT, PARKNONDIRECT, TRANSFERCONF, TRANSFERNORM } = LINECALLFEATURE2;
  return ((can & CAN.COMPLETETRANSF) !== 0 ? TRANSFERNORM | TRANSFERCONF : 0) |
    ((can & CAN.PARK) !== 0 ? PARKDIRECT | PARKNONDIRECT : 0) |
    ((can & CAN.COMPLETECALL) !== 0 ? COMPLINTRUDE : 0);
}

/** LINEADDRESSSTATUS.dwAddressFeatures: one call at a time has the attention of the telephone. */
export function addressFeatures(legs: Iterable<Leg>): number {
  return activeLeg(legs) !== undefined ? IDLE_ADDRESS_FEATURES : ADDRESS_FEATURES;
}

/** LINEDEVSTATUS.dwLineFeatures. */
export function lineFeatures(legs: Iterable<Leg>): number {
  return activeLeg(legs) !== undefined ? LINE_FEATURES & ~LINEFEATURE.MAKECALL : LINE_FEATURES;
}

/** @throws Refusal where the leg's state does not allow the feature. */
export function demand(leg: Leg, feature: number): void {
  if ((callFeatures(leg) & feature) === 0) throw new Refusal(LINEERR.INVALCALLSTATE);
}

function talkFeatures(leg: Leg): number {
  return CAN.BLINDTRANSFER | CAN.SETUPTRANSFER | CAN.SETUPCONF | CAN.PARK | CAN.GENERATEDIGITS |
    ([...leg.siblings].some(({ isHeld }) => isHeld) ? CAN.SWAPHOLD : 0) | consultationFeatures(leg);
}

/** The features that end a consultation that has reached somebody. */
function consultationFeatures(leg: Leg): number {
  let features = 0;
  for (const other of leg.siblings) if (other.isHeld) features |= joiningFeatures(other, leg);
  return features;
}

function heldFeatures(leg: Leg): number {
  const active = activeLeg(leg.siblings);
  if (active === undefined) return CAN.DROP | CAN.UNHOLD;
  const canSwap = active.state === LINECALLSTATE.CONNECTED;
  return CAN.DROP | (canSwap ? CAN.SWAPHOLD : 0) | joiningFeatures(leg, active);
}

/** A held call and one that has reached somebody can be joined; a conference takes who has answered. */
function joiningFeatures(held: Leg, active: Leg): number {
  const { CONNECTED, ONHOLDPENDCONF, RINGBACK } = LINECALLSTATE;
  if (active.peer === undefined || (active.state & (CONNECTED | RINGBACK)) === 0) return 0;
  if (held.state !== ONHOLDPENDCONF) return CAN.COMPLETETRANSF;
  return active.state === CONNECTED ? CAN.ADDTOCONF : 0;
}

function answerFeature({ siblings }: Leg): number {
  return canFreeUp(siblings) ? CAN.ANSWER : 0;
}
