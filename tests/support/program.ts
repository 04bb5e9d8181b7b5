/** The whole program over the fake exchange: real sockets, and time that the test moves. */
import type { Settings } from "../../src/settings/settings.ts";
import { createFakeTapi, type FakeTapi, type FakeTapiOptions } from "../../src/fake/library.ts";
import { type Program, startProgram } from "../../src/program.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { RecordingClient } from "./client.ts";
import { ManualClock } from "./clock.ts";
import { settingsOf } from "./settings.ts";

/** How far time moves between two looks at whether what is waited for has come. */
const STEP_MS = 50;
/** Real time each step takes at least: sockets are real and need it, so time runs some 50 times. */
const PACE_MS = 1;
/** How much time may pass, by the moved clock, until what is waited for must have come. */
const PATIENCE_MS = 10 * 60_000;

export class FlowProgram implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly fake: FakeTapi;
  readonly program: Program;
  readonly #clients: RecordingClient[] = [];
  #running = true;

  private constructor(
    settings: Settings,
    clock: ManualClock,
    fake: FakeTapi,
    changed: Partial<TapiLibrary> = {},
  ) {
    this.clock = clock;
    this.fake = fake;
    this.program = startProgram(settings, { ...fake, ...changed }, clock, fake.simulation);
  }

  /**
   * Starts the program; resolves when its lines are open.
   *
   * @param changed Functions of the library that are others than the fake exchange's.
   */
  static async start(
    args: readonly string[] = [],
    options: Partial<FakeTapiOptions> = {},
    changed: (fake: FakeTapi) => Partial<TapiLibrary> = () => ({}),
  ): Promise<FlowProgram> {
    const clock = new ManualClock();
    const fake = createFakeTapi({ callsPerMinute: 0, seed: 1, clock, ...options });
    const flow = new FlowProgram(settingsOf(...args), clock, fake, changed(fake));
    await flow.#linesTried();
    return flow;
  }

  /** Starts a second program on the exchange of the first, as two programs share one TAPI. */
  static async startOn({ clock, fake }: FlowProgram): Promise<FlowProgram> {
    const flow = new FlowProgram(settingsOf(), clock, fake);
    await flow.#linesTried();
    return flow;
  }

  async #linesTried(): Promise<void> {
    let tried = false;
    void this.program.linesTried.then(() => tried = true);
    await this.pass(() => tried);
  }

  get port(): number {
    return this.program.server.port;
  }

  /** Connects a client; it is disconnected at the end. */
  async connect(path?: string, protocols?: string[]): Promise<RecordingClient> {
    const client = await RecordingClient.connect(this.port, path, protocols);
    this.#clients.push(client);
    return client;
  }

  /** Lets time pass, quickly, until `reached` is true. */
  async pass(reached: () => boolean): Promise<void> {
    const endMs = this.clock.nowMs() + PATIENCE_MS;
    while (!reached()) {
      if (this.clock.nowMs() > endMs) throw new Error("It did not come within ten minutes");
      await this.clock.advanceAsync(STEP_MS);
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
  }

  /** Stops the program as a signal does. */
  async stop(): Promise<void> {
    let stopped = false;
    void this.program.stop().then(() => stopped = true);
    await this.pass(() => stopped);
    this.#running = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    if (this.#running) await this.stop();
  }
}
