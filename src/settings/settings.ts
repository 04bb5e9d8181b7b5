/** The program's settings: read from flags, environment variables and the file, checked and frozen. */
import { dirname, isAbsolute, join } from "node:path";
import { matchesAny } from "../patterns.ts";
import { type AccessRules, accessRulesOf } from "./access_rules.ts";
import type { NumberRules } from "../model/number.ts";
import { type FileReader, readJwks, readSettingsFile, readTls } from "./file.ts";
import { GENERAL_SETTINGS, type Key, ROWS, type Values } from "./schema.ts";
import { numberRulesOf } from "./number_rules.ts";
import { natsOf, type NatsSettings } from "./nats.ts";
import { check, flagNameOf, SettingsError, type Surroundings, variableOf } from "./setting.ts";

type General = Pick<Values, Exclude<keyof typeof GENERAL_SETTINGS, "journal">>;

/** The settings of a table of the file, without its name. */
type Table<T extends string> = {
  readonly [K in Key as K extends `${T}.${infer Name}` ? Name : never]: Values[K];
};

/** The program's settings. */
export interface Settings extends General {
  readonly limits: Table<"limits">;
  readonly placeholders: Table<"placeholders">;
  readonly audit: Table<"audit">;
  readonly fake: Table<"fake">;
  readonly log: Table<"log">;
  /** `undefined`: finished calls are not kept. */
  readonly journal: Table<"journal"> | undefined;
  /** `undefined`: nothing is known of the site's numbers. */
  readonly numbers: NumberRules | undefined;
  readonly directory: Table<"directory">;
  readonly links: Values["link"];
  /** A certificate and its key, as PEM; `undefined`: http and ws. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly rules: AccessRules;
  /** `undefined`: the server stands alone. */
  readonly nats: NatsSettings | undefined;
  /** The paths of the files that all of this was read from. */
  readonly files: readonly string[];
  /** Whether a settings file says anything. */
  readonly isConfigured: boolean;
  /** When settings are read again: those that cannot be used, and stay as they were. */
  readonly problems: readonly string[];
}

/** Where settings come from, besides the flags. */
export interface SettingsSources extends Surroundings {
  readonly readTextFile: FileReader;
}

/** The values of flags, by name without `--`. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/**
 * Reads all settings. Flags override variables, variables the file, the file the defaults.
 *
 * @param before The settings in use, when they are read again. A certificate or key set that cannot be
 * read then stays as it was, is named in `problems`, and keeps nothing else from being used; a settings
 * file that has gone, or is empty, is an error.
 * @throws SettingsError
 */
export function readSettings(
  flags: Flags,
  sources: SettingsSources,
  before?: Settings,
): Settings {
  const { env, readTextFile, dataFile } = sources;
  const [flag] = flags.get("config") ?? [];
  const variable = env(variableOf("config"));
  const named = flag !== undefined
    ? { source: "--config", path: flag }
    : variable
    ? { source: variableOf("config"), path: variable }
    : undefined;
  const file = readSettingsFile(readTextFile, named, dataFile("tapi2ws.toml"));
  const given = new Map<Key, unknown>();
  for (const [key, row] of ROWS) {
    const flag = row.placeholder && flags.get(flagNameOf(key));
    const variable = row.placeholder && env(variableOf(key));
    if (flag) given.set(key, check(row, flag.join(","), `--${flagNameOf(key)}`));
    else if (variable) given.set(key, check(row, variable, variableOf(key)));
    else if (file.values.has(key)) {
      const value = check(row, file.values.get(key), key, ` in ${file.name}`);
      given.set(key, row.isPath ? besideFile(file.name, String(value)) : value);
    }
  }
  const values = Object.fromEntries(ROWS.map(([key, { default: standard }]) => [
    key,
    given.get(key) ?? (typeof standard === "function" ? standard(sources) : standard),
  ])) as unknown as Values;
  if (before?.isConfigured && file.values.size === 0) {
    throw new SettingsError(`Cannot use ${file.name}: it is missing, or empty`);
  }
  const settings = settingsOf(values, [...given.keys()], readTextFile, file.name, before);
  return Object.freeze({ ...settings, isConfigured: file.values.size > 0 });
}

