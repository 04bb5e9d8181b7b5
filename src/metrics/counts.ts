/** Counters: added to while the program runs, read when metrics are collected. */

/** How often each of a few things has happened, by a name and perhaps a detail. */
class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(name: string, detail = "", count = 1): void {
    const details = this.#counts.get(name);
    if (details === undefined) this.#counts.set(name, new Map([[detail, count]]));
    else details.set(detail, (details.get(detail) ?? 0) + count);
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, detail: string, count: number]> {
    for (const [name, details] of this.#counts) {
      for (const [detail, count] of details) yield [name, detail, count];
    }
  }
}

export interface Counts {
  /** Of TAPI. */
  messages: number;
  /** By type and change. */
  readonly events: Tally;
  /** By close code. */
  readonly closes: Tally;
  /** By name and result. */
  readonly commands: Tally;
  /** By name. */
  readonly tapiErrors: Tally;
  /** By source and result. */
  readonly lookUps: Tally;
}

export function newCounts(): Counts {
  return {
    messages: 0,
    events: new Tally(),
    closes: new Tally(),
    commands: new Tally(),
    tapiErrors: new Tally(),
    lookUps: new Tally(),
  };
}
