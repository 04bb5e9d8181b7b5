/**
 * One life with TAPI, from lineInitializeEx to lineShutdown: owns every handle, drains messages into
 * signals, knows when it has to be given up.
 */
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { Tapi } from "../tapi/calls.ts";
import { LINEERR } from "../tapi/constants.ts";
import { lineErrorName, TapiError } from "../tapi/errors.ts";
import { CallFeed } from "./calls/feed.ts";
import { drain } from "./drain.ts";
import { CallTable, type LineEntry } from "./handles.ts";
import { Health } from "./health.ts";
import { LineKeeper } from "./lines/keeper.ts";
import { MessageHandler } from "./messages.ts";
import { Replies } from "./commands/replies.ts";
import type { CallKey, Signal } from "./signals.ts";
import { StatusFeed } from "./lines/status_feed.ts";

const log = logger("session");

const APP_NAME = "Tapi2Ws";
/** How long the end waits for each of its steps; together they stay below 5 s. */
const CLOSE_LINES_MS = 2000;
const SHUTDOWN_MS = 1000;
const DRAIN_END_MS = 1500;
/** More devices than any telephony server has: a provider that claims more is not believed. */
const MOST_DEVICES = 20_000;

export interface SessionOptions {
  readonly tapi: Tapi;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Whether a line with this extension is to be opened. */
  readonly wanted: (extension: string) => boolean;
  /** How long a command waits for its LINE_REPLY. */
  readonly replyTimeoutMs: number;
  /** Makes the key of a call. */
  readonly nextCallKey: () => CallKey;
  /** Receives what TAPI tells, each line's signals in their order. */
  readonly onSignal: (signal: Signal) => void;
  /** Told how many messages TAPI has delivered. */
  readonly onMessages?: (count: number) => void;
  /** Told the name of each error that TAPI answers, at once or by a LINE_REPLY. */
  readonly onTapiError?: (name: string) => void;
}

export class Session {
  readonly tapi: Tapi;
  readonly calls: CallTable;
  readonly replies: Replies;
  readonly messages: MessageHandler;
  readonly health: Health;
  /** Settled with the reason when the session has to be given up; or with "stopped". */
  readonly ended: Promise<string>;
  /** When TAPI's last message came; `undefined` before the first. */
  lastMessageAtMs: number | undefined;
  readonly #options: SessionOptions;
  readonly #app: number;
  readonly #deviceCount: number;
  readonly #lines = new Map<number, LineEntry>();
  readonly #feed: CallFeed;
  readonly #keeper: LineKeeper;
  readonly #end = new AbortController();
  readonly #reason = Promise.withResolvers<string>();
  #draining: Promise<void> = Promise.resolve();
  #shuttingDown: Promise<void> | undefined;

