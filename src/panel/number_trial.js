// @ts-check
/** Tries a number: every step from a text to what is dialled, or to what the phone system has written. */
/** @import { NumberReading } from "../client/client.d.ts" */
/** @import { Session } from "./session.js" */
import { byId, make, part, write } from "./dom.js";
import { listed } from "./format.js";

/** The members of a reading that are shown, in this order. */
const FACTS = /** @type {const} */ ([
  ["e164", "E.164"],
  ["national", "Shown as"],
  ["dials", "Dialled as"],
]);

export class NumberTrial {
  #session;
  #root = byId("number", HTMLElement);
  #form = part(this.#root, "form", HTMLFormElement);

  /** @param {Session} session */
  constructor(session) {
    this.#session = session;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#try();
    });
  }

  async #try() {
    const values = new FormData(this.#form);
    const as = /** @type {"written" | "caller" | "called"} */ (values.get("as"));
    try {
      const text = String(values.get("text")).trim();
      this.#show(await this.#session.client.number(text, as), as === "written");
    } catch (error) {
      this.#show({ text: "", steps: [], problem: /** @type {Error} */ (error).message }, true);
    }
  }

  /**
   * @param {NumberReading} reading
   * @param {boolean} isDialled Whether it is about dialling the number.
   */
  #show(reading, isDialled) {
    const { steps, problem, internal, allowed, directory } = reading;
    part(this.#root, "steps").replaceChildren(...steps.map(({ why, result }) => {
      const item = make("li", `${why}: `);
      item.append(make("code", result));
      return item;
    }));
    part(this.#root, "facts").replaceChildren(...FACTS.flatMap(([key, label]) => {
      const value = key === "dials" && !isDialled ? undefined : reading[key];
      return value === undefined ? [] : [make("dt", label), make("dd", value)];
    }));
    if (directory !== undefined) {
      const who = `${listed(directory)}, in ${directory.source}`;
      part(this.#root, "facts").append(make("dt", "Directory"), make("dd", who));
    }
    const sentences = [];
    if (problem !== undefined && isDialled) sentences.push(`Not dialled: ${problem}`);
    if (internal) sentences.push("This is an extension of the phone system.");
    if (allowed === false) sentences.push("Your dialling rules do not allow this number.");
    if (sentences.length === 0 && reading.e164 === undefined) {
      sentences.push("The numbering plan has no such number.");
    }
    write(part(this.#root, "sentence"), sentences.join(" "));
  }
}
