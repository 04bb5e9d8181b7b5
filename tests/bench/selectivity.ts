/**
 * Selectivity: server CPU per event when each of 100, 1,000 and 5,000 clients asked for one line of
 * its own (`?line=`) and events go to the lines in turn, so that one client gets each. It must not
 * depend on the number of those who are connected.
 *
 * A server in a process of its own for each number, clients in other processes, who check each
 * byte. Rounds of the three alternate.
 */
import { openFilesFor } from "./limits.ts";
import { median, medianRatio, type Row } from "./report.ts";
import { type Pace, Subject } from "./subjects.ts";
import { callEvents, classicTexts, extensions } from "./traffic.ts";

const ROUNDS = 5;
const EVENTS_PER_ROUND = 20_000;
/** No client gets two frames in one tick, however few there are. */
const PACE: Pace = { perTick: 100, tickMs: 10 };
const FEWEST_CLIENTS = 100;
const CLIENTS = [FEWEST_CLIENTS, 1000, 5000];
/** All extensions have five digits: frames are equally long. */
const FIRST_EXTENSION = 10_000;
const MOST_OF_FEWEST = 1.3;

export async function selectivity(): Promise<Row[]> {
  const numbers = CLIENTS.filter((clients) => openFilesFor(clients, "selectivity"));
  const cpu = new Map(numbers.map((clients): [number, number[]] => [clients, []]));
  await using running = new AsyncDisposableStack();
  const subjects = new Map<number, Subject>();
  for (const clients of numbers) {
    const subject = running.use(await Subject.start("ours"));
    await subject.connect(extensions(clients, FIRST_EXTENSION).map((line) => `/?line=${line}`));
    subjects.set(clients, subject);
  }
  // Round 0 is for the compilers.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [clients, subject] of subjects) {
      const events = callEvents(EVENTS_PER_ROUND, extensions(clients, FIRST_EXTENSION));
      const cpuMicros = await subject.run(events, classicTexts(events), "turn", PACE);
      if (round > 0) cpu.get(clients)?.push(cpuMicros / EVENTS_PER_ROUND);
    }
  }
  const baseline = cpu.get(FEWEST_CLIENTS) ?? [];
  return numbers.filter((clients) => clients !== FEWEST_CLIENTS).map((clients): Row => {
    const measured = cpu.get(clients) ?? [];
    const ratio = medianRatio(measured, baseline);
    const many = clients.toLocaleString("en");
    return {
      what: `one line each, CPU per event: ${many} clients to ${FEWEST_CLIENTS}`,
      measured: `${median(measured).toFixed(1)} µs`,
      baseline: `${median(baseline).toFixed(1)} µs`,
      ratio: ratio.toFixed(2),
      target: `<= ${MOST_OF_FEWEST}`,
      holds: ratio <= MOST_OF_FEWEST,
    };
  });
}
