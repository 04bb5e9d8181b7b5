// @ts-check
/** The waits between attempts to connect, which double until a connection lasts. */
/** @import { Settings } from "./settings.js" */
import { Timer } from "./waiting.js";

/** After a connection that lasted so long, the waits begin with the first one again. */
const STABLE_MS = 5_000;

export class BackOff {
  #settings;
  #stableTimer;
  /** Attempts since a connection lasted. */
  #attempts = 0;

  /** @param {Settings} settings */
  constructor(settings) {
    this.#settings = settings;
    this.#stableTimer = new Timer(settings.timers);
  }

  /** @returns {number} Milliseconds until the next attempt: half to all of the present wait. */
  next() {
    const { firstMs, longestMs, random } = this.#settings;
    const ceilingMs = Math.min(longestMs, firstMs * 2 ** this.#attempts++);
    return Math.round(ceilingMs * (0.5 + random() / 2));
  }

  /** A connection has begun. */
  opened() {
    this.#stableTimer.set(STABLE_MS, () => this.#attempts = 0);
  }

  /** The connection has ended. */
  lost() {
    this.#stableTimer.clear();
  }
}
