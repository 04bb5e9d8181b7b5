/** Limits how many messages a client may send: token buckets that notice abuse. */
import type { Clock } from "../../clock.ts";

/** `refused`: try later. `abusive`: refused without a pause for so long that the client is broken. */
type Permission = "free" | "refused" | "abusive";

/** A burst can have so many seconds' worth. */
const BURST_SECONDS = 2;
/** Seconds' worth that can be refused before the bucket is half full again. */
const ABUSE_SECONDS = 10;

export class TokenBucket {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #left: number;
  #filledAtMs: number;
  #refused = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#left = perSecond * BURST_SECONDS;
    this.#filledAtMs = clock.uptimeMs();
  }

  /** Whether nothing has been taken lately. */
  get isFull(): boolean {
    this.#fill();
    return this.#left === this.#perSecond * BURST_SECONDS;
  }

  /** Asks to send one message. */
  take(): Permission {
    this.#fill();
    if (this.#left >= this.#perSecond * BURST_SECONDS / 2) this.#refused = 0;
    if (this.#left >= 1) {
      this.#left--;
      return "free";
    }
    return ++this.#refused > this.#perSecond * ABUSE_SECONDS ? "abusive" : "refused";
  }

  #fill(): void {
    const nowMs = this.#clock.uptimeMs();
    const gained = (nowMs - this.#filledAtMs) / 1000 * this.#perSecond;
    this.#left = Math.min(this.#left + gained, this.#perSecond * BURST_SECONDS);
    this.#filledAtMs = nowMs;
  }
}

/** A bucket for each address, for requests without a connection. Forgets full buckets. */
export class AddressBuckets {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>();
  /** The size at which full buckets are forgotten. */
  #forgetAt = 1000;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  take(address: string): Permission {
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#forgetAt) this.#forget();
      bucket = new TokenBucket(this.#clock, this.#perSecond);
      this.#buckets.set(address, bucket);
    }
    return bucket.take();
  }

  #forget(): void {
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull) this.#buckets.delete(address);
    }
    this.#forgetAt = Math.max(1000, this.#buckets.size * 2);
  }
}
