/**
 * Gives long reads their turns: however many there are, one step of one read runs in a turn of the
 * event loop, and sockets and TAPI's messages get theirs in between. A timer does that; an immediate
 * would starve them.
 */
export class Pacer {
  readonly #waiting: (() => void)[] = [];

  /** Resolves when the next step may run. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setTimeout(() => this.#next(), 0);
    });
  }

  #next(): void {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setTimeout(() => this.#next(), 0);
  }
}
