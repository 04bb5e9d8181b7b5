/** The table of settings: their names, what they mean to a user, and what may be written. */
import { z } from "zod";

/** One setting. */
export interface Option {
  /** In the file; a dot is a table. The flag and the variable are made from it. */
  readonly key: string;
  readonly value: string;
  readonly help: string;
  readonly schema: z.ZodType;
}

function wholeNumber(from: number, to: number): z.ZodType<number> {
  const expected = `expected a whole number from ${from} to ${to}`;
  return z.union([z.number(), z.string().regex(/^\d{1,15}$/).transform(Number)], {
    error: expected,
  })
    .pipe(z.int(expected).min(from, expected).max(to, expected));
}

function oneOf<const T extends string>(...values: T[]): z.ZodType<T> {
  return z.enum(values, { error: `expected ${values.map((value) => `"${value}"`).join(" or ")}` });
}

function someText(expected: string): z.ZodType<string> {
  return z.string({ error: expected }).min(1, expected);
}

const PATTERNS = "expected extensions such as 201, or patterns such as 2*";
const pattern = z.union([z.string(), z.int().nonnegative().transform(String)]);
const patterns = z.union([
  z.string().transform((text) => text.split(",")),
  z.int().nonnegative().transform((extension) => [String(extension)]),
  z.array(pattern),
], { error: PATTERNS }).transform((list) => list.map((pattern) => pattern.trim()))
  .pipe(z.array(z.string().min(1, PATTERNS)).min(1, PATTERNS));

/** Every setting, in the order in which they are shown. */
export const OPTIONS: readonly Option[] = [
  {
    key: "provider",
    value: "tapi32|fake",
    help: "the telephone system: Windows' TAPI (default on Windows), or the built-in exchange",
    schema: oneOf("tapi32", "fake"),
  },
  {
    key: "tapiLibrary",
    value: "PATH",
    help: "the TAPI library (default: %SystemRoot%\\System32\\tapi32.dll)",
    schema: someText("expected the path of a library"),
  },
  {
    key: "host",
    value: "ADDRESS",
    help: "the address to listen on (default: 0.0.0.0, every one)",
    schema: someText("expected an address"),
  },
  {
    key: "port",
    value: "N",
    help: "the port to listen on; 0: any free one (default: 43001)",
    schema: wholeNumber(0, 65535),
  },
  {
    key: "lineType",
    value: "number|string",
    help: 'whether clients get "line":201 or "line":"201" (default: number)',
    schema: oneOf("number", "string"),
  },
  {
    key: "lines",
    value: "PATTERN...",
    help: "which extensions to open, such as 201 2* (default: every voice line)",
    schema: patterns,
  },
  {
    key: "maxUnsentBytes",
    value: "N",
    help: "a client for which more bytes wait is closed (default: 4194304)",
    schema: wholeNumber(1024, 1 << 30),
  },
  {
    key: "historyLength",
    value: "N",
    help: "how many events are kept for clients that come back (default: 10000)",
    schema: wholeNumber(0, 10_000_000),
  },
  {
    key: "clientTimeoutSeconds",
    value: "N",
    help: "a client that answers no ping for so long is closed (default: 30)",
    schema: wholeNumber(1, 3600),
  },
  {
    key: "replyTimeoutSeconds",
    value: "N",
    help: "how long a command waits for the telephone system's answer (default: 10)",
    schema: wholeNumber(1, 600),
  },
  {
    key: "journal",
    value: "true|false",
    help: "whether finished calls are kept (default: true)",
    schema: z.union([z.boolean(), oneOf("true", "false").transform((text) => text === "true")], {
      error: 'expected "true" or "false"',
    }),
  },
  {
    key: "journal.file",
    value: "PATH",
    help: "where they are kept (default: tapi2ws-journal.sqlite beside the program)",
    schema: someText("expected the path of a file"),
  },
  {
    key: "journal.days",
    value: "N",
    help: "how many days they are kept (default: 90)",
    schema: wholeNumber(1, 36_500),
  },
  {
    key: "fake.extensions",
    value: "N",
    help: "the fake exchange's extensions, from 201 on (default: 8)",
    schema: wholeNumber(1, 5000),
  },
  {
    key: "fake.rate",
    value: "N",
    help: "its calls a minute; 0: only what clients dial (default: 12)",
    schema: wholeNumber(0, 100_000),
  },
  {
    key: "fake.seed",
    value: "N",
    help: "makes its calls the same each time (default: random)",
    schema: wholeNumber(0, 0xffffffff),
  },
  {
    key: "fake.scenario",
    value: "FILE",
    help: "a script of its calls, instead of random ones",
    schema: someText("expected the path of a scenario file"),
  },
  {
    key: "log.level",
    value: "LEVEL",
    help: "debug, info, warning or error (default: info)",
    schema: oneOf("debug", "info", "warning", "error"),
  },
  {
    key: "log.format",
    value: "text|json",
    help: "how log lines are written (default: text)",
    schema: oneOf("text", "json"),
  },
  {
    key: "log.file",
    value: "PATH",
    help: "a file for log lines as well; it rotates (default: none)",
    schema: someText("expected the path of a file"),
  },
];

/** `log.file` -> `log-file`, `lineType` -> `line-type`. */
export function words(key: string): string {
  return key.replaceAll(".", "-").replace(/[A-Z]/g, "-$&").toLowerCase();
}

/** The flag of a key: `--log-file`. */
export function flagOf(key: string): string {
  return `--${words(key)}`;
}

/** The environment variable of a key: `TAPI2WS_LOG_FILE`. */
export function variableOf(key: string): string {
  return `TAPI2WS_${words(key).replaceAll("-", "_").toUpperCase()}`;
}

/** What `--help` prints. */
export function helpText(): string {
  const rows = [
    ...OPTIONS.map(({ key, value, help }) => [`${flagOf(key)} ${value}`, help]),
    ["--config FILE", "a TOML file of settings (default: tapi2ws.toml beside the program)"],
    ["--version, --help", ""],
  ] as const;
  const width = Math.max(...rows.map(([usage]) => usage.length)) + 2;
  return `Tapi2Ws: telephone calls as JSON over WebSocket

Usage: tapi2ws [options]

${rows.map(([usage, help]) => `  ${usage.padEnd(width)}${help}`.trimEnd()).join("\n")}

Each option is also an environment variable (--log-file: TAPI2WS_LOG_FILE) and a key of the file
(--log-file: file in the table [log]; --line-type: lineType). Flags win over variables, variables
over the file.
`;
}
