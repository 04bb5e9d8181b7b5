/** The program as a process of its own, with what it writes. */
import { fileURLToPath } from "node:url";
import { Changes } from "./patience.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A process, with what it writes. */
export class WatchedProcess implements AsyncDisposable {
  /** What was written to standard error so far: the log. */
  log = "";
  /** What was written to standard output so far. */
  output = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  readonly #changes = new Changes();

  constructor(executable: string, options: Deno.CommandOptions) {
    this.#child = new Deno.Command(executable, {
      stdin: "null",
      ...options,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#reading = Promise.all([
      this.#read(this.#child.stdout, (text) => this.output += text),
      this.#read(this.#child.stderr, (text) => this.log += text),
    ]);
  }

  /** Waits until the log has what `pattern` matches. */
  logged(pattern: RegExp): Promise<RegExpMatchArray> {
    return this.#wrote(pattern, () => this.log);
  }

  /** Waits until standard output has what `pattern` matches. */
  printed(pattern: RegExp): Promise<RegExpMatchArray> {
    return this.#wrote(pattern, () => this.output);
  }

  async #wrote(pattern: RegExp, written: () => string): Promise<RegExpMatchArray> {
    const missing = () => `${pattern}, after\n${written()}${this.log}\n`;
    await this.#changes.until(() => pattern.test(written()), missing);
    return written().match(pattern) as RegExpMatchArray;
  }

  /** The port that the program says it listens on. */
  async port(): Promise<number> {
    const [, text, json] = await this.logged(/listens on (?:[\d.]+:(\d+)|.*"port":(\d+))/);
    return Number(text ?? json);
  }

  /** Writes to standard input, where that is piped, and ends it. */
  async write(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    await writer.close();
  }

  /** Writes a line to standard input, where that is piped, and leaves it open. */
  async writeLine(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(`${text}\n`));
    writer.releaseLock();
  }

  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** The exit code, when it has ended and everything it wrote is read. */
  async exitCode(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.exitCode();
  }

  async #read(stream: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      take(text);
      this.#changes.tell();
    }
  }
}

/** The program from its sources, by the Deno that runs the tests. */
export class ProgramProcess extends WatchedProcess {
  constructor(args: readonly string[], env: Record<string, string> = {}) {
    super(Deno.execPath(), {
      args: ["run", "--frozen", "--allow-all", "src/main.ts", ...args],
      cwd: ROOT,
      env: { NO_COLOR: "1", ...env },
    });
  }
}
