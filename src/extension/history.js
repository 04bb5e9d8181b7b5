// @ts-check
/** The last calls of the user's line, from the server's journal, and how many missed ones are new. */
/** @import { Call } from "../client/client.d.ts" */
/** @import { Phone } from "./phone.js" */

const MOST = 20;

/**
 * An entry of the journal.
 *
 * @typedef {Pick<Call, "line" | "direction" | "caller" | "called" | "connected" | "startedAt"> & {
 *   readonly id: number,
 *   readonly call: number,
 *   readonly endedAt: string,
 *   readonly result: string,
 *   readonly talkMs?: number,
 * }} Entry
 */

/** @typedef {Pick<Entry, "call" | "startedAt">} CallName Names a call also after the server's restart. */

export class History {
  /** The call that ended last first. @type {readonly Entry[]} */
  entries = [];
  /** ISO 8601: missed calls that ended later are new. */
  #seenAt = "";
  /** Calls that the user has refused, as {@linkcode nameOf} names them. @type {Set<string>} */
  #refused = new Set();
  /** One after the other: a client can read one page at a time. @type {Promise<unknown>} */
  #reading = Promise.resolve();
  #phone;

  /** @param {Phone} phone */
  constructor(phone) {
    this.#phone = phone;
  }

  /** Reads what was seen; calls from before the first time are old. */
  async load() {
    const { seenAt } =
      /** @type {{ seenAt?: string }} */ (await chrome.storage.local.get("seenAt"));
    this.#seenAt = seenAt ?? "";
    const { refused } = /** @type {{ refused?: string[] }} */ (
      await chrome.storage.session.get("refused")
    );
    this.#refused = new Set(refused);
  }

  /** The user does not take the call: so it is not missed. @param {CallName} call */
  async refuse(call) {
    this.#refused.add(nameOf(call));
    await chrome.storage.session.set({ refused: [...this.#refused].slice(-MOST) });
  }

  /** @returns {number} */
  get newMissed() {
    return this.entries.filter((entry) =>
      this.#isMissed(entry) && this.#seenAt !== "" && entry.endedAt > this.#seenAt
    ).length;
  }

  /** @param {CallName} call @returns {boolean} Whether the call, which has ended, was missed. */
  wasMissed(call) {
    const name = nameOf(call);
    return this.entries.some((entry) => nameOf(entry) === name && this.#isMissed(entry));
  }

  /** @param {Entry} entry */
  #isMissed(entry) {
    return entry.result === "missed" && !this.#refused.has(nameOf(entry));
  }

  /** The user has looked at the list. */
  async markSeen() {
    const latest = this.entries[0]?.endedAt ?? new Date(0).toISOString();
    if (latest <= this.#seenAt) return;
    this.#seenAt = latest;
    await chrome.storage.local.set({ seenAt: latest });
  }

  /** Reads the journal. Without one, or without a connection, nothing changes. */
  async refresh() {
    const read = async () => {
      const { line } = this.#phone;
      if (line === undefined || !this.#phone.isOpen) return;
      const page = await this.#phone.command("journal", { lines: [line.line], limit: MOST });
      this.entries = /** @type {{ entries: readonly Entry[] }} */ (page).entries;
      if (this.#seenAt === "") await this.markSeen();
    };
    this.#reading = this.#reading.then(read).catch(() => {});
    await this.#reading;
  }
}

/** @type {(call: CallName) => string} */
function nameOf({ call, startedAt }) {
  return `${call} ${startedAt}`;
}
