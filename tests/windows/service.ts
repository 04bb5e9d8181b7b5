/**
 * A session of commands in one Windows, whose service control manager runs the program over the
 * stand-in. As for the executable, there are no standard handles.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exists } from "../native/compile.ts";
import { PERMISSION_FLAGS } from "../support/compile_task.ts";
import type { WatchedProcess } from "../support/process.ts";
import {
  compileForWindows,
  type Machine,
  startOn,
  WINDOWS_DENO,
  WINDOWS_REPOSITORY,
  WINDOWS_STAGE,
} from "./machine.ts";
import { Stage } from "./program.ts";
import { RemoteStandin } from "./remote.ts";

export const DATA_FOLDER = "C:\\ProgramData\\Tapi2Ws";
export const PROGRAM = "C:\\Program Files\\Tapi2Ws\\tapi2ws.exe";

const MAIN = `${WINDOWS_REPOSITORY}\\src\\main.ts`;
const RUN = ["run", "--frozen", "--cached-only", ...PERMISSION_FLAGS];
/** An import of Deno for Windows, and a harmless one with the same parameters. */
const OPENS_HANDLES = "SetStdHandle\0";
const HARMLESS = "SetLastError\0";

/** The output and exit code of a command. */
export interface Answer {
  readonly code: number;
  readonly text: string;
  /** On standard error. */
  readonly complaint: string;
}

export class WindowsSession implements AsyncDisposable {
  readonly #owned = new AsyncDisposableStack();
  /** The number of commands that have ended. */
  #ended = 0;

  private constructor(
    private readonly shell: WatchedProcess,
    readonly stage: Stage,
    readonly remote: RemoteStandin,
  ) {}

  /** @param main The path of the module that the service runs. */
  static async start(
    machine: Machine,
    { main = MAIN, files = {} }: { main?: string; files?: Readonly<Record<string, string>> } = {},
  ): Promise<WindowsSession> {
    await using owned = new AsyncDisposableStack();
    const remote = owned.use(await RemoteStandin.listen());
    const stage = owned.use(
      await Stage.prepare(machine, {
        files: {
          "command.txt": [`${WINDOWS_STAGE}\\deno.exe`, ...RUN, main].join(" "),
          "environment.txt": `DENO_DIR=Z:\\mnt\\deno_dir\nTAPI_STANDIN_CONTROL=${remote.port}\n`,
          ...files,
        },
      }),
    );
    for (const name of ["service", "shell"]) {
      const program = await compileForWindows(join(import.meta.dirname ?? "", `${name}.c`));
      await Deno.copyFile(program, join(stage.folder, `${name}.exe`));
    }
    await Deno.link(await denoWithoutHandles(machine), join(stage.folder, "deno.exe"));
    const shell = owned.use(startOn(machine, stage.folder, [`${WINDOWS_STAGE}\\shell.exe`]));
    const session = new WindowsSession(shell, stage, remote);
    await session.run(`cmd /c md "${PROGRAM.replace(/\\[^\\]*$/, "")}"`);
    await session.run(`cmd /c copy ${WINDOWS_STAGE}\\service.exe "${PROGRAM}"`);
    session.#owned.use(owned.move());
    return session;
  }

  /** Runs a command line to its end. */
  async run(commandLine: string): Promise<Answer> {
    const { log } = this.shell;
    await this.shell.writeLine(commandLine);
    const before = `(?:[^]*?(?<=^|\\n)exit \\d+\\r?\\n){${this.#ended++}}`;
    const [, text = "", code] = await this.shell.printed(
      new RegExp(`^${before}([^]*?)(?<=^|\\n)exit (\\d+)\\r?\\n`),
    );
    return {
      code: Number(code),
      text: text.replaceAll("\r", ""),
      complaint: this.shell.log.slice(log.length).replaceAll("\r", ""),
    };
  }

  /** Waits until a command asks, and types the answer. */
  async answer(question: RegExp, text: string): Promise<void> {
    await this.shell.logged(question);
    await this.shell.writeLine(text);
  }

  /** `tapi2ws …`, as an administrator writes it. */
  tapi2ws(...words: readonly string[]): Promise<Answer> {
    const quoted = words.map((word) => word.includes(" ") ? `"${word}"` : word);
    return this.run([WINDOWS_DENO, ...RUN, MAIN, ...quoted].join(" "));
  }

  /** `tapi2ws service …` */
  service(...words: readonly string[]): Promise<Answer> {
    return this.tapi2ws("service", ...words);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}

/**
 * Deno for Windows opens NUL when it has no standard handles; compiled executables do not. Makes a copy
 * of Deno that does not either.
 */
async function denoWithoutHandles({ deno }: Machine): Promise<string> {
  const path = join(tmpdir(), `tapi2ws-deno-${(await Deno.stat(deno)).size}.exe`);
  if (await exists(path)) return path;
  const bytes = Buffer.from(await Deno.readFile(deno));
  const at = bytes.indexOf(OPENS_HANDLES);
  assert(at >= 0 && bytes.indexOf(OPENS_HANDLES, at + 1) < 0, "one import is looked for");
  bytes.write(HARMLESS, at);
  const making = await Deno.makeTempFile({ prefix: "tapi2ws-deno-" });
  await Deno.writeFile(making, bytes);
  await Deno.rename(making, path);
  return path;
}
