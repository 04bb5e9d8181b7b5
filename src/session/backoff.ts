/** Pauses between attempts: each twice as long as the one before up to a bound, with jitter. */

export interface BackoffOptions {
  readonly firstMs: number;
  readonly longestMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export class Backoff {
  readonly #options: BackoffOptions;
  #nextMs: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#nextMs = options.firstMs;
  }

  /** The next pause, a quarter shorter or longer at most: what failed together does not come back together. */
  pauseMs(): number {
    const baseMs = this.#nextMs;
    this.#nextMs = Math.min(baseMs * 2, this.#options.longestMs);
    return baseMs * (0.75 + this.#options.random() / 2);
  }

  /** Begins anew, after a success that lasted. */
  reset(): void {
    this.#nextMs = this.#options.firstMs;
  }
}
