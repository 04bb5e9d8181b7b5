/**
 * What a user may write, in flags, environment and file, and what the program gets: complete, checked
 * and frozen.
 */
import { readCommandLine } from "../cli/command_line.ts";
import type { LogLevel } from "../log.ts";
import { ConfigError, flagOf, OPTIONS, variableOf, words } from "./options.ts";
import { matchesAny } from "../patterns.ts";
import { type AccessRules, RULE_OPTIONS, rulesOf } from "./access_rules.ts";
import { type FileReader, readJwks, readSettings, readTls, type SettingsFile } from "./file.ts";

export { ConfigError };

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
  readonly rules: AccessRules;
  /** PEM texts, which fit together; `undefined`: http and ws. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly limits: {
    readonly connections: number;
    readonly connectionsPerAddress: number;
    readonly commandsPerSecond: number;
    readonly messageBytes: number;
    readonly requestSeconds: number;
  };
  readonly audit: { readonly file: string | undefined };
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
    readonly maskNumbers: boolean;
  };
  /** The files that all of this was read from. */
  readonly files: readonly string[];
}

/** Where settings come from. */
export interface ConfigSources {
  readonly args: readonly string[];
  /** A variable's value; asked for by name, because the program may read no others. */
  readonly env: (name: string) => string | undefined;
  readonly os: typeof Deno.build.os;
  /** The file that is read where no `--config` names one, if it is there. */
  readonly defaultFile: string | undefined;
  readonly readTextFile: FileReader;
  /** Where the journal is kept unless it is told otherwise; in memory when left out. */
  readonly defaultJournal?: string | undefined;
}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: "run" | "lines"; readonly config: Config; readonly json: boolean }
  /** Wrong settings are what the doctor is asked about. */
  | { readonly kind: "doctor"; readonly config: Config | ConfigError; readonly json: boolean }
  | { readonly kind: "token"; readonly name: string }
  | { readonly kind: "help" | "version" };

/**
 * Reads the command line and puts the settings together.
 *
 * @throws ConfigError
 */
export function readInvocation(sources: ConfigSources): Invocation {
  const { command, operand, flags } = readCommandLine(sources.args);
  if (flags.has("help")) return { kind: "help" };
  if (flags.has("version")) return { kind: "version" };
  if (command === "token") return { kind: "token", name: operand ?? "" };
  const json = flags.has("json");
  if (command !== "doctor") return { kind: command, config: readConfig(flags, sources), json };
  try {
    return { kind: "doctor", config: readConfig(flags, sources), json };
  } catch (error) {
    if (error instanceof ConfigError) return { kind: "doctor", config: error, json };
    throw error;
  }
}

/** The settings alone, read once more. @throws ConfigError */
export function readRunConfig(sources: ConfigSources): Config {
  return readConfig(readCommandLine(sources.args).flags, sources);
}

/** Whether a line with this extension is to be opened. */
export function isWanted({ lines }: Config, extension: string): boolean {
  return lines.length === 0 || matchesAny(lines, extension);
}

/** Whether people on other machines may dial without a token. */
export function isOpenToDial({ host, rules }: Config): boolean {
  const isLoopback = host === "localhost" || host === "::1" || host.startsWith("127.");
  return !isLoopback && rules.anonymous?.can.includes("control") === true;
}

function readConfig(
  flags: ReadonlyMap<string, readonly string[]>,
  sources: ConfigSources,
): Config {
  const [flag] = flags.get("config") ?? [];
  const variable = sources.env("TAPI2WS_CONFIG");
  const file = flag !== undefined
    ? readSettings(sources, { source: "--config", path: flag })
    : readSettings(sources, variable ? { source: "TAPI2WS_CONFIG", path: variable } : undefined);
  const values = new Map<string, unknown>();
  for (const option of OPTIONS) {
    const { key } = option;
    const given = flags.get(words(key));
    const variable = sources.env(variableOf(key));
    if (given !== undefined) values.set(key, checked(option, flagOf(key), given.join(",")));
    else if (variable) values.set(key, checked(option, variableOf(key), variable));
    else if (file.values.has(key)) values.set(key, checkedIn(file, option));
  }
  for (const option of RULE_OPTIONS) {
    if (file.values.has(option.key)) values.set(option.key, checkedIn(file, option));
  }
  return complete(values, sources, file.name);
}

type Checkable = Pick<(typeof RULE_OPTIONS)[number], "key" | "schema" | "secret">;

function checkedIn(file: SettingsFile, option: Checkable): unknown {
  return checked(option, option.key, file.values.get(option.key), ` in ${file.name}`);
}

/** The first thing that is wrong is named with its place: `token[1].lines`. */
function checked(
  { schema, secret }: Checkable,
  source: string,
  value: unknown,
  where = "",
): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  let name = source;
  let wrong = value;
  const keys = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  for (const key of [...issue?.path ?? [], ...keys]) {
    name += typeof key === "number" ? `[${key}]` : `.${String(key)}`;
    wrong = (wrong as Record<PropertyKey, unknown>)[key];
  }
  const shown = secret ? "…" : wrong === undefined ? "nothing" : JSON.stringify(wrong);
  const expected = keys.length > 0 ? "expected no such key" : issue?.message;
  throw new ConfigError(`Cannot use ${name}${where} = ${shown}: ${expected}`);
}

function complete(
  values: ReadonlyMap<string, unknown>,
  sources: ConfigSources,
  file: string,
): Config {
  const get = <T>(key: string, fallback: T): T => (values.get(key) as T | undefined) ?? fallback;
  const provider = get<Config["provider"] | undefined>("provider", undefined) ??
    (sources.os === "windows" ? "tapi32" : undefined);
  if (provider === undefined) {
    throw new ConfigError(
      "Cannot use TAPI here: only Windows has it. With --provider fake the built-in exchange runs",
    );
  }
  const path = (key: string) => get<string | undefined>(key, undefined);
  const [cert, key, jwks] = [path("tls.cert"), path("tls.key"), path("jwt.jwks")];
  if (jwks !== undefined && values.has("jwt.secret")) {
    throw new ConfigError("Cannot use jwt.secret and jwt.jwks: expected one of them");
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
    rules: Object.freeze(
      rulesOf((key) => values.get(key), jwks && readJwks(jwks, sources.readTextFile)),
    ),
    tls: readTls(cert, key, sources.readTextFile),
    limits: Object.freeze({
      connections: get("limits.connections", 20_000),
      connectionsPerAddress: get("limits.connectionsPerAddress", 5000),
      commandsPerSecond: get("limits.commandsPerSecond", 200),
      messageBytes: get("limits.messageBytes", 64 * 1024),
      requestSeconds: get("limits.requestSeconds", 20),
    }),
    audit: Object.freeze({ file: path("audit.file") }),
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
      scenario: path("fake.scenario"),
    }),
    log: Object.freeze({
      level: get<LogLevel>("log.level", "info"),
      format: get<"text" | "json">("log.format", "text"),
      file: path("log.file"),
      maskNumbers: get("log.maskNumbers", true),
    }),
    files: Object.freeze([file, cert, key, jwks].flatMap((name) => name || [])),
  });
}
