/** The files that settings stand in: the TOML file, and the certificate, key and key set it names. */
import { parse as parseToml, TomlError } from "smol-toml";
import { CertificateError, readCertificate } from "./certificate.ts";
import { describeError } from "../log.ts";
import { ConfigError, OPTIONS } from "./options.ts";
import { RULE_OPTIONS } from "./access_rules.ts";

/** A file's text, or `undefined` where there is no such file. */
export type FileReader = (path: string) => string | undefined;

interface SettingsSources {
  readonly defaultFile: string | undefined;
  readonly readTextFile: FileReader;
}

/** A file of settings; without a name where there is none. */
export interface SettingsFile {
  readonly name: string;
  /** Flat: `log.file`. */
  readonly values: ReadonlyMap<string, unknown>;
}

/** The settings of the file, flat: `log.file`. */
export function readSettings(
  { defaultFile, readTextFile }: SettingsSources,
  named: { source: string; path: string } | undefined,
): SettingsFile {
  const name = named?.path ?? defaultFile;
  if (name === undefined) return { name: "", values: new Map() };
  const text = readText(readTextFile, name);
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
  const keys = [...OPTIONS, ...RULE_OPTIONS].map(({ key }) => key);
  for (const [key, value] of values) {
    if (keys.includes(key)) continue;
    throw new ConfigError(
      `Cannot use ${key} = ${JSON.stringify(value)} in ${name}: expected one of ${keys.join(", ")}`,
    );
  }
  return { name, values };
}

function readText(readTextFile: FileReader, path: string): string | undefined {
  try {
    return readTextFile(path);
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

/** Reads a file that a setting names. */
function readNamed(readTextFile: FileReader, key: string, path: string): string {
  const text = readText(readTextFile, path);
  if (text !== undefined) return text;
  throw new ConfigError(`Cannot use ${key} = "${path}": expected a file that is there`);
}

export function readTls(
  cert: string | undefined,
  key: string | undefined,
  readTextFile: FileReader,
): { readonly cert: string; readonly key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const [given, missing] = cert === undefined ? ["key", "cert"] : ["cert", "key"];
    throw new ConfigError(`Cannot use tls.${given} alone: expected tls.${missing} beside it`);
  }
  const paths = { cert, key };
  const pem = {
    cert: readNamed(readTextFile, "tls.cert", cert),
    key: readNamed(readTextFile, "tls.key", key),
  };
  try {
    readCertificate(pem);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const { part, message } = error;
    throw new ConfigError(`Cannot use tls.${part} = "${paths[part]}": ${message}`);
  }
  return pem;
}

export function readJwks(path: string, readTextFile: FileReader): string {
  const text = readNamed(readTextFile, "jwt.jwks", path);
  try {
    if (Array.isArray(JSON.parse(text).keys)) return text;
  } catch {
    // The message is the same.
  }
  throw new ConfigError(`Cannot use jwt.jwks = "${path}": expected JSON with an array "keys"`);
}
