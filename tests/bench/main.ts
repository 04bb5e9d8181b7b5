/**
 * The benchmarks: `deno task bench [NAME]…`, of
 * drain, fanout, batch, selectivity, memory, journal, guard, reads, opening, numbers, directory, gateway,
 * alone: all of them when none is named. Prints what was measured, against baselines of the same run and the
 * targets.
 *
 * Exits 0 whatever the times; 1 when something is wrong, such as a lost frame; 2 on a wrong name.
 */
import { alone } from "./alone.ts";
import { batch } from "./batch.ts";
import { directory } from "./directory.ts";
import { drain } from "./drain.ts";
import { fanout } from "./fanout.ts";
import { gateway } from "./gateway.ts";
import { guard } from "./guard.ts";
import { journal } from "./journal.ts";
import { memory } from "./memory.ts";
import { numbers } from "./numbers.ts";
import { opening } from "./opening.ts";
import { print, printTable, type Row } from "./report.ts";
import { reads } from "./reads.ts";
import { selectivity } from "./selectivity.ts";

const BENCHMARKS: Readonly<Record<string, () => Promise<Row[]>>> = {
  drain,
  fanout,
  batch,
  selectivity,
  memory,
  journal,
  guard,
  reads,
  opening,
  numbers,
  directory,
  gateway,
  alone,
};

async function main(names: readonly string[]): Promise<number> {
  const wanted = names.length === 0 ? Object.keys(BENCHMARKS) : names;
  const unknown = wanted.find((name) => !Object.hasOwn(BENCHMARKS, name));
  if (unknown !== undefined) {
    print(`There is no benchmark "${unknown}": ${Object.keys(BENCHMARKS).join(", ")}`);
    return 2;
  }
  const rows: Row[] = [];
  let exitCode = 0;
  for (const name of wanted) {
    print(`${name} …`);
    try {
      rows.push(...await BENCHMARKS[name]?.() ?? []);
    } catch (error) {
      print(`WRONG: ${name}: ${error instanceof Error ? error.message : error}`);
      exitCode = 1;
    }
  }
  print("");
  printTable(rows);
  return exitCode;
}

Deno.exit(await main(Deno.args));
