/** LDAP and Active Directory as a source. */
import { readFile } from "node:fs/promises";
import {
  AndFilter,
  Client,
  type Entry,
  type Filter,
  FilterParser,
  InvalidCredentialsError,
  NoSuchObjectError,
  OrFilter,
  ResultCodeError,
  SubstringFilter,
} from "ldapts";
import type { DirectoryEntry } from "../model/directory.ts";
import type { LdapSourceSettings } from "../settings/directory.ts";
import {
  comparable,
  entryOf,
  type Finder,
  type LookedUp,
  MOST_ENTRIES,
  SourceError,
} from "./source.ts";

export class LdapFinder implements Finder {
  readonly #settings: LdapSourceSettings;
  readonly #timeoutMs: number;
  readonly #wanted: Filter;

  constructor(settings: LdapSourceSettings, timeoutMs: number) {
    this.#settings = settings;
    this.#timeoutMs = timeoutMs;
    this.#wanted = filterOf(settings.filter);
  }

  async find({ e164 = "" }: LookedUp, signal: AbortSignal): Promise<readonly DirectoryEntry[]> {
    const { fields } = this.#settings;
    const filter = new AndFilter({ filters: [this.#wanted, spelledAnyhow(fields.number, e164)] });
    const found = await this.#search(filter, signal);
    return found.filter((entry) => hasNumber(entry, fields.number, e164)).flatMap((entry) =>
      entryOf(this.#settings, (attribute) => valuesOf(entry, attribute)[0]) ?? []
    );
  }

  async check(signal: AbortSignal): Promise<string> {
    const found = await this.#search(this.#wanted, signal);
    return found.length === 0 ? "it has no entries below the base" : "it answers";
  }

  close(): void {}

  /** The first entries below the base. A connection of its own for each question: the cache makes them few. */
  async #search(filter: Filter, signal: AbortSignal): Promise<readonly Entry[]> {
    const { url, startTls, bindDn, password = "", base, fields, ca } = this.#settings;
    const tlsOptions = { ...ca !== undefined && { ca: await readCa(ca) } };
    const client = new Client({
      url,
      timeout: this.#timeoutMs,
      connectTimeout: this.#timeoutMs,
      ...url.startsWith("ldaps:") && { tlsOptions },
    });
    const end = () => void client.unbind().catch(() => {});
    signal.addEventListener("abort", end, { once: true });
    try {
      if (startTls) await client.startTLS(tlsOptions);
      if (bindDn !== undefined) await client.bind(bindDn, password);
      const { number, name, company, url: page, id } = fields;
      const pages = client.searchPaginated(base, {
        scope: "sub",
        filter,
        attributes: [...number, name, company, page, id],
        paged: { pageSize: MOST_ENTRIES },
        timeLimit: Math.ceil(this.#timeoutMs / 1000),
      });
      for await (const { searchEntries } of pages) return searchEntries;
      return [];
    } catch (error) {
      throw new SourceError(reasonOf(error));
    } finally {
      signal.removeEventListener("abort", end);
      end();
    }
  }
}

/** @throws SourceError */
function filterOf(text: string): Filter {
  try {
    return FilterParser.parseString(text);
  } catch {
    throw new SourceError("its filter is not valid");
  }
}

/**
 * A filter for numbers as people write them: digits in their order, with anything between them. The
 * digits of `+441632960001` find `+44 1632 960-001`.
 */
function spelledAnyhow(attributes: readonly string[], e164: string): Filter {
  const digits = [...e164.slice(1)];
  const [final = ""] = digits.splice(-1);
  const filters = attributes.map((attribute) =>
    new SubstringFilter({ attribute, initial: "+", any: digits, final })
  );
  return new OrFilter({ filters });
}

/** Whether the entry has this number, and not only one that has all of its digits. */
function hasNumber(entry: Entry, attributes: readonly string[], e164: string): boolean {
  return attributes.some((attribute) =>
    valuesOf(entry, attribute).some((value) => comparable(value) === e164)
  );
}

function valuesOf(entry: Entry, attribute: string): string[] {
  // Servers write an attribute's name as their schema has it.
  const key = Object.keys(entry).find((key) => key.toLowerCase() === attribute.toLowerCase());
  const value = key === undefined ? [] : entry[key] ?? [];
  return [value].flat().filter((item) => typeof item === "string");
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch {
    throw new SourceError("the file of its certificate authority cannot be read");
  }
}

/** Why the server did not answer; its own texts may have names in them. */
function reasonOf(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  if (error instanceof InvalidCredentialsError) return "it refuses bindDn and password";
  if (error instanceof NoSuchObjectError) return "there is no such base";
  if (error instanceof ResultCodeError) return `it answers with LDAP code ${error.code}`;
  const { code } = error as { readonly code?: unknown };
  return `it cannot be reached${typeof code === "string" ? `: ${code}` : ""}`;
}
