/** A source of the directory: what it is asked and what it answers. */
import type { DirectoryEntry } from "../model/directory.ts";
import type { EntryFields } from "../settings/directory.ts";

/** A number that is looked up. */
export interface LookedUp {
  /** As the driver writes it, without blanks and punctuation. */
  readonly number: string;
  /** `+` and the digits, if the number is known in that form. */
  readonly e164?: string | undefined;
}

/** A source of names: a file, a web service, a server. */
export interface Finder {
  /**
   * The entries with the number, the best first; empty if there is none.
   *
   * @throws SourceError, or any error once `signal` is aborted.
   */
  find(number: LookedUp, signal: AbortSignal): Promise<readonly DirectoryEntry[]>;
  /** Tries the source, for the doctor, and says what it has. @throws as {@linkcode find} */
  check(signal: AbortSignal): Promise<string>;
  /** Gives up files and timers. */
  close(): void;
}

export interface Source extends Finder {
  /** As the settings have it. */
  readonly name: string;
  /** Whether it can be asked for this number. */
  fits(number: LookedUp): boolean;
}

/** A source cannot answer. The message is for the administrator: no number, name or secret is in it. */
export class SourceError extends Error {
  override readonly name = "SourceError";
}

/** Entries of one answer that are used. */
export const MOST_ENTRIES = 10;
const MOST_CHARACTERS = 200;
const MOST_URL_CHARACTERS = 2000;
// deno-lint-ignore no-control-regex -- the very characters that must not reach a log or a page
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]+/g;

/**
 * An entry of checked, short texts; `undefined` if it has neither a name nor a company.
 *
 * @param valueOf What the source has in one of the fields.
 */
export function entryOf(
  { name: source, fields }: { readonly name: string; readonly fields: EntryFields },
  valueOf: (field: string) => unknown,
): DirectoryEntry | undefined {
  const read = (field: keyof EntryFields) => valueOf(fields[field]);
  const [name, company, id] = [textOf(read("name")), textOf(read("company")), textOf(read("id"))];
  if (name === "" && company === "") return undefined;
  const url = urlOf(read("url"));
  return {
    name,
    company,
    ...url !== undefined && { url },
    ...id !== "" && { id },
    source,
  };
}

function textOf(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") return "";
  const text = value.replaceAll(CONTROL_CHARACTERS, " ").trim();
  return [...text.slice(0, 2 * MOST_CHARACTERS)].slice(0, MOST_CHARACTERS).join("").toWellFormed();
}

/** Clients open it: no scheme but the web's. */
function urlOf(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length > MOST_URL_CHARACTERS) return undefined;
  const url = URL.parse(value.trim());
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}

/** The zero that people write in brackets, which is not dialled from abroad; in Italy it is. */
const BRACKETED_ZERO = /(?<=\+(?!39|378|379)[\d\s]+)\(0\)/;

/** @param number As the driver, or somebody, writes it. */
export function lookedUp(number: string, e164: string | undefined): LookedUp {
  return { number: comparable(number), e164 };
}

/** A number as it is compared: digits, with the `+` of one that is international. */
export function comparable(number: string): string {
  const digits = number.replace(BRACKETED_ZERO, "").replaceAll(/\D/g, "");
  return /^[^\d]*\+/.test(number) ? `+${digits}` : digits;
}