  private constructor(options: SessionOptions, app: number, deviceCount: number) {
    const { tapi, clock, onSignal } = options;
    this.#options = options;
    this.#app = app;
    this.#deviceCount = Math.min(deviceCount, MOST_DEVICES);
    this.tapi = tapi;
    this.ended = this.#reason.promise;
    this.calls = new CallTable(options.nextCallKey);
    this.replies = new Replies(clock, options.replyTimeoutMs, options.onTapiError);
    const ended = this.#end.signal;
    const base = { tapi, app, clock, lines: this.#lines, calls: this.calls, ended, onSignal };
    const opening = new Set<LineEntry>();
    const shared = { ...base, opening, statuses: new StatusFeed(base) };
    const feed = new CallFeed(shared);
    this.#feed = feed;
    this.health = new Health({
      ...shared,
      feed,
      onDead: (reason) => this.giveUp(reason),
      onLineClosed: (line) => this.#keeper.closed(line),
      onLineReport: (line) => this.#keeper.reported(line),
    });
    this.#keeper = new LineKeeper({
      ...shared,
      feed,
      random: options.random,
      wanted: options.wanted,
      replies: this.replies,
      onFailure: (error) => this.health.judge(error),
    });
    this.messages = new MessageHandler({
      ...shared,
      feed,
      replies: this.replies,
      onLineCreated: (deviceId) => void this.#keeper.keep(deviceId),
      onLineRemoved: (deviceId) => this.#keeper.remove(deviceId),
      onLineClosed: (line) => this.#keeper.closed(line),
      onLineReport: (line) => this.#keeper.reported(line),
      onReinit: () => this.giveUp(lineErrorName(LINEERR.REINIT)),
    });
  }

  /** @throws TapiError when TAPI cannot be initialised. */
  static async initialize(options: SessionOptions): Promise<Session> {
    const { app, deviceCount } = await options.tapi.initialize(APP_NAME);
    return new Session(options, app, deviceCount);
  }

  /** The voice lines found, open or not. */
  get lines(): Iterable<LineEntry> {
    return this.#lines.values();
  }

  /** Whether the session has been given up or stopped. */
  get over(): boolean {
    return this.#end.signal.aborted;
  }

  /** Drains messages and opens the lines; resolves when every line has been tried. */
  async start(): Promise<void> {
    this.#draining = this.#drain();
    this.health.start();
    const devices = Array.from({ length: this.#deviceCount }, (_, deviceId) => deviceId);
    await Promise.all(devices.map((deviceId) => this.#keeper.keep(deviceId)));
    if (this.over) return;
    const open = [...this.lines].filter((line) => line.status === "open").length;
    if (open > 0) log.info("{open} lines are open", { open });
    else log.error("No line is open, of {devices} TAPI devices", { devices: this.#deviceCount });
  }

  /** Declares that nothing works on this HLINEAPP any more; {@linkcode ended} tells it. */
  giveUp(reason: string): void {
    this.#reason.resolve(reason);
    this.#end.abort();
  }

  /**
   * Ends the session in good order: gives every call handle back, closes the lines, shuts TAPI down.
   * Takes less than 5 s even where the telephony service does not answer any more.
   */
  async stop(): Promise<void> {
    this.giveUp("stopped");
    this.replies.end();
    await this.#within(CLOSE_LINES_MS, "lineClose", this.#closeLines());
    await this.#shutDown();
  }

  /** Ends the session when it had to be given up: the handles are dead, its calls have ended. */
  async abandon(): Promise<void> {
    this.replies.end();
    for (const line of this.lines) this.#keeper.abandon(line);
    await this.#shutDown();
  }

  /** Once: stopping may begin while the session is being given up. */
  #shutDown(): Promise<void> {
    return this.#shuttingDown ??= this.#shutDownOnce();
  }

  async #shutDownOnce(): Promise<void> {
    await this.#within(SHUTDOWN_MS, "lineShutdown", this.tapi.shutdown(this.#app));
    await this.#within(DRAIN_END_MS, "lineGetMessage", this.#draining);
  }

  async #drain(): Promise<void> {
    const { clock, onMessages } = this.#options;
    const onTrouble = (error: string | undefined) =>
      error === undefined
        ? log.info("lineGetMessage works again")
        : log.error("lineGetMessage fails: {error}", { error });
    const signal = this.#end.signal;
    try {
      for await (const batch of drain(this.tapi, this.#app, { clock, signal, onTrouble })) {
        const heardAtMs = clock.uptimeMs();
        this.lastMessageAtMs = heardAtMs;
        onMessages?.(batch.length);
        for (const message of batch) {
          // Given up: its handles mean nothing any more.
          if (this.over) break;
          try {
            this.messages.handle(message, heardAtMs);
          } catch (error) {
            log.error("A TAPI message could not be handled: {error}", {
              error: describeError(error),
            });
          }
        }
      }
      this.giveUp(lineErrorName(LINEERR.INVALAPPHANDLE));
    } catch (error) {
      this.giveUp(error instanceof TapiError ? error.codeName : describeError(error));
    }
  }

  async #closeLines(): Promise<void> {
    const open = [...this.lines].filter((line) => line.handle !== 0);
    await Promise.allSettled(open.map(async (line) => {
      // Deallocated, a call that the program owns goes on; closed over, it would be dropped.
      await Promise.all([...line.calls].map((entry) => this.#feed.release(entry)));
      // Unless handles were given back so slowly that TAPI has been shut down by now.
      if (this.#shuttingDown === undefined) await this.tapi.close(line.handle);
    }));
  }

  /** Waits for a step of the end, but not for ever. */
  async #within(timeoutMs: number, fn: string, step: Promise<void>): Promise<void> {
    const settled = new AbortController();
    void step.catch((error) => log.warn("{error}", { error: describeError(error) }))
      .finally(() => settled.abort());
    await sleep(this.#options.clock, timeoutMs, settled.signal);
    if (!settled.signal.aborted) log.warn("{fn} does not return", { fn });
  }
}
