/**
 * What a user may write, in flags, environment and file, and what the program gets: complete, checked
 * and frozen.
 */
import { parseArgs } from "node:util";
import { parse as parseToml, TomlError } from "smol-toml";
import type { z } from "zod";
import { describeError, type LogLevel } from "./log.ts";
import { flagOf, OPTIONS, variableOf, words } from "./options.ts";

/** The program's settings. */
export interface Config {
  readonly provider: "tapi32" | "fake";
  readonly tapiLibrary: string;
  readonly host: string;
  readonly port: number;
  readonly lineType: "number" | "string";
  /** Patterns of the extensions to open; none: every voice line. */
  readonly lines: readonly string[];
  readonly maxUnsentBytes: number;
  /** How many events are kept for clients that were away. */
  readonly historyLength: number;
  readonly clientTimeoutSeconds: number;
  readonly replyTimeoutSeconds: number;
  /** `undefined`: finished calls are not kept. */
  readonly journal: { readonly file: string; readonly days: number } | undefined;
  readonly fake: {
    readonly extensions: number;
    readonly rate: number;
    readonly seed: number | undefined;
    readonly scenario: string | undefined;
  };
  readonly log: {
    readonly level: LogLevel;
    readonly format: "text" | "json";
    readonly file: string | undefined;
  };
}

/** A setting that cannot be used. The message names the key, the value and what was expected. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** Where settings come from. */
export interface ConfigSources {
  readonly args: readonly string[];
  /** A variable's value; asked for by name, because the program may read no others. */
  readonly env: (name: string) => string | undefined;
  readonly os: typeof Deno.build.os;
  /** The file that is read where no `--config` names one, if it is there. */
  readonly defaultFile: string | undefined;
  /** Where the journal is kept unless it is told otherwise; in memory when left out. */
  readonly defaultJournal?: string | undefined;
  /** A file's text, or `undefined` where there is no such file. */
  readonly readTextFile: (path: string) => string | undefined;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "run"; readonly config: Config }
  | { readonly kind: "help" }
  | { readonly kind: "version" };

/**
 * Reads the command line and puts the settings together.
 *
 * @throws ConfigError
 */
export function readInvocation(sources: ConfigSources): Invocation {
  const flags = readFlags(sources.args);
  if (flags.has("help")) return { kind: "help" };
  if (flags.has("version")) return { kind: "version" };
  const [flag] = flags.get("config") ?? [];
  const variable = sources.env("TAPI2WS_CONFIG");
  const file = flag !== undefined
    ? readFile(sources, { source: "--config", path: flag })
    : readFile(sources, variable ? { source: "TAPI2WS_CONFIG", path: variable } : undefined);
  const values = new Map<string, unknown>();
  for (const { key, schema } of OPTIONS) {
    const given = flags.get(words(key));
    const variable = sources.env(variableOf(key));
    if (given !== undefined) values.set(key, checked(schema, flagOf(key), given.join(",")));
    else if (variable) values.set(key, checked(schema, variableOf(key), variable));
    else if (file.values.has(key)) {
      values.set(key, checked(schema, `${key} in ${file.name}`, file.values.get(key)));
    }
  }
  return { kind: "run", config: complete(values, sources) };
}

function checked(schema: z.ZodType, source: string, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const expected = result.error.issues[0]?.message ?? "expected something else";
  throw new ConfigError(`Cannot use ${source} = ${JSON.stringify(value)}: ${expected}`);
}

/** The flags with their values; several with `--lines 201 202`. */
function readFlags(args: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = ["config", ...OPTIONS.map(({ key }) => words(key))];
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(names.map((name) => [name, { type: "string" }] as const)),
      help: { type: "boolean", short: "h" },
      version: { type: "boolean" },
    },
    strict: false,
    tokens: true,
  });
  const flags = new Map<string, string[]>();
  let lastName = "";
  for (const token of tokens) {
    if (token.kind === "positional" && lastName === "lines") {
      flags.get("lines")?.push(token.value);
      continue;
    }
    if (token.kind !== "option") {
      const written = token.kind === "positional" ? token.value : "--";
      throw new ConfigError(`Cannot use "${written}": expected an option; --help lists them`);
    }
    const { name, rawName, value } = token;
    const takesValue = names.includes(name);
    if (!takesValue && name !== "help" && name !== "version") {
      throw new ConfigError(`Cannot use ${rawName}: expected an option; --help lists them`);
    }
    if (takesValue && (value === undefined || (value.startsWith("--") && !token.inlineValue))) {
      throw new ConfigError(`Cannot use ${rawName}: expected a value behind it`);
    }
    const values = flags.get(name);
    if (values === undefined) flags.set(name, value === undefined ? [] : [value]);
    else if (name === "lines" && value !== undefined) values.push(value);
    else throw new ConfigError(`Cannot use ${rawName} twice: expected it once`);
    lastName = name;
  }
  return flags;
}

