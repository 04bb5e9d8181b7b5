/** Lets a few tasks run at a time; the others wait, first come, first served. */

/** Gives a place up; a second call does nothing. */
export type Leave = () => void;

export class Semaphore {
  #free: number;
  readonly #waiting: ((leave: Leave) => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** How many wait for a place. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a place that is free now; `undefined` if none is. */
  tryEnter(): Leave | undefined {
    if (this.#free === 0) return undefined;
    this.#free--;
    return this.#leave();
  }

  /** Waits for a place. */
  enter(): Promise<Leave> {
    const leave = this.tryEnter();
    if (leave !== undefined) return Promise.resolve(leave);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Runs `task` in a place of its own. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await task();
    } finally {
      leave();
    }
  }

  #leave(): Leave {
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next(this.#leave());
    };
  }
}
