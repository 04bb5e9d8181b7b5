// @ts-check
/** What to do about an error of TAPI or a line that is not open: the server's table. */

const response = await fetch(new URL("advice.json", import.meta.url));
/** @type {Readonly<Record<string, string>>} */
const ADVICE = await response.json();

/**
 * @param {string | undefined} error Such as `LINEERR_ALLOCATED`.
 * @param {string} [status] Of the line that has it; or `hanging`.
 * @returns {string | undefined} What to do; nothing for an error that is not known.
 */
export function adviceOn(error, status = "") {
  return ADVICE[error ?? ""] ?? ADVICE[status];
}
