/** The latest events, for clients that reconnect: a ring buffer. */
import type { BusEvent } from "../model/event.ts";

/**
 * Why the events after a number cannot be given. `gone`: not all of them are remembered any more.
 * `ahead`: the number itself has not been given yet.
 */
export type Unknown = "gone" | "ahead";

export class History {
  readonly #capacity: number;
  /** The event that was added n-th is at n modulo the capacity. Numbers rise, and may have gaps. */
  readonly #ring: BusEvent[] = [];
  #added = 0;
  /** Every event after this number is remembered. */
  #completeAfter: number;

  /**
   * @param capacity How many events are kept.
   * @param completeAfter The number of the latest event before the first that is added.
   */
  constructor(capacity: number, completeAfter = 0) {
    this.#capacity = capacity;
    this.#completeAfter = completeAfter;
  }

  /** @param event Its number is greater than that of the event before. */
  add(event: BusEvent): void {
    if (this.#capacity === 0) {
      this.#completeAfter = event.seq;
      return;
    }
    const place = this.#added++ % this.#capacity;
    const forgotten = this.#ring[place];
    if (forgotten !== undefined) this.#completeAfter = forgotten.seq;
    this.#ring[place] = event;
  }

  /**
   * The events after `seq`, oldest first.
   *
   * @param latestSeq The number up to which there are events.
   */
  since(seq: number, latestSeq: number): readonly BusEvent[] | Unknown {
    if (seq > latestSeq) return "ahead";
    if (seq < this.#completeAfter) return "gone";
    let low = Math.max(this.#added - this.#capacity, 0);
    let high = this.#added;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#ring[middle % this.#capacity]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    const events: BusEvent[] = [];
    for (let n = low; n < this.#added; n++) {
      const event = this.#ring[n % this.#capacity];
      if (event !== undefined) events.push(event);
    }
    return events;
  }
}
