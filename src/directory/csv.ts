/**
 * A CSV file as a source. It is read as a whole, a piece at a time, and again when it has changed: its
 * time and size are looked at, because watching reports nothing on many network drives.
 */
import { type Buffer, isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { CsvError, parse } from "csv-parse";
import type { Clock, TimerId } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { DirectoryEntry } from "../model/directory.ts";
import type { CsvSourceSettings } from "../settings/directory.ts";
import { comparable, entryOf, type Finder, type LookedUp, SourceError } from "./source.ts";

const log = logger("directory");

const LOOK_EVERY_MS = 5000;
const MOST_BYTES = 128 * 1024 * 1024;
/** Bytes that are parsed before others get a turn: about a millisecond's worth. */
const PIECE_BYTES = 8 * 1024;
/** Characters that the beginning of a company's numbers has at least, a plus sign among them. */
const LEAST_BEGINNING = 4;

/** The entries of a file. */
interface Contents {
  /** A number that several entries have is rare: alone, an entry needs no array. */
  readonly entries: ReadonlyMap<string, DirectoryEntry | readonly DirectoryEntry[]>;
  /** The lengths of the beginnings, such as `+441632960` of `+441632960*`; the longest first. */
  readonly beginnings: readonly number[];
  readonly rows: number;
}

export interface CsvOptions {
  readonly clock: Clock;
  /** Writes a number in the form in which calls are looked up; `undefined` if that is not known. */
  readonly toE164?: ((number: string) => string | undefined) | undefined;
}

export class CsvFinder implements Finder {
  readonly #settings: CsvSourceSettings;
  readonly #options: CsvOptions;
  #contents: Promise<Contents>;
  #timer: TimerId | undefined;
  /** Time and size of the file that was read last: one that was locked has not been read. */
  #version = "";
  /** What was logged last as wrong, and of which version. */
  #problem = "";
  #isClosed = false;

  constructor(settings: CsvSourceSettings, options: CsvOptions) {
    this.#settings = settings;
    this.#options = options;
    this.#contents = this.#read();
    this.#contents.catch(() => {});
    this.#lookLater();
  }

  async find({ number, e164 }: LookedUp): Promise<readonly DirectoryEntry[]> {
    const { entries, beginnings } = await this.#contents;
    for (const key of e164 === undefined || e164 === number ? [number] : [e164, number]) {
      const found = entries.get(key);
      if (found !== undefined) return [found].flat();
      for (const length of beginnings) {
        const company = key.length > length ? entries.get(`${key.slice(0, length)}*`) : undefined;
        if (company !== undefined) return [company].flat();
      }
    }
    return [];
  }

  async check(): Promise<string> {
    const { rows, entries } = await this.#contents;
    return `${rows} rows with ${entries.size} numbers`;
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.setTimeout(async () => {
      await this.#look();
      if (!this.#isClosed) this.#lookLater();
    }, LOOK_EVERY_MS);
  }

  /** Reads the file if it has changed. One that cannot be read leaves the entries as they were. */
  async #look(): Promise<void> {
    const version = await this.#versionOf().catch(() => undefined);
    if (this.#isClosed || version === undefined || version === this.#version) return;
    try {
      const contents = await this.#read();
      this.#contents = Promise.resolve(contents);
      const { name: source } = this.#settings;
      log.info("The directory's source {source} has {rows} rows", { source, rows: contents.rows });
    } catch (error) {
      const problem = describeError(error);
      if (`${version} ${problem}` === this.#problem) return;
      this.#problem = `${version} ${problem}`;
      log.warn("The changed file of the directory's source {source} is not used: {error}", {
        source: this.#settings.name,
        error: problem,
      });
    }
  }

  async #versionOf(): Promise<string> {
    const { mtimeMs, size } = await stat(this.#settings.file);
    if (size > MOST_BYTES) throw new SourceError(`the file has more than ${MOST_BYTES} bytes`);
    return `${mtimeMs} ${size}`;
  }

  async #read(): Promise<Contents> {
    try {
      const version = await this.#versionOf();
      const bytes = await readFile(this.#settings.file);
      this.#version = version;
      return await contentsOf(bytes, this.#settings, this.#options);
    } catch (error) {
      if (error instanceof SourceError) throw error;
      // The parser's messages quote the row.
      const { code } = error as { readonly code?: string };
      if (error instanceof CsvError) throw new SourceError(`the file is not CSV: ${code}`);
      throw new SourceError(`the file cannot be read${code === undefined ? "" : `: ${code}`}`);
    }
  }
}

async function contentsOf(
  bytes: Buffer,
  settings: CsvSourceSettings,
  { toE164 }: CsvOptions,
): Promise<Contents> {
  const { delimiter, fields } = settings;
  // Programs on Windows export in their code page as well as in UTF-8.
  const encoding = isUtf8(bytes) ? "utf-8" : "windows-1252";
  const decoder = new TextDecoder(encoding);
  const entries = new Map<string, DirectoryEntry | DirectoryEntry[]>();
  const beginnings = new Set<number>();
  const add = (key: string, entry: DirectoryEntry) => {
    const known = entries.get(key);
    if (known === undefined) entries.set(key, entry);
    else if (Array.isArray(known)) known.push(entry);
    else entries.set(key, [known, entry]);
  };
  const parser = parse({
    bom: true,
    columns: (header: string[]) => {
      const missing = [...fields.number, fields.name].find((column) => !header.includes(column));
      if (missing === undefined) return header;
      throw new SourceError(`the file has no column ${missing}`);
    },
    delimiter: delimiter ?? likelyDelimiter(bytes),
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const failed = new Promise<never>((_, reject) => parser.once("error", reject));
  failed.catch(() => {});
  let rows = 0;
  const take = () => {
    for (let row = parser.read(); row !== null; row = parser.read()) {
      const column = (name: string) => (row as Record<string, string>)[name];
      rows++;
      const entry = entryOf(settings, column);
      if (entry === undefined) continue;
      for (const key of new Set(fields.number.map((number) => keyOf(column(number), toE164)))) {
        if (key === "") continue;
        add(key, entry);
        if (key.endsWith("*")) beginnings.add(key.length - 1);
      }
    }
  };
  const ended = new Promise<void>((resolve) => parser.once("end", resolve));
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
    take();
    // Sockets get their turn: a loop of setImmediate would starve them.
    await Promise.race([setTimeout(0), failed]);
  }
  parser.end();
  take();
  await Promise.race([ended, failed]);
  return { entries, beginnings: [...beginnings].sort((a, b) => b - a), rows };
}

/** The key of a number: `+441632960001`, or `+441632960*` for every number that begins so; else "". */
function keyOf(text = "", toE164: CsvOptions["toE164"]): string {
  const number = comparable(text);
  if (!text.trim().endsWith("*")) {
    return number.startsWith("+") ? number : toE164?.(text) ?? number;
  }
  return number.length < LEAST_BEGINNING ? "" : `${number}*`;
}

/** The separator that the first line has most often. */
function likelyDelimiter(bytes: Buffer): string {
  const [header = ""] = bytes.subarray(0, PIECE_BYTES).toString("latin1").split("\n", 1);
  const count = (delimiter: string) => header.split(delimiter).length;
  return [",", ";", "\t"].reduce((best, next) => count(next) > count(best) ? next : best);
}
