/**
 * Batches: what clients that asked for it hear in one turn of the loop goes out in one frame. All who
 * want the same are one group, which listens once and puts the frame together once.
 */
import { setImmediate } from "node:timers";
import { describeError, logger } from "../../log.ts";

const log = logger("server");

/** Listens to events, as the texts that clients get, until the result is disposed of. */
export type Listen = (hear: (text: string) => void) => Disposable;

/** A client's place in a group; it hears nothing more when it is disposed of. */
export interface Membership extends Disposable {
  /** Sends what waits for the client now, because something else is to be sent behind it. */
  flush(): void;
}

/** Texts of events as one frame: one as it is, several as a JSON array; none for none. */
export function batchFrame(texts: readonly string[]): string | undefined {
  // Put together by join alone: the runtime sends the flat string that it makes at less cost.
  return texts.length > 1 ? ["[", texts.join(), "]"].join("") : texts[0];
}

/** The groups. */
export class Batcher {
  readonly #groups = new Map<string, Group>();

  /**
   * Joins the group of those who want the same.
   *
   * @param key Says what is wanted: the same for the same.
   * @param listen How the group listens, where this is its first member.
   * @param send Takes the member's frames.
   */
  join(key: string, listen: Listen, send: (frame: string) => void): Membership {
    const group = this.#groups.get(key) ?? new Group(listen, () => this.#groups.delete(key));
    this.#groups.set(key, group);
    return group.join(send);
  }
}

class Group {
  readonly #subscription: Disposable;
  readonly #onEmpty: () => void;
  readonly #members = new Set<Member>();
  /** What has been heard in this turn. */
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

interface Member {
  readonly send: (frame: string) => void;
  /** How much of what waits it need not get: it came later, or has it already. */
  from: number;
}
