/**
 * Gives every client its turn. The runtime hands over all that one socket has received before it
 * looks at another, or at anything else: a client that sends without end would keep the loop busy.
 */

/** Messages of one client that are handled in one turn of the loop. */
const MESSAGES_PER_TURN = 10;

/** Counts the turns of the loop in which messages arrive, and wakes inboxes in the next one. */
export class Turns {
  #number = 0;
  #isPlanned = false;
  #waiting = new Set<Inbox>();

  /** The number of this turn. */
  get number(): number {
    if (!this.#isPlanned) {
      this.#isPlanned = true;
      // An immediate would keep sockets waiting for as long as there are messages.
      setTimeout(() => this.#next(), 0);
    }
    return this.#number;
  }

  /** Wakes the inbox in the next turn. */
  wait(inbox: Inbox): void {
    this.#waiting.add(inbox);
  }

  #next(): void {
    this.#isPlanned = false;
    this.#number++;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const inbox of waiting) inbox.wake();
  }
}

/** The messages of one client, in order. */
export class Inbox {
  readonly #turns: Turns;
  readonly #capacity: number;
  readonly #handle: (message: string) => void;
  #messages: string[] = [];
  #turn = -1;
  #handled = 0;

  /**
   * @param capacity How many messages can wait.
   * @param handle Must not throw.
   */
  constructor(turns: Turns, capacity: number, handle: (message: string) => void) {
    this.#turns = turns;
    this.#capacity = capacity;
    this.#handle = handle;
  }

  /** Handles a message now or in a later turn. @returns Whether there was room for it. */
  take(message: string): boolean {
    if (this.#messages.length === 0 && this.#mayHandle()) {
      this.#handle(message);
      return true;
    }
    if (this.#messages.length >= this.#capacity) return false;
    this.#messages.push(message);
    this.#turns.wait(this);
    return true;
  }

  /** Handles waiting messages, as many as the turn allows. */
  wake(): void {
    let handled = 0;
    while (handled < this.#messages.length && this.#mayHandle()) {
      this.#handle(this.#messages[handled++] ?? "");
    }
    this.#messages = this.#messages.slice(handled);
    if (this.#messages.length > 0) this.#turns.wait(this);
  }

  #mayHandle(): boolean {
    const turn = this.#turns.number;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#handled = 0;
    }
    return this.#handled++ < MESSAGES_PER_TURN;
  }
}
