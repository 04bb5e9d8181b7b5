// @ts-check
/** The token of this tab: where it is kept, and the window in which it is asked for. */
import { byId, part, write } from "./dom.js";

const KEY = "tapi2ws.token";

/** @returns {string | undefined} */
export function currentToken() {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export class TokenWindow {
  #dialog = byId("token", HTMLDialogElement);
  #field = /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  /** Whether it was sent away: then it comes back only when it is called for. */
  #isDeclined = false;

  /** @param {() => void} onChange Told when there is another token, or none any more. */
  constructor(onChange) {
    const opener = byId("change-token", HTMLButtonElement);
    opener.addEventListener("click", () => this.open("Who has a token may see or do more."));
    this.#dialog.addEventListener("close", () => {
      const { returnValue } = this.#dialog;
      const token = this.#field.value.trim();
      this.#field.value = "";
      if (returnValue === "use" && token !== "") sessionStorage.setItem(KEY, token);
      else if (returnValue === "forget") sessionStorage.removeItem(KEY);
      else {
        this.#isDeclined = true;
        return;
      }
      this.#isDeclined = false;
      onChange();
    });
  }

  /**
   * Asks because the server refuses; not again, when it was sent away.
   *
   * @param {string} why
   */
  demand(why) {
    if (!this.#isDeclined) this.open(why);
  }

  /**
   * Asks for a token; once, until it is answered.
   *
   * @param {string} why
   */
  open(why) {
    write(part(this.#dialog, "why"), why);
    part(this.#dialog, "forget").hidden = currentToken() === undefined;
    if (this.#dialog.open) return;
    // Escape leaves the value of the last time.
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }
}
