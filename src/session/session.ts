/**
 * One life with TAPI, from lineInitializeEx to lineShutdown: owns every handle, drains messages into
 * signals, knows when it has to be given up.
 */
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { Tapi } from "../tapi/calls.ts";
import type { CallId } from "../model/call_id.ts";
import { LINEERR } from "../tapi/constants.ts";
import { lineErrorName, TapiError } from "../tapi/errors.ts";
import { CallTable } from "./call.ts";
import { CallFeed } from "./calls/feed.ts";
import type { Placeholders } from "./calls/info.ts";
import { readAgent } from "./commands/agents.ts";
import { Replies } from "./commands/replies.ts";
import { Requests } from "./commands/requests.ts";
import type { SessionContext } from "./context.ts";
import { DeviceTable } from "./device_table.ts";
import { drain } from "./drain.ts";
import { endIfFatal } from "./fatal.ts";
import { Health } from "./health.ts";
import type { TapiLine } from "./line.ts";
import { LineAgents } from "./lines/agents.ts";
import { LineCatalogue } from "./lines/catalogue.ts";
import { LineKeeper } from "./lines/keeper.ts";
import { LineLog } from "./lines/line_log.ts";
import { LineServices } from "./lines/service.ts";
import { LineStatuses } from "./lines/status.ts";
import { MessageHandler } from "./messages.ts";
import type { Signal } from "./signals.ts";
import { VENDORS } from "./vendors/vendors.ts";

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
  /** Whether the line of this extension is a hunt group's own, whatever its driver says. */
  readonly isGroup: (extension: string) => boolean;
  /** Texts that stand in place of a number. */
  readonly placeholders: Placeholders;
  /** Whether settings of telephones are read and changed by a vendor's own means. */
  readonly vendorFeatures: boolean;
  /** How many devices are described and opened at a time. */
  readonly devicesAtOnce: number;
  /** How long a command waits for its LINE_REPLY. */
  readonly replyTimeoutMs: number;
  /** Makes the id of a call; none is used twice. */
  readonly nextCallId: () => CallId;
  /** Receives what TAPI reports, each line's signals in their order. */
  readonly onSignal: (signal: Signal) => void;
  /** Receives the number of messages that TAPI has delivered. */
  readonly onMessages?: (count: number) => void;
  /** Receives the name of each error that TAPI answers, at once or by a LINE_REPLY. */
  readonly onTapiError?: (name: string) => void;
}

export class Session {
  readonly calls: CallTable;
  readonly requests: Requests;
  readonly messages: MessageHandler;
  readonly health: Health;
  /** Settled with the reason when the session has to be given up; or with "stopped". */
  readonly ended: Promise<string>;
  readonly #options: SessionOptions;
  readonly #context: SessionContext;
  readonly #deviceCount: number;
  readonly #feed: CallFeed;
  readonly #keeper: LineKeeper;
  readonly #replies: Replies;
  readonly #end = new AbortController();
  readonly #reason = Promise.withResolvers<string>();
  #lastMessageAtMs: number | undefined;
  #draining: Promise<void> = Promise.resolve();
  #shuttingDown: Promise<void> | undefined;

