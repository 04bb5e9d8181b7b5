/**
 * A server that stands alone: its start and its memory, against the same program without any code of
 * sites and gateways. Rounds alternate.
 */
import { join } from "node:path";
import { FakeExchange, ROOT } from "../support/process.ts";
import { ProgramCopy } from "../support/program_copy.ts";
import { median, medianRatio, type Row } from "./report.ts";

const ROUNDS = 5;
const MOST = 1.1;

interface Start {
  readonly startMs: number;
  readonly residentBytes: number;
}

export async function alone(): Promise<Row[]> {
  using copy = new ProgramCopy();
  Deno.removeSync(join(copy.root, "src/nats"), { recursive: true });
  const [whole, without]: [Start[], Start[]] = [[], []];
  // Round 0 is for Deno's cache.
  for (let round = 0; round <= ROUNDS; round++) {
    const [ours, other] = [await startFrom(ROOT), await startFrom(copy.root)];
    if (round === 0) continue;
    whole.push(ours);
    without.push(other);
  }
  const row = (what: string, of: keyof Start, format: (value: number) => string): Row => {
    const [measured, baseline] = [whole, without].map((starts) => starts.map((start) => start[of]));
    if (measured === undefined || baseline === undefined) throw new TypeError("nothing measured");
    const ratio = medianRatio(measured, baseline);
    return {
      what: `${what} of a server without [nats]: to one without its code`,
      measured: format(median(measured)),
      baseline: format(median(baseline)),
      ratio: ratio.toFixed(2),
      target: `<= ${MOST}`,
      holds: ratio <= MOST,
    };
  };
  return [
    row("start", "startMs", (ms) => `${Math.round(ms)} ms`),
    row("memory", "residentBytes", (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`),
  ];
}

async function startFrom(root: string): Promise<Start> {
  const beginMs = performance.now();
  await using exchange = await FakeExchange.startFrom(root, "--fake-extensions=2");
  const startMs = performance.now() - beginMs;
  return { startMs, residentBytes: await exchange.metric("process_resident_memory_bytes") };
}
