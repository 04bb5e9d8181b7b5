/** Remembers facts about a limited number of numbers for a while; the one used longest ago goes first. */
import type { Clock } from "../clock.ts";
import type { DirectoryMatch } from "../model/directory.ts";

interface Cached {
  /** `undefined`: no source has the number. */
  readonly match: DirectoryMatch | undefined;
  readonly untilMs: number;
}

export interface CacheOptions {
  readonly clock: Clock;
  readonly hitMs: number;
  readonly missMs: number;
  readonly most: number;
}

export class Cache {
  readonly #options: CacheOptions;
  /** The one used longest ago is the first. */
  readonly #cached = new Map<string, Cached>();

  constructor(options: CacheOptions) {
    this.#options = options;
  }

  /** `undefined` if nothing is known of the number, or not any more. */
  get(number: string): { readonly match: DirectoryMatch | undefined } | undefined {
    const cached = this.#cached.get(number);
    if (cached === undefined) return undefined;
    this.#cached.delete(number);
    if (cached.untilMs <= this.#options.clock.uptimeMs()) return undefined;
    this.#cached.set(number, cached);
    return cached;
  }

  set(number: string, match: DirectoryMatch | undefined): void {
    const { clock, hitMs, missMs, most } = this.#options;
    const untilMs = clock.uptimeMs() + (match === undefined ? missMs : hitMs);
    this.#cached.delete(number);
    this.#cached.set(number, { match, untilMs });
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= most) return;
      this.#cached.delete(oldest);
    }
  }
}
