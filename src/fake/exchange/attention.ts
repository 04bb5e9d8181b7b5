/** Which call has the attention of the person at an extension, and how another one gets it. */
import { LINECALLSTATE, LINEERR } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import type { Leg } from "./leg.ts";

/** The one of an extension's legs that has the attention: at most one. */
export function activeLeg(legs: Iterable<Leg>): Leg | undefined {
  for (const leg of legs) if (leg.isActive) return leg;
  return undefined;
}

/** Whether the person can turn to another call: who is dialling cannot. */
export function canFreeUp(legs: Iterable<Leg>): boolean {
  const active = activeLeg(legs);
  return active === undefined || active.state === LINECALLSTATE.CONNECTED;
}

/**
 * Puts what an extension is busy with on hold.
 *
 * @throws Refusal when that cannot be held.
 */
export function freeUp(legs: Iterable<Leg>): void {
  if (!canFreeUp(legs)) throw new Refusal(LINEERR.CALLUNAVAIL);
  activeLeg(legs)?.enter(LINECALLSTATE.ONHOLD);
}
