/**
 * The program's life with TAPI: initialise, open every wanted line, drain messages into signals, shut
 * down. Owns every handle.
 */
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { Tapi } from "../tapi/calls.ts";
import { TapiError } from "../tapi/errors.ts";
import { drain } from "./drain.ts";
import { CallTable, type LineEntry } from "./handles.ts";
import { describeLine, openLine } from "./lines.ts";
import { MessageHandler } from "./messages.ts";
import { Replies } from "./replies.ts";
import type { Signal } from "./signals.ts";

const log = logger("session");

const APP_NAME = "Tapi2Ws";
/** Pauses between attempts to initialise TAPI. */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** Devices asked and opened at a time: each takes a thread while its provider works. */
const DEVICES_AT_ONCE = 16;
/** How long stopping waits for each of its steps; together they stay below 5 s. */
const START_END_MS = 500;
const CLOSE_LINES_MS = 1500;
const SHUTDOWN_MS = 1000;
const DRAIN_END_MS = 1500;

export interface SessionOptions {
  readonly tapi: Tapi;
  readonly clock: Clock;
  /** Whether a line with this extension is to be opened. */
  readonly wanted: (extension: string) => boolean;
  /** How long a command waits for its LINE_REPLY. */
  readonly replyTimeoutMs: number;
  /** Receives what TAPI tells, each line's signals in their order. */
  readonly onSignal: (signal: Signal) => void;
}

