// @ts-check
/** The user's CRM: it can say which extension the user has, and who a number is. */
/** @import { Settings } from "./settings.js" */

const EXTENSION_TIMEOUT_MS = 5_000;
const NUMBER_TIMEOUT_MS = 2_000;
const MOST_NUMBERS = 200;
/** A CRM that did not answer is asked again after this time. */
const RETRY_MS = 60_000;

/** @typedef {{ readonly name: string, readonly company: string }} Person */

export class Crm {
  /** @type {Pick<Settings, "crmExtension" | "crmNumber">} */
  #settings = { crmExtension: "", crmNumber: "" };
  /** By number; `undefined` while it is asked, and if the CRM does not know. @type {Map<string, Person | undefined>} */
  #people = new Map();

  /** @param {Pick<Settings, "crmExtension" | "crmNumber">} settings */
  use(settings) {
    this.#settings = settings;
    this.#people = new Map();
  }

  /**
   * @returns {Promise<string>} The user's extension; the last one while the CRM does not answer, ""
   * if there is none.
   */
  async extension() {
    const { crmExtension: url } = this.#settings;
    if (url === "") return "";
    const known = /** @type {{ crmKnown?: string }} */ (await chrome.storage.local.get("crmKnown"));
    try {
      const answer = await ask(url, EXTENSION_TIMEOUT_MS);
      const extension = String(answer["extension"] ?? "");
      await chrome.storage.local.set({ crmKnown: extension });
      return extension;
    } catch {
      return known.crmKnown ?? "";
    }
  }

  /**
   * @param {string} number
   * @param {() => void} onAnswer Called if the CRM, which is asked the first time, knows the number.
   * @returns {Person | undefined} What is known now.
   */
  person(number, onAnswer) {
    const { crmNumber: url } = this.#settings;
    if (url !== "" && number !== "" && !this.#people.has(number)) {
      void this.#lookUp(number, onAnswer);
    }
    return this.#people.get(number);
  }

  /** @type {(number: string, onAnswer: () => void) => Promise<void>} */
  async #lookUp(number, onAnswer) {
    const people = this.#people;
    const [oldest = ""] = people.keys();
    if (people.size >= MOST_NUMBERS) people.delete(oldest);
    people.set(number, undefined);
    try {
      const person = personIn(await ask(this.#settings.crmNumber, NUMBER_TIMEOUT_MS, { number }));
      if (person === undefined) return;
      people.set(number, person);
      onAnswer();
    } catch {
      // It may know when the number calls again.
      setTimeout(() => people.delete(number), RETRY_MS);
    }
  }
}

/** @type {(answer: Readonly<Record<string, unknown>>) => Person | undefined} */
function personIn({ fullName, company }) {
  const text = (/** @type {unknown} */ value) => typeof value === "string" ? value.trim() : "";
  const person = { name: text(fullName), company: text(company) };
  return person.name === "" && person.company === "" ? undefined : person;
}

/**
 * @param {string} url
 * @param {number} timeoutMs
 * @param {object} [json] A body, which makes it a POST.
 * @returns {Promise<Readonly<Record<string, unknown>>>}
 */
async function ask(url, timeoutMs, json) {
  const response = await fetch(url, {
    // The user is logged in at the CRM.
    credentials: "include",
    signal: AbortSignal.timeout(timeoutMs),
    ...json !== undefined && {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(json),
    },
  });
  if (!response.ok) throw new Error(`The CRM answered ${response.status}`);
  const answer = await response.json();
  return typeof answer === "object" && answer !== null ? answer : {};
}
