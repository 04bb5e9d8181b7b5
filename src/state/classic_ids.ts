/** The keys of calls for classic clients, which distinguish the calls of an extension by nothing else. */
import type { Call } from "../model/call.ts";

/** The first key of the server's own: above the ids that drivers give. */
const FIRST_OWN = 0x80000000;

export class ClassicIds {
  readonly #taken = new Set<string>();
  #nextOwn = FIRST_OWN;

  /** A key that no other live call of the extension has: dwCallID if it can be one. */
  take({ line, callId }: Call): string {
    let id = callId;
    while (id === "0x0" || this.#taken.has(keyOf(line, id))) {
      id = `0x${(this.#nextOwn++).toString(16).toUpperCase()}`;
    }
    this.#taken.add(keyOf(line, id));
    return id;
  }

  /** The call has ended. */
  release({ line, classicId }: Call): void {
    this.#taken.delete(keyOf(line, classicId));
  }
}

function keyOf(line: string, id: string): string {
  return `${line} ${id}`;
}
