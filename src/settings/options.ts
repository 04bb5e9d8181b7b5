/** The table of settings: their names, what they mean to a user, and what may be written. */
import { z } from "zod";

/** A setting that cannot be used. The message names the key, the value and what was expected. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** One setting. */
export interface Option {
  /** In the file; a dot is a table. The flag and the variable are made from it. */
  readonly key: string;
  readonly value: string;
  readonly help: string;
  readonly schema: z.ZodType;
  /** Several values may stand behind the flag. */
  readonly list?: true;
  /** Is not shown, not even where it is wrong. */
  readonly secret?: true;
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

export function someText(expected: string): z.ZodType<string> {
  return z.string({ error: expected }).min(1, expected);
}

const YES_OR_NO = 'expected "true" or "false"';
const yesOrNo = z.union([
  z.boolean(),
  z.enum(["true", "false"]).transform((text) => text === "true"),
], {
  error: YES_OR_NO,
});

export const PATTERNS = "expected extensions such as 201, or patterns such as 2*";

/** Texts, or whole numbers: one, several, or several in one text with commas between them. */
export function listOf(expected: string, least = 1): z.ZodType<string[]> {
  const item = z.union([z.string(), z.int().nonnegative().transform(String)]);
  return z.union([
    z.string().transform((text) => text.split(",")),
    z.int().nonnegative().transform((number) => [String(number)]),
    z.array(item),
  ], { error: expected }).transform((list) => list.map((text) => text.trim()))
    .pipe(z.array(z.string().min(1, expected)).min(least, expected));
}

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
    schema: listOf(PATTERNS),
    list: true,
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
    key: "allowOrigins",
    value: "ORIGIN...",
    help: "web pages from outside the intranet that may connect, such as https://*.example.com",
    schema: listOf("expected origins such as https://crm.example.com"),
    list: true,
  },
  {
    key: "allowHosts",
    value: "NAME...",
    help: "public names under which the server is reached, such as phones.example.com",
    schema: listOf("expected names such as phones.example.com, without a port"),
    list: true,
  },
  {
    key: "trustProxy",
    value: "ADDRESS...",
    help: "reverse proxies whose X-Forwarded-For is believed",
    schema: listOf("expected addresses such as 127.0.0.1 or 10.0.0.*"),
    list: true,
  },
  {
    key: "tls.cert",
    value: "PATH",
    help: "a certificate and those between it and its root, PEM: https and wss on the port",
    schema: someText("expected the path of a PEM file"),
  },
  {
    key: "tls.key",
    value: "PATH",
    help: "the certificate's private key, PEM",
    schema: someText("expected the path of a PEM file"),
  },
  {
    key: "limits.connections",
    value: "N",
    help: "how many clients may be connected (default: 20000)",
    schema: wholeNumber(1, 1_000_000),
  },
  {
    key: "limits.connectionsPerAddress",
    value: "N",
    help: "how many of them from one address (default: 5000)",
    schema: wholeNumber(1, 1_000_000),
  },
  {
    key: "limits.commandsPerSecond",
    value: "N",
    help: "how many messages a client may send for long (default: 200)",
    schema: wholeNumber(1, 1_000_000),
  },
  {
    key: "limits.messageBytes",
    value: "N",
    help: "the longest message that is read (default: 65536)",
    schema: wholeNumber(256, 64 * 1024 * 1024),
  },
  {
    key: "limits.requestSeconds",
    value: "N",
    help: "how long a request may take to arrive (default: 20)",
    schema: wholeNumber(1, 3600),
  },
  {
    key: "audit.file",
    value: "PATH",
    help: "a file for a line about every command; it rotates (default: the log)",
    schema: someText("expected the path of a file"),
  },
  {
    key: "journal",
    value: "true|false",
    help: "whether finished calls are kept (default: true)",
    schema: yesOrNo,
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
  {
    key: "log.maskNumbers",
    value: "true|false",
    help: "whether telephone numbers are masked but for three digits (default: true)",
    schema: yesOrNo,
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
