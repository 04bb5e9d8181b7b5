// @ts-check
/** Serves the popups that are open: shows them the phone, and gives their commands. */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { Entry, History } from "./history.js" */
/** @import { Phone } from "./phone.js" */
import { describeError } from "./dialling.js";

/**
 * Everything that a popup shows.
 *
 * @typedef {object} View
 * @property {string} status
 * @property {string} [problem]
 * @property {Line} [line]
 * @property {boolean} canControl
 * @property {readonly Call[]} calls
 * @property {readonly Entry[]} entries
 */

/**
 * @typedef {{ readonly id: number, readonly cmd: string,
 *   readonly fields: Readonly<Record<string, unknown>> }} Command
 * @typedef {{ readonly id: number, readonly result?: unknown, readonly message?: string }} Answer With a
 * message if it failed.
 * @typedef {{ readonly view: View } | { readonly answer: Answer }} News
 */

export class Popups {
  /** @type {Set<chrome.runtime.Port>} */
  #open = new Set();
  #phone;
  #history;
  #onSeen;

  /**
   * @param {Phone} phone
   * @param {History} history
   * @param {() => void} onSeen Called when the user has seen missed calls.
   */
  constructor(phone, history, onSeen) {
    this.#phone = phone;
    this.#history = history;
    this.#onSeen = onSeen;
  }

  /** Listens for popups. A service worker must do so in its first turn. */
  listen() {
    chrome.runtime.onConnect.addListener((popup) => {
      // A content script could connect too, and runs in the process of a page.
      if (!popup.sender?.url?.startsWith(chrome.runtime.getURL(""))) return popup.disconnect();
      this.#open.add(popup);
      popup.onDisconnect.addListener(() => this.#open.delete(popup));
      popup.onMessage.addListener((command) => void this.#command(command, popup));
      this.show();
    });
  }

  show() {
    if (this.#open.size === 0) return;
    const { status, problem, line, canControl, calls } = this.#phone;
    const { entries } = this.#history;
    const view = {
      ...{ status, canControl, calls, entries },
      ...problem !== undefined && { problem },
      ...line !== undefined && { line },
    };
    for (const popup of this.#open) post(popup, { view });
    // Calls that are shown count as seen.
    if (this.#history.newMissed > 0) void this.#history.markSeen().then(this.#onSeen);
  }

  /** @type {(command: Command, popup: chrome.runtime.Port) => Promise<void>} */
  async #command({ id, cmd, fields }, popup) {
    try {
      post(popup, { answer: { id, result: await this.#phone.command(cmd, fields) } });
    } catch (error) {
      post(popup, { answer: { id, message: describeError(error) } });
    }
  }
}

/** @type {(popup: chrome.runtime.Port, news: News) => void} */
function post(popup, news) {
  try {
    popup.postMessage(news);
  } catch {
    // It was closed.
  }
}
