/**
 * The rudeness of the fake exchange, all that real drivers do although nobody should rely on it not
 * to happen. Decided by a seed, and the same for one call however often it is asked for.
 */
import type { Leg } from "../exchange/leg.ts";
import { Random } from "../random.ts";

/** The oddities of one call's LINECALLINFO. */
export interface InfoQuirks {
  /** A withheld number is in the struct all the same, flagged ADDRESS and BLOCKED. */
  readonly revealsWithheld: boolean;
  /** Device-specific bytes, more than a first buffer has room for. */
  readonly devSpecificBytes: number;
  /** The rest of texts after their NUL. */
  readonly garbage: string;
  /** Text sizes leave out a byte, and with it half the NUL. */
  readonly oddSizes: boolean;
}

const POLITE_INFO: InfoQuirks = {
  revealsWithheld: false,
  devSpecificBytes: 0,
  garbage: "",
  oddSizes: false,
};

const LONG_DEV_SPECIFIC_BYTES = 6000;
const VENDOR_BITS = [0x01000000, 0x10000000, 0x80000000] as const;

export class Quirks {
  readonly #random: Random;

  constructor(
    readonly polite: boolean,
    readonly seed: number,
    /** A fixed time from a request to its LINE_REPLY, if one is wanted. */
    readonly replyDelayMs?: number,
  ) {
    this.#random = new Random(seed ^ 0x5eed);
  }

  /** From a request to when it is carried out; 0: before the function has returned. */
  actDelayMs(): number {
    if (this.replyDelayMs !== undefined) return this.replyDelayMs;
    if (this.polite) return 10;
    return this.#random.oneIn(8) ? 0 : this.#random.between(5, 40);
  }

  /** From the deed to its LINE_REPLY; a late one comes after the call's events. */
  replyLateMs(): number {
    if (this.polite || this.replyDelayMs !== undefined || !this.#random.oneIn(8)) return 0;
    return this.#random.between(100, 1500);
  }

  /** The high 8 bits of a call state. */
  vendorBits(): number {
    return this.polite || !this.#random.oneIn(20) ? 0 : this.#random.pick(VENDOR_BITS);
  }

  parkAddressIsAscii(): boolean {
    return !this.polite && this.#random.oneIn(2);
  }

  /** Whether applications that only monitor the call see none of its features. */
  hidesFeatures({ firstCallId }: Leg): boolean {
    return !this.polite && new Random(this.seed ^ Math.imul(firstCallId, 0x85ebca6b)).oneIn(3);
  }

  infoOf(leg: Leg): InfoQuirks {
    if (this.polite) return POLITE_INFO;
    const random = new Random(this.seed ^ Math.imul(leg.firstCallId, 0x9e3779b1));
    return {
      revealsWithheld: random.oneIn(2),
      devSpecificBytes: random.oneIn(8) ? LONG_DEV_SPECIFIC_BYTES : 0,
      garbage: random.oneIn(4) ? "\0\uffff\ud83d9" : "",
      oddSizes: random.oneIn(4),
    };
  }
}
