/**
 * Opening: how long it takes until every line is open, when the driver takes its time for each. The
 * native stand-in delays every lineOpen in a thread of its own, as a driver does that asks its phone
 * system first.
 *
 * The baseline is what the threads allow: all of them in lineOpen all the time, and nothing else done.
 */
import { systemClock } from "../../src/clock.ts";
import { BLOCKING_THREADS } from "../../src/program.ts";
import { openTapi32 } from "../../src/rights.ts";
import { Supervisor } from "../../src/session/supervisor.ts";
import { buildStandin, openControl, type StandIn } from "../native/standin.ts";
import { NO_PLACEHOLDERS } from "../support/lines.ts";
import { print, type Row } from "./report.ts";

const LINES = 2000;
const LINE_OPEN_MS = 50;
const THREADS = 16;
const MOST_MS = 10_000;
const PATIENCE_MS = 60_000;

interface Run {
  readonly threads: number;
  /** Devices that hang in lineOpen, from the first on; the others are waited for. */
  readonly hanging: number;
  /** Whether they belong to a driver of their own. */
  readonly ownDriver?: boolean;
  readonly what: string;
  readonly target: boolean;
}

const RUNS: readonly Run[] = [
  { threads: THREADS, hanging: 0, what: "", target: true },
  { threads: THREADS, hanging: 1, what: ", one hangs", target: true },
  {
    threads: THREADS,
    hanging: 2 * THREADS,
    ownDriver: true,
    what: `, another driver's ${2 * THREADS} hang`,
    target: false,
  },
  { threads: BLOCKING_THREADS, hanging: 0, what: "", target: false },
];

export async function opening(): Promise<Row[]> {
  const path = await buildStandin();
  if (path === undefined) {
    print("LEFT OUT: opening, because there is no C compiler on this machine");
    return [];
  }
  const rows: Row[] = [];
  for (const run of RUNS) {
    const tookMs = await open(path, run);
    const lines = LINES - run.hanging;
    const idealMs = lines * LINE_OPEN_MS / run.threads;
    rows.push({
      what: `opening ${LINES} lines of ${LINE_OPEN_MS} ms, ${run.threads} threads${run.what}`,
      measured: `${seconds(tookMs)}, ${Math.round(lines / tookMs * 1000)}/s`,
      baseline: seconds(idealMs),
      ratio: (tookMs / idealMs).toFixed(2),
      target: run.target ? `<= ${seconds(MOST_MS)}` : "",
      holds: run.target ? tookMs <= MOST_MS : undefined,
    });
  }
  return rows;
}

/** @returns How long it took until all lines were open but those that hang. */
async function open(path: string, { threads, hanging, ownDriver = false }: Run): Promise<number> {
  const library = openTapi32(path);
  const standin = openControl(path);
  standin.reset({ voiceLines: LINES });
  standin.delay("lineOpenW", LINE_OPEN_MS);
  for (let device = 0; device < hanging; device++) {
    standin.hangOpening(device, true);
    if (ownDriver) standin.setText(device, "provider", "Hanging driver");
  }
  const opened = Promise.withResolvers<void>();
  let left = LINES - hanging;
  const supervisor = new Supervisor({
    library,
    blockingThreads: threads,
    clock: systemClock,
    wanted: () => true,
    isGroup: () => false,
    vendorFeatures: true,
    placeholders: NO_PLACEHOLDERS,
    replyTimeoutMs: PATIENCE_MS,
    onSignal: (signal) => {
      if (signal.kind === "line-status" && signal.status === "open" && --left === 0) {
        opened.resolve();
      }
    },
  });
  const startMs = performance.now();
  void supervisor.start();
  const timer = setTimeout(
    () => opened.reject(new Error(`${left} lines are not open after ${PATIENCE_MS} ms`)),
    PATIENCE_MS,
  );
  try {
    await opened.promise;
    return performance.now() - startMs;
  } finally {
    clearTimeout(timer);
    for (let device = 0; device < hanging; device++) standin.hangOpening(device, false);
    await supervisor.stop();
    checkRules(standin);
  }
}

function checkRules({ violations }: StandIn): void {
  if (violations.count > 0) throw new Error(`a rule of TAPI is broken: ${violations.last}`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
