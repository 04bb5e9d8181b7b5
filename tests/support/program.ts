/**
 * The whole program over the fake exchange: real sockets on a free port, and time that the test moves.
 * Commands may be given without a socket; the library fails and hangs on demand.
 */
import assert from "node:assert/strict";
import { Outside } from "../../src/fake/exchange/call.ts";
import { createFakeTapi, type FakeTapi, type FakeTapiOptions } from "../../src/fake/library.ts";
import type { NumberPort } from "../../src/bus/ports.ts";
import type { Call } from "../../src/model/call.ts";
import type { Command, CommandOutcome, CommandResult } from "../../src/model/command.ts";
import type { CommandError } from "../../src/model/error.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import { type Program, startProgram } from "../../src/program.ts";
import type { Settings } from "../../src/settings/settings.ts";
import { LINECALLREASON } from "../../src/tapi/constants.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { RecordingClient } from "./client.ts";
import { ManualClock } from "./clock.ts";
import { socketTurn } from "./patience.ts";
import { settingsOf, settingsWith } from "./settings.ts";
import { TroubledTapi } from "./troubled.ts";

/** Somebody outside. */
export const OUTSIDE = "+441632960123";

/** Whoever talks to an extension from outside hangs up. */
export function hangUpOutside({ exchange: { extensions, legs } }: FakeTapi, line: string): void {
  const extension = extensions.get(line);
  assert(extension, line);
  for (const leg of [...legs.of(extension)]) {
    for (const end of leg.call.ends) if (end instanceof Outside) end.hangUp();
  }
}

/** How far time moves between two looks at whether what is waited for has come. */
const STEP_MS = 50;

export interface TestProgramOptions extends Partial<FakeTapiOptions> {
  readonly args?: readonly string[];
  /** A settings file, TOML. */
  readonly file?: string;
  /** Functions of the library that are others than the fake exchange's. */
  readonly changed?: (fake: FakeTapi) => Partial<TapiLibrary>;
}

export class TestProgram implements AsyncDisposable {
  readonly clock: ManualClock;
  readonly fake: FakeTapi;
  /** What the program calls: {@linkcode fake}, changed, with troubles on demand. */
  readonly tapi: TroubledTapi;
  readonly program: Program;
  readonly #clients: RecordingClient[] = [];
  #running = true;

  private constructor(
    settings: Settings,
    clock: ManualClock,
    fake: FakeTapi,
    changed: Partial<TapiLibrary> = {},
    numbers?: NumberPort,
  ) {
    this.clock = clock;
    this.fake = fake;
    this.tapi = new TroubledTapi({ ...fake, ...changed });
    this.program = startProgram(settings, this.tapi.library, clock, fake.simulation, numbers);
  }

  /** Starts the program on an exchange that is silent and polite; resolves when its lines are open. */
  static async start(
    { args = [], file = "", changed = () => ({}), ...fakeOptions }: TestProgramOptions = {},
  ): Promise<TestProgram> {
    const clock = new ManualClock();
    const silent = { callsPerMinute: 0, seed: 1, polite: true };
    const fake = createFakeTapi({ ...silent, clock, ...fakeOptions });
    const settings = settingsWith(file, ...args);
    const numbers = await loadNumbers(settings.numbers);
    const program = new TestProgram(settings, clock, fake, changed(fake), numbers);
    await program.#linesTried();
    return program;
  }

  /** Starts a second program on the exchange of the first, as two programs share one TAPI. */
  static async startOn({ clock, fake }: TestProgram): Promise<TestProgram> {
    const program = new TestProgram(settingsOf(), clock, fake);
    await program.#linesTried();
    return program;
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

  /** Lets time pass, quickly, until `reached` is true; sockets have a turn in each step. */
  async pass(reached: () => boolean): Promise<void> {
    await this.clock.passUntil(reached, { stepMs: STEP_MS, afterStep: socketTurn });
  }

  /** Gives a command. Time passes until it is answered. */
  async give(command: Command): Promise<CommandResult> {
    const results: CommandResult[] = [];
    void this.program.commands.execute(command).then((result) => results.push(result));
    await this.pass(() => results.length > 0);
    return results[0] as CommandResult;
  }

  /** Gives a command that must be carried out. */
  async does(command: Command): Promise<CommandOutcome> {
    const result = await this.give(command);
    assert(result.ok, JSON.stringify({ command, result }));
    return result.outcome;
  }

  /** Gives a command that must not be carried out. */
  async fails(command: Command, code: CommandError["code"]): Promise<CommandError> {
    const result = await this.give(command);
    assert(!result.ok, JSON.stringify({ command, result }));
    assert.equal(result.error.code, code, result.error.message);
    return result.error;
  }

  /** Somebody outside calls; the call's number, once it is known. */
  async ring(to: string, from = OUTSIDE): Promise<number> {
    const known = new Set(this.program.state.calls().map(({ id }) => id));
    this.fake.exchange.routing.ring({
      to,
      from: { number: from, name: "", presentation: "shown" },
      reason: LINECALLREASON.DIRECT,
      callWaiting: true,
    });
    const isNew = ({ id, line }: Call) => line === to && !known.has(id);
    await this.pass(() => this.program.state.calls().some(isNew));
    return (this.program.state.calls().find(isNew) as Call).id;
  }

  /** As {@linkcode ring}, and it is answered. */
  async talk(line: string, from = OUTSIDE): Promise<number> {
    const call = await this.ring(line, from);
    await this.does({ cmd: "answer", call });
    await this.reach(call, "CONNECTED");
    return call;
  }

  /** Time passes until the call is in this state; IDLE where it has ended. */
  async reach(call: number | undefined, state: string): Promise<void> {
    await this.pass(() => this.stateOf(call) === state);
  }

  stateOf(call: number | undefined): string {
    return this.program.state.calls().find(({ id }) => id === call)?.state ?? "IDLE";
  }

  /** Time passes until the states of a line's calls, in the order in which they began, are these. */
  async reachAll(line: string, ...states: string[]): Promise<void> {
    await this.pass(() => this.statesOf(line).join() === states.join());
  }

  statesOf(line: string): string[] {
    return this.callsOf(line).map(({ state }) => state);
  }

  callsOf(line: string): Call[] {
    return this.program.state.calls().filter((call) => call.line === line);
  }

  /** The functions that were asked to do something, since the last look. */
  takeDeeds(): string[] {
    return this.tapi.called.splice(0).filter((fn) =>
      !/Get|Deallocate|Negotiate|Open|Status/.test(fn)
    );
  }

  /** Time passes until nobody talks any more; then every handle must have been given back. */
  async ends(): Promise<void> {
    await this.pass(() => this.program.state.calls().length === 0);
    await this.pass(() => this.fake.liveHandles() === 0);
    assert.deepEqual(this.program.live, { calls: 0, handles: 0 });
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
