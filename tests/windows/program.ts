/**
 * The program on the Windows machine, as the executable runs there: by Deno for Windows, with the
 * permissions of the task `compile`, over the stand-in in the place of Windows' own tapi32.dll.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Devices, StandIn } from "../native/standin.ts";
import { RecordingClient } from "../support/client.ts";
import { PERMISSION_FLAGS } from "../support/compile_task.ts";
import { until } from "../support/patience.ts";
import type { WatchedProcess } from "../support/process.ts";
import {
  type Machine,
  startOn,
  WINDOWS_DENO,
  WINDOWS_REPOSITORY,
  WINDOWS_STAGE,
} from "./machine.ts";
import { RemoteStandin } from "./remote.ts";

/** How a test wants the machine. */
export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Text files on the stage. */
  readonly files?: Readonly<Record<string, string>>;
  /** What lies in Windows' system32 as tapi32.dll: the stand-in, something else, or nothing. */
  readonly library?: string | null;
}

/** A folder that the machine sees as well, for one run. */
export class Stage implements AsyncDisposable {
  private constructor(readonly folder: string) {}

  static async prepare(
    machine: Machine,
    { library, files = {} }: Surroundings = {},
  ): Promise<Stage> {
    const stage = new Stage(await Deno.makeTempDir({ prefix: "tapi2ws-stage-" }));
    await Deno.mkdir(join(stage.folder, "system32"));
    await Deno.copyFile(machine.launcher, join(stage.folder, "launch.exe"));
    if (library !== null) {
      await Deno.copyFile(library ?? machine.standin, join(stage.folder, "system32/tapi32.dll"));
    }
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(join(stage.folder, name), text);
    }
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Starts the program in a console of its own. */
export function startProgram(
  machine: Machine,
  stage: Stage,
  args: readonly string[],
  { env = {}, main = `${WINDOWS_REPOSITORY}\\src\\main.ts` }: {
    env?: Readonly<Record<string, string>> | undefined;
    main?: string;
  } = {},
): WatchedProcess {
  return startOn(machine, stage.folder, [
    `${WINDOWS_STAGE}\\launch.exe`,
    WINDOWS_DENO,
    "run",
    "--frozen",
    "--cached-only",
    ...PERMISSION_FLAGS,
    main,
    ...args,
  ], env);
}

/** Runs the program to its end, which must come by itself. */
export async function runProgram(
  machine: Machine,
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<{ code: number; log: string; output: string }> {
  await using stage = await Stage.prepare(machine, surroundings);
  await using process = startProgram(machine, stage, args, { env: surroundings.env });
  const code = await process.exitCode();
  return { code, log: process.log, output: process.output };
}

/** The program, running, with its lines open and one client. */
export class WindowsProgram implements AsyncDisposable {
  readonly #owned = new AsyncDisposableStack();

  private constructor(
    readonly process: WatchedProcess,
    readonly port: number,
    readonly client: RecordingClient,
    readonly stage: Stage,
    readonly remote: RemoteStandin,
    readonly http: Deno.HttpClient | undefined,
  ) {}

  /** @param prepare Sets the stand-in up further, before the program asks for its lines. */
  static async start(
    machine: Machine,
    devices: Devices,
    { args = [], env = {}, files = {}, caCerts, prepare }: {
      args?: readonly string[];
      env?: Readonly<Record<string, string>>;
      files?: Readonly<Record<string, string>>;
      /** Of a server with https. */
      caCerts?: string[];
      prepare?: (standin: StandIn) => void;
    } = {},
  ): Promise<WindowsProgram> {
    await using owned = new AsyncDisposableStack();
    const stage = owned.use(await Stage.prepare(machine, { files }));
    const remote = owned.use(await RemoteStandin.listen());
    const process = owned.use(
      startProgram(machine, stage, ["--host", "127.0.0.1", "--port", "0", ...args], {
        env: { TAPI_STANDIN_CONTROL: String(remote.port), ...env },
      }),
    );
    const port = await process.port();
    const http = caCerts && owned.use(Deno.createHttpClient({ caCerts }));
    const client = owned.use(await RecordingClient.connect(port, "/", [], http));
    await remote.connected;
    remote.standin.reset(devices);
    prepare?.(remote.standin);
    remote.go();
    await process.logged(/lines are open/);
    const program = new WindowsProgram(process, port, client, stage, remote, http);
    program.#owned.use(owned.move());
    return program;
  }

  get standin(): StandIn {
    return this.remote.standin;
  }

  fetch(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    const scheme = this.http === undefined ? "http" : "https";
    return fetch(`${scheme}://127.0.0.1:${this.port}${path}`, {
      headers,
      ...this.http && { client: this.http },
    });
  }

  /** Waits until the client has a frame of this state. */
  async reach(state: string): Promise<void> {
    await this.client.frame((frame) => frame.state === state);
  }

  /** Presses Ctrl-C; settled when the program has shut TAPI down and waits for `remote.go()`. */
  async pressCtrlC(): Promise<void> {
    await this.process.write("c");
    await until(() => this.standin.callsOf("lineShutdown") > 0);
  }

  /** Stops the program and looks at what it leaves. @returns The exit code. */
  async stop(): Promise<number> {
    await this.pressCtrlC();
    const { standin } = this;
    assert.deepEqual(standin.violations, { count: 0, last: "" });
    assert.equal(standin.liveCalls, 0);
    assert.equal(standin.abandonedCalls, 0);
    assert.equal(standin.openLines, 0);
    this.remote.go();
    return await this.process.exitCode();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}
