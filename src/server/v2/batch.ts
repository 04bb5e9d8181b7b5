/**
 * Batches: the events of one turn of the loop in one frame, for clients that ask for it. All clients
 * with the same subscription are one group, which listens once and makes the frame once.
 */
import { setImmediate } from "node:timers";
import { describeError, logger } from "../../log.ts";

const log = logger("server");

/** Listens to events, as the texts that clients get, until the result is disposed of. */
type Listen = (take: (text: string) => void) => Disposable;

/** A client's place in a group. */
export interface Membership extends Disposable {
  /** Sends what waits for the client now, because something else is to be sent after it. */
  flush(): void;
}

/** One event as it is, several as a JSON array; `undefined` for none. */
export function batchFrame(texts: readonly string[]): string | undefined {
  // Made by join alone: the flat string that it makes is cheaper for the runtime to send.
  return texts.length > 1 ? ["[", texts.join(), "]"].join("") : texts[0];
}

/** The groups. */
export class Batcher {
  readonly #groups = new Map<string, Group>();

  /**
   * Joins the group of a subscription.
   *
   * @param key The same for the same subscription.
   * @param listen How the group listens, if this is its first member.
   * @param send Sends the member's frames.
   */
  join(key: string, listen: Listen, send: (frame: string) => void): Membership {
    const group = this.#groups.get(key) ?? new Group(listen, () => this.#groups.delete(key));
    this.#groups.set(key, group);
    return group.join(send);
  }
}

interface Member {
  readonly send: (frame: string) => void;
  /** How many of the waiting texts it must not get: it came later, or has them already. */
  from: number;
}

class Group {
  readonly #subscription: Disposable;
  readonly #onEmpty: () => void;
  readonly #members = new Set<Member>();
  /** The events of this turn. */
  #texts: string[] = [];

  constructor(listen: Listen, onEmpty: () => void) {
    this.#onEmpty = onEmpty;
    this.#subscription = listen((text) => {
      if (this.#texts.length === 0) setImmediate(() => this.#flush());
      this.#texts.push(text);
    });
  }

  join(send: (frame: string) => void): Membership {
    const member: Member = { send, from: this.#texts.length };
    this.#members.add(member);
    return {
      flush: () => {
        const frame = batchFrame(this.#texts.slice(member.from));
        member.from = this.#texts.length;
        if (frame !== undefined) send(frame);
      },
      [Symbol.dispose]: () => {
        if (!this.#members.delete(member) || this.#members.size > 0) return;
        this.#subscription[Symbol.dispose]();
        this.#onEmpty();
      },
    };
  }

  #flush(): void {
    const texts = this.#texts;
    this.#texts = [];
    const frame = batchFrame(texts);
    for (const member of this.#members) {
      const own = member.from === 0 ? frame : batchFrame(texts.slice(member.from));
      member.from = 0;
      if (own === undefined) continue;
      try {
        member.send(own);
      } catch (error) {
        log.error("A batch cannot be sent: {error}", { error: describeError(error) });
      }
    }
  }
}
