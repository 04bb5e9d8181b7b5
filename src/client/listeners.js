// @ts-check
/** The receivers of events: listeners, and iterations with the events that wait for them. */
/** @import * as Api from "./client.d.ts" */
import { Tapi2WsError } from "./errors.js";

/** @satisfies {Readonly<Record<keyof Api.ClientEvents, true>>} */
const EVENTS = {
  call: true,
  line: true,
  provider: true,
  state: true,
  ring: true,
  link: true,
  ended: true,
  status: true,
  sharing: true,
  error: true,
};

export class Listeners {
  /** @type {Map<string, Set<(event: never) => void>>} */
  #listeners = new Map(Object.keys(EVENTS).map((name) => [name, new Set()]));
  /** @type {Set<EventStream>} */
  #streams = new Set();

  /** @type {Api.Client["on"]} */
  on(name, listener) {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) {
      const names = Object.keys(EVENTS).join(", ");
      throw new TypeError(`There is no event "${name}", only ${names}`);
    }
    // A function of its own, so that one listener can listen twice.
    const hear = (/** @type {never} */ event) => listener(event);
    listeners.add(hear);
    return () => void listeners.delete(hear);
  }

  /** @type {(options: Api.EventsOptions) => EventStream} */
  stream({ signal, limit = 10_000 }) {
    const stream = new EventStream(limit, signal, () => this.#streams.delete(stream));
    if (signal?.aborted) stream.end();
    else this.#streams.add(stream);
    return stream;
  }

  /** Ends every iteration. */
  end() {
    for (const stream of [...this.#streams]) stream.end();
  }

  /** @param {Api.StreamEvent} event */
  tell(event) {
    for (const stream of this.#streams) stream.push(event);
    this.emit(event.type, event);
  }

  /**
   * @template {keyof Api.ClientEvents} Name
   * @param {Name} name
   * @param {Api.ClientEvents[Name]} event
   */
  emit(name, event) {
    for (const listener of [...this.#listeners.get(name) ?? []]) {
      try {
        listener(/** @type {never} */ (event));
      } catch (cause) {
        const message = `A listener for "${name}" failed: ${cause}`;
        const error = new Tapi2WsError({ code: "listener", message }, { cause });
        if (name === "error") logError(error);
        else this.report(error);
      }
    }
  }

  /** @param {Api.Tapi2WsError} error */
  report(error) {
    if (this.#listeners.get("error")?.size === 0) logError(error);
    else this.emit("error", error);
  }
}

/** @param {unknown} error */
function logError(error) {
  // deno-lint-ignore no-console -- the only place where a page's author looks
  console.error(error);
}

/**
 * Events for an iteration, which takes them one after the other.
 *
 * @implements {AsyncIterableIterator<Api.StreamEvent>}
 */
class EventStream {
  /** @type {Api.StreamEvent[]} */
  #waiting = [];
  /** Calls of `next` that wait. @type {((result: IteratorResult<Api.StreamEvent>) => void)[]} */
  #takers = [];
  #ended = false;
  /** @type {Api.Tapi2WsError | undefined} */
  #error;
  #limit;
  #signal;
  #onEnd;
  #abort = () => this.end();

  /**
   * @param {number} limit
   * @param {AbortSignal | undefined} signal
   * @param {() => void} onEnd
   */
  constructor(limit, signal, onEnd) {
    this.#limit = limit;
    this.#signal = signal;
    this.#onEnd = onEnd;
    signal?.addEventListener("abort", this.#abort);
  }

  /** @param {Api.StreamEvent} event */
  push(event) {
    const taker = this.#takers.shift();
    if (taker !== undefined) return taker({ value: event, done: false });
    this.#waiting.push(event);
    if (this.#waiting.length <= this.#limit) return;
    const message = `More than ${this.#limit} events waited to be taken`;
    this.#error = new Tapi2WsError({ code: "overflow", message });
    this.#waiting = [];
    this.end();
  }

  /** No event follows those that wait. */
  end() {
    this.#ended = true;
    this.#signal?.removeEventListener("abort", this.#abort);
    this.#onEnd();
    for (const taker of this.#takers.splice(0)) taker({ value: undefined, done: true });
  }

  /** @returns {Promise<IteratorResult<Api.StreamEvent>>} */
  next() {
    const event = this.#waiting.shift();
    if (event !== undefined) return Promise.resolve({ value: event, done: false });
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) return Promise.reject(error);
    if (this.#ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** @returns {Promise<IteratorResult<Api.StreamEvent>>} */
  return() {
    this.#waiting = [];
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
