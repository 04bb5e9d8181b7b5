/**
 * Keeps a session with TAPI alive: initialises it for as long as it takes, gives it up when the
 * telephony service dies or wants it, begins anew. Reports which functions hang.
 */
import { sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { Tapi } from "../tapi/calls.ts";
import { LINEERR } from "../tapi/constants.ts";
import { lineErrorName } from "../tapi/errors.ts";
import type { TapiLibrary } from "../tapi/library.ts";
import { type PendingFunction, watch, type WatchedLibrary } from "../tapi/watch.ts";
import { Backoff } from "./backoff.ts";
import { HANG_MS } from "./line_queue.ts";
import { Session, type SessionOptions } from "./session.ts";
import type { ProviderSignal } from "./signals.ts";

const log = logger("session");

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** A session that lasted so long begins the pauses anew. */
const SETTLED_MS = 60_000;
/** The driver asks to be initialised again: that is done at once, so often in a row. */
const REINIT = lineErrorName(LINEERR.REINIT);
const REINIT_PAUSE_MS = 200;
const MOST_REINITS = 10;
const LOOK_FOR_HANGS_EVERY_MS = 1000;
/** How long stopping waits for what is under way while there is no session. */
const UNDER_WAY_MS = 4000;

export interface SupervisorOptions
  extends Omit<SessionOptions, "tapi" | "nextCallId" | "random" | "devicesAtOnce"> {
  readonly library: TapiLibrary;
  /** How many functions of the library the runtime can run at once. */
  readonly blockingThreads: number;
  /** From 0 to below 1; {@linkcode Math.random} when left out. */
  readonly random?: () => number;
}

/** A function of the library that does not return. */
export interface HangingFunction {
  readonly fn: string;
  /** The line it is about, where that is known. */
  readonly line?: string;
  readonly sinceMs: number;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #watched: WatchedLibrary;
  readonly #sessionOptions: SessionOptions;
  readonly #stopping = new AbortController();
  readonly #firstTried = Promise.withResolvers<void>();
  readonly #reportedHangs = new Set<PendingFunction>();
  #session: Session | undefined;
  #running: Promise<void> = Promise.resolve();
  #lastCallId = 0;
  #lastMessageAtMs: number | undefined;
  #lastProbeAtMs: number | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    // One of the threads is lineGetMessage's, and one the runtime's own.
    const functionsAtOnce = Math.max(options.blockingThreads - 2, 1);
    this.#watched = watch(
      options.library,
      options.clock,
      functionsAtOnce,
      options.onTapiError,
    );
    this.#sessionOptions = {
      ...options,
      tapi: new Tapi(this.#watched.library),
      // While devices are opened, one function of another kind can always run.
      devicesAtOnce: Math.max(functionsAtOnce - 1, 1),
      random: options.random ?? Math.random,
      nextCallId: () => ++this.#lastCallId,
    };
  }

  /** The session that works, or `undefined` while TAPI is not available. */
  get session(): Session | undefined {
    return this.#session?.over === false ? this.#session : undefined;
  }

  get stopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** When TAPI's last message came. */
  get lastMessageAtMs(): number | undefined {
    return this.#session?.lastMessageAtMs ?? this.#lastMessageAtMs;
  }

  /** When the telephony service last answered a probe. */
  get lastProbeAtMs(): number | undefined {
    return this.#session?.health.lastProbeAtMs ?? this.#lastProbeAtMs;
  }

  /** The functions that do not return, oldest first. */
  get hanging(): HangingFunction[] {
    return this.#watched.pendingSince(HANG_MS).map((pending) => {
      const line = this.#lineOf(pending);
      return { fn: pending.fn, sinceMs: pending.sinceMs, ...line !== undefined && { line } };
    });
  }

  /** Begins. Resolves when every line has been tried for the first time. */
  start(): Promise<void> {
    this.#running = this.#run().finally(() => this.#firstTried.resolve());
    void this.#reportHangs();
    return this.#firstTried.promise;
  }

  /** Ends the session in good order; takes less than 5 s whatever the library does. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#firstTried.resolve();
    if (this.#session !== undefined) return await this.#session.stop();
    // lineInitializeEx, or the end of a session, may be under way, or hang.
    const ended = new AbortController();
    void this.#running.finally(() => ended.abort());
    await sleep(this.#options.clock, UNDER_WAY_MS, ended.signal);
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    const backoff = new Backoff({
      firstMs: FIRST_RETRY_MS,
      longestMs: LONGEST_RETRY_MS,
      random: this.#sessionOptions.random,
    });
    let trouble: string | undefined;
    let reinits = 0;
    while (!this.stopping) {
      try {
        const session = await Session.initialize(this.#sessionOptions);
        if (trouble !== undefined) log.info("TAPI is available again");
        trouble = undefined;
        this.#report("up");
        const startedAtMs = clock.uptimeMs();
        const reason = await this.#live(session);
        const isSettled = clock.uptimeMs() - startedAtMs >= SETTLED_MS;
        if (isSettled) backoff.reset();
        // Longer and longer pauses are for failures, not for what was asked for and succeeded.
        reinits = reason !== REINIT ? 0 : isSettled ? 1 : reinits + 1;
        if (reinits > 0 && reinits <= MOST_REINITS) {
          backoff.reset();
          await sleep(clock, REINIT_PAUSE_MS, this.#stopping.signal);
          continue;
        }
      } catch (error) {
        const reason = describeError(error);
        if (reason !== trouble) log.error("TAPI is not available: {reason}", { reason });
        trouble = reason;
        this.#report("down");
      }
      await sleep(clock, backoff.pauseMs(), this.#stopping.signal);
    }
  }

  /** Lives through a session. @returns Why it has ended. */
  async #live(session: Session): Promise<string> {
    if (this.stopping) {
      await session.stop();
      return await session.ended;
    }
    this.#session = session;
    void session.start().then(() => {
      if (!session.over) this.#options.onSignal({ kind: "lines-tried" });
      this.#firstTried.resolve();
    });
    const reason = await session.ended;
    this.#lastMessageAtMs = session.lastMessageAtMs;
    this.#lastProbeAtMs = session.health.lastProbeAtMs;
    if (this.stopping) return reason;
    log.error("TAPI has to be initialised again: {reason}", { reason });
    this.#report("restarting");
    await session.abandon();
    if (!this.stopping) this.#session = undefined;
    return reason;
  }

  #report(state: ProviderSignal["state"]): void {
    if (!this.stopping) this.#options.onSignal({ kind: "provider", state });
  }

  async #reportHangs(): Promise<void> {
    const { clock } = this.#options;
    while (!this.stopping) {
      await sleep(clock, LOOK_FOR_HANGS_EVERY_MS, this.#stopping.signal);
      const hanging = new Set(this.#watched.pendingSince(HANG_MS));
      for (const pending of hanging) {
        if (this.#reportedHangs.has(pending)) continue;
        this.#reportedHangs.add(pending);
        log.error("{fn} has not returned for {seconds} s, line {line}", {
          fn: pending.fn,
          seconds: HANG_MS / 1000,
          line: this.#lineOf(pending) ?? "unknown",
        });
      }
      for (const pending of this.#reportedHangs) {
        if (hanging.has(pending)) continue;
        this.#reportedHangs.delete(pending);
        log.info("{fn} has returned", { fn: pending.fn });
      }
    }
  }

  /** The extension that a function is about. */
  #lineOf({ fn, handle, deviceId }: PendingFunction): string | undefined {
    const session = this.#session;
    if (session === undefined || fn === "lineShutdown") return undefined;
    for (const { device, name } of session.lines) {
      if (deviceId === undefined ? device.handle === handle : device.id === deviceId) return name;
    }
    return deviceId === undefined
      ? session.calls.byHandle(handle)?.line.name
      : `device ${deviceId}`;
  }
}
