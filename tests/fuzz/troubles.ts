/** Exceptions that reached no one: rejections that nobody handled, and what the log says of others. */
import { configure, type LogRecord, reset } from "@logtape/logtape";

/** The log lines, at level error, that report an exception in the program itself. */
const EXCEPTIONS = [
  "A TAPI message could not be handled: {error}",
  "A listener failed: {error}",
  "Line {line}: {error}",
];

export class Troubles implements AsyncDisposable {
  #found: string[] = [];
  readonly #onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    const { reason } = event;
    this.#found.push(`not handled: ${reason instanceof Error ? reason.stack : reason}`);
  };

  private constructor() {}

  /** Listens until it is disposed of. */
  static async listen(): Promise<Troubles> {
    const troubles = new Troubles();
    globalThis.addEventListener("unhandledrejection", troubles.#onRejection);
    await configure({
      reset: true,
      sinks: { troubles: (record) => troubles.#note(record) },
      // From debug up: putting a line's values together is part of what must not fail.
      loggers: [
        { category: "tapi2ws", lowestLevel: "debug", sinks: ["troubles"] },
        { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["troubles"] },
      ],
    });
    return troubles;
  }

  /** What was found since the last look. */
  take(): string[] {
    if (this.#found.length === 0) return this.#found;
    const found = this.#found;
    this.#found = [];
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    globalThis.removeEventListener("unhandledrejection", this.#onRejection);
    await reset();
  }

  #note({ category, rawMessage, message }: LogRecord): void {
    const text = message.join("");
    const isException = EXCEPTIONS.includes(String(rawMessage)) || category[0] === "logtape";
    if (isException) this.#found.push(text);
  }
}
