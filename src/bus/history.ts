/** The latest events, for clients that reconnect: a ring buffer. */
import type { BusEvent } from "../model/event.ts";

export class History {
  readonly #capacity: number;
  readonly #ring: BusEvent[] = [];

  /** @param capacity How many events are kept. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(event: BusEvent): void {
    if (this.#capacity > 0) this.#ring[event.seq % this.#capacity] = event;
  }

  /**
   * The events after `seq`, oldest first; `undefined` if the ring does not have all of them any more,
   * or `seq` has not been given yet.
   *
   * @param latestSeq The number of the latest event.
   */
  since(seq: number, latestSeq: number): BusEvent[] | undefined {
    const count = latestSeq - seq;
    if (count < 0 || count > Math.min(this.#capacity, latestSeq)) return undefined;
    const events: BusEvent[] = [];
    for (let next = seq + 1; next <= latestSeq; next++) {
      const event = this.#ring[next % this.#capacity];
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}
