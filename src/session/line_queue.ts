/**
 * A device's work, one task after the other: the work that its messages cause is done in their order,
 * while devices do not wait for each other's driver.
 */

import type { Clock } from "../clock.ts";

/** A device whose driver hangs may keep so many tasks waiting; later messages are discarded. */
const MOST_WAITING = 10_000;
/** A task that takes so long hangs. One that is only slow is waited for, whatever waits after it. */
export const HANG_MS = 5000;

export interface LineQueueOptions {
  readonly clock: Clock;
  /** Receives the error that a task threw; the next task runs all the same. */
  readonly onFailure: (error: unknown) => void;
  /** Called once when tasks begin to be discarded. */
  readonly onOverflow: () => void;
}

export class LineQueue {
  readonly #options: LineQueueOptions;
  #queue: (() => Promise<void>)[] = [];
  /** Of the tasks that were taken out of the queue, those whose turn has not come. */
  #taken = 0;
  #working = false;
  #taskSinceMs = 0;
  #overflowing = false;

  constructor(options: LineQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs `task` after all that were given before it, unless too many wait for one that hangs.
   *
   * @returns Whether it will run.
   */
  add(task: () => Promise<void>): boolean {
    if (this.#queue.length < MOST_WAITING || !this.hangs) {
      this.#push(task);
      return true;
    }
    if (!this.#overflowing) this.#options.onOverflow();
    this.#overflowing = true;
    return false;
  }

  /** As {@linkcode add}, whatever waits; settled with the task. */
  run(task: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => this.#push(() => task().then(resolve, reject)));
  }

  /** How many tasks wait for the one that runs. */
  get waiting(): number {
    return this.#taken + this.#queue.length;
  }

  /** Whether a task runs that does not come to its end. */
  get hangs(): boolean {
    return this.#working && this.#options.clock.uptimeMs() - this.#taskSinceMs >= HANG_MS;
  }

  #push(task: () => Promise<void>): void {
    this.#queue.push(task);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#queue.length > 0) {
      const tasks = this.#queue;
      this.#queue = [];
      this.#overflowing = false;
      this.#taken = tasks.length;
      for (const task of tasks) {
        this.#taken--;
        this.#taskSinceMs = this.#options.clock.uptimeMs();
        try {
          await task();
        } catch (error) {
          this.#options.onFailure(error);
        }
      }
    }
    this.#working = false;
  }
}
