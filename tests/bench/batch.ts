/**
 * Batches: server CPU per delivered event with 200 clients and bursts of 10 events in one turn.
 *
 * Ours sends each client one frame for a burst, as v2 clients may ask for. Bun publishes the same
 * texts to a topic, its own way to tell many the same; a bare Deno loop sends the same frames as ours.
 * All deliver the same events to as many.
 */
import type { CallEvent } from "../../src/model/event.ts";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import { median, medianRatio, print, type Row } from "./report.ts";
import { Subject } from "./subjects.ts";
import { callEvents, extensions } from "./traffic.ts";

/** Not counted: until then the compilers are at work. */
const WARM_UP_ROUNDS = 2;
const ROUNDS = 8;
const CLIENTS = 200;
const BURST = 10;
/** About 33,000 deliveries a second, as in the fan-out benchmark. */
const PACE = { perTick: BURST, tickMs: 60 };
const EVENTS_PER_ROUND = 250;
const LINES = 8;
const FIRST_EXTENSION = 201;
const MOST_OF_BUN = 1;
const MOST_OF_BARE = 1.15;
const GREETING = {
  protocol: V2_PROTOCOL,
  says: JSON.stringify({ cmd: "subscribe", batch: true }),
  // The hello, and the state.
  answers: 2,
};

type Measured = "ours" | "bare" | "bun";

export async function batch(): Promise<Row[]> {
  await using running = new AsyncDisposableStack();
  const subjects: [Measured, Subject][] = [];
  for (const name of ["ours", "bare", "bun"] as const) {
    const subject = await start(name);
    if (subject !== undefined) subjects.push([name, running.use(subject)]);
  }
  const events = callEvents(EVENTS_PER_ROUND, extensions(LINES, FIRST_EXTENSION));
  const cpu: Record<Measured, number[]> = { ours: [], bare: [], bun: [] };
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const texts = textsOf(events, round * EVENTS_PER_ROUND);
    const frames = bursts(texts);
    for (const [name, subject] of subjects) {
      const micros = name === "ours"
        ? await subject.run(events, frames, "every", PACE)
        : name === "bare"
        ? await subject.run(frames, frames, "every", { ...PACE, perTick: 1 })
        : await subject.run(texts, texts, "every", PACE);
      if (round >= WARM_UP_ROUNDS) cpu[name].push(micros / (EVENTS_PER_ROUND * CLIENTS));
    }
  }
  const row = (name: "bare" | "bun", of: string, most: number): Row => {
    const ratio = medianRatio(cpu.ours, cpu[name]);
    return {
      what: `bursts of ${BURST} to ${CLIENTS} clients, CPU per event: ours to ${of}`,
      measured: `${median(cpu.ours).toFixed(2)} µs`,
      baseline: `${median(cpu[name]).toFixed(2)} µs`,
      ratio: ratio.toFixed(2),
      target: `<= ${most}`,
      holds: ratio <= most,
    };
  };
  return [
    row("bare", "bare Deno", MOST_OF_BARE),
    ...cpu.bun.length > 0 ? [row("bun", "Bun's publish", MOST_OF_BUN)] : [],
  ];
}

async function start(name: Measured): Promise<Subject | undefined> {
  try {
    const subject = await Subject.start(name);
    const paths = Array.from({ length: CLIENTS }, () => "/");
    await subject.connect(paths, name === "ours" ? GREETING : undefined);
    return subject;
  } catch (error) {
    if (name !== "bun") throw error;
    print(`LEFT OUT: the comparison with Bun: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

const encoder = new V2Encoder();

/** What v2 clients must get, one by one; events that the bus numbers on from `seq`. */
function textsOf(events: readonly CallEvent[], seq: number): string[] {
  return events.map((event, index) => encoder.encode({ ...event, seq: seq + index + 1 }));
}

/** What those get that asked for batches. */
function bursts(texts: readonly string[]): string[] {
  return Array.from(
    { length: texts.length / BURST },
    (_, index) => `[${texts.slice(index * BURST, (index + 1) * BURST).join()}]`,
  );
}
