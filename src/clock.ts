/** Time as the program sees it: a value that is passed in, so that tests can hold it. */

/** A timer, as {@linkcode Clock.setTimeout} returns it and {@linkcode Clock.clearTimeout} takes it. */
export type TimerId = number;

/** A source of time and timers. */
export interface Clock {
  /** The date: milliseconds since 1970, UTC. It jumps when the computer's clock is set. */
  nowMs(): number;
  /** For durations: milliseconds since some moment; it never jumps. */
  uptimeMs(): number;
  /** Calls back once, no earlier than after `delayMs`; below 0 is as 0: what is due is overdue. */
  setTimeout(callback: () => void, delayMs: number): TimerId;
  clearTimeout(id: TimerId): void;
}

/** The computer's own time. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  uptimeMs: () => performance.now(),
  // Number(): whether setTimeout answers a number or a Timeout depends on the types in scope.
  setTimeout: (callback, delayMs) => Number(setTimeout(callback, Math.max(delayMs, 0))),
  clearTimeout: (id) => clearTimeout(id),
};

/** Resolves after `delayMs`, or at once when `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const wake = () => {
      clock.clearTimeout(timer);
      signal.removeEventListener("abort", wake);
      resolve();
    };
    const timer = clock.setTimeout(wake, delayMs);
    signal.addEventListener("abort", wake, { once: true });
  });
}