/** A relative path in a settings file, from that file's folder on. */
function besideFile(file: string | undefined, path: string): string {
  const isMemory = path === ":memory:";
  return file === undefined || isMemory || isAbsolute(path) ? path : join(dirname(file), path);
}

function settingsOf(
  values: Values,
  given: readonly Key[],
  readTextFile: FileReader,
  file: string | undefined,
  before: Settings | undefined,
): Omit<Settings, "isConfigured"> {
  const { "tls.cert": cert, "tls.key": key, "jwt.jwks": jwks } = values;
  if (jwks !== undefined && values["jwt.secret"] !== undefined) {
    throw new SettingsError("Cannot use jwt.secret and jwt.jwks: expected one of them");
  }
  const table = <T extends string>(name: T) =>
    Object.freeze(Object.fromEntries(
      ROWS.filter(([key]) => key.startsWith(`${name}.`)).map((
        [key],
      ) => [key.slice(name.length + 1), values[key]]),
    )) as Table<T>;
  const general = Object.keys(GENERAL_SETTINGS) as (keyof typeof GENERAL_SETTINGS)[];
  const problems: string[] = [];
  const orBefore = <T>(read: () => T, former: T): T => {
    try {
      return read();
    } catch (error) {
      if (before === undefined || !(error instanceof SettingsError)) throw error;
      problems.push(error.message);
      return former;
    }
  };
  const keySet = orBefore(
    () => jwks === undefined ? undefined : readJwks(jwks, readTextFile),
    jwksOf(before),
  );
  return {
    ...Object.fromEntries(general.map((key) => [key, values[key]])) as unknown as General,
    limits: table("limits"),
    placeholders: table("placeholders"),
    audit: table("audit"),
    fake: table("fake"),
    log: table("log"),
    journal: values.journal ? table("journal") : undefined,
    numbers: numberRulesOf(values, given),
    directory: directoryOf(table("directory"), file),
    links: values.link,
    tls: orBefore(() => readTls(cert, key, readTextFile), before?.tls),
    nats: natsOf(values, values.provider === "nats", readTextFile),
    rules: Object.freeze(accessRulesOf(values, given, keySet)),
    files: Object.freeze([file, cert, key, jwks].filter((path) => path !== undefined)),
    problems,
  };
}

/** The paths of a source's files, from the settings file's folder on. */
function directoryOf(directory: Table<"directory">, file: string | undefined): Table<"directory"> {
  const source = directory.source.map((source) => {
    if (source.type === "csv") return { ...source, file: besideFile(file, source.file) };
    return source.ca === undefined ? source : { ...source, ca: besideFile(file, source.ca) };
  });
  return Object.freeze({ ...directory, source });
}

function jwksOf(settings: Settings | undefined): string | undefined {
  const key = settings?.rules.jwt?.key;
  return key !== undefined && "jwks" in key ? key.jwks : undefined;
}

/** The settings that the session with TAPI takes. */
export function telephonyOf(settings: Settings): {
  readonly wanted: (extension: string) => boolean;
  readonly isGroup: (extension: string) => boolean;
  readonly placeholders: {
    readonly withheld: ReadonlySet<string>;
    readonly unavailable: ReadonlySet<string>;
  };
  readonly vendorFeatures: boolean;
  readonly replyTimeoutMs: number;
} {
  const { lines, groups, placeholders, vendorFeatures, replyTimeoutSeconds } = settings;
  const lowerCase = (texts: readonly string[]) => new Set(texts.map((text) => text.toLowerCase()));
  return {
    wanted: (extension) => lines.length === 0 || matchesAny(lines, extension),
    isGroup: (extension) => matchesAny(groups, extension),
    placeholders: {
      withheld: lowerCase(placeholders.withheld),
      unavailable: lowerCase(placeholders.unavailable),
    },
    vendorFeatures,
    replyTimeoutMs: replyTimeoutSeconds * 1000,
  };
}

/** Whether people on other machines can dial without a token. */
export function isOpenToDial({ host, rules }: Settings): boolean {
  const isLoopback = host === "localhost" || host === "::1" || host.startsWith("127.");
  return !isLoopback && rules.anonymous?.can.includes("control") === true;
}