  private constructor(options: SessionOptions, app: number, deviceCount: number) {
    const { tapi, clock, replyTimeoutMs, onTapiError, onSignal, random, wanted } = options;
    const { isGroup, placeholders, vendorFeatures, devicesAtOnce } = options;
    this.#options = options;
    this.#deviceCount = Math.min(deviceCount, MOST_DEVICES);
    this.ended = this.#reason.promise;
    this.calls = new CallTable(options.nextCallId);
    const context: SessionContext = {
      tapi,
      app,
      clock,
      devices: new DeviceTable(),
      calls: this.calls,
      isGroup,
      placeholders,
      vendors: vendorFeatures ? VENDORS : [],
      ended: this.#end.signal,
      giveUp: (reason) => this.#giveUp(reason),
      onSignal,
    };
    this.#context = context;
    const replies = this.#replies = new Replies(clock, replyTimeoutMs, onTapiError);
    const statuses = new LineStatuses(context, {
      describeAgain: (device) => keeper.describeAgain(device),
      serviceRead: (device, status) => services.read(device, status),
    });
    const agents = new LineAgents(statuses, (line) => readAgent(this.requests, line));
    const feed = this.#feed = new CallFeed(context, statuses);
    const lineLog = new LineLog(clock, context.ended);
    const services: LineServices = new LineServices(context, { feed, statuses, lineLog });
    const onFailure = (error: unknown) => endIfFatal(context, error);
    const keeper: LineKeeper = this.#keeper = new LineKeeper({
      context,
      catalogue: new LineCatalogue(context, feed, wanted),
      lineLog,
      feed,
      statuses,
      agents,
      replies,
      random,
      devicesAtOnce,
      onFailure,
    });
    this.health = new Health(context, { feed, keeper, services });
    this.messages = new MessageHandler({
      context,
      feed,
      statuses,
      agents,
      keeper,
      services,
      replies,
    });
    this.requests = new Requests(context, replies, this.messages);
  }

  /** @throws TapiError when TAPI cannot be initialised. */
  static async initialize(options: SessionOptions): Promise<Session> {
    const { app, deviceCount } = await options.tapi.initialize(APP_NAME);
    return new Session(options, app, deviceCount);
  }

  /** The voice lines found, open or not. */
  get lines(): Iterable<TapiLine> {
    return this.#context.devices.lines();
  }

  /** Requests that wait for the driver. */
  get outstanding(): number {
    return this.#replies.outstanding;
  }

  /** Whether the session has been given up or stopped. */
  get over(): boolean {
    return this.#end.signal.aborted;
  }

  /** When TAPI's last message came; `undefined` before the first. */
  get lastMessageAtMs(): number | undefined {
    return this.#lastMessageAtMs;
  }

  /** Drains messages and opens the lines; resolves when every line has been tried. */
  async start(): Promise<void> {
    this.#draining = this.#drain();
    this.health.start();
    const devices = Array.from({ length: this.#deviceCount }, (_, deviceId) => deviceId);
    await Promise.all(devices.map((deviceId) => this.#keeper.keep(deviceId)));
    if (this.over) return;
    const open = [...this.#context.devices].filter(({ status }) => status === "open").length;
    if (open > 0) log.info("{open} lines are open", { open });
    else log.error("No line is open, of {devices} TAPI devices", { devices: this.#deviceCount });
  }

  #giveUp(reason: string): void {
    this.#reason.resolve(reason);
    this.#end.abort();
  }

  /**
   * Ends the session in good order: gives every call handle back, closes the lines, shuts TAPI down.
   * Takes less than 5 s even where the telephony service does not answer any more.
   */
  async stop(): Promise<void> {
    this.#giveUp("stopped");
    this.#replies.end();
    await this.#within(CLOSE_LINES_MS, "lineClose", this.#closeLines());
    await this.#shutDown();
  }

  /** Ends the session when it had to be given up: the handles are dead, its calls have ended. */
  async abandon(): Promise<void> {
    this.#replies.end();
    for (const device of this.#context.devices) this.#keeper.closed(device);
    await this.#shutDown();
  }

  /** Once: stopping may begin while the session is being given up. */
  #shutDown(): Promise<void> {
    return this.#shuttingDown ??= this.#shutDownOnce();
  }

  async #shutDownOnce(): Promise<void> {
    await this.#within(SHUTDOWN_MS, "lineShutdown", this.#context.tapi.shutdown(this.#context.app));
    await this.#within(DRAIN_END_MS, "lineGetMessage", this.#draining);
  }

  async #drain(): Promise<void> {
    const { onMessages } = this.#options;
    const { tapi, app, clock, ended: signal } = this.#context;
    const onTrouble = (error: string | undefined) =>
      error === undefined
        ? log.info("lineGetMessage works again")
        : log.error("lineGetMessage fails: {error}", { error });
    try {
      for await (const batch of drain(tapi, app, { clock, signal, onTrouble })) {
        const heardAtMs = clock.uptimeMs();
        this.#lastMessageAtMs = heardAtMs;
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
      this.#giveUp(lineErrorName(LINEERR.INVALAPPHANDLE));
    } catch (error) {
      this.#giveUp(error instanceof TapiError ? error.codeName : describeError(error));
    }
  }

  async #closeLines(): Promise<void> {
    const { tapi, devices } = this.#context;
    const open = [...devices].filter(({ handle }) => handle !== 0);
    await Promise.allSettled(open.map(async (device) => {
      const { handle } = device;
      await this.#feed.releaseAll(device);
      // Unless handles were given back so slowly that TAPI has been shut down by now.
      if (this.#shuttingDown === undefined) await tapi.close(handle);
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
