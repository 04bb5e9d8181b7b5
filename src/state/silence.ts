/** Whether lines are open and no call is ever heard: a driver that lacks a licence, or is too old. */
import type { Clock } from "../clock.ts";
import type { Signal } from "../session/signals.ts";

/** Shorter silences are those of any quiet phone system. */
const LONG_MS = 30 * 60_000;

export class Silence {
  readonly #clock: Clock;
  /** When the first line was opened; `undefined` before, and while TAPI is not available. */
  #openSinceMs: number | undefined;
  #hasHeard = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  receive(signal: Signal): void {
    if (signal.kind === "provider" && signal.state !== "up") this.#openSinceMs = undefined;
    if (signal.kind === "line-status" && signal.status === "open") {
      this.#openSinceMs ??= this.#clock.uptimeMs();
    }
    // A call that a client dialled says nothing of calls that are made at the telephones.
    this.#hasHeard ||= signal.kind === "call-state" && signal.dialled === undefined;
  }

  /** For how long lines have been open without a call, once that is long; otherwise `null`. */
  get seconds(): number | null {
    if (this.#hasHeard || this.#openSinceMs === undefined) return null;
    const silentMs = this.#clock.uptimeMs() - this.#openSinceMs;
    return silentMs < LONG_MS ? null : silentMs / 1000;
  }
}
