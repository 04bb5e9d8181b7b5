/** A process of a benchmark, which answers commands: one JSON line in, one JSON line out. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** How long a process may take for an answer before the benchmark gives up. */
const ANSWER_TIMEOUT_MS = 60_000;

/** Deno's own cache leaves its executable out, which is larger than it takes. */
const BUN_VERSION = "1.4.5";

export class Child implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #send: (line: string) => void;
  readonly #answers: AsyncIterator<string>;

  private constructor(name: string, command: string, args: readonly string[]) {
    this.#name = name;
    const { stdin, stdout } = this.#process = spawn(command, args, {
      stdio: ["pipe", "pipe", "inherit"],
    });
    if (stdin === null || stdout === null) throw new TypeError("the process has no pipes");
    // Where the process ends too early, the missing answer says so.
    stdin.on("error", () => {});
    this.#send = (line) => void stdin.write(line);
    this.#answers = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /** Starts a module of this folder in a Deno process of its own; `ready` is its first line. */
  static deno(module: string, args: readonly string[] = []): Promise<StartedChild> {
    const flags = ["run", "--frozen", "--allow-all", "--v8-flags=--expose-gc"];
    return Child.#start(module, Deno.execPath(), [...flags, fileOf(module), ...args]);
  }

  /** Starts a module of this folder in a Node process of its own. */
  static node(module: string, args: readonly string[] = []): Promise<StartedChild> {
    return Child.#start(module, "node", ["--expose-gc", fileOf(module), ...args]);
  }

  /**
   * Starts a module of this folder in a Bun process of its own: the version that is compared with,
   * which npm fetches.
   */
  static async bun(module: string): Promise<StartedChild> {
    return await Child.#start(module, await bunExecutable(), [fileOf(module)]);
  }

  static async #start(
    name: string,
    command: string,
    args: readonly string[],
  ): Promise<StartedChild> {
    const child = new Child(name, command, args);
    const failed = once(child.#process, "error").then(([error]) => {
      throw new Error(`Cannot start ${command}: ${error.message}`, { cause: error });
    });
    const ready = await Promise.race([failed, child.#answer()]);
    return { child, ready };
  }

  /** Sends a command and waits for its answer. One command at a time. */
  ask(command: { readonly do: string; readonly [argument: string]: unknown }): Promise<unknown> {
    this.#send(JSON.stringify(command) + "\n");
    return this.#answer();
  }

  /** Stops it where it is, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    // The process's own kill() sends one signal only.
    if (this.#process.pid !== undefined) Deno.kill(this.#process.pid, signal);
  }

  async #answer(): Promise<unknown> {
    let timer: number | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = Number(setTimeout(
        () => reject(new Error(`${this.#name} does not answer within ${ANSWER_TIMEOUT_MS} ms`)),
        ANSWER_TIMEOUT_MS,
      ));
    });
    try {
      const { value, done } = await Promise.race([this.#answers.next(), late]);
      if (done) throw new Error(`${this.#name} ended without an answer`);
      const answer: { result?: unknown; error?: string } = JSON.parse(value);
      if (answer.error !== undefined) throw new Error(`${this.#name}: ${answer.error}`);
      return answer.result;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    if (exitCode !== null || signalCode !== null || this.#process.pid === undefined) return;
    this.#process.kill("SIGKILL");
    await once(this.#process, "exit");
  }
}

export interface StartedChild {
  readonly child: Child;
  /** What its first line said. */
  readonly ready: unknown;
}

/** Where npm has put Bun; throws where there is no npm. */
async function bunExecutable(): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("npm", {
    args: ["exec", "--yes", `--package=bun@${BUN_VERSION}`, "--", "bun", "-p", "process.execPath"],
  }).output();
  if (!success) throw new Error(`npm cannot get Bun: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

function fileOf(module: string): string {
  return fileURLToPath(new URL(module, import.meta.url));
}
