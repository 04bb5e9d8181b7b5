// @ts-check
/** Ways to wait: a promise to settle, a timer, and commands with answers to come. */
/** @import * as Api from "./client.d.ts" */
import { Tapi2WsError } from "./errors.js";

/**
 * `Promise.withResolvers`, which Node 20 lacks.
 *
 * @returns {{ promise: Promise<void>, resolve: () => void, reject: (error: unknown) => void }}
 */
export function withResolvers() {
  let resolve = () => {};
  let reject = (/** @type {unknown} */ _error) => {};
  /** @type {Promise<void>} */
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** One timer, which can be set again. */
export class Timer {
  #timers;
  /** @type {unknown} */
  #timer;
  /** The reason that it was set for. @type {string | undefined} */
  purpose;
  /** Rises whenever the timer is set or cleared. */
  attempt = 0;

  /** @param {Api.Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  /** @type {(delayMs: number, callback: () => void, purpose?: string) => void} */
  set(delayMs, callback, purpose) {
    this.clear();
    this.purpose = purpose;
    this.#timer = this.#timers.setTimeout(() => {
      this.clear();
      callback();
    }, delayMs);
  }

  clear() {
    this.attempt++;
    this.purpose = undefined;
    if (this.#timer !== undefined) this.#timers.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** @typedef {{ result: unknown } | { problem: Api.Problem }} Answer */

/** Commands that wait for their answers. */
export class Requests {
  #timers;
  #lastId = 0;
  /** @type {Map<unknown, (answer: Answer) => void>} */
  #waiting = new Map();

  /** @param {Api.Timers} timers */
  constructor(timers) {
    this.#timers = timers;
  }

  /**
   * @param {string} cmd
   * @param {number} timeoutMs
   * @param {(id: number) => void} send
   * @param {(result: unknown) => void} [onResult] Called before the next frame is read. The
   * promise's own listeners may run later: some WebSockets deliver several frames in one turn.
   * @returns {Promise<unknown>}
   */
  make(cmd, timeoutMs, send, onResult) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = new Timer(this.#timers);
      this.#waiting.set(id, (answer) => {
        timer.clear();
        this.#waiting.delete(id);
        if ("problem" in answer) return reject(new Tapi2WsError(answer.problem));
        onResult?.(answer.result);
        resolve(answer.result);
      });
      timer.set(timeoutMs, () => {
        const message = `${cmd} was not answered within ${timeoutMs} ms`;
        this.settle(id, { problem: { code: "timeout", message } });
      });
      send(id);
    });
  }

  /** @type {(id: unknown, answer: Answer) => void} */
  settle(id, answer) {
    this.#waiting.get(id)?.(answer);
  }

  /** @param {string} message */
  rejectAll(message) {
    for (const settle of [...this.#waiting.values()]) {
      settle({ problem: { code: "disconnected", message } });
    }
  }
}
