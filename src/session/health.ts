/**
 * Whether the telephony service still works, and whether calls have ended unheard. How a service that
 * stops shows itself to its programs is not documented, so it is asked from time to time.
 */
import { sleep } from "../clock.ts";
import { LINEERR } from "../tapi/constants.ts";
import { lineErrorName, TapiError } from "../tapi/errors.ts";
import type { TapiCall } from "./call.ts";
import type { CallFeed } from "./calls/feed.ts";
import type { SessionContext } from "./context.ts";
import { endIfFatal } from "./fatal.ts";
import type { LineDevice } from "./line.ts";
import type { LineKeeper } from "./lines/keeper.ts";
import type { LineServices } from "./lines/service.ts";

const PROBE_EVERY_MS = 15_000;
/** How long one question of a probe is waited for. */
const PROBE_PATIENCE_MS = 5000;
/** A call of which nothing was heard for so long is asked for its state. */
const STALE_AFTER_MS = 60_000;
const LOOK_FOR_STALE_EVERY_MS = 30_000;
/** A call whose first state has not come after so long is asked for it. */
const FIRST_STATE_MS = 1000;
/** Probes in a row that must fail with a transient error before the session is given up. */
const MOST_FAILED_PROBES = 3;

/** Failures of the service itself; any other error is an answer, and shows that it lives. */
const DOUBTFUL: readonly number[] = [
  LINEERR.OPERATIONFAILED,
  LINEERR.RESOURCEUNAVAIL,
  LINEERR.NOMEM,
  LINEERR.DISCONNECTED,
];

export class Health {
  readonly #context: SessionContext;
  readonly #feed: CallFeed;
  readonly #keeper: LineKeeper;
  readonly #services: LineServices;
  /** Probes that have not answered: a driver that hangs must not take a thread each time. */
  readonly #unanswered = new Set<object>();
  #failedProbes = 0;
  #lastProbeAtMs: number | undefined;

  constructor(
    context: SessionContext,
    { feed, keeper, services }: {
      readonly feed: CallFeed;
      readonly keeper: LineKeeper;
      readonly services: LineServices;
    },
  ) {
    this.#context = context;
    this.#feed = feed;
    this.#keeper = keeper;
    this.#services = services;
  }

  /** When the service last answered a probe. */
  get lastProbeAtMs(): number | undefined {
    return this.#lastProbeAtMs;
  }

  /** Watches until the session ends. */
  start(): void {
    void this.#repeat(PROBE_EVERY_MS, () => this.#probe());
    void this.#repeat(LOOK_FOR_STALE_EVERY_MS, () => this.#askAbout(STALE_AFTER_MS, () => true));
    // Some drivers announce a call and never report its first state.
    void this.#repeat(
      FIRST_STATE_MS,
      () => this.#askAbout(FIRST_STATE_MS, ({ state }) => state === 0),
    );
  }

  async #repeat(everyMs: number, task: () => void | Promise<void>): Promise<void> {
    const { clock, ended } = this.#context;
    for (;;) {
      await sleep(clock, everyMs, ended);
      if (ended.aborted) return;
      await task();
    }
  }

  async #probe(): Promise<void> {
    const { tapi, app, devices, clock, giveUp, ended } = this.#context;
    const open = [...devices].filter(({ handle }) => handle !== 0);
    const deviceId = open[0]?.id ?? 0;
    const answers = [await this.#answers(tapi, () => tapi.negotiate(app, deviceId))];
    const asked = tapi.library.lineGetLineDevStatusW === null ? [] : open;
    for (const device of asked) {
      if (ended.aborted) return;
      // Closed meanwhile, or hanging anyway: it would not answer.
      if (device.handle === 0 || device.queue.hangs) continue;
      answers.push(await this.#answers(device, () => this.#probeDevice(device)));
    }
    // One device's driver may fail for itself; the service has failed when nothing answers.
    if (answers.some((answered) => answered)) {
      this.#failedProbes = 0;
      this.#lastProbeAtMs = clock.uptimeMs();
    } else if (++this.#failedProbes >= MOST_FAILED_PROBES) {
      giveUp(lineErrorName(LINEERR.OPERATIONFAILED));
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
      endIfFatal(this.#context, error);
      answered = !(error instanceof TapiError && DOUBTFUL.includes(error.code));
    }).finally(() => {
      this.#unanswered.delete(asked);
      settled.abort();
    });
    await sleep(clock, PROBE_PATIENCE_MS, AbortSignal.any([settled.signal, ended]));
    return answered;
  }

  /** Asks an open device for its status: whether its handle is valid, and whether it is in service. */
  async #probeDevice(device: LineDevice): Promise<void> {
    const { handle } = device;
    try {
      const status = await this.#context.tapi.getLineDevStatus(handle, device.caps.apiVersion);
      if (device.handle !== handle) return;
      this.#services.read(device, status);
    } catch (error) {
      const isDead = error instanceof TapiError && error.code === LINEERR.INVALLINEHANDLE;
      if (isDead && device.handle === handle) this.#keeper.closed(device);
      throw error;
    }
  }

  /** Asks for the states of calls of which nothing was heard for so long. */
  #askAbout(silentMs: number, isMeant: (call: TapiCall) => boolean): void {
    const { calls, clock } = this.#context;
    const latestMs = clock.uptimeMs() - silentMs;
    for (const call of [...calls]) {
      const { queue } = call.line.device;
      // In a queue that hangs, questions would only pile up.
      if (call.heardAtMs > latestMs || queue.hangs || !isMeant(call)) continue;
      // Not asked again before this is answered.
      call.heard(clock.uptimeMs());
      queue.add(() => this.#feed.check(call));
    }
  }
}
