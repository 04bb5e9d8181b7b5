/**
 * Reads pages of entries. Whatever the query and the number of entries, no step blocks the event loop
 * for long: entries that no index leads to are searched in stretches.
 */
import type { DatabaseSync } from "node:sqlite";
import { comparePlaces, cursorOf, type JournalPlace, placeOfCursor } from "../bus/journal_place.ts";
import {
  type JournalFilter,
  type JournalPage,
  type JournalQuery,
  mayBeSeen,
} from "../model/journal.ts";
import { digitsOf } from "./entry.ts";
import type { Pacer } from "./pacer.ts";
import { beginning, COLUMNS, ending, type Row, toEntry } from "./rows.ts";

/** Entries that one step looks at. */
const STRETCH_ENTRIES = 2000;
/** A number that more entries have is searched among all entries. */
const MANY_ENTRIES = 2000;
/** More lines than these are searched among all entries, fewer each by its own index. */
const FEW_LINES = 32;

/** Selects the entries with a number that begins, or ends, like this. */
export const NUMBER_SQL = "SELECT entry FROM number_part WHERE part >= ? AND part < ? LIMIT ?";

/** The file's numbers of lines, by extension and by permanent id. */
export interface LineNumbers {
  readonly lines: ReadonlyMap<string, number>;
  readonly linesOf: ReadonlyMap<string, ReadonlySet<number>>;
}

const BEGINNING: JournalPlace = { endedAtMs: Infinity, id: 0 };

