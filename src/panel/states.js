// @ts-check
/**
 * How states are shown: by a letter and a tone for the lamp, and by a word. The letter and the word
 * say everything that the colour says.
 */
/** @import { Call, Line } from "../client/client.d.ts" */
/** @import { CALL_STATES } from "../model/call.ts" */

/**
 * @typedef {object} Look
 * @property {string} state For the style sheets.
 * @property {string} letter
 * @property {"quiet" | "ok" | "busy" | "warn" | "bad"} tone
 * @property {string} word
 */

/** @satisfies {Readonly<Record<string, Look>>} */
const LOOKS = {
  free: { state: "free", letter: "–", tone: "quiet", word: "free" },
  ringing: { state: "ringing", letter: "R", tone: "warn", word: "ringing" },
  talking: { state: "talking", letter: "T", tone: "ok", word: "talking" },
  elsewhere: { state: "elsewhere", letter: "A", tone: "quiet", word: "at another phone" },
  held: { state: "held", letter: "H", tone: "busy", word: "on hold" },
  calling: { state: "calling", letter: "C", tone: "busy", word: "calling" },
  ending: { state: "ending", letter: "E", tone: "quiet", word: "ending" },
  busy: { state: "busy", letter: "B", tone: "warn", word: "busy tone" },
  unknown: { state: "unknown", letter: "?", tone: "busy", word: "in a call" },
  failed: { state: "failed", letter: "✕", tone: "bad", word: "cannot be opened" },
  closed: { state: "closed", letter: "✕", tone: "bad", word: "closed" },
  out_of_service: { state: "out_of_service", letter: "!", tone: "bad", word: "out of service" },
};

/** @type {Readonly<Record<typeof CALL_STATES[number], Look>>} */
const BY_STATE = {
  IDLE: LOOKS.ending,
  OFFERING: LOOKS.ringing,
  ACCEPTED: LOOKS.ringing,
  DIALTONE: LOOKS.calling,
  DIALING: LOOKS.calling,
  RINGBACK: LOOKS.calling,
  PROCEEDING: LOOKS.calling,
  BUSY: LOOKS.busy,
  SPECIALINFO: LOOKS.busy,
  CONNECTED: LOOKS.talking,
  CONFERENCED: LOOKS.talking,
  ONHOLD: LOOKS.held,
  ONHOLDPENDCONF: LOOKS.held,
  ONHOLDPENDTRANSFER: LOOKS.held,
  DISCONNECTED: LOOKS.ending,
  UNKNOWN: LOOKS.unknown,
};

/** The states by priority: of several calls, the first in this order is shown. */
const URGENCY = [
  "ringing",
  "talking",
  "calling",
  "busy",
  "held",
  "unknown",
  "elsewhere",
  "ending",
];
/** A call that somebody has at another phone with the same line. */
const AT_ANOTHER_PHONE = ["INACTIVE", "INACTIVEHELD"];

/** @type {(call: Pick<Call, "state" | "stateMode">) => Look} */
export function lookOfCall({ state, stateMode }) {
  if (state === "CONNECTED" && AT_ANOTHER_PHONE.includes(stateMode ?? "")) return LOOKS.elsewhere;
  /** @type {Readonly<Record<string, Look>>} */
  const looks = BY_STATE;
  return looks[state] ?? LOOKS.unknown;
}

/**
 * @param {Iterable<Call>} calls Of one line.
 * @returns {Call | undefined} The most urgent one.
 */
export function foremost(calls) {
  /** @type {Call | undefined} */
  let first;
  let least = Infinity;
  for (const call of calls) {
    const rank = URGENCY.indexOf(lookOfCall(call).state);
    if (rank >= least) continue;
    first = call;
    least = rank;
  }
  return first;
}

/**
 * @param {Line} line
 * @param {Call | undefined} call Its most urgent one.
 * @returns {Look}
 */
export function lookOfLine({ status }, call) {
  if (status !== "open") return LOOKS[status] ?? LOOKS.closed;
  return call === undefined ? LOOKS.free : lookOfCall(call);
}
