/** The settings file, and the certificate, private key and key set that it names. */
import { parse as parseToml, TomlError } from "smol-toml";
import { CertificateError, readCertificate } from "./certificate.ts";
import { describeError } from "../log.ts";
import { SETTINGS } from "./schema.ts";
import { SettingsError } from "./setting.ts";

/** A file's text; `undefined` when there is no such file. */
export type FileReader = (path: string) => string | undefined;

/** The contents of a settings file. */
export interface SettingsFile {
  /** `undefined`: there is no file. */
  readonly name?: string;
  /** By key: `log.file`. */
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Reads the settings file.
 *
 * @param named The file that the user names, and how; it must exist.
 * @param standard The file to read otherwise, if it exists.
 * @throws SettingsError
 */
export function readSettingsFile(
  readTextFile: FileReader,
  named: { readonly source: string; readonly path: string } | undefined,
  standard: string | undefined,
): SettingsFile {
  const name = named?.path ?? standard;
  if (name === undefined) return { values: new Map() };
  const text = readText(readTextFile, name);
  if (text === undefined) {
    if (named === undefined) return { name, values: new Map() };
    throw new SettingsError(`Cannot use ${named.source} = "${name}": there is no such file`);
  }
  let table: Record<string, unknown>;
  try {
    table = parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const problem = error.message.split("\n")[0];
    throw new SettingsError(
      `Cannot use ${name}: line ${error.line}, column ${error.column}: ${problem}`,
    );
  }
  const values = new Map(flatten(table));
  for (const key of values.keys()) {
    if (Object.hasOwn(SETTINGS, key)) continue;
    const all = Object.keys(SETTINGS);
    const [table = ""] = key.split(".");
    const inTable = all.filter((known) => known.startsWith(`${table}.`));
    const keys = (inTable.length > 0 ? inTable : all).join(", ");
    // Without the value: a misspelt key may be a secret's.
    throw new SettingsError(`Cannot use ${key} in ${name}: expected one of ${keys}`);
  }
  return { name, values };
}

function readText(readTextFile: FileReader, path: string): string | undefined {
  try {
    return readTextFile(path);
  } catch (error) {
    throw new SettingsError(`Cannot read ${path}: ${describeError(error)}`);
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
  throw new SettingsError(`Cannot use ${key} = "${path}": there is no such file`);
}

/** Reads the certificate and its key, and checks that they fit. @throws SettingsError */
export function readTls(
  cert: string | undefined,
  key: string | undefined,
  readTextFile: FileReader,
): { readonly cert: string; readonly key: string } | undefined {
  if (cert === undefined && key === undefined) return undefined;
  if (cert === undefined || key === undefined) {
    const [given, missing] = cert === undefined ? ["key", "cert"] : ["cert", "key"];
    throw new SettingsError(`Cannot use tls.${given} alone: expected tls.${missing} as well`);
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
    throw new SettingsError(`Cannot use tls.${part} = "${paths[part]}": ${message}`);
  }
  return pem;
}

/** Reads the public keys of JSON Web Tokens. @throws SettingsError */
export function readJwks(path: string, readTextFile: FileReader): string {
  const text = readNamed(readTextFile, "jwt.jwks", path);
  try {
    if (Array.isArray(JSON.parse(text).keys)) return text;
  } catch {
    // The message is the same.
  }
  throw new SettingsError(`Cannot use jwt.jwks = "${path}": expected JSON with an array "keys"`);
}
