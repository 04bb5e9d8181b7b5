/** Leaves a source that fails alone for a while, and then tries it with one question. */
import type { Clock } from "../clock.ts";

/** Failures in a row after which a source is left alone. */
const MOST_FAILURES = 3;

export class Breaker {
  readonly #clock: Clock;
  readonly #pauseMs: number;
  #failures = 0;
  #openUntilMs = 0;

  constructor(clock: Clock, pauseMs: number) {
    this.#clock = clock;
    this.#pauseMs = pauseMs;
  }

  /** Whether it has failed so often that it is left alone, or on trial. */
  get isBroken(): boolean {
    return this.#failures >= MOST_FAILURES;
  }

  /** Whether the source may be asked now. After a pause one question may; its result decides. */
  admits(): boolean {
    if (!this.isBroken) return true;
    if (this.#clock.uptimeMs() < this.#openUntilMs) return false;
    this.#openUntilMs = this.#clock.uptimeMs() + this.#pauseMs;
    return true;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(): void {
    this.#failures++;
    this.#openUntilMs = this.#clock.uptimeMs() + this.#pauseMs;
  }
}
