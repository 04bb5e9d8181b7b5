/**
 * Drain: messages a second from the native stand-in through decoding and the call model to the bus,
 * with one call-information read per state message. Every call's states must arrive on the bus in
 * their order, and every handle must be given back.
 *
 * The baseline is the TAPI functions alone, called in the same way (drain_bare.ts). Each of the two
 * runs in a process of its own; rounds of the two alternate. Six messages make a call:
 * LINE_APPNEWCALL and five LINE_CALLSTATE.
 */
import { buildStandin } from "../native/standin.ts";
import { Child } from "./child.ts";
import { median, medianRatio, print, type Row } from "./report.ts";

const ROUNDS = 5;
const LEAST_MESSAGES_PER_SECOND = 25_000;
/**
 * One line's messages are worked off one after the other, so that alone it measures how fast a
 * worker thread and the event loop wake each other; no line rings so often. The target is for
 * several. A burst on one line is below what may wait in its lane.
 */
const BURSTS = [
  { lines: 100, calls: 4000, target: true },
  { lines: 10, calls: 4000, target: true },
  { lines: 1, calls: 1500, target: false },
];

export async function drain(): Promise<Row[]> {
  const path = await buildStandin();
  if (path === undefined) {
    print("LEFT OUT: drain, because there is no C compiler on this machine");
    return [];
  }
  await using running = new AsyncDisposableStack();
  const [ours, bare] = await Promise.all([start(path), start(path)]);
  running.use(ours);
  running.use(bare);
  const rows: Row[] = [];
  for (const { lines, calls, target } of BURSTS) {
    const perSecond: Record<"ours" | "bare", number[]> = { ours: [], bare: [] };
    // Round 0 is for the compilers.
    for (let round = 0; round <= ROUNDS; round++) {
      const rates = {
        ours: Number(await ours.ask({ do: "ours", lines, calls })),
        bare: Number(await bare.ask({ do: "bare", lines, calls })),
      };
      if (round === 0) continue;
      perSecond.ours.push(rates.ours);
      perSecond.bare.push(rates.bare);
    }
    rows.push({
      what: `drain, ${lines} ${lines === 1 ? "line" : "lines"}: ours to TAPI's functions alone`,
      measured: rate(perSecond.ours),
      baseline: rate(perSecond.bare),
      ratio: medianRatio(perSecond.ours, perSecond.bare).toFixed(2),
      target: target ? `>= ${LEAST_MESSAGES_PER_SECOND.toLocaleString("en")}/s` : "",
      holds: target ? median(perSecond.ours) >= LEAST_MESSAGES_PER_SECOND : undefined,
    });
  }
  return rows;
}

async function start(path: string): Promise<Child> {
  return (await Child.deno("drain_main.ts", [path])).child;
}

function rate(perSecond: readonly number[]): string {
  return `${Math.round(median(perSecond)).toLocaleString("en")}/s`;
}
