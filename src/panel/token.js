// @ts-check
/** The token of this tab: where it is kept, and the dialog that asks for it. */
import { byId, part, write } from "./dom.js";

const KEY = "tapi2ws.token";

/** @returns {string | undefined} */
export function currentToken() {
  return sessionStorage.getItem(KEY) ?? undefined;
}

export class TokenDialog {
  #dialog = byId("token", HTMLDialogElement);
  #field = /** @type {HTMLInputElement} */ (this.#dialog.querySelector("input"));
  /** Whether it was cancelled: then only the button opens it again. */
  #isDeclined = false;

  /** @param {() => void} onChange Called when the token was changed or removed. */
  constructor(onChange) {
    const opener = byId("change-token", HTMLButtonElement);
    opener.addEventListener("click", () => this.open("A token can give you more rights."));
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

  /** Asks because the server refuses; not again after it was cancelled. @param {string} why */
  demand(why) {
    if (!this.#isDeclined) this.open(why);
  }

  /** Asks for a token. @param {string} why */
  open(why) {
    write(part(this.#dialog, "why"), why);
    part(this.#dialog, "forget").hidden = currentToken() === undefined;
    if (this.#dialog.open) return;
    // Escape would leave the value of the last time.
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
  }
}
