/**
 * The guard: server CPU per delivered frame on a guarded port, against our own open one. Both get the
 * same events out at the same pace; rounds alternate.
 */
import { median, medianRatio, type Row } from "./report.ts";
import { Subject } from "./subjects.ts";
import { callEvents, classicTexts, extensions } from "./traffic.ts";

/** Not counted: until then the compilers are at work. */
const WARM_UP_ROUNDS = 2;
const ROUNDS = 8;
const CLIENTS = 200;
const FRAMES_PER_ROUND = 50_000;
/** About 33,000 frames a second, as in the fan-out benchmark. */
const PACE = { perTick: 5, tickMs: 30 };
const LINES = 8;
const FIRST_EXTENSION = 201;
const NAMES = ["ours", "guarded"] as const;

export async function guard(): Promise<Row[]> {
  const events = callEvents(FRAMES_PER_ROUND / CLIENTS, extensions(LINES, FIRST_EXTENSION));
  const texts = classicTexts(events);
  const cpu: Record<typeof NAMES[number], number[]> = { ours: [], guarded: [] };
  await using running = new AsyncDisposableStack();
  const subjects: [typeof NAMES[number], Subject][] = [];
  for (const name of NAMES) {
    const subject = running.use(await Subject.start(name));
    await subject.connect(Array.from({ length: CLIENTS }, () => "/"));
    subjects.push([name, subject]);
  }
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const [name, subject] of subjects) {
      const cpuMicros = await subject.run(events, texts, "every", PACE);
      if (round >= WARM_UP_ROUNDS) cpu[name].push(cpuMicros / FRAMES_PER_ROUND);
    }
  }
  const micros = (values: readonly number[]) => `${median(values).toFixed(1)} µs`;
  return [{
    what: `fan-out to ${CLIENTS} clients, CPU per frame: guarded port to open port`,
    measured: micros(cpu.guarded),
    baseline: micros(cpu.ours),
    ratio: medianRatio(cpu.guarded, cpu.ours).toFixed(2),
    target: "",
    holds: undefined,
  }];
}
