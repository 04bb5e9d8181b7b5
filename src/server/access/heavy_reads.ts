/** Reads of the journal: one at a time for each client. */
import type { CommandError } from "../../model/error.ts";
import { Semaphore } from "../../semaphore.ts";

/** Further reads of one client that may wait. */
const MOST_WAITING = 8;

export class HeavyReads {
  readonly #byReader = new Map<unknown, Semaphore>();

  /**
   * Reads when the reader's former reads are done.
   *
   * @param reader Whoever shares one place: a client, or an address.
   */
  async run<T>(reader: unknown, read: () => Promise<T>): Promise<T | CommandError> {
    let semaphore = this.#byReader.get(reader);
    if (semaphore === undefined) this.#byReader.set(reader, semaphore = new Semaphore(1));
    if (semaphore.waiting >= MOST_WAITING) {
      return { code: "rate_limited", message: "Too many reads of the journal at a time" };
    }
    const leave = await semaphore.enter();
    try {
      return await read();
    } finally {
      if (semaphore.waiting === 0) this.#byReader.delete(reader);
      leave();
    }
  }
}
