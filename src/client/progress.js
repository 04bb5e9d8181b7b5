// @ts-check
/** How far the events have been received, and which of the server's frames are events. */
/** @import * as Api from "./client.d.ts" */

/**
 * @typedef {{ epoch: string, seq: number }} Point The last event received.
 * @typedef {Point & {
 *   gap: boolean,
 *   provider: Api.ProviderState | undefined,
 *   lines: readonly Api.Line[],
 *   calls: readonly Api.Call[],
 * }} WholeState
 * @typedef {Point & Partial<WholeState> & { replayed?: number }} SubscribeResult
 * @typedef {Api.CallEvent | Api.LineEvent | Api.ProviderEvent} ServerEvent
 * @typedef {Point & { after: number, events: readonly ServerEvent[] }} Events Those after an event.
 */

/** How far a connection, and those before it, have received the events. */
export class Progress {
  /** Where a connection resumes. @type {Point | undefined} */
  point;
  /** The last event before the subscription was answered. */
  #subscribedSeq = 0;
  #received = 0;
  /** How many events come before the state is the server's. */
  #expected = Infinity;

  /** @param {Point | undefined} point */
  constructor(point) {
    this.point = point;
  }

  /** A new connection: nothing of its replay has been received. */
  restart() {
    this.#received = 0;
    this.#expected = Infinity;
  }

  /** @returns {boolean} Whether everything that was missed has been received. */
  get isComplete() {
    return this.#received >= this.#expected;
  }

  /**
   * @param {SubscribeResult} result
   * @returns {WholeState | undefined} None if the events that were missed are replayed instead.
   */
  subscribed({ epoch, seq, replayed, provider, lines = [], calls = [] }) {
    this.#subscribedSeq = seq;
    this.#expected = replayed ?? 0;
    if (replayed !== undefined) return undefined;
    const gap = this.point !== undefined;
    this.point = { epoch, seq };
    return { epoch, seq, gap, provider, lines, calls };
  }

  /** @type {(frames: readonly unknown[]) => Events | undefined} */
  receive(frames) {
    // A server sends no events before it has answered the subscription.
    if (this.point === undefined) return undefined;
    /** @type {ServerEvent[]} */
    const events = [];
    let { seq } = this.point;
    for (const frame of frames) {
      const number = Number(/** @type {{ seq?: unknown } | null} */ (frame)?.seq);
      if (!(number > seq)) continue;
      seq = number;
      if (isEvent(frame)) events.push(frame);
    }
    this.#received += frames.length;
    return this.advance(seq, events);
  }

  /**
   * Every event up to `seq` that concerns this client has been received.
   *
   * @param {number} [seq] By default that of the subscription.
   * @param {readonly ServerEvent[]} [events]
   * @returns {Events | undefined} None if that was known.
   */
  advance(seq = this.#subscribedSeq, events = []) {
    if (this.point === undefined || seq <= this.point.seq) return undefined;
    const { epoch, seq: after } = this.point;
    this.point = { epoch, seq };
    return { epoch, after, seq, events };
  }
}

/**
 * Parses a frame of the server; anything else is `undefined`.
 *
 * @typedef {Point & { type?: unknown, id?: unknown, result?: unknown, error?: unknown,
 *   identity?: Api.Identity, server?: Api.ServerInfo }} Frame
 * @param {unknown} data
 * @returns {Frame | unknown[] | undefined}
 */
export function parseFrame(data) {
  try {
    const frame = JSON.parse(String(data));
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a frame is an event that can be applied; newer servers may send kinds not known here.
 *
 * @param {unknown} frame
 * @returns {frame is ServerEvent}
 */
function isEvent(frame) {
  const { type, call, line, state } = /** @type {Record<string, unknown>} */ (frame);
  switch (type) {
    case "call":
      return typeof (/** @type {{ id?: unknown } | undefined} */ (call))?.id === "number";
    case "line":
      return typeof (/** @type {{ line?: unknown } | undefined} */ (line))?.line === "string";
    default:
      return type === "provider" && typeof state === "string";
  }
}
