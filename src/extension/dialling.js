// @ts-check
/**
 * Requests to dial from outside the popup: pages, the context menu, the keyboard, and the sites and
 * extensions that are listed. Each is answered by a notification.
 */
/** @import { Phone } from "./phone.js" */
/** @import { Settings } from "./settings.js" */
import { adviceOn } from "../model/advice.ts";
import { foremost } from "../panel/states.js";
import { isCurrent, numberIn, rings } from "./calls.js";
import { clearNotification, showNotification } from "./notifications.js";
import { readSettings } from "./settings.js";

const RESULT = "result";
const DIALLED = "dialled ";
const MENU = "dial-selection";

/** @typedef {{ ok: true, call: number | undefined } | { ok: false, message: string }} Outcome */

/** @param {unknown} error @returns {string} With advice. */
export function describeError(error) {
  const { message, tapi } = /** @type {{ message: string, tapi?: { name: string } }} */ (error);
  const advice = adviceOn(tapi?.name, "");
  return advice === undefined ? message : `${message}. ${advice}`;
}

/**
 * A text without a scheme has no origin, or the one that every sandboxed page has: `null`.
 *
 * @type {(sites: readonly string[]) => (string | undefined)[]}
 */
function originsOf(sites) {
  return sites.flatMap((site) => {
    const { protocol = "", origin } = URL.parse(site) ?? {};
    return /^https?:$/.test(protocol) ? origin : [];
  });
}

export class Dialling {
  #phone;
  #connected;

  /**
   * @param {Phone} phone
   * @param {() => Promise<Settings>} connected Waits for the connection, and has the settings.
   */
  constructor(phone, connected) {
    this.#phone = phone;
    this.#connected = connected;
  }

  /** Listens to all who can ask. A service worker must do so in its first turn. */
  listen() {
    chrome.runtime.onInstalled.addListener(() =>
      chrome.contextMenus.create({
        id: MENU,
        contexts: ["selection"],
        title: "Dial “%s”",
      })
    );
    chrome.contextMenus.onClicked.addListener(({ selectionText = "" }) => {
      void this.dial(selectionText);
    });
    chrome.commands.onCommand.addListener((command, tab) => void this.#press(command, tab));
    chrome.runtime.onMessage.addListener((message, { tab }, answer) => {
      if (message?.type !== "dial") return false;
      this.#dialClicked(String(message.number), tab?.id).then(answer);
      return true;
    });
    chrome.runtime.onMessageExternal.addListener((message, sender, answer) => {
      this.#serve(message, sender).then(answer);
      return true;
    });
  }

  /**
   * @param {string} text A number as people write it, or a `tel:` link.
   * @returns {Promise<Outcome>}
   */
  async dial(text) {
    const number = numberIn(text);
    if (number === undefined) {
      return await this.#failed("Not dialled", `“${text}” is not a phone number`);
    }
    try {
      await this.#connected();
      const call = await this.#phone.dial(number);
      await showNotification(`${DIALLED}${call}`, {
        title: `Dialled ${number}`,
        message: `From line ${this.#phone.line?.line}`,
        buttons: ["Hang up"],
      });
      return { ok: true, call };
    } catch (error) {
      return await this.#failed(`${number} was not dialled`, describeError(error));
    }
  }

  /** @type {(text: string, tabId: number | undefined) => Promise<Outcome>} */
  async #dialClicked(text, tabId = chrome.tabs.TAB_ID_NONE) {
    const number = numberIn(text);
    const { confirmDial } = await readSettings();
    if (number === undefined || !confirmDial) return await this.dial(text);
    try {
      // Browsers let no sandboxed frame ask, and webmail shows messages in such frames.
      const question = { type: "confirm", number };
      const isYes = await chrome.tabs.sendMessage(tabId, question, { frameId: 0 });
      return isYes === true ? await this.dial(number) : { ok: false, message: "Declined" };
    } catch {
      return await this.#failed(`${number} was not dialled`, "The page could not ask first.");
    }
  }

  /**
   * Gives a command about a call.
   *
   * @param {string} cmd
   * @param {number} call
   */
  async command(cmd, call) {
    try {
      await this.#phone.command(cmd, { call });
    } catch (error) {
      await this.#failed(cmd === "answer" ? "Not answered" : "Not hung up", describeError(error));
    }
  }

  /** The call is over. @param {number} call */
  async ended(call) {
    await clearNotification(`${DIALLED}${call}`);
  }

  /** @param {string} id Of a notification. @returns {number | undefined} The call it is about. */
  callOf(id) {
    return id.startsWith(DIALLED) ? Number(id.slice(DIALLED.length)) : undefined;
  }

  /** @type {(title: string, message: string) => Promise<Outcome>} */
  async #failed(title, message) {
    await showNotification(RESULT, { title, message });
    return { ok: false, message };
  }

  /** @type {(command: string, tab: chrome.tabs.Tab | undefined) => Promise<void>} */
  async #press(command, tab) {
    await this.#connected();
    if (command === "dial-selection" && tab?.id !== undefined) {
      const [frame] = await chrome.scripting.executeScript({
        target: { tabId: tab.id },
        func: () => String(getSelection()),
      });
      await this.dial(String(frame?.result ?? ""));
      return;
    }
    const { calls } = this.#phone;
    const ringing = calls.find((call) => rings(call) && call.can.includes("answer"));
    if (command === "answer" && ringing !== undefined) await this.command("answer", ringing.id);
    if (command !== "hang-up") return;
    // A call that rings is refused only if there is no other.
    const current = calls.filter(isCurrent);
    const call = foremost(current.filter((call) => !rings(call))) ?? current[0];
    if (call !== undefined) await this.command("drop", call.id);
  }

  /** @type {(message: unknown, sender: chrome.runtime.MessageSender) => Promise<Outcome>} */
  async #serve(message, { id, origin }) {
    const { cmd, number } = /** @type {{ cmd?: unknown, number?: unknown }} */ (message ?? {});
    const { dialSites, dialExtensions } = await this.#connected();
    const isListed = id === undefined
      ? originsOf(dialSites).includes(origin)
      : dialExtensions.includes(id);
    if (!isListed) return { ok: false, message: `${id ?? origin} is not listed in the options` };
    if (cmd !== "dial") return { ok: false, message: 'expected {"cmd":"dial","number":"…"}' };
    return await this.dial(String(number));
  }
}
