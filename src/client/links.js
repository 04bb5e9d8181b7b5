// @ts-check
/** Which links of calls are to be opened, each once. */
/** @import * as Api from "./client.d.ts" */

export class Links {
  /** The links of live calls that were due, by call: their names. @type {Map<number, Set<string>>} */
  #due = new Map();

  /**
   * The links that are due now, and were not before.
   *
   * @param {Api.Call} call
   * @returns {Api.Link[]}
   */
  take(call) {
    const due = (call.links ?? []).filter(({ on }) => isDue(on, call));
    if (due.length === 0) return [];
    const known = this.#due.get(call.id) ?? new Set();
    this.#due.set(call.id, known);
    return due.filter(({ name }) => !known.has(name) && known.add(name));
  }

  /** @param {number} id The call has ended. */
  forget(id) {
    this.#due.delete(id);
  }
}

/**
 * A link that a late name completes is still due once the call has been answered.
 *
 * @type {(on: Api.Link["on"], call: Api.Call) => boolean}
 */
function isDue(on, { state, direction, connectedAt }) {
  if (on === "answer") return connectedAt !== undefined;
  if (on !== "ring" || direction === "out") return false;
  return state === "OFFERING" || state === "ACCEPTED" || connectedAt !== undefined;
}
