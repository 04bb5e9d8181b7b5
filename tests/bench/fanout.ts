/**
 * Fan-out: server CPU per delivered frame with 200 and with 1,000 clients that hear every line.
 *
 * Our server, a bare Deno loop and Node with ws, each in a process of its own, get the same texts
 * out at the same pace to clients in other processes, who check each byte. Each server measures its
 * own CPU time, user and system, from before the first text to after the last byte's arrival.
 * Rounds of the three alternate.
 */
import { median, medianRatio, print, type Row } from "./report.ts";
import { type Pace, Subject, type SubjectName } from "./subjects.ts";
import { callEvents, classicTexts, extensions } from "./traffic.ts";

/** Not counted: until then the compilers are at work, and ws still becomes slower. */
const WARM_UP_ROUNDS = 2;
const ROUNDS = 8;
const FRAMES_PER_ROUND = 50_000;
const LINES = 8;
const FIRST_EXTENSION = 201;
/** About 33,000 frames a second: less than any of the three can do, so that none is ever behind. */
const PACES: readonly (Pace & { readonly clients: number })[] = [
  { clients: 200, perTick: 5, tickMs: 30 },
  { clients: 1000, perTick: 1, tickMs: 30 },
];
type Measured = Exclude<SubjectName, "bun" | "guarded">;
const MOST_OF_BARE = 1.15;
const LEAST_OF_WS = 1.3;

export async function fanout(): Promise<Row[]> {
  const rows: Row[] = [];
  const names = await hasNode() ? ["ours", "bare", "ws"] as const : ["ours", "bare"] as const;
  for (const { clients, ...pace } of PACES) {
    const cpu = await measure(names, clients, pace);
    const what = `fan-out to ${clients.toLocaleString("en")} clients, CPU per frame`;
    const ofBare = medianRatio(cpu.ours, cpu.bare);
    rows.push({
      what: `${what}: ours to bare Deno`,
      measured: micros(cpu.ours),
      baseline: micros(cpu.bare),
      ratio: ofBare.toFixed(2),
      target: `<= ${MOST_OF_BARE}`,
      holds: ofBare <= MOST_OF_BARE,
    });
    if (cpu.ws.length === 0) continue;
    const ofWs = medianRatio(cpu.ws, cpu.ours);
    rows.push({
      what: `${what}: Node with ws to ours`,
      measured: micros(cpu.ours),
      baseline: micros(cpu.ws),
      ratio: ofWs.toFixed(2),
      target: `>= ${LEAST_OF_WS}`,
      holds: ofWs >= LEAST_OF_WS,
    });
  }
  return rows;
}

/** Whether `node` is Node: where there is none, Deno stands in for it itself. */
async function hasNode(): Promise<boolean> {
  try {
    const args = ["-p", "globalThis.Deno === undefined"];
    const { stdout } = await new Deno.Command("node", { args }).output();
    if (new TextDecoder().decode(stdout).trim() === "true") return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  print("LEFT OUT: the comparison with ws, because there is no Node on this machine");
  return false;
}

/** @returns Each server's microseconds of CPU per delivered frame, round by round. */
async function measure(
  names: readonly Measured[],
  clients: number,
  pace: Pace,
): Promise<Record<Measured, number[]>> {
  const events = callEvents(FRAMES_PER_ROUND / clients, extensions(LINES, FIRST_EXTENSION));
  const texts = classicTexts(events);
  const cpu: Record<Measured, number[]> = { ours: [], bare: [], ws: [] };
  await using running = new AsyncDisposableStack();
  const subjects: [Measured, Subject][] = [];
  for (const name of names) {
    const subject = running.use(await Subject.start(name));
    await subject.connect(Array.from({ length: clients }, () => "/"));
    subjects.push([name, subject]);
  }
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const [name, subject] of subjects) {
      const items = name === "ours" ? events : texts;
      const cpuMicros = await subject.run(items, texts, "every", pace);
      if (round >= WARM_UP_ROUNDS) cpu[name].push(cpuMicros / FRAMES_PER_ROUND);
    }
  }
  return cpu;
}

function micros(values: readonly number[]): string {
  return `${median(values).toFixed(1)} µs`;
}