export class Session {
  readonly tapi: Tapi;
  readonly calls = new CallTable();
  readonly replies: Replies;
  readonly messages: MessageHandler;
  readonly #options: SessionOptions;
  readonly #lines = new Map<number, LineEntry>();
  readonly #stopping = new AbortController();
  /** HLINEAPP; 0 while TAPI is not initialised. */
  #app = 0;
  #starting: Promise<void> = Promise.resolve();
  #draining: Promise<void> = Promise.resolve();
  #lastMessageAtMs: number | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.tapi = options.tapi;
    this.replies = new Replies(options.clock, options.replyTimeoutMs);
    this.messages = new MessageHandler({
      tapi: this.tapi,
      lines: this.#lines,
      calls: this.calls,
      replies: this.replies,
      stopping: this.#stopping.signal,
      onSignal: options.onSignal,
    });
  }

  /** The voice lines found, open or not. */
  get lines(): Iterable<LineEntry> {
    return this.#lines.values();
  }

  get initialized(): boolean {
    return this.#app !== 0;
  }

  get stopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** When TAPI's last message came, in milliseconds since 1970; `undefined` before the first. */
  get lastMessageAtMs(): number | undefined {
    return this.#lastMessageAtMs;
  }

  /**
   * Initialises TAPI, for as long as it takes, and opens the lines. Resolves when every line has been
   * tried. What fails is logged and shown, never thrown.
   */
  start(): Promise<void> {
    this.#starting = this.#start();
    return this.#starting;
  }

  async #start(): Promise<void> {
    const deviceCount = await this.#initialize();
    if (deviceCount === undefined || this.stopping) return;
    this.#draining = this.#drain();
    const devices = Array(deviceCount).keys();
    // Workers that share one iterator: a device that hangs holds up its worker only.
    await Promise.all(Array.from({ length: DEVICES_AT_ONCE }, async () => {
      for (const deviceId of devices) await this.#addDevice(deviceId);
    }));
    const open = [...this.lines].filter((line) => line.status === "open").length;
    if (open > 0) log.info("{open} lines are open", { open });
    else log.error("No line is open, of {deviceCount} TAPI devices", { deviceCount });
  }

  /**
   * Gives every call handle back, closes the lines and shuts TAPI down. Takes less than 5 s even
   * where the telephony service does not answer any more.
   */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.replies.end();
    await this.#within(START_END_MS, "lineOpen", this.#starting);
    if (this.#app === 0) return;
    await this.#within(CLOSE_LINES_MS, "lineClose", this.#closeLines());
    await this.#within(SHUTDOWN_MS, "lineShutdown", this.tapi.shutdown(this.#app));
    await this.#within(DRAIN_END_MS, "lineGetMessage", this.#draining);
    this.#app = 0;
  }

  async #initialize(): Promise<number | undefined> {
    let told = "";
    for (let pauseMs = FIRST_RETRY_MS; !this.stopping;) {
      try {
        const { app, deviceCount } = await this.tapi.initialize(APP_NAME);
        this.#app = app;
        return deviceCount;
      } catch (error) {
        const reason = describeError(error);
        if (reason !== told) log.error("TAPI is not available, trying on: {reason}", { reason });
        told = reason;
      }
      await sleep(this.#options.clock, pauseMs, this.#stopping.signal);
      pauseMs = Math.min(pauseMs * 2, LONGEST_RETRY_MS);
    }
    return undefined;
  }

  async #addDevice(deviceId: number): Promise<void> {
    let line: LineEntry | undefined;
    try {
      line = await describeLine(this.tapi, this.#app, deviceId);
    } catch (error) {
      log.warn("Line device {deviceId} is left out: {error}", {
        deviceId,
        error: describeError(error),
      });
      return;
    }
    if (line === undefined || !this.#options.wanted(line.extension) || this.stopping) return;
    this.#lines.set(line.instance, line);
    const opened = line;
    await new Promise<void>((done) => opened.lane.add(() => this.#open(opened).finally(done)));
  }

  async #open(line: LineEntry): Promise<void> {
    try {
      await openLine(this.tapi, this.#app, line);
    } catch (error) {
      line.status = "failed";
      log.error("Line {line} cannot be opened: {error}", {
        line: line.extension,
        error: describeError(error),
      });
      const name = error instanceof TapiError ? error.codeName : describeError(error);
      this.#options.onSignal({ kind: "line", line, status: "failed", error: name });
      return;
    }
    log.debug("Line {line} is open", { line: line.extension });
    this.#options.onSignal({ kind: "line", line, status: "open" });
    await this.#listCalls(line);
  }

  /** Finds the calls that were there before the line was opened: TAPI does not announce them. */
  async #listCalls(line: LineEntry): Promise<void> {
    let handles: number[];
    try {
      handles = await this.tapi.getNewCalls(line.handle);
    } catch (error) {
      log.warn("Line {line} does not list its calls: {error}", {
        line: line.extension,
        error: describeError(error),
      });
      return;
    }
    for (const handle of handles) {
      // A message of the call has come already, or comes: it tells the state.
      if (this.calls.byHandle(handle) !== undefined) continue;
      const entry = this.calls.upsert(line, handle, false);
      try {
        const status = await this.tapi.getCallStatus(handle, line.device.apiVersion);
        await this.messages.signalState(entry, status.dwCallState);
      } catch (error) {
        log.warn("A call on line {line} does not tell its state: {error}", {
          line: line.extension,
          error: describeError(error),
        });
      }
    }
  }

  async #drain(): Promise<void> {
    const { clock } = this.#options;
    const onTrouble = (error: string | undefined) =>
      error === undefined
        ? log.info("lineGetMessage works again")
        : log.error("lineGetMessage fails: {error}", { error });
    const signal = this.#stopping.signal;
    for await (const batch of drain(this.tapi, this.#app, { clock, signal, onTrouble })) {
      this.#lastMessageAtMs = clock.nowMs();
      for (const message of batch) {
        try {
          this.messages.handle(message);
        } catch (error) {
          log.error("A TAPI message could not be handled: {error}", {
            error: describeError(error),
          });
        }
      }
    }
  }

  async #closeLines(): Promise<void> {
    const open = [...this.lines].filter((line) => line.handle !== 0);
    await Promise.allSettled(open.map(async (line) => {
      // Deallocated, a call that the program owns goes on; closed over, it would be dropped.
      await Promise.all([...line.calls].map((entry) => this.messages.release(entry)));
      await this.tapi.close(line.handle);
    }));
  }

  /** Waits for a step of stopping, but not for ever. */
  async #within(timeoutMs: number, fn: string, step: Promise<void>): Promise<void> {
    const { clock } = this.#options;
    let timer: number | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = clock.setTimeout(() => resolve("late"), timeoutMs);
    });
    try {
      if (await Promise.race([step, late]) === "late") log.warn("{fn} does not return", { fn });
    } catch (error) {
      log.warn("{error}", { error: describeError(error) });
    } finally {
      if (timer !== undefined) clock.clearTimeout(timer);
    }
  }
}
