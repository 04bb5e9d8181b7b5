// @ts-check
/** Whether the server is still there: asked by pings, at intervals and when the page wakes up. */
/** @import * as Api from "./client.d.ts" */
/** @import { Settings } from "./settings.js" */
import { page } from "./page.js";
import { Timer } from "./waiting.js";

/** The page may have slept, or the network been away. */
const WAKING = ["online", "pageshow", "resume", "visibilitychange"];

export class KeepAlive {
  #settings;
  #timer;
  #ping;
  #onSilence;

  /**
   * @param {Settings} settings
   * @param {(timeoutMs: number) => Promise<unknown>} ping
   * @param {() => void} onSilence The server has not answered.
   */
  constructor(settings, ping, onSilence) {
    this.#settings = settings;
    this.#timer = new Timer(settings.timers);
    this.#ping = ping;
    this.#onSilence = onSilence;
  }

  start() {
    const { keepAliveMs } = this.#settings;
    if (keepAliveMs > 0) this.#timer.set(keepAliveMs, () => this.probe());
  }

  stop() {
    this.#timer.clear();
  }

  async probe() {
    const { keepAliveMs, timeoutMs } = this.#settings;
    this.start();
    try {
      await this.#ping(Math.min(timeoutMs, keepAliveMs || timeoutMs));
    } catch (error) {
      if (/** @type {Api.Tapi2WsError} */ (error).code === "timeout") this.#onSilence();
    }
  }
}

/** @type {(wake: () => void) => () => void} Listens until the result is called. */
export function onWaking(wake) {
  const hear = () => {
    if (page.document?.visibilityState !== "hidden") wake();
  };
  for (const name of WAKING) page.addEventListener?.(name, hear);
  return () => {
    for (const name of WAKING) page.removeEventListener?.(name, hear);
  };
}
