// @ts-check
/** Whether the phone system is connected, in one sentence. Pure. */
/** @import { Line, ProviderState, StatusEvent } from "../client/client.d.ts" */
import { ADVICE } from "../model/advice.ts";

/**
 * The answer to `GET readyz`.
 *
 * @typedef {object} Readiness
 * @property {"up" | "down"} provider
 * @property {number | null} lastMessageAgeSeconds
 * @property {number | null} lastProbeAgeSeconds
 * @property {number | null} silentForSeconds
 * @property {readonly { fn: string, line?: string, forSeconds: number }[]} hanging
 * @property {{ sites?: readonly { site: string, state: string }[] }} [nats]
 */

/**
 * @typedef {object} Facts
 * @property {StatusEvent} status
 * @property {boolean} wasOpen
 * @property {string | undefined} refusal
 * @property {readonly string[]} can The rights of the identity.
 * @property {ProviderState | undefined} provider
 * @property {Iterable<Line>} lines
 * @property {Readiness | undefined} ready
 */

/**
 * @typedef {object} Health
 * @property {"quiet" | "ok" | "warn" | "bad"} tone
 * @property {string} letter
 * @property {string} sentence
 * @property {string} [advice]
 * @property {string} [place] Where the manual has more about it.
 */

/** A probe is due every 15 seconds; after so long at least three are missing. */
const PROBE_IS_LATE_SECONDS = 60;
const TOKENS = "security#tokens-one-line-and-one-right-each";
const NEEDS_TOKEN = "This server requires a token";
const CONNECTED = "Connected to the phone system";
const DISCONNECTED = "Not connected to the phone system";
const OTHER_TOKEN = "A different token may allow it.";
const RESTART = "restart the Windows service Telephony";

/** @type {(facts: Facts) => Health} */
export function healthOf(facts) {
  return ofConnection(facts) ?? ofService(facts) ?? ofLines(facts);
}

/** @type {(facts: Facts) => Health | undefined} */
function ofConnection({ status: { status, reason = "" }, wasOpen, refusal, can }) {
  if (status === "open") {
    if (can.includes("monitor")) return undefined;
    if (can.length === 0) return bad(NEEDS_TOKEN, "Press “Token…” to enter one.", TOKENS);
    return warn("You can control calls, but not see them", OTHER_TOKEN);
  }
  if (refusal === "unauthorized") {
    return bad(NEEDS_TOKEN, `Its answer: ${reason}. Press “Token…” to enter one.`, TOKENS);
  }
  if (refusal === "not_permitted") {
    return bad("You cannot see lines and calls", `The server's answer: ${reason}. ${OTHER_TOKEN}`);
  }
  if (status === "closed") return bad("Not connected to Tapi2Ws", `Gave up: ${reason}`);
  if (!wasOpen && status === "connecting") {
    return { tone: "quiet", letter: "…", sentence: "Connecting…" };
  }
  return bad(
    "Not connected to Tapi2Ws",
    "Reconnecting automatically. Check that Tapi2Ws is running and that the network is up. " +
      "The data below may be out of date.",
  );
}

/** @type {(facts: Facts) => Health | undefined} */
function ofService({ provider, ready }) {
  if (provider === "restarting") {
    return bad(
      `${DISCONNECTED}: TAPI is being initialised again`,
      "The Windows service Telephony stopped or asked for it. This takes a few seconds.",
    );
  }
  if (provider === "down" || ready?.provider === "down") {
    return bad(
      `${DISCONNECTED}: TAPI is not available`,
      "Start the Windows service Telephony on the server. Tapi2Ws keeps trying.",
      "troubleshooting#LINEERR_SERVICE_NOT_RUNNING",
    );
  }
  return undefined;
}

/** @type {(facts: Facts) => Health} */
function ofLines({ lines, ready }) {
  let all = 0;
  let open = 0;
  for (const { status } of lines) {
    all++;
    if (status === "open") open++;
  }
  if (all === 0) {
    return bad(
      `${DISCONNECTED}: there are no lines`,
      "No TAPI driver is installed, or it has no lines, or your token permits none. A driver needs " +
        `its own set-up and often a licence; then ${RESTART}.`,
      "troubleshooting#what-you-see",
    );
  }
  if (open === 0) {
    return bad(`${DISCONNECTED}: no line is open`, "The reasons are below.");
  }
  if (open < all) {
    return warn(`${CONNECTED}, except ${all - open} of ${all} lines`, "The reasons are below.");
  }
  if (ready !== undefined && ready.hanging.length > 0) {
    return warn(`${CONNECTED}, but its driver hangs`, "The function is named below.");
  }
  if (ready !== undefined && (ready.lastProbeAgeSeconds ?? 0) > PROBE_IS_LATE_SECONDS) {
    return warn(
      "The phone system may be disconnected: TAPI has not answered for a while",
      `If this persists, ${RESTART}.`,
    );
  }
  const silentMinutes = Math.floor((ready?.silentForSeconds ?? 0) / 60);
  if (silentMinutes > 0) {
    return warn(
      `${CONNECTED}, but no call was heard for ${silentMinutes} min`,
      ADVICE.silent,
      "troubleshooting#silent",
    );
  }
  return { tone: "ok", letter: "✓", sentence: CONNECTED };
}

/** @type {(sentence: string, advice: string, place?: string) => Health} */
function warn(sentence, advice, place) {
  return { tone: "warn", letter: "!", sentence, advice, ...place !== undefined && { place } };
}

/** @type {(sentence: string, advice: string, place?: string) => Health} */
function bad(sentence, advice, place) {
  return { tone: "bad", letter: "✕", sentence, advice, ...place !== undefined && { place } };
}
