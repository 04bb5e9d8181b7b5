// @ts-check
/** The results of commands, newest first; an error with advice. */
import { adviceOn } from "../model/advice.ts";
import { make, part } from "./dom.js";

const MOST = 20;

/**
 * @typedef {object} Problem
 * @property {string} message
 * @property {string} [code]
 * @property {{ readonly name: string } | undefined} [tapi]
 */

export class Results {
  #list;
  #none;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#list = part(root, "results");
    this.#none = part(root, "no-results");
  }

  /**
   * @param {string} what The command, such as `201: dial 0123`.
   * @param {Promise<unknown>} result Rejects with a {@linkcode Problem}.
   */
  async show(what, result) {
    const text = make("span", ` ${what} …`);
    const item = make("li");
    const lamp = make("span", "…", { class: "lamp", "aria-hidden": "true" });
    item.append(lamp, text);
    this.#none.hidden = true;
    this.#list.prepend(item);
    while (this.#list.childElementCount > MOST) this.#list.lastElementChild?.remove();
    try {
      const outcome = describe(await result);
      lamp.textContent = "✓";
      lamp.dataset["tone"] = "ok";
      text.textContent = ` ${what}: ${outcome}`;
    } catch (error) {
      const { message, code, tapi } = /** @type {Problem} */ (error);
      const advice = adviceOn(tapi?.name, "");
      lamp.textContent = "✕";
      lamp.dataset["tone"] = "bad";
      text.textContent = ` ${what}: ${message}${advice === undefined ? "" : `. ${advice}`}`;
      if (code !== undefined) {
        item.append(
          " ",
          make("a", "More in the manual", { href: placeOf(code, advice && tapi?.name) }),
        );
      }
    }
  }
}

/**
 * Where the manual has more about an error.
 *
 * @param {string} code
 * @param {string | undefined} tapiName If there is advice on it.
 */
function placeOf(code, tapiName) {
  if (tapiName !== undefined) return `manual/troubleshooting#${tapiName}`;
  return code === "disconnected" ? `manual/client-library#${code}` : `manual/protocol#${code}`;
}

/** @type {(result: unknown) => string} */
function describe(result) {
  const { call, slot } = /** @type {{ call?: unknown, slot?: unknown }} */ (result ?? {});
  if (slot !== undefined) return `parked at ${slot}`;
  return typeof call === "number" ? `done, call ${call}` : "done";
}
