/**
 * Lets every client have its turn. The runtime hands over all that one socket has received before it
 * looks at another, or at anything else: one that sends without end would keep the loop for itself.
 */
import { setImmediate } from "node:timers";

/** So many messages of one client are looked at in one turn of the loop. */
const MESSAGES_PER_TURN = 10;

/** Counts the turns in which there is something to do, and gives the word to those who wait. */
export class Turns {
  #number = 0;
  #planned = false;
  #waiting = new Set<Inbox>();

  /** The turn that it is now. */
  get number(): number {
    if (!this.#planned) {
      this.#planned = true;
      setImmediate(() => this.#next());
    }
    return this.#number;
  }

  /** Has the inbox looked into in the next turn. */
  wait(inbox: Inbox): void {
    this.#waiting.add(inbox);
  }

  #next(): void {
    this.#planned = false;
    this.#number++;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const inbox of waiting) inbox.look();
  }
}

/** What one client has sent, in order. */
export class Inbox {
  readonly #turns: Turns;
  readonly #most: number;
  readonly #handle: (message: unknown) => void;
  #messages: unknown[] = [];
  #turn = -1;
  #looked = 0;

  /**
   * @param most How many messages may wait.
   * @param handle Must not throw.
   */
  constructor(turns: Turns, most: number, handle: (message: unknown) => void) {
    this.#turns = turns;
    this.#most = most;
    this.#handle = handle;
  }

  /** Takes a message, to be handled now or in its turn. @returns Whether there was room for it. */
  take(message: unknown): boolean {
    if (this.#messages.length === 0 && this.#mayLook()) {
      this.#handle(message);
      return true;
    }
    if (this.#messages.length >= this.#most) return false;
    this.#messages.push(message);
    this.#turns.wait(this);
    return true;
  }

  /** Handles what waits, as far as the turn allows. */
  look(): void {
    let looked = 0;
    while (looked < this.#messages.length && this.#mayLook()) {
      this.#handle(this.#messages[looked++]);
    }
    this.#messages = this.#messages.slice(looked);
    if (this.#messages.length > 0) this.#turns.wait(this);
  }

  #mayLook(): boolean {
    const turn = this.#turns.number;
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#looked = 0;
    }
    return this.#looked++ < MESSAGES_PER_TURN;
  }
}
