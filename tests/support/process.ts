/** The program as a process of its own, as users start it: arguments in, exit code and log out. */
import { fileURLToPath } from "node:url";
import { Changes, within } from "./patience.ts";

export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** A process, with what it writes. */
export class WatchedProcess implements AsyncDisposable {
  /** The standard error so far: the log. */
  log = "";
  /** The standard output so far. */
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
    const missing = () => `The end of the process, after\n${this.output}${this.log}\n`;
    const { code } = await within(this.#child.status, missing);
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

/** The flags to run on the fake exchange, on a free port, silent until a call is made. */
const FAKE = ["--provider=fake", "--host=127.0.0.1", "--port=0", "--fake-rate=0"];

/**
 * The program's arguments for the fake exchange.
 *
 * @param args Further ones, as `--flag=value`; they take the place of those for the same flag.
 */
export function fakeArgs(...args: readonly string[]): string[] {
  const flagOf = (arg: string) => arg.split("=")[0];
  const given = new Set(args.map(flagOf));
  return [...FAKE.filter((arg) => !given.has(flagOf(arg))), ...args];
}

/** The result of a process that has ended. */
export interface Ended {
  readonly code: number;
  readonly log: string;
  readonly output: string;
}

/** Deno's arguments for the program from its sources, in their folder. */
export const PROGRAM_ARGS: readonly string[] = ["run", "--frozen", "--allow-all", "src/main.ts"];

/** The program from its sources, by the Deno that runs the tests. */
export class ProgramProcess extends WatchedProcess {
  /** @param root Where src/ and deno.json lie: the repository, or a copy of it. */
  constructor(args: readonly string[], env: Record<string, string> = {}, root: string = ROOT) {
    super(Deno.execPath(), {
      args: [...PROGRAM_ARGS, ...args],
      cwd: root,
      env: { NO_COLOR: "1", ...env },
    });
  }

  /** Runs it to its end. */
  static async run(args: readonly string[], env?: Record<string, string>): Promise<Ended> {
    await using process = new ProgramProcess(args, env);
    const code = await process.exitCode();
    return { code, log: process.log, output: process.output };
  }
}

/** The program on the fake exchange, with its lines open. */
export class FakeExchange implements AsyncDisposable {
  private constructor(readonly process: ProgramProcess, readonly port: number) {}

  /** Starts it; resolves when its lines are open. @param args As {@linkcode fakeArgs} takes them. */
  static async start(...args: readonly string[]): Promise<FakeExchange> {
    return await FakeExchange.startFrom(ROOT, ...args);
  }

  /** As {@linkcode start}, from the sources of another root. */
  static async startFrom(root: string, ...args: readonly string[]): Promise<FakeExchange> {
    const process = new ProgramProcess(fakeArgs(...args), {}, root);
    try {
      const port = await process.port();
      await process.logged(/\d+ lines are open/);
      return new FakeExchange(process, port);
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Somebody outside calls an extension, for a minute unless said otherwise. */
  async ring(to: string, from: string, hangUpAfterMs?: number): Promise<void> {
    await this.#post("/fake/calls", { to, from, hangUpAfterMs });
  }

  /** Dials from a line. */
  async dial(line: string, number: string): Promise<void> {
    await this.#post("/api/v2/commands", { cmd: "dial", line, number });
  }

  /** Answers the only call of a line. */
  async answer(line: string): Promise<void> {
    await this.#post("/api/v2/commands", { cmd: "answer", line });
  }

  /** Drops the only call of a line. */
  async drop(line: string): Promise<void> {
    await this.#post("/api/v2/commands", { cmd: "drop", line });
  }

  /** The answer of a path of `/api/v2/`. */
  async get(path: "calls" | "lines"): Promise<unknown> {
    return await (await fetch(`http://127.0.0.1:${this.port}/api/v2/${path}`)).json();
  }

  /** The sum of a metric's samples. */
  async metric(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    const samples = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "gm"))];
    if (samples.length === 0) throw new Error(`There is no metric ${name}`);
    return samples.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  async #post(path: string, body: object): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(answer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}
