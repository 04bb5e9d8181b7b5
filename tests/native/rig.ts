/** The whole program over the native stand-in with one client, for tests that drive both. */
import assert from "node:assert/strict";
import { type Clock, systemClock } from "../../src/clock.ts";
import type { ServiceStatus } from "../../src/bus/ports.ts";
import { type Program, startProgram } from "../../src/program.ts";
import { openTapi32 } from "../../src/rights.ts";
import { RecordingClient } from "../support/client.ts";
import { until } from "../support/patience.ts";
import { settingsWith } from "../support/settings.ts";
import { buildStandin, type Devices, openControl, type StandIn } from "./standin.ts";

const path = await buildStandin();

export interface RigOptions {
  /** Prepares the stand-in before the program starts. */
  readonly before?: (standin: StandIn) => void;
  readonly args?: readonly string[];
  /** The settings file, TOML. */
  readonly settings?: string;
  /** The program's clock; the stand-in's time is real in any case. */
  readonly clock?: Clock;
  /** Whether the library is made to break rules of its own, so that calls may be lost with it. */
  readonly dies?: boolean;
}

export class Rig {
  private constructor(
    readonly standin: StandIn,
    readonly program: Program,
    readonly client: RecordingClient,
  ) {}

  /** Starts; resolves when the lines are open and the client is connected. */
  static async start(libraryPath: string, devices: Devices, options: RigOptions): Promise<Rig> {
    const standin = openControl(libraryPath);
    standin.reset(devices);
    options.before?.(standin);
    const settings = settingsWith(options.settings ?? "", ...options.args ?? []);
    const program = startProgram(settings, openTapi32(libraryPath), options.clock ?? systemClock);
    const client = await RecordingClient.connect(program.server.port);
    await program.linesTried;
    return new Rig(standin, program, client);
  }

  /** Waits until the client has a frame of this state, of the line where one is named. */
  async reach(state: string, line?: number): Promise<void> {
    await this.client.frame((frame) =>
      frame.state === state && (line === undefined || frame.line === line)
    );
  }

  /** Waits until the client has had so many frames of this state. */
  async reachTimes(state: string, times: number): Promise<void> {
    await this.client.until(() => this.count(state) >= times);
  }

  /** How many frames of this state the client has had. */
  count(state: string): number {
    return this.client.states().filter((other) => other === state).length;
  }

  /** What `/readyz` answers. */
  async readiness(): Promise<ServiceStatus & { status: number }> {
    const response = await fetch(`http://127.0.0.1:${this.program.server.port}/readyz`);
    return { ...await response.json(), status: response.status };
  }

  /** Waits until `/readyz` says so. */
  async becomes(reached: (status: ServiceStatus) => boolean): Promise<void> {
    await until(async () => reached(await this.readiness()));
  }

  async stop(): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.program.stop();
    assert.equal(this.standin.liveCalls, 0);
    assert.equal(this.program.live.handles, 0);
  }
}

/** A test of the program on the stand-in; left out, loudly, where there is no C compiler. */
export function nativeTest(
  name: string,
  devices: Devices,
  run: (rig: Rig) => Promise<void>,
  options: RigOptions = {},
): void {
  Deno.test({
    name,
    ignore: path === undefined,
    async fn() {
      if (path === undefined) return;
      const rig = await Rig.start(path, devices, options);
      try {
        await run(rig);
      } catch (error) {
        // What went wrong first is what counts.
        await rig.stop().catch(() => {});
        throw error;
      }
      await rig.stop();
      if (options.dies) return;
      assert.deepEqual(rig.standin.violations, { count: 0, last: "" });
      assert.equal(rig.standin.abandonedCalls, 0);
      assert.equal(rig.standin.openLines, 0);
    },
  });
}
