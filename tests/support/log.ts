/** Records the program's log during a test. */
import { configure, type LogRecord, reset } from "@logtape/logtape";

export class LogRecorder implements AsyncDisposable {
  readonly #records: LogRecord[] = [];

  private constructor() {}

  /** Listens, from now on and until it is disposed of, to everything from this level up. */
  static async start(lowestLevel: "debug" | "info" = "info"): Promise<LogRecorder> {
    const recorder = new LogRecorder();
    await configure({
      reset: true,
      sinks: { recorder: (record) => recorder.#records.push(record) },
      loggers: [
        { category: "tapi2ws", lowestLevel, sinks: ["recorder"] },
        { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["recorder"] },
      ],
    });
    return recorder;
  }

  /** The lines so far, their values filled in. */
  get lines(): string[] {
    return this.#records.map(({ message }) => message.join(""));
  }

  /** How many lines match. */
  count(pattern: RegExp): number {
    return this.lines.filter((line) => pattern.test(line)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await reset();
  }
}
