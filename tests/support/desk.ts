/** The program over the fake exchange, given commands without a socket; its library is overheard. */
import assert from "node:assert/strict";
import type { Call } from "../../src/model/call.ts";
import type { Command, CommandOutcome, CommandResult } from "../../src/model/command.ts";
import type { CommandError } from "../../src/model/error.ts";
import type { FakeTapi, FakeTapiOptions } from "../../src/fake/library.ts";
import { LINECALLREASON } from "../../src/tapi/constants.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { FlowProgram } from "./program.ts";

/** Where members lie in LINECALLSTATUS and LINEADDRESSCAPS, as tapi.h has them. */
export const AT = { callState: 12, callFeatures: 24, addressFlags: 104 } as const;

/** Changes what a function has written, behind its success. */
export function setU32(
  memory: Uint8Array<ArrayBuffer>,
  offset: number,
  value: number,
): (result: number) => number {
  return (result) => {
    if (result === 0) new DataView(memory.buffer).setUint32(offset, value, true);
    return result;
  };
}

export const OUTSIDE = "+441632960123";

export interface DeskOptions extends Partial<FakeTapiOptions> {
  readonly args?: readonly string[];
  /** Functions of the library that are others than the fake exchange's. */
  readonly changed?: (fake: FakeTapi) => Partial<TapiLibrary>;
}

export class Desk implements AsyncDisposable {
  private constructor(
    readonly flow: FlowProgram,
    /** The functions of the library that were called, with their handles and numbers. */
    readonly asked: string[],
  ) {}

  static async start(options: DeskOptions = {}): Promise<Desk> {
    const { args = [], changed = () => ({}), ...fakeOptions } = options;
    const asked: string[] = [];
    const flow = await FlowProgram.start(
      args,
      { polite: true, ...fakeOptions },
      (fake) => overheard({ ...fake, ...changed(fake) }, asked),
    );
    return new Desk(flow, asked);
  }

  /** Gives a command. Time passes until it is answered. */
  async give(command: Command): Promise<CommandResult> {
    const results: CommandResult[] = [];
    void this.flow.program.commands.execute(command).then((result) => results.push(result));
    await this.flow.pass(() => results.length > 0);
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
    const known = new Set(this.flow.program.state.calls().map(({ id }) => id));
    this.flow.fake.exchange.routing.ring({
      to,
      from: { number: from, name: "", presentation: "shown" },
      reason: LINECALLREASON.DIRECT,
      callWaiting: true,
    });
    const isNew = ({ id, line }: Call) => line === to && !known.has(id);
    await this.flow.pass(() => this.flow.program.state.calls().some(isNew));
    return (this.flow.program.state.calls().find(isNew) as Call).id;
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
    await this.flow.pass(() => this.stateOf(call) === state);
  }

  stateOf(call: number | undefined): string {
    return this.flow.program.state.calls().find(({ id }) => id === call)?.state ?? "IDLE";
  }

  /** Time passes until the states of a line's calls, in the order in which they began, are these. */
  async reachAll(line: string, ...states: string[]): Promise<void> {
    await this.flow.pass(() => this.statesOf(line).join() === states.join());
  }

  statesOf(line: string): string[] {
    return this.callsOf(line).map(({ state }) => state);
  }

  callsOf(line: string): Call[] {
    return this.flow.program.state.calls().filter((call) => call.line === line);
  }

  /** The functions that were asked to do something, since the last look. */
  takeDeeds(): string[] {
    return this.asked.splice(0).filter((fn) => !/Get|Deallocate|Negotiate|Open|Status/.test(fn));
  }

  /** Time passes until nobody talks any more; then every handle must have been given back. */
  async ends(): Promise<void> {
    await this.flow.pass(() => this.flow.program.state.calls().length === 0);
    await this.flow.pass(() => this.flow.fake.liveHandles() === 0);
    assert.deepEqual(this.flow.program.live, { calls: 0, handles: 0 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.flow[Symbol.asyncDispose]();
  }
}

/** The library with every call of its functions noted. */
function overheard(library: TapiLibrary, asked: string[]): Partial<TapiLibrary> {
  const functions = Object.entries(library).filter(([name]) => name.startsWith("line"));
  return Object.fromEntries(
    functions.map(([name, fn]) => [
      name,
      fn === null ? null : (...args: unknown[]) => {
        asked.push(name);
        return (fn as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  );
}
