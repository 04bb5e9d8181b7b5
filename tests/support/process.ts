/** The program as a process of its own, with what it writes. */
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** How long a test waits for what must come, before it fails. */
const PATIENCE_MS = 30_000;

/** A process, with what it writes. */
export class WatchedProcess implements AsyncDisposable {
  /** What was written to standard error so far: the log. */
  log = "";
  /** What was written to standard output so far. */
  output = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<unknown>;
  #wake = Promise.withResolvers<void>();

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
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new Error(
              `${pattern} was not written within ${PATIENCE_MS} ms:\n${written()}${this.log}`,
            ),
          ),
        PATIENCE_MS,
      );
    });
    try {
      for (;;) {
        const match = written().match(pattern);
        if (match !== null) return match;
        await Promise.race([this.#wake.promise, late]);
      }
    } finally {
      clearTimeout(timer);
    }
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
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
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
