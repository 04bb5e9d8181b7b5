/** A setting: one row of the table of settings, and the names and texts that are made from it. */
import type { z } from "zod";

/** A setting cannot be used. The message names its key, its value and what was expected. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/** Where the program runs; some defaults depend on it. */
export interface Surroundings {
  /** The value of an environment variable; only named ones can be read. */
  readonly env: (name: string) => string | undefined;
  readonly os: typeof Deno.build.os;
  /** The path of Windows' own TAPI library. */
  readonly tapiLibrary: string;
  /**
   * The path of a file of the program's own: beside the executable, and where it is installed in
   * `C:\ProgramData\Tapi2Ws`; `undefined` when run from the sources.
   */
  readonly dataFile: (name: string) => string | undefined;
  /** Whether it is installed as a Windows service. */
  readonly isInstalled: boolean;
}

/** The values that can be written, and what the program makes of them. */
export interface ValueType<T> {
  readonly schema: z.ZodType<T>;
  /** The value in `--help`: `N`; one that ends in `...` can be repeated. None: in the file only. */
  readonly placeholder?: string;
  /** In the settings file, a relative path starts at that file's folder. */
  readonly isPath?: true;
}

/** One row; the key under which it stands is the one in the settings file: `log.file`. */
export interface Setting<T = unknown> extends ValueType<T> {
  readonly default?: Default<T>;
  /** The default in words, where it is not a plain value; Markdown, as the next two. */
  readonly defaultText?: string;
  readonly help: string;
  /** More, for the manual only. */
  readonly manual?: string;
  /** Never shown, not even when it is wrong. */
  readonly secret?: true;
  /** A change takes effect while the program runs; of others, with the next start. */
  readonly live?: true;
}

/** A setting that always has a value. */
export interface SettingWithDefault<T> extends Setting<T> {
  readonly default: Default<T>;
}

type Default<T> = T | ((surroundings: Surroundings) => T);

/** The value of a setting. */
export type ValueOf<S> = S extends SettingWithDefault<infer T> ? T
  : S extends Setting<infer T> ? T | undefined
  : never;

/** Declares a setting; the default must be of its type. */
export function setting<T>(
  type: ValueType<T>,
  row: Row<SettingWithDefault<NoInfer<T>>>,
): SettingWithDefault<T>;
export function setting<T>(type: ValueType<T>, row: Row<Setting<NoInfer<T>>>): Setting<T>;
export function setting<T>(type: ValueType<T>, row: Row<Setting<NoInfer<T>>>): Setting<T> {
  return { ...type, ...row };
}

type Row<S> = Omit<S, keyof ValueType<unknown>>;

/** `log.file` -> `log-file`, `lineType` -> `line-type`: the flag without `--`. */
export function flagNameOf(key: string): string {
  return key.replaceAll(".", "-").replace(/[A-Z]/g, "-$&").toLowerCase();
}

/** `log.file` -> `TAPI2WS_LOG_FILE` */
export function variableOf(key: string): string {
  return `TAPI2WS_${flagNameOf(key).replaceAll("-", "_").toUpperCase()}`;
}

/** Whether the setting takes several values. */
export function isList({ placeholder = "" }: Setting): boolean {
  return placeholder.endsWith("...");
}

/** The default as people read it, as Markdown; `undefined` when there is none. */
export function defaultTextOf({ defaultText, default: value }: Setting): string | undefined {
  if (defaultText !== undefined || value === undefined) return defaultText;
  const values = [value].flat();
  return values.length === 0 ? undefined : values.map((value) => `\`${value}\``).join(", ");
}

/**
 * Checks a value and converts it. The first fault is named with its place: `token[1].lines`.
 *
 * @param source How the user named the setting: a key, a flag or a variable.
 * @param where The file it is from, such as ` in tapi2ws.toml`.
 * @throws SettingsError
 */
export function check(
  { schema, secret }: Setting,
  value: unknown,
  source: string,
  where = "",
): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  let name = source;
  let wrong = value;
  const unknownKeys = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  for (const key of [...issue?.path ?? [], ...unknownKeys]) {
    name += typeof key === "number" ? `[${key}]` : `.${String(key)}`;
    wrong = (wrong as Record<PropertyKey, unknown>)[key];
  }
  const shown = wrong === undefined ? "nothing" : secret ? "…" : JSON.stringify(wrong);
  const problem = unknownKeys.length > 0 ? "there is no such key" : issue?.message;
  throw new SettingsError(`Cannot use ${name}${where} = ${shown}: ${problem}`);
}
