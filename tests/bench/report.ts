/** What a benchmark found, and how it is printed. */

/** One measurement and how it stands to its target. */
export interface Row {
  readonly what: string;
  /** With its unit. */
  readonly measured: string;
  /** The baseline of the same run; "" where there is none. */
  readonly baseline: string;
  /** How many times the baseline's, or the baseline is of ours; "" where there is no baseline. */
  readonly ratio: string;
  /** "" where the row is for information. */
  readonly target: string;
  /** `undefined` where there is no target. */
  readonly holds: boolean | undefined;
}

const HEAD = ["", "measured", "baseline", "ratio", "target", "holds"] as const;

/** Prints the rows as one table. */
export function printTable(rows: readonly Row[]): void {
  const cells = rows.map(({ what, measured, baseline, ratio, target, holds }) => [
    what,
    measured,
    baseline,
    ratio,
    target,
    holds === undefined ? "" : holds ? "yes" : "NO",
  ]);
  const table = [[...HEAD], ...cells];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  for (const row of table) {
    const padded = row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 0 ? cell.padEnd(width) : cell.padStart(width);
    });
    print(padded.join("  ").trimEnd());
  }
}

/** Prints a line that is no measurement: what is going on, or what had to be left out. */
export function print(line: string): void {
  // deno-lint-ignore no-console -- the one place where a benchmark's result is printed
  console.log(line);
}

/** The middle value; on a machine that does other things too, a mean would measure those. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/**
 * The middle of the rounds' own ratios. Measurements of one round follow each other closely: what
 * slows the machine down slows both, and cancels out.
 */
export function medianRatio(
  numerators: readonly number[],
  denominators: readonly number[],
): number {
  return median(numerators.map((value, round) => value / (denominators[round] ?? NaN)));
}
