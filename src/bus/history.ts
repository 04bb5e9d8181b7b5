/** The latest events, for clients that were away: a ring of bounded length. */
import type { BusEvent } from "../model/event.ts";

export class History {
  readonly #most: number;
  readonly #ring: BusEvent[] = [];

  /** @param most How many events are kept; 0: none. */
  constructor(most: number) {
    this.#most = most;
  }

  add(event: BusEvent): void {
    if (this.#most > 0) this.#ring[event.seq % this.#most] = event;
  }

  /**
   * The events behind `seq`, oldest first; `undefined` where the ring does not hold all of them any
   * more, or `seq` is none that was ever given.
   *
   * @param latestSeq The number of the latest event.
   */
  since(seq: number, latestSeq: number): BusEvent[] | undefined {
    const count = latestSeq - seq;
    if (count < 0 || count > Math.min(this.#most, latestSeq)) return undefined;
    const events: BusEvent[] = [];
    for (let next = seq + 1; next <= latestSeq; next++) {
      const event = this.#ring[next % this.#most];
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}
