/** A clock that stands still until a test moves it. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Clock, TimerId } from "../../src/clock.ts";

const HOUR_MS = 60 * 60_000;

interface Timer {
  readonly id: TimerId;
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Time that only {@linkcode advance} and {@linkcode advanceAsync} move; it starts at 2026-01-01 UTC. */
export class ManualClock implements Clock {
  #nowMs: number;
  #lastId = 0;
  /** By due time; timers due at the same time in the order they were set. */
  readonly #timers: Timer[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  uptimeMs(): number {
    return this.#nowMs;
  }

  setTimeout(callback: () => void, delayMs: number): TimerId {
    const timer = { id: ++this.#lastId, dueMs: this.#nowMs + Math.max(0, delayMs), callback };
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timers[middle]!.dueMs <= timer.dueMs) low = middle + 1;
      else high = middle;
    }
    this.#timers.splice(low, 0, timer);
    return timer.id;
  }

  clearTimeout(id: TimerId): void {
    const index = this.#timers.findIndex((timer) => timer.id === id);
    if (index >= 0) this.#timers.splice(index, 1);
  }

  /** How many timers are set: 0 proves that nothing was left behind. */
  get pendingTimers(): number {
    return this.#timers.length;
  }

  /** Moves time on and runs what falls due, in order; timers that those set run too when due. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#runNext(endMs));
    this.#nowMs = endMs;
  }

  /**
   * As {@linkcode advance}, but lets every promise settle before the first timer, between timers and
   * after the last, so that async code sees time pass the way it would in life.
   */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    do await setImmediate(); while (this.#runNext(endMs));
    this.#nowMs = endMs;
  }

  /**
   * Moves time on step by step, as {@linkcode advanceAsync} does, until a condition holds.
   *
   * @param options.mostMs How much time may pass.
   * @param options.afterStep What each step waits for besides: where sockets are real they need a turn.
   * @returns How much time has passed.
   */
  async passUntil(
    reached: () => boolean,
    { stepMs, mostMs = HOUR_MS, afterStep }: {
      readonly stepMs: number;
      readonly mostMs?: number;
      readonly afterStep?: () => Promise<void>;
    },
  ): Promise<number> {
    const startMs = this.#nowMs;
    while (!reached()) {
      const passedMs = this.#nowMs - startMs;
      assert(passedMs <= mostMs, `${reached} waited for ${passedMs} ms of the clock`);
      await this.advanceAsync(stepMs);
      await afterStep?.();
    }
    return this.#nowMs - startMs;
  }

  #runNext(endMs: number): boolean {
    const timer = this.#timers[0];
    if (timer === undefined || timer.dueMs > endMs) return false;
    this.#timers.shift();
    this.#nowMs = timer.dueMs;
    timer.callback();
    return true;
  }
}

/** How often the time of a {@linkcode FastClock} moves on. */
const TICK_MS = 1;
/** So much real time counts at most between two ticks. */
const MOST_STALL_MS = 4;

/**
 * The real clock, so many times as fast: for programs on a native library, whose waits are real. On a
 * busy machine it is slower: a process that stood still for a second has not missed two minutes.
 */
export class FastClock implements Clock {
  readonly #clock = new ManualClock();
  #tickedMs = performance.now();
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly speed: number) {}

  nowMs(): number {
    return this.#clock.nowMs() + this.#sinceTickMs();
  }

  uptimeMs(): number {
    return this.#clock.uptimeMs() + this.#sinceTickMs();
  }

  setTimeout(callback: () => void, delayMs: number): TimerId {
    const id = this.#clock.setTimeout(callback, this.#sinceTickMs() + Math.max(0, delayMs));
    this.#tickSoon();
    return id;
  }

  clearTimeout(id: TimerId): void {
    this.#clock.clearTimeout(id);
    if (this.#clock.pendingTimers > 0) return;
    clearTimeout(this.#tick);
    this.#tick = undefined;
  }

  #sinceTickMs(): number {
    return Math.min(performance.now() - this.#tickedMs, MOST_STALL_MS) * this.speed;
  }

  /** There is no tick where there is no timer, so that nothing is left of a program that has ended. */
  #tickSoon(): void {
    this.#tick ??= setTimeout(() => {
      this.#tick = undefined;
      const passedMs = this.#sinceTickMs();
      this.#tickedMs = performance.now();
      this.#clock.advance(passedMs);
      if (this.#clock.pendingTimers > 0) this.#tickSoon();
    }, TICK_MS);
  }
}
