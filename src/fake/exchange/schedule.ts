/** Timers of the fake exchange, which all end with it. */
import type { Clock, TimerId } from "../../clock.ts";

/** Timers that can be cancelled all at once: an exchange that stops leaves none. */
export class Schedule {
  readonly #pending = new Set<TimerId>();

  constructor(readonly clock: Clock) {}

  after(delayMs: number, callback: () => void): void {
    const id = this.clock.setTimeout(() => {
      this.#pending.delete(id);
      callback();
    }, delayMs);
    this.#pending.add(id);
  }

  cancelAll(): void {
    for (const id of this.#pending) this.clock.clearTimeout(id);
    this.#pending.clear();
  }
}