/** The settings of the file, flat: `log.file`. */
function readFile(
  sources: ConfigSources,
  named: { source: string; path: string } | undefined,
): { name: string; values: ReadonlyMap<string, unknown> } {
  const name = named?.path ?? sources.defaultFile;
  if (name === undefined) return { name: "", values: new Map() };
  const text = readText(sources, name);
  if (text === undefined) {
    if (named === undefined) return { name, values: new Map() };
    throw new ConfigError(`Cannot use ${named.source} = "${name}": expected a file that is there`);
  }
  let table: Record<string, unknown>;
  try {
    table = parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const problem = error.message.split("\n")[0];
    throw new ConfigError(
      `Cannot use ${name}: line ${error.line}, column ${error.column}: ${problem}`,
    );
  }
  const values = new Map(flatten(table));
  for (const [key, value] of values) {
    if (!OPTIONS.some((option) => option.key === key)) {
      throw new ConfigError(
        `Cannot use ${key} = ${JSON.stringify(value)} in ${name}: expected one of ${
          OPTIONS.map((option) => option.key).join(", ")
        }`,
      );
    }
  }
  return { name, values };
}

function readText(sources: ConfigSources, path: string): string | undefined {
  try {
    return sources.readTextFile(path);
  } catch (error) {
    throw new ConfigError(`Cannot read ${path}: ${describeError(error)}`);
  }
}

function* flatten(table: Record<string, unknown>, prefix = ""): Iterable<[string, unknown]> {
  for (const [key, value] of Object.entries(table)) {
    const isTable = typeof value === "object" && value !== null && !Array.isArray(value) &&
      !(value instanceof Date);
    if (isTable) yield* flatten(value as Record<string, unknown>, `${prefix}${key}.`);
    else yield [prefix + key, value];
  }
}

function complete(values: ReadonlyMap<string, unknown>, sources: ConfigSources): Config {
  const get = <T>(key: string, fallback: T): T => (values.get(key) as T | undefined) ?? fallback;
  const provider = get<Config["provider"] | undefined>("provider", undefined) ??
    (sources.os === "windows" ? "tapi32" : undefined);
  if (provider === undefined) {
    throw new ConfigError(
      "Cannot use TAPI here: only Windows has it. With --provider fake the built-in exchange runs",
    );
  }
  const systemRoot = sources.env("SystemRoot") ?? "C:\\Windows";
  return Object.freeze<Config>({
    provider,
    // A full path, so that a library planted beside the program is not the one that is loaded.
    tapiLibrary: get("tapiLibrary", `${systemRoot}\\System32\\tapi32.dll`),
    host: get("host", "0.0.0.0"),
    port: get("port", 43001),
    lineType: get("lineType", "number"),
    lines: get("lines", []),
    maxUnsentBytes: get("maxUnsentBytes", 4 * 1024 * 1024),
    historyLength: get("historyLength", 10_000),
    clientTimeoutSeconds: get("clientTimeoutSeconds", 30),
    replyTimeoutSeconds: get("replyTimeoutSeconds", 10),
    journal: get("journal", true)
      ? Object.freeze({
        file: get("journal.file", sources.defaultJournal ?? ":memory:"),
        days: get("journal.days", 90),
      })
      : undefined,
    fake: Object.freeze({
      extensions: get("fake.extensions", 8),
      rate: get("fake.rate", 12),
      seed: get<number | undefined>("fake.seed", undefined),
      scenario: get<string | undefined>("fake.scenario", undefined),
    }),
    log: Object.freeze({
      level: get<LogLevel>("log.level", "info"),
      format: get<"text" | "json">("log.format", "text"),
      file: get<string | undefined>("log.file", undefined),
    }),
  });
}
