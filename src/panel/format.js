// @ts-check
/** How times, phone numbers, people and words of the protocol are written. */
/** @import { Call, DirectoryMatch, Party } from "../client/client.d.ts" */

/** How far the server's clock is ahead of the browser's. */
let aheadMs = 0;

/**
 * Learns the server's time, so that durations are right where the browser's clock is not.
 *
 * @param {string | null} date The Date header of a response; its seconds are whole.
 */
export function learnTime(date) {
  const ms = Date.parse(date ?? "") - Date.now();
  if (Number.isFinite(ms)) aheadMs = Math.abs(ms) < 2000 ? 0 : ms;
}

/** @returns {number} The server's time: milliseconds since 1970, UTC. */
export function serverNowMs() {
  return Date.now() + aheadMs;
}

/**
 * @param {string} since ISO 8601
 * @returns {string} Such as `0:07`, `12:34` or `1:02:03`.
 */
export function elapsed(since) {
  return duration(serverNowMs() - Date.parse(since));
}

/** @type {(ms: number) => string} */
export function duration(ms) {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  const two = (/** @type {number} */ value) => String(value % 60).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes)}:${two(seconds)}`;
}

/**
 * @param {number | null} seconds
 * @returns {string} Such as `3 s ago`.
 */
export function ago(seconds) {
  if (seconds === null) return "never";
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  return `${duration(seconds * 1000)} ago`;
}

const CLOCK = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/**
 * @param {string} at ISO 8601
 * @returns {string} The time of day, to the millisecond.
 */
export function clockTime(at) {
  return CLOCK.format(new Date(at));
}

/**
 * @param {string} at ISO 8601
 * @returns {string} The day and the time.
 */
export function moment(at) {
  return MOMENT.format(new Date(at));
}

/** @type {(bytes: number) => string} */
export function byteCount(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

/**
 * @param {number} count
 * @param {string} noun Its plural has an s.
 * @returns {string}
 */
export function counted(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** @type {(word: string) => string} */
export function spaced(word) {
  return word.replaceAll("_", " ");
}

/** @satisfies {Readonly<Record<Party["presentation"], string>>} */
const WITHOUT_NUMBER = {
  shown: "unknown",
  withheld: "number withheld",
  pending: "number pending",
  unavailable: "unknown",
};

/** Scripts from right to left, and characters that turn what follows them. */
const TURNING = /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufefc]/;
const TURNING_CHARACTERS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * @param {string} name Somebody's own.
 * @returns {string} The name, so that it does not turn the number after it.
 */
export function isolated(name) {
  return TURNING.test(name) ? `\u2068${name.replaceAll(TURNING_CHARACTERS, "")}\u2069` : name;
}

/**
 * @param {DirectoryMatch} match
 * @returns {string} The name and the company, and how many others have the number.
 */
export function listed({ name, company, others = [] }) {
  const both = [name, company].filter((text) => text !== "").map(isolated).join(", ");
  return others.length === 0 ? both : `${both} (or ${counted(others.length, "other")})`;
}

/**
 * @param {Party} party
 * @returns {string} Name and number, or why there are none.
 */
export function person({ number, national = number, name, presentation, directory }) {
  const shown = directory === undefined ? isolated(name) : listed(directory);
  return `${shown} ${national}`.trim() || WITHOUT_NUMBER[presentation];
}

/**
 * @param {Pick<Call, "disconnect" | "disconnects">} call
 * @returns {string} Why it was disconnected; "" if it is not known.
 */
export function reasonsOf({ disconnect, disconnects }) {
  return disconnects?.join(", ") ?? disconnect ?? "";
}

/**
 * @param {Pick<Call, "direction" | "caller" | "called" | "connected">} call
 * @returns {Party} The party at the other end of the line.
 */
export function otherEnd({ direction, caller, called, connected }) {
  const isKnown = (/** @type {Party} */ party) => party.number !== "" || party.name !== "";
  if (direction === "in") return caller;
  if (direction === "out") return isKnown(connected) ? connected : called;
  return isKnown(caller) || !isKnown(called) ? caller : called;
}
