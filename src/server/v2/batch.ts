/**
 * Batches: what a client that asked for it hears in one turn of the loop goes out in one frame.
 * Clients that hear the same share the frame's text, which is put together once.
 */
import { setImmediate } from "node:timers";
import { describeError, logger } from "../../log.ts";

const log = logger("server");

/** Events that wait, in order. */
class Batch {
  readonly #before: Batch | undefined;
  readonly #text: string;
  /** This batch and one event more, for the next who adds the same. */
  #longer: Batch | undefined;
  #frame: string | undefined;

  constructor(text: string, before?: Batch) {
    this.#text = text;
    this.#before = before;
  }

  /** The batch with one event more: the same object for all who add the same event. */
  and(text: string): Batch {
    return this.#longer = followUp(this.#longer, text, this);
  }

  /** One event as it is, several as a JSON array. */
  get frame(): string {
    return this.#frame ??= this.#before === undefined
      ? this.#text
      : ["[", this.#texts().join(), "]"].join("");
  }

  #texts(): string[] {
    const texts = [this.#text];
    for (let batch = this.#before; batch !== undefined; batch = batch.#before) {
      texts.push(batch.#text);
    }
    return texts.reverse();
  }

  /** `known` where that ends with the event, else a new batch. */
  static followUp(known: Batch | undefined, text: string, before?: Batch): Batch {
    return known !== undefined && known.#text === text ? known : new Batch(text, before);
  }
}

const { followUp } = Batch;

/** Flushes, once for each turn, the queues in which something waits. */
export class Batcher {
  #waiting: BatchQueue[] = [];
  /** The latest batch of one event. */
  #first: Batch | undefined;

  /** The first event of a queue that was empty. */
  begin(queue: BatchQueue, text: string): Batch {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(queue);
    return this.#first = followUp(this.#first, text);
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#first = undefined;
    for (const queue of waiting) {
      try {
        queue.flush();
      } catch (error) {
        log.error("A batch cannot be sent: {error}", { error: describeError(error) });
      }
    }
  }
}

/** What waits for one client. */
export class BatchQueue {
  readonly #batcher: Batcher;
  readonly #send: (frame: string) => void;
  #batch: Batch | undefined;

  constructor(batcher: Batcher, send: (frame: string) => void) {
    this.#batcher = batcher;
    this.#send = send;
  }

  add(text: string): void {
    this.#batch = this.#batch?.and(text) ?? this.#batcher.begin(this, text);
  }

  /** Sends what waits, before something else is sent. */
  flush(): void {
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch !== undefined) this.#send(batch.frame);
  }
}
