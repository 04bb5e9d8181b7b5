/** The distribution of durations, in buckets. */

/** From what an idle machine takes to what people notice. */
export const BUCKETS_SECONDS: readonly number[] = [
  ...[0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025],
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
];

export class Histogram {
  readonly name: string;
  readonly help: string;
  /** The last one has those above the last bound. */
  readonly #counts = new Float64Array(BUCKETS_SECONDS.length + 1);
  #sum = 0;

  constructor(name: string, help: string) {
    this.name = name;
    this.help = help;
  }

  observe(seconds: number): void {
    let bucket = 0;
    while (seconds > (BUCKETS_SECONDS[bucket] ?? Infinity)) bucket++;
    this.#counts[bucket]!++;
    this.#sum += seconds;
  }

  get sum(): number {
    return this.#sum;
  }

  get count(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** Each bound, infinity last, with the number of durations up to it. */
  *buckets(): Iterable<readonly [bound: number, upToBound: number]> {
    let upToBound = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      upToBound += count;
      yield [BUCKETS_SECONDS[bucket] ?? Infinity, upToBound];
    }
  }
}
