/**
 * A line's work, one task after the other: what a line's messages cause happens in their order, while
 * lines do not wait for each other's provider.
 */

export class Lane {
  #queue: (() => Promise<void>)[] = [];
  #working = false;

  /** @param onFailure Told what a task threw; the next task runs all the same. */
  constructor(readonly onFailure: (error: unknown) => void) {}

  /** Runs `task` after all that were given before it. */
  add(task: () => Promise<void>): void {
    this.#queue.push(task);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#queue.length > 0) {
      const tasks = this.#queue;
      this.#queue = [];
      for (const task of tasks) {
        try {
          await task();
        } catch (error) {
          this.onFailure(error);
        }
      }
    }
    this.#working = false;
  }
}
