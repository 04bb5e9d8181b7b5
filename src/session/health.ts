/**
 * Whether the telephony service still works, and whether calls have ended unheard. How a service that
 * stops shows itself to its programs is not documented, so it is asked from time to time.
 */
import { type Clock, sleep } from "../clock.ts";
import type { Tapi } from "../tapi/calls.ts";
import { has, LINEDEVSTATUSFLAGS, LINEERR } from "../tapi/constants.ts";
import { lineErrorName, TapiError } from "../tapi/errors.ts";
import type { CallFeed } from "./calls/feed.ts";
import type { CallTable, LineEntry } from "./handles.ts";

const PROBE_EVERY_MS = 15_000;
/** How long one question of a probe is waited for. */
const PROBE_PATIENCE_MS = 5000;
/** A call of which nothing was heard for so long is asked for its state. */
const STALE_AFTER_MS = 60_000;
const LOOK_FOR_STALE_EVERY_MS = 30_000;
/** So many probes in a row must fail in a way that may pass, before the session is given up. */
const MOST_FAILED_PROBES = 3;

/** The session is over: nothing works on this HLINEAPP any more. */
const FATAL: readonly number[] = [
  LINEERR.UNINITIALIZED,
  LINEERR.INVALAPPHANDLE,
  LINEERR.SERVICE_NOT_RUNNING,
  LINEERR.REINIT,
];
/** Failures of the service itself; any other error is an answer, and shows that it lives. */
const DOUBTFUL: readonly number[] = [
  LINEERR.OPERATIONFAILED,
  LINEERR.RESOURCEUNAVAIL,
  LINEERR.NOMEM,
  LINEERR.DISCONNECTED,
];

export interface HealthContext {
  readonly tapi: Tapi;
  readonly app: number;
  readonly clock: Clock;
  readonly lines: ReadonlyMap<number, LineEntry>;
  readonly calls: CallTable;
  readonly feed: CallFeed;
  readonly ended: AbortSignal;
  /** Told of a line whose handle turns out to be dead. */
  readonly onLineClosed: (line: LineEntry) => void;
  /** What the provider reports of the line's service may have changed. */
  readonly onLineReport: (line: LineEntry) => void;
  /** Told why the session has to be given up. */
  readonly onDead: (reason: string) => void;
}

export class Health {
  /** When the service last answered a probe. */
  lastProbeAtMs: number | undefined;
  readonly #context: HealthContext;
  /** What is asked and has not answered: a provider that hangs must not take a thread each time. */
  readonly #unanswered = new Set<object>();
  #failedProbes = 0;

  constructor(context: HealthContext) {
    this.#context = context;
  }

  /** Watches until the session ends. */
  start(): void {
    void this.#repeat(PROBE_EVERY_MS, () => this.#probe());
    void this.#repeat(LOOK_FOR_STALE_EVERY_MS, () => this.#checkStaleCalls());
  }

  /** Judges an error of any function: some say that the session is over. */
  judge(error: unknown): void {
    if (error instanceof TapiError && FATAL.includes(error.code)) {
      this.#context.onDead(error.codeName);
    }
  }

  async #repeat(everyMs: number, task: () => Promise<void>): Promise<void> {
    const { clock, ended } = this.#context;
    for (;;) {
      await sleep(clock, everyMs, ended);
      if (ended.aborted) return;
      await task();
    }
  }

  async #probe(): Promise<void> {
    const { tapi, app, lines, clock, onDead } = this.#context;
    const open = [...lines.values()].filter((line) => line.handle !== 0);
    const deviceId = open[0]?.device.deviceId ?? 0;
    const answers = [await this.#answers(tapi, () => tapi.negotiate(app, deviceId))];
    const asked = tapi.library.lineGetLineDevStatusW === null ? [] : open;
    for (const line of asked) {
      if (this.#context.ended.aborted) return;
      // Closed meanwhile, or hanging anyway: no answer is to be had.
      if (line.handle === 0 || line.queue.hangs) continue;
      answers.push(await this.#answers(line, () => this.#probeLine(line)));
    }
    // One line's provider may fail for itself; the service has failed when nothing answers.
    if (answers.some((answered) => answered)) {
      this.#failedProbes = 0;
      this.lastProbeAtMs = clock.uptimeMs();
    } else if (++this.#failedProbes >= MOST_FAILED_PROBES) {
      onDead(lineErrorName(LINEERR.OPERATIONFAILED));
    }
  }

  /**
   * Whether the service answers: most errors are answers too. A probe that hangs is not waited for.
   *
   * @param asked What the probe is about.
   */
  async #answers(asked: object, probe: () => Promise<unknown>): Promise<boolean> {
    const { clock, ended } = this.#context;
    if (this.#unanswered.has(asked)) return false;
    this.#unanswered.add(asked);
    const settled = new AbortController();
    let answered = false;
    void probe().then(() => answered = true, (error) => {
      this.judge(error);
      answered = !(error instanceof TapiError && DOUBTFUL.includes(error.code));
    }).finally(() => {
      this.#unanswered.delete(asked);
      settled.abort();
    });
    await sleep(clock, PROBE_PATIENCE_MS, AbortSignal.any([settled.signal, ended]));
    return answered;
  }

  /** Asks an open line for its status: whether its handle is valid, and whether it is in service. */
  async #probeLine(line: LineEntry): Promise<void> {
    const { tapi, onLineClosed, onLineReport } = this.#context;
    const { handle } = line;
    try {
      const status = await tapi.getLineDevStatus(handle, line.device.apiVersion);
      if (line.handle !== handle) return;
      const inService = has(status.dwDevStatusFlags, LINEDEVSTATUSFLAGS.INSERVICE);
      line.tellsService ||= inService;
      // A provider that never sets the flag says nothing by not setting it.
      if (line.tellsService) line.reports.outOfService = !inService;
      onLineReport(line);
    } catch (error) {
      const invalid = error instanceof TapiError && error.code === LINEERR.INVALLINEHANDLE;
      if (invalid && line.handle === handle) onLineClosed(line);
      throw error;
    }
  }

  #checkStaleCalls(): Promise<void> {
    const { calls, clock, feed } = this.#context;
    const latestMs = clock.uptimeMs() - STALE_AFTER_MS;
    for (const entry of [...calls]) {
      // In a queue that hangs, questions would only pile up.
      if (entry.heardAtMs > latestMs || entry.line.queue.hangs) continue;
      // Not asked again before this is answered.
      entry.heardAtMs = clock.uptimeMs();
      entry.line.queue.add(() => feed.check(entry));
    }
    return Promise.resolve();
  }
}
