/** The numbers that are special, how long things take, and which forward applies. */
import { LINEERR, LINEFORWARDMODE } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import { type End, Outside } from "./call.ts";
import type { Extension } from "./extension.ts";

/** Numbers that behave in a way of their own when dialled. */
export const SPECIAL_NUMBERS = {
  /** BUSY, then DISCONNECTED. */
  busy: "900",
  /** The request fails: LINE_REPLY with LINEERR_CALLUNAVAIL. */
  refused: "901",
  /** RINGBACK until the caller gives up. */
  neverAnswers: "902",
  /** SPECIALINFO, then DISCONNECTED. */
  unobtainable: "903",
  /** The function itself fails with LINEERR_INVALADDRESS. */
  invalid: "904",
  /** The request never gets its LINE_REPLY. */
  neverReplies: "905",
} as const;

/** How long the steps of a call take. */
export const TIMING = {
  dialToneMs: 300,
  dialingMs: 500,
  proceedingMs: 600,
  /** RINGBACK until somebody outside answers: with the steps before it about 3 s. */
  outsideAnswersMs: 1600,
  colleagueAnswersMs: 4000,
  /** How long simulated people talk with a client's call before they hang up. */
  talkMs: 60_000,
  busyToneMs: 4000,
  unknownMs: 500,
  lateCallerIdMs: 1000,
  /** One ring of those that LINEFORWARD's dwNumRingsNoAnswer counts. */
  ringMs: 5000,
} as const;

/** The characters of a dialable address, and those that only make it readable. */
const DIALABLE = /^[0-9*#+()., \-/TPWtpw!]*$/;
const DECORATION = /[^0-9*#+]/g;

/**
 * The number that a dialable address stands for.
 *
 * @throws Refusal when it cannot be dialled.
 */
export function toNumber(address: string): string {
  const number = address.replace(DECORATION, "");
  if (!DIALABLE.test(address) || number === SPECIAL_NUMBERS.invalid) {
    throw new Refusal(LINEERR.INVALADDRESS);
  }
  return number;
}

const FWD = LINEFORWARDMODE;
export const UNCONDITIONAL = {
  any: FWD.UNCOND,
  internal: FWD.UNCONDINTERNAL,
  external: FWD.UNCONDEXTERNAL,
};
export const WHEN_BUSY = {
  any: FWD.BUSY | FWD.BUSYNA,
  internal: FWD.BUSYINTERNAL | FWD.BUSYNAINTERNAL,
  external: FWD.BUSYEXTERNAL | FWD.BUSYNAEXTERNAL,
};
export const WHEN_UNANSWERED = {
  any: FWD.NOANSW | FWD.BUSYNA,
  internal: FWD.NOANSWINTERNAL | FWD.BUSYNAINTERNAL,
  external: FWD.NOANSWEXTERNAL | FWD.BUSYNAEXTERNAL,
};

/** The number that calls from `caller` go to instead, if any; empty: they go nowhere. */
export function forwardOf(
  extension: Extension,
  caller: End,
  when: { any: number; internal: number; external: number },
): string | undefined {
  const modes = when.any | (caller instanceof Outside ? when.external : when.internal);
  return extension.forwards.find(({ mode }) => (mode & modes) !== 0)?.to;
}
