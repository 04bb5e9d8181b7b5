// @ts-check
/**
 * The notifications: what is shown follows from the calls as they are now, and from what was shown
 * before, which outlives the service worker. So nothing is shown twice, and no call that is over.
 */
/** @import { Call } from "../client/client.d.ts" */
/** @import { Crm } from "./crm.js" */
/** @import { History } from "./history.js" */
/** @import { Phone } from "./phone.js" */
/** @import { Settings } from "./settings.js" */
import { otherEnd } from "../panel/format.js";
import { describe, isEnding, isInternal, keyOf, linkOf, rings } from "./calls.js";
import { clearNotification, showNotification } from "./notifications.js";

/**
 * A call that rings, or that was missed.
 *
 * @typedef {object} Notice
 * @property {number} call
 * @property {string} startedAt
 * @property {string} text What was shown.
 * @property {readonly Action[]} actions Those of the buttons.
 * @property {string} [link]
 * @property {string} number For calling back.
 * @property {number} [hideAtMs]
 * @property {boolean} isHidden By the user, or after a time.
 */

/** @typedef {"answer" | "drop" | "open" | "call"} Action */

/** @satisfies {Readonly<Record<Action, string>>} */
const LABELS = { answer: "Answer", drop: "Hang up", open: "Open", call: "Call back" };
/** Browsers show two at most. */
const MOST_BUTTONS = 2;
/** How long a notification of a ringing call outlives the connection. */
const DOUBTFUL_AFTER_MS = 30_000;
const MISSED = "missed ";
/** Where the notices are kept while the service worker sleeps. */
const KEPT = "notices";

export class Notices {
  #phone;
  #crm;
  #history;
  #settings;
  /** By the call's key, or with {@linkcode MISSED} before it. @type {Map<string, Notice>} */
  #notices = new Map();
  /** @type {Promise<void>} */
  #working;
  #isPlanned = false;
  /** When the connection was found to be lost. @type {number | undefined} */
  #lostAtMs;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {Phone} phone
   * @param {Crm} crm
   * @param {History} history
   * @param {() => Settings} settings
   */
  constructor(phone, crm, history, settings) {
    this.#phone = phone;
    this.#crm = crm;
    this.#history = history;
    this.#settings = settings;
    this.#working = this.#load();
  }

  /** Shows what the calls are now; several requests in a row are one. */
  update() {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#working = this.#working.then(() => this.#update()).catch(reportError);
  }

  /**
   * @param {string} key
   * @returns {Promise<Notice | undefined>}
   */
  async get(key) {
    await this.#working;
    return this.#notices.get(key);
  }

  /** The user has closed it, or pressed a button. @param {string} key */
  async hide(key) {
    const notice = await this.get(key);
    if (notice === undefined) return;
    if (key.startsWith(MISSED)) this.#notices.delete(key);
    else notice.isHidden = true;
    await this.#save();
    await clearNotification(key);
  }

