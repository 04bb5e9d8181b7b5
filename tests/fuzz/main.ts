/** `deno task fuzz [--iterations N] [--seed N]`: a long fuzz run, and its figures. */
import { parseArgs } from "node:util";
import { fuzz } from "./run.ts";
import { FuzzFailure } from "./sequence.ts";

const DEFAULT_ITERATIONS = "250000";

const { values } = parseArgs({
  options: {
    iterations: { type: "string", default: DEFAULT_ITERATIONS },
    seed: { type: "string", default: "1" },
  },
});
const startMs = performance.now();
try {
  const figures = await fuzz({ iterations: Number(values.iterations), seed: Number(values.seed) });
  for (
    const [what, figure] of [
      ["structs decoded alone", figures.structsAlone],
      ["structs decoded in sequences", figures.structsInSequences],
      ["message sequences", figures.sequences],
      ["messages handled", figures.messages],
      ["call handles given and given back", figures.calls],
      ["exceptions", 0],
      ["reads out of bounds", 0],
      ["leaks", 0],
      ["seconds", Math.round((performance.now() - startMs) / 1000)],
      ["habits of drivers played", figures.habits.values().reduce((sum, times) => sum + times, 0)],
      ...figures.habits,
    ] as const
  ) print(`${what.padEnd(60)}${figure.toLocaleString("en").padStart(12)}`);
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  print(error.message);
  print("Repeat it: deno task fuzz --iterations 1 --seed <that seed>");
  Deno.exitCode = 1;
}

function print(line: string): void {
  // deno-lint-ignore no-console -- the figures are this script's result
  console.log(line);
}