/** A part of a WHERE clause, with its parameters. */
interface Condition {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** Entries that an index leads to, in their order. */
interface Source extends Condition {
  readonly index: string;
}

/** The entries of the sources that pass the filters. */
interface Plan {
  readonly sources: readonly Source[];
  readonly filters: readonly Condition[];
}

/**
 * Reads a page.
 *
 * @param file The file's numbers of lines.
 * @throws CursorError, Error of SQLite
 */
export async function readPage(
  db: DatabaseSync,
  file: LineNumbers,
  query: JournalQuery,
  pacer: Pacer,
): Promise<JournalPage> {
  const { fromMs = -Infinity, limit } = query;
  const start = startOf(query);
  const { sources, filters } = planOf(db, file, query);
  // One entry more than the page has shows whether there is a next page.
  const most = limit + 1;
  let rows: Row[] = [];
  let end: JournalPlace = { endedAtMs: fromMs, id: 0 };
  for (const source of sources) {
    rows.push(...await readSource(db, source, filters, start, end, most, pacer));
    if (sources.length === 1) break;
    rows = rows.sort((a, b) => comparePlaces(placeOf(a), placeOf(b))).slice(0, most);
    // The other sources need not be read further back than a full page.
    const last = rows[most - 1];
    if (last !== undefined) end = placeOf(last);
  }
  const entries = rows.slice(0, limit).map(toEntry);
  const last = entries.at(-1);
  const isLastPage = rows.length <= limit || last === undefined;
  return { entries, ...!isLastPage && { next: cursorOf(last) } };
}

/** The plan of a query: which index leads to its entries, and what is left to filter. */
export function planOf(
  db: DatabaseSync,
  file: LineNumbers,
  filter: JournalFilter,
): Plan {
  const { direction, missed, number, name } = filter;
  const wanted = wantedLines(file, filter);
  const filters: Condition[] = [];
  if (missed !== undefined) {
    filters.push({ sql: missed ? "result = 'missed'" : "result <> 'missed'", values: [] });
  }
  if (direction !== undefined) filters.push({ sql: "direction = ?", values: [direction] });
  if (name !== undefined) filters.push(nameCondition(name));
  const digits = digitsOf(number ?? "");
  const few = digits === "" ? undefined : entriesWith(db, digits);
  if (digits !== "" && few === undefined) {
    const values = [`% ${digits}%`, `%${digits} %`];
    filters.push({ sql: "(digits LIKE ? OR digits LIKE ?)", values });
  }
  const among = amongLines(wanted ?? []);
  if (few !== undefined) {
    if (wanted !== undefined) filters.push(among);
    const values = [JSON.stringify(few)];
    const sql = "id IN (SELECT value FROM json_each(?))";
    return { sources: [{ index: "", sql, values }], filters };
  }
  const kind = missed ? "missed" : "entry";
  if (wanted === undefined || wanted.length > FEW_LINES) {
    if (wanted !== undefined) filters.push(among);
    return { sources: [{ index: `${kind}_by_end`, sql: "TRUE", values: [] }], filters };
  }
  const sources = wanted.map(({ line, permanentId }) => ({
    index: `${kind}_by_line`,
    sql: permanentId === undefined ? "line = ?" : "line = ? AND permanent_id = ?",
    values: permanentId === undefined ? [line] : [line, permanentId],
  }));
  return { sources, filters };
}

/** The entries with a party whose name or company, the phone system's or a directory's, has this part. */
function nameCondition(part: string): Condition {
  const escaped = (text: string) => `%${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
  const like = "LIKE ? ESCAPE '\\'";
  const members = ["$[1]", "$[3].name", "$[3].company"]
    .map((path) => `json_extract(value, '${path}') ${like}`);
  const values = members.map(() => escaped(part));
  return {
    // The text as a whole first: hardly any entry's JSON need be read then.
    sql: `(parties ${like} AND EXISTS (SELECT 1 FROM json_each(parties) WHERE ${
      members.join(" OR ")
    }))`,
    values: [escaped(JSON.stringify(part).slice(1, -1)), ...values],
  };
}

/** Entries of a line, or of those that have had its extension the one with this permanent id. */
interface WantedLine {
  readonly line: number;
  readonly permanentId?: string;
}

/** The lines that are asked for and visible; `undefined`: all of them. */
function wantedLines(
  { lines, linesOf }: LineNumbers,
  { lines: asked, visible }: JournalFilter,
): WantedLine[] | undefined {
  if (asked === undefined && visible === undefined) return undefined;
  const visibleLines = new Set<number>();
  for (const [name, line] of lines) if (mayBeSeen(name, visible ?? [])) visibleLines.add(line);
  if (asked === undefined) return Array.from(visibleLines, (line) => ({ line }));
  const names = [...new Set(asked)];
  const whole = new Set(names.flatMap((name) => lines.get(name) ?? []));
  // No entry may be found by both names of its line.
  const parts = names.flatMap((permanentId) =>
    [...linesOf.get(permanentId) ?? []].filter((line) => !whole.has(line))
      .map((line) => ({ line, permanentId }))
  );
  const wanted: WantedLine[] = [...Array.from(whole, (line) => ({ line })), ...parts];
  return wanted.filter(({ line }) => visibleLines.has(line));
}

function amongLines(wanted: readonly WantedLine[]): Condition {
  const whole = wanted.filter(({ permanentId }) => permanentId === undefined);
  const parts = wanted.filter(({ permanentId }) => permanentId !== undefined);
  return {
    sql: `(line IN (SELECT value FROM json_each(?)) OR (line, permanent_id) IN
      (SELECT value ->> 0, value ->> 1 FROM json_each(?)))`,
    values: [
      JSON.stringify(whole.map(({ line }) => line)),
      JSON.stringify(parts.map(({ line, permanentId }) => [line, permanentId])),
    ],
  };
}

/** The entries with a number that begins or ends like this; `undefined` if there are many. */
function entriesWith(db: DatabaseSync, digits: string): number[] | undefined {
  const select = db.prepare(NUMBER_SQL);
  const entries = new Set<number>();
  for (const part of [beginning(digits), ending(digits)]) {
    // ":" follows the digits.
    const rows = select.all(part, `${part}:`, MANY_ENTRIES + 1);
    if (rows.length > MANY_ENTRIES) return undefined;
    for (const { entry } of rows) entries.add(Number(entry));
  }
  return [...entries];
}

/** Reads the source in stretches, until enough entries pass the filters. */
async function readSource(
  db: DatabaseSync,
  source: Source,
  filters: readonly Condition[],
  start: JournalPlace,
  end: JournalPlace,
  most: number,
  pacer: Pacer,
): Promise<Row[]> {
  const isBounded = source.index === "" || filters.length === 0;
  const rows: Row[] = [];
  let from = start;
  for (;;) {
    const stretch = isBounded ? undefined : stretchEnd(db, source, from, end);
    const { sql, values } = selection(COLUMNS, source, filters, from, stretch ?? end);
    rows.push(...db.prepare(`${sql} LIMIT ?`).all(...values, most - rows.length));
    if (stretch === undefined || rows.length >= most) return rows;
    from = stretch;
    await pacer.turn();
  }
}

/** The last entry of a stretch; `undefined` if the stretch reaches the end. */
function stretchEnd(
  db: DatabaseSync,
  source: Source,
  start: JournalPlace,
  end: JournalPlace,
): JournalPlace | undefined {
  const { sql, values } = selection("ended_at, id", source, [], start, end);
  const row = db.prepare(`${sql} LIMIT 1 OFFSET ${STRETCH_ENTRIES - 1}`).get(...values);
  return row === undefined ? undefined : placeOf(row);
}

/** The statement that selects, in their order, the entries after `start` up to `end`. */
export function selection(
  columns: string,
  { index, sql, values }: Source,
  filters: readonly Condition[],
  start: JournalPlace,
  end: JournalPlace,
): Condition {
  const indexed = index === "" ? "NOT INDEXED" : `INDEXED BY ${index}`;
  // An index over missed entries is used only if the statement has the condition of the index.
  const missed = index.startsWith("missed") ? ["result = 'missed'"] : [];
  const conditions = [
    sql,
    ...missed,
    "(ended_at, id) < (?, ?)",
    "(ended_at, id) >= (?, ?)",
    ...filters.map((filter) => filter.sql),
  ];
  return {
    sql: `SELECT ${columns} FROM entry ${indexed} WHERE ${conditions.join(" AND ")}
      ORDER BY ended_at DESC, id DESC`,
    values: [
      ...values,
      start.endedAtMs,
      start.id,
      end.endedAtMs,
      end.id,
      ...filters.flatMap((filter) => filter.values),
    ],
  };
}

/** The page begins after the cursor, and after the entries that ended at `toMs` or later. */
function startOf({ cursor, toMs = Infinity }: JournalQuery): JournalPlace {
  const place = cursor === undefined ? BEGINNING : placeOfCursor(cursor);
  return toMs <= place.endedAtMs ? { endedAtMs: toMs, id: 0 } : place;
}

function placeOf(row: Row): JournalPlace {
  return { endedAtMs: Number(row["ended_at"]), id: Number(row["id"]) };
}