  async #load() {
    const kept = (await chrome.storage.session.get(KEPT))[KEPT];
    this.#notices = new Map(/** @type {[string, Notice][] | undefined} */ (kept));
  }

  async #save() {
    await chrome.storage.session.set({ [KEPT]: [...this.#notices] });
  }

  async #update() {
    this.#isPlanned = false;
    if (!this.#phone.isOpen) return this.#hideDoubtful();
    this.#lostAtMs = undefined;
    const calls = new Map(this.#phone.calls.filter(rings).map((call) => [keyOf(call), call]));
    for (const [key, notice] of this.#notices) {
      if (!calls.has(key) && !key.startsWith(MISSED)) await this.#end(key, notice);
    }
    for (const [key, call] of calls) await this.#show(key, call);
    this.#hideLater();
  }

  /** @type {(key: string, call: Call) => Promise<void>} */
  async #show(key, call) {
    const settings = this.#settings();
    const [isWanted, seconds] = isInternal(call)
      ? [settings.notifyInternal, settings.internalSeconds]
      : [settings.notifyExternal, settings.externalSeconds];
    if (!isWanted) return;
    const { number } = otherEnd(call);
    const person = this.#crm.person(number, () => this.update());
    const link = linkOf(call, person, settings);
    const text = describe(call, person);
    const possible = this.#phone.canControl ? call.can : [];
    const actions = /** @type {const} */ (["answer", "drop", "open"])
      .filter((action) => action === "open" ? link !== undefined : possible.includes(action))
      .slice(0, MOST_BUTTONS);
    const known = this.#notices.get(key);
    const isSame = known?.text === text && `${known.actions}` === `${actions}`;
    const hideAtMs = known?.hideAtMs ?? Date.now() + seconds * 1000;
    const { id, startedAt } = call;
    const isHidden = known?.isHidden ?? false;
    this.#notices.set(key, {
      ...{ call: id, startedAt, text, actions, number, isHidden },
      ...link !== undefined && { link },
      ...seconds > 0 && { hideAtMs },
    });
    // Before it is shown: a worker that is stopped here must not show it twice.
    await this.#save();
    if (isHidden || isSame) return;
    const title = isInternal(call) ? "Internal call" : "Call";
    await showNotification(key, {
      title: link === undefined ? title : `${title}: click to open`,
      message: text,
      buttons: actions.map((action) => LABELS[action]),
      stays: true,
    }, known !== undefined);
  }

  /** Whether calls still ring is unknown without a connection, which may come back soon. */
  #hideDoubtful() {
    this.#lostAtMs ??= Date.now();
    if (Date.now() - this.#lostAtMs < DOUBTFUL_AFTER_MS) return;
    for (const [key, { isHidden }] of this.#notices) {
      if (!isHidden && !key.startsWith(MISSED)) void this.hide(key);
    }
  }

  /** It rings no longer. @type {(key: string, notice: Notice) => Promise<void>} */
  async #end(key, notice) {
    await clearNotification(key);
    const call = this.#phone.calls.find((call) => keyOf(call) === key);
    // The journal has it when it is over.
    if (call !== undefined && isEnding(call)) return;
    this.#notices.delete(key);
    if (call === undefined && this.#settings().keepMissed) await this.#keepMissed(key, notice);
    await this.#save();
  }

  /** @type {(key: string, notice: Notice) => Promise<void>} */
  async #keepMissed(key, notice) {
    await this.#history.refresh();
    if (!this.#history.wasMissed(notice)) return;
    const missed = `${MISSED}${notice.startedAt} ${key}`;
    const actions = /** @type {const} */ (["call", "open"]).filter((action) =>
      action === "call" ? notice.number !== "" : notice.link !== undefined
    );
    this.#notices.set(missed, { ...notice, actions, isHidden: false });
    await this.#save();
    await showNotification(missed, {
      title: `Missed call, ${new Date(notice.startedAt).toLocaleTimeString([], SHORT)}`,
      message: notice.text,
      buttons: actions.map((action) => LABELS[action]),
      stays: true,
    });
  }

  /** Hides what is to be hidden by now, and plans the next time. */
  #hideLater() {
    const times = [...this.#notices].flatMap(([key, { hideAtMs, isHidden }]) =>
      hideAtMs === undefined || isHidden || key.startsWith(MISSED) ? [] : { key, hideAtMs }
    );
    const nowMs = Date.now();
    for (const { key, hideAtMs } of times) if (hideAtMs <= nowMs) void this.hide(key);
    const nextMs = Math.min(...times.flatMap(({ hideAtMs }) => hideAtMs > nowMs ? hideAtMs : []));
    clearTimeout(this.#timer);
    // Something rings, so the connection keeps the worker awake.
    if (nextMs < Infinity) this.#timer = setTimeout(() => this.update(), nextMs - nowMs);
  }
}

/** @type {Intl.DateTimeFormatOptions} */
const SHORT = { hour: "2-digit", minute: "2-digit" };
