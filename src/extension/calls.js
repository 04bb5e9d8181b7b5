// @ts-check
/** The facts about a call that the parts of the extension need. */
/** @import { Call } from "../client/client.d.ts" */
/** @import { Person } from "./crm.js" */
/** @import { Settings } from "./settings.js" */
import { otherEnd, person as textOf } from "../panel/format.js";
import { linksOf } from "../panel/links.js";
import { lookOfCall } from "../panel/states.js";

/** The id that a driver gives if it has none. */
const NO_ID = "0x0";

/** @param {Call} call @returns {boolean} Whether it rings at the user's phone. */
export function rings(call) {
  return lookOfCall(call).state === "ringing" && call.direction !== "out";
}

/** @param {Call} call @returns {boolean} Whether it is over but for its last event. */
export function isEnding(call) {
  return lookOfCall(call).state === "ending";
}

/** @param {Call} call @returns {boolean} Whether it can be hung up. */
export function isCurrent(call) {
  return call.can.includes("drop") && !isEnding(call);
}

/**
 * @param {Call} call
 * @returns {string} The same for one call also after the server was restarted, if the driver numbers its
 * calls.
 */
export function keyOf({ id, callId, permanentId, startedAt }) {
  return `${permanentId} ${callId === NO_ID ? `${id} ${startedAt}` : callId}`;
}

/** @param {Call} call @returns {boolean} */
export function isInternal({ origin }) {
  return origin === "INTERNAL";
}

/**
 * @param {Call} call
 * @param {Person | undefined} person What the CRM knows; it goes before what the server knows.
 * @returns {string} Name, company and number of the other party, or why there is no number.
 */
export function describe(call, person) {
  const other = otherEnd(call);
  if (person === undefined) return textOf(other);
  const { number, presentation } = other;
  const known = [person.name || other.name, person.company].filter((text) => text !== "");
  return textOf({ number, name: known.join(", "), presentation });
}

/**
 * @param {Call} call
 * @param {Person | undefined} person
 * @param {Pick<Settings, "link">} settings
 * @returns {string | undefined} The page about the other party: the server's, else that of the settings.
 */
export function linkOf(call, person, { link }) {
  const given = [...linksOf(call).values()].map(({ url }) => url).find(isWebAddress);
  const { number, name, directory } = otherEnd(call);
  if (given !== undefined || link === "" || number === "") return given;
  /** @type {Readonly<Record<string, string>>} */
  const values = { number, name: person?.name || directory?.name || name, line: call.line };
  const url = link.replaceAll(
    /\{(\w+)\}/g,
    (text, key) =>
      Object.hasOwn(values, key) ? encodeURIComponent((values[key] ?? "").toWellFormed()) : text,
  );
  return isWebAddress(url) ? url : undefined;
}

/** @type {(url: string) => boolean} */
function isWebAddress(url) {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? "");
}

/**
 * The number in a text or a `tel:` link, without what only makes it readable.
 *
 * @param {string} text
 * @returns {string | undefined} `undefined` if it is not one.
 */
export function numberIn(text) {
  const spoken = text.trim().replace(/^tel:/i, "").replace(/;.*$/s, "");
  // +44 (0)1632: the zero is for callers within the country.
  const number = spoken.replace(/^(\+[^(]*)\(0\)/, "$1").replaceAll(
    /[\s\u00a0().\/\-\u2010-\u2015]/g,
    "",
  );
  return /^\+?[0-9*#]{2,40}$/.test(number) ? number : undefined;
}
