/**
 * Whether the telephony service still works, and whether calls have ended unheard. How a service that
 * stops shows itself to its programs is not documented, so it is asked from time to time.
 */
import { type Clock, sleep } from "../clock.ts";
import type { Tapi } from "../tapi/calls.ts";
import { LINEERR } from "../tapi/constants.ts";
import { TapiError } from "../tapi/errors.ts";
import type { CallFeed } from "./call_feed.ts";
import type { CallTable, LineEntry } from "./handles.ts";

const PROBE_EVERY_MS = 15_000;
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
  /** Told why the session has to be given up. */
  readonly onDead: (reason: string) => void;
}

export class Health {
  /** When the service last answered a probe, in milliseconds since 1970. */
  lastProbeAtMs: number | undefined;
  readonly #context: HealthContext;
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
    const open = [...lines.values()].find((line) => line.handle !== 0);
    try {
      await tapi.negotiate(app, open?.device.deviceId ?? 0);
      if (open !== undefined && tapi.library.lineGetLineDevStatusW !== null) {
        await tapi.getLineDevStatus(open.handle, open.device.apiVersion);
      }
    } catch (error) {
      this.judge(error);
      if (error instanceof TapiError && DOUBTFUL.includes(error.code)) {
        if (++this.#failedProbes >= MOST_FAILED_PROBES) onDead(error.codeName);
        return;
      }
    }
    this.#failedProbes = 0;
    this.lastProbeAtMs = clock.nowMs();
  }

  #checkStaleCalls(): Promise<void> {
    const { calls, clock, feed } = this.#context;
    const latestMs = clock.nowMs() - STALE_AFTER_MS;
    for (const entry of [...calls]) {
      if (entry.heardAtMs > latestMs) continue;
      // Not asked again before this is answered.
      entry.heardAtMs = clock.nowMs();
      entry.line.lane.add(() => feed.check(entry));
    }
    return Promise.resolve();
  }
}
