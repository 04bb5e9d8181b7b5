/** Lets a few tasks run at a time; the others wait, first come, first served. */

export class Semaphore {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `task` when fewer than `mostAtOnce` run. */
  async run<T>(mostAtOnce: number, task: () => Promise<T>): Promise<T> {
    while (this.#running >= mostAtOnce) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#running++;
    try {
      return await task();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}
