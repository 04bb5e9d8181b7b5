/** How many messages one may send: a bucket that fills again, and a count of those who never let it. */
import type { Clock } from "../../clock.ts";

/** `refused`: later again. `abusive`: refused so often that nothing else is to be expected. */
export type Passage = "free" | "refused" | "abusive";

/** So many seconds' worth may come at once. */
const BURST_SECONDS = 2;
/** So many seconds' worth may be refused before the bucket is half full again. */
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

  /** Whether it is as if nothing had ever been taken. */
  get isFull(): boolean {
    this.#fill();
    return this.#left === this.#perSecond * BURST_SECONDS;
  }

  /** Asks for one message. */
  take(): Passage {
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

/** A bucket for each address that has no connection to hang it on. Forgets those that are full. */
export class AddressBuckets {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, TokenBucket>();
  /** At this size those are looked for that can be forgotten. */
  #lookAt = 1000;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  take(address: string): Passage {
    let bucket = this.#buckets.get(address);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#lookAt) this.#forget();
      bucket = new TokenBucket(this.#clock, this.#perSecond);
      this.#buckets.set(address, bucket);
    }
    return bucket.take();
  }

  #forget(): void {
    for (const [address, bucket] of this.#buckets) {
      if (bucket.isFull) this.#buckets.delete(address);
    }
    this.#lookAt = Math.max(1000, this.#buckets.size * 2);
  }
}
