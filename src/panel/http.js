// @ts-check
/** Requests to the server, with the token of this tab. */
import { learnTime } from "./format.js";
import { currentToken } from "./token.js";

/**
 * @typedef {object} Answer
 * @property {number} status 0 if the server cannot be reached.
 * @property {unknown} body The JSON; `undefined` for anything else.
 */

/** @type {() => void} */
let onUnauthorized = () => {};

/** @param {() => void} listener Called when the server requires a token, or another one. */
export function whenUnauthorized(listener) {
  onUnauthorized = listener;
}

/**
 * Sends a request to the server. Never rejects.
 *
 * @param {string} path Relative to the page.
 * @param {object} [json] A body, which makes it a POST.
 * @returns {Promise<Answer>}
 */
export async function ask(path, json) {
  const token = currentToken();
  /** @type {Record<string, string>} */
  const headers = { accept: "application/json" };
  if (token !== undefined) headers["authorization"] = `Bearer ${token}`;
  if (json !== undefined) headers["content-type"] = "application/json";
  try {
    const response = await fetch(path, {
      headers,
      ...json !== undefined && { method: "POST", body: JSON.stringify(json) },
    });
    learnTime(response.headers.get("date"));
    if (response.status === 401) onUnauthorized();
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch {
    return { status: 0, body: undefined };
  }
}

/** @type {(text: string) => unknown} */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {Answer} answer
 * @returns {{ code: string, message: string, tapi?: { name: string } }} The error in it.
 */
export function problemOf({ status, body }) {
  const { error } = /** @type {{ error?: { code: string, message: string } }} */ (body ?? {});
  if (error !== undefined) return error;
  const message = status === 0 ? "The server cannot be reached" : `The server answered ${status}`;
  return { code: `http_${status}`, message };
}

/**
 * Runs again and again while the page is visible.
 *
 * @param {number} everyMs
 * @param {() => Promise<void>} run
 * @returns {() => void} Runs now.
 */
export function poll(everyMs, run) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let running = false;
  const now = async () => {
    if (running || document.hidden) return;
    running = true;
    clearTimeout(timer);
    await run();
    running = false;
    timer = setTimeout(now, everyMs);
  };
  document.addEventListener("visibilitychange", now);
  void now();
  return () => void now();
}
