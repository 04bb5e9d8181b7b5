// @ts-check
/** Whether the telephone system is heard, in one sentence. Pure. */
/** @import { Line, ProviderState, StatusEvent } from "../client/client.d.ts" */

/**
 * What `GET readyz` tells.
 *
 * @typedef {object} Readiness
 * @property {"up" | "down"} provider
 * @property {number | null} lastMessageAgeSeconds
 * @property {number | null} lastProbeAgeSeconds
 * @property {readonly { fn: string, line?: string, forSeconds: number }[]} hanging
 */

/**
 * @typedef {object} Facts
 * @property {StatusEvent} status
 * @property {boolean} wasOpen
 * @property {string | undefined} refusal
 * @property {readonly string[]} can What the identity may do.
 * @property {ProviderState | undefined} provider
 * @property {Iterable<Line>} lines
 * @property {Readiness | undefined} ready
 */

/**
 * @typedef {object} Judgement
 * @property {"quiet" | "ok" | "warn" | "bad"} tone
 * @property {string} letter
 * @property {string} sentence
 * @property {string} [advice]
 */

/** The probe comes every 15 seconds; this is three of them missed. */
const PROBE_IS_LATE_SECONDS = 60;
const WANTS_TOKEN = "This server wants a token";

/**
 * @param {Facts} facts
 * @returns {Judgement}
 */
export function judge(facts) {
  return ofConnection(facts) ?? ofService(facts) ?? ofLines(facts);
}

/**
 * @param {Facts} facts
 * @returns {Judgement | undefined}
 */
function ofConnection({ status: { status, reason = "" }, wasOpen, refusal, can }) {
  if (status === "open") {
    if (can.includes("monitor")) return undefined;
    if (can.length === 0) return bad(WANTS_TOKEN, "Press “Token…” to give one.");
    return warn("You may command, but not look", "With another token you might.");
  }
  if (refusal === "unauthorized") {
    return bad(WANTS_TOKEN, `It says: ${reason}. Press “Token…” to give one.`);
  }
  if (refusal === "not_permitted") {
    return bad("You may not look", `It says: ${reason}. With another token you might.`);
  }
  if (status === "closed") return bad("Not connected to Tapi2Ws", `It is given up: ${reason}`);
  if (!wasOpen && status === "connecting") {
    return { tone: "quiet", letter: "…", sentence: "Connecting…" };
  }
  return bad(
    "Not connected to Tapi2Ws",
    "It is tried again by itself. Does the program run, and is the network there? " +
      "What stands below is as it was.",
  );
}

/**
 * @param {Facts} facts
 * @returns {Judgement | undefined}
 */
function ofService({ provider, ready }) {
  if (provider === "restarting") {
    return bad(
      "The telephone system is not heard: TAPI is being initialised anew",
      "The service “Telephony” ended or wants its programs to begin anew. This takes seconds.",
    );
  }
  if (provider === "down" || ready?.provider === "down") {
    return bad(
      "The telephone system is not heard: TAPI is not available",
      "Start the service “Telephony” on the server. Tapi2Ws tries again for as long as it takes.",
    );
  }
  return undefined;
}

/**
 * @param {Facts} facts
 * @returns {Judgement}
 */
function ofLines({ lines, ready }) {
  let all = 0;
  let open = 0;
  for (const { status } of lines) {
    all++;
    if (status === "open") open++;
  }
  if (all === 0) {
    return bad(
      "The telephone system is not heard: there is no line",
      "No TAPI driver is installed, or it has no lines, or your token is for none. Drivers need " +
        "their own set-up, often a licence, and the service “Telephony” restarted after it.",
    );
  }
  if (open === 0) {
    return bad("The telephone system is not heard: no line is open", "Why is told below.");
  }
  if (open < all) {
    const sentence = `The telephone system is heard, but for ${all - open} of ${all} lines`;
    return warn(sentence, "Why is told below.");
  }
  if (ready !== undefined && ready.hanging.length > 0) {
    return warn("The telephone system is heard, but its driver hangs", "Where is told below.");
  }
  if (ready !== undefined && (ready.lastProbeAgeSeconds ?? 0) > PROBE_IS_LATE_SECONDS) {
    return warn(
      "The telephone system may not be heard: TAPI has not answered for long",
      "If it stays so, restart the service “Telephony”.",
    );
  }
  return { tone: "ok", letter: "✓", sentence: "The telephone system is heard" };
}

/**
 * @param {string} sentence
 * @param {string} advice
 * @returns {Judgement}
 */
function warn(sentence, advice) {
  return { tone: "warn", letter: "!", sentence, advice };
}

/**
 * @param {string} sentence
 * @param {string} advice
 * @returns {Judgement}
 */
function bad(sentence, advice) {
  return { tone: "bad", letter: "✕", sentence, advice };
}
