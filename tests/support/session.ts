/**
 * Session and calls over the fake exchange, without a server: what they publish, a library that fails
 * or hangs, and time on demand.
 */
import assert from "node:assert/strict";
import type { Call } from "../../src/model/call.ts";
import type { Line } from "../../src/model/line.ts";
import type { BusEvent, CallEvent, LineEvent } from "../../src/model/event.ts";
import { Silence } from "../../src/state/silence.ts";
import { Tracker } from "../../src/state/tracker.ts";
import { createFakeTapi, type FakeTapi, type FakeTapiOptions } from "../../src/fake/library.ts";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import { toClassic } from "../../src/server/classic/messages.ts";
import type { TapiCall } from "../../src/session/call.ts";
import type { LineDevice } from "../../src/session/line.ts";
import type { Session } from "../../src/session/session.ts";
import type { Signal } from "../../src/session/signals.ts";
import { Supervisor } from "../../src/session/supervisor.ts";
import type { LineMessage } from "../../src/tapi/calls.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { strictBus } from "./events.ts";
import { ManualClock } from "./clock.ts";
import { Mirror } from "./mirror.ts";
import { NO_PLACEHOLDERS } from "./lines.ts";
import { TroubledTapi } from "./troubled.ts";

const STEP_MS = 10;
/** What a message causes has happened after so much time, unless a function hangs. */
const UNDER_WAY_MS = 100;

export interface TelephonyOptions extends Omit<FakeTapiOptions, "scenario" | "clock"> {
  /** TOML. */
  readonly scenario?: string;
  /** Changes what the library answers. */
  readonly library?: (fake: FakeTapi) => TapiLibrary;
  /** How long a command waits for its LINE_REPLY; 10 s when left out. */
  readonly replyTimeoutMs?: number;
  /** How many functions the runtime can run at once; 64 when left out. */
  readonly blockingThreads?: number;
  /** Which extensions are opened; all when left out. */
  readonly wanted?: (extension: string) => boolean;
}

export class Telephony implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly fake: FakeTapi;
  /** What the session calls: {@linkcode fake}, changed, with troubles on demand. */
  readonly tapi: TroubledTapi;
  /** The session's reports. */
  readonly signals: Signal[] = [];
  readonly tracker: Tracker;
  readonly silence: Silence;
  readonly supervisor: Supervisor;
  readonly mirror: Mirror;
  #stopped = false;

  /** Nothing is started yet: {@linkcode start} does. */
  constructor(
    {
      scenario,
      library,
      replyTimeoutMs = 10_000,
      blockingThreads = 64,
      wanted = () => true,
      ...options
    }: TelephonyOptions,
  ) {
    const { clock } = this;
    this.fake = createFakeTapi({
      callsPerMinute: 0,
      seed: 1,
      polite: true,
      clock,
      ...options,
      ...scenario !== undefined && { scenario: parseScenario(scenario, "test") },
    });
    this.tapi = new TroubledTapi(library?.(this.fake) ?? this.fake);
    const bus = strictBus();
    this.tracker = new Tracker(bus, clock);
    this.silence = new Silence(clock);
    this.mirror = new Mirror(bus, this.tracker);
    this.supervisor = new Supervisor({
      library: this.tapi.library,
      blockingThreads,
      clock,
      wanted,
      isGroup: () => false,
      vendorFeatures: true,
      placeholders: NO_PLACEHOLDERS,
      replyTimeoutMs,
      onSignal: (signal) => {
        this.signals.push(signal);
        this.tracker.receive(signal);
        this.silence.receive(signal);
        assert.deepEqual(this.mirror.problems(), []);
      },
      random: () => 0,
    });
  }

  /** Starts; resolves when every line has been tried. */
  static async start(options: TelephonyOptions = {}): Promise<Telephony> {
    const telephony = new Telephony(options);
    let tried = false;
    void telephony.supervisor.start().then(() => tried = true);
    await telephony.until(() => tried);
    return telephony;
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const endMs = this.clock.nowMs() + ms;
    while (this.clock.nowMs() < endMs) await this.clock.advanceAsync(STEP_MS);
  }

  /** Lets time pass until `reached` is true. @returns How long that took. */
  async until(reached: () => boolean): Promise<number> {
    return await this.clock.passUntil(reached, { stepMs: STEP_MS });
  }

  /** The session that works. */
  get session(): Session {
    const { session } = this.supervisor;
    assert(session, "TAPI is not available");
    return session;
  }

  /** The device of an extension, as the session has it. */
  deviceOf(extension: string): LineDevice {
    const line = [...this.session.lines].find(({ name }) => name === extension);
    assert(line, `the session has no line ${extension}`);
    return line.device;
  }

  /** The only call of an extension, as the session has it. */
  tapiCallOf(extension: string): TapiCall {
    const [call, ...others] = this.session.calls.of(this.deviceOf(extension).lines[0]!);
    assert(call && others.length === 0, `${extension} has ${others.length} other calls`);
    return call;
  }

  /** Hands the session a message of an extension's line, as lineGetMessage would bring it. */
  deliver(
    extension: string,
    message: Pick<LineMessage, "dwMessageID"> & Partial<LineMessage>,
  ): void {
    const { handle, instance } = this.deviceOf(extension);
    this.session.messages.handle({
      ...{ hDevice: handle, dwCallbackInstance: instance, dwParam1: 0, dwParam2: 0, dwParam3: 0 },
      ...message,
    });
  }

  /** Forgets what has been reported so far, and returns those of a kind, with what is under way. */
  async takeSignals<K extends Signal["kind"]>(kind: K): Promise<Extract<Signal, { kind: K }>[]> {
    await this.pass(UNDER_WAY_MS);
    return this.signals.splice(0).filter((signal) => signal.kind === kind) as Extract<
      Signal,
      { kind: K }
    >[];
  }

  get events(): readonly BusEvent[] {
    return this.mirror.events;
  }

  callEvents(line?: string): CallEvent[] {
    return this.events.filter((event) => event.type === "call")
      .filter((event) => line === undefined || event.line === line);
  }

  lineEvents(line: string): LineEvent[] {
    return this.events.filter((event) => event.type === "line")
      .filter((event) => event.line === line);
  }

  /** What a classic client is sent of the events so far. */
  classicFrames(line?: string): string[] {
    return this.callEvents(line).flatMap((event) => toClassic(event, "string") ?? []);
  }

  /** The only live call of a line. */
  callOf(line: string): Call {
    const calls = this.tracker.calls().filter((call) => call.line === line);
    assert.equal(calls.length, 1, `${line} has ${calls.length} calls`);
    return calls[0] as Call;
  }

  /** Waits until the only call of a line is in a state. */
  async reach(line: string, state: string): Promise<Call> {
    await this.until(() =>
      this.tracker.calls().some((call) => call.line === line && call.state === state)
    );
    // What the state has led to is read and told as well.
    await this.pass(STEP_MS);
    return this.callOf(line);
  }

  lineOf(extension: string): Line {
    const line = this.tracker.lines().find(({ line }) => line === extension);
    assert(line, `there is no line ${extension}`);
    return line;
  }

  /** Stops. @returns How long that took. */
  async stop(): Promise<number> {
    if (this.#stopped) return 0;
    this.#stopped = true;
    let stopped = false;
    void this.supervisor.stop().then(() => stopped = true);
    return await this.until(() => stopped);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tapi.heal();
    await this.stop();
  }
}

/** A step of a scenario in TOML. */
export function step(atMs: number, what: string, keys: Record<string, unknown>): string {
  const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return ["[[step]]", `atMs = ${atMs}`, `do = "${what}"`, ...lines, ""].join("\n");
}
