/**
 * The one place that configures logging, and how telephone numbers may appear in it.
 *
 * Modules take their logger from {@linkcode logger}; until {@linkcode configureLogging} is called,
 * nothing is written.
 */
import { getRotatingFileSink } from "@logtape/file";
import {
  configure,
  dispose,
  getConsoleSink,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  type LogRecord,
  type Sink,
  type TextFormatter,
} from "@logtape/logtape";

type LogLevel = "debug" | "info" | "warning" | "error";

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: "text" | "json";
  /** A file that takes the lines as well; it rotates. */
  readonly file: string | undefined;
  /** Whether telephone numbers appear with their last three digits only. */
  readonly maskNumbers: boolean;
}

/** The logger of lines about commands: {@linkcode logger}("audit"). */
const AUDIT = ["tapi2ws", "audit"];

/** A log file is renamed to `….1` at this size, and so on up to {@linkcode LOG_FILES}. */
const LOG_FILE_BYTES = 10 * 1024 * 1024;
const LOG_FILES = 10;

/** Longer values are cut. */
const MOST_VALUE_CHARACTERS = 500;

let masking = true;

/** The logger of a part of the program. */
export function logger(part: string): Logger {
  return getLogger(["tapi2ws", part]);
}

/**
 * Sends log lines to standard error, and to the file where one is named; lines about commands to
 * `auditFile` instead where there is one.
 *
 * @throws Error when a file cannot be written.
 */
export async function configureLogging(
  options: LogOptions,
  auditFile?: string,
): Promise<void> {
  masking = options.maskNumbers;
  const format: TextFormatter = options.format === "json"
    ? getJsonLinesFormatter({ message: "template" })
    : getTextFormatter({ timestamp: "rfc3339", category: ".", value: "bare" });
  const formatter: TextFormatter = (record) => format(cut(record));
  const sinks: Record<string, Sink> = {
    // Standard output stays free for what commands print.
    console: getConsoleSink({
      formatter,
      levelMap: {
        trace: "error",
        debug: "error",
        info: "error",
        warning: "error",
        error: "error",
        fatal: "error",
      },
    }),
  };
  if (options.file !== undefined) {
    sinks["file"] = rotatingFile(options.file, formatter);
  }
  const names = Object.keys(sinks);
  if (auditFile !== undefined) sinks["audit"] = rotatingFile(auditFile, auditLine);
  await configure({
    reset: true,
    sinks,
    loggers: [
      { category: "tapi2ws", lowestLevel: options.level, sinks: names },
      ...auditFile === undefined ? [] : [{
        category: AUDIT,
        lowestLevel: "info" as const,
        sinks: ["audit"],
        parentSinks: "override" as const,
      }],
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: names },
    ],
  });
}

/** A record whose values are short: what somebody sends must not fill the log. */
function cut({ message, properties, ...rest }: LogRecord): LogRecord {
  return {
    ...rest,
    message: message.map(shortened),
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, shortened(value)]),
    ),
  };
}

function shortened(value: unknown): unknown {
  return typeof value === "string" && value.length > MOST_VALUE_CHARACTERS
    ? `${value.slice(0, MOST_VALUE_CHARACTERS)}…`
    : value;
}

function rotatingFile(path: string, formatter: TextFormatter): Sink {
  return getRotatingFileSink(path, {
    formatter,
    maxSize: LOG_FILE_BYTES,
    maxFiles: LOG_FILES,
    // Lines are few, and the last ones before a crash are the ones that matter.
    bufferSize: 0,
  });
}

/** A flat JSON object: when, and what the record carries. */
function auditLine(record: LogRecord): string {
  const { timestamp, properties } = cut(record);
  return `${JSON.stringify({ at: new Date(timestamp).toISOString(), ...properties })}\n`;
}

/** Writes what is buffered and closes the file. */
export async function closeLogging(): Promise<void> {
  await dispose();
}

/**
 * Masks the digits of a telephone number but for the last three: `+441632960001` -> `+*********001`;
 * not where {@linkcode LogOptions.maskNumbers} is false.
 */
export function maskNumber(number: string): string {
  if (!masking) return number;
  const digits = number.match(/\d/g)?.length ?? 0;
  let seen = 0;
  return number.replace(/\d/g, (digit) => ++seen > digits - 3 ? digit : "*");
}

/** An error in one line for people: its message, without its stack. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
