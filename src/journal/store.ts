/** Writes entries to the open file, and deletes old ones. Knows no time, and handles no errors. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { digitsOfParties, type NewEntry } from "./entry.ts";
import { transaction } from "./file.ts";
import { beginning, ending, partiesColumn } from "./rows.ts";

/** Selects the oldest entries that ended before a time. */
export const OLD_SQL = "SELECT id, digits FROM entry WHERE ended_at < ? ORDER BY ended_at LIMIT ?";

/** The additions of a transaction to what is kept in memory. */
interface Added {
  readonly lines: string[];
  readonly links: (readonly [permanentId: string, line: number])[];
}

export class Store {
  readonly #db: DatabaseSync;
  /** The file's number of each line: there are few, and every entry needs one. */
  readonly #lines = new Map<string, number>();
  /** The numbers of the lines that a permanent id has had. */
  readonly #linesOf = new Map<string, Set<number>>();
  readonly #insertLine: StatementSync;
  readonly #insertLineOf: StatementSync;
  readonly #insertEntry: StatementSync;
  readonly #insertPart: StatementSync;
  readonly #selectOld: StatementSync;
  readonly #deleteEntry: StatementSync;
  readonly #deletePart: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    for (const { id, name } of db.prepare("SELECT id, name FROM line").all()) {
      this.#lines.set(String(name), Number(id));
    }
    for (
      const { permanent_id, line } of db.prepare("SELECT permanent_id, line FROM line_of").all()
    ) {
      this.#link(String(permanent_id), Number(line));
    }
    this.#insertLine = db.prepare("INSERT INTO line (name) VALUES (?)");
    this.#insertLineOf = db.prepare(
      "INSERT OR IGNORE INTO line_of (permanent_id, line) VALUES (?, ?)",
    );
    this.#insertEntry = db.prepare(`
      INSERT INTO entry (call, line, direction, result, started_at, answered_at, ended_at, call_id,
        related_call_id, origin, reason, disconnect, disconnects, permanent_id, called_group, digits,
        parties)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#insertPart = db.prepare("INSERT INTO number_part (part, entry) VALUES (?, ?)");
    this.#selectOld = db.prepare(OLD_SQL);
    this.#deleteEntry = db.prepare("DELETE FROM entry WHERE id = ?");
    this.#deletePart = db.prepare("DELETE FROM number_part WHERE part = ? AND entry = ?");
  }

  /** The file's number of each line that has, or had, entries. */
  get lines(): ReadonlyMap<string, number> {
    return this.#lines;
  }

  /** The file's numbers of the lines that a permanent id has had. */
  get linesOf(): ReadonlyMap<string, ReadonlySet<number>> {
    return this.#linesOf;
  }

  /** Adds all of the entries or none. @throws Error of SQLite */
  add(entries: readonly NewEntry[]): void {
    const added: Added = { lines: [], links: [] };
    try {
      transaction(this.#db, () => {
        for (const entry of entries) this.#add(entry, added);
      });
    } catch (error) {
      for (const line of added.lines) this.#lines.delete(line);
      for (const [permanentId, line] of added.links) this.#linesOf.get(permanentId)?.delete(line);
      throw error;
    }
  }

  #add(entry: NewEntry, added: Added): void {
    let line = this.#lines.get(entry.line);
    if (line === undefined) {
      line = Number(this.#insertLine.run(entry.line).lastInsertRowid);
      this.#lines.set(entry.line, line);
      added.lines.push(entry.line);
    }
    if (!this.#linesOf.get(entry.permanentId)?.has(line)) {
      this.#insertLineOf.run(entry.permanentId, line);
      this.#link(entry.permanentId, line);
      added.links.push([entry.permanentId, line]);
    }
    const digits = digitsOfParties(entry);
    const { lastInsertRowid: id } = this.#insertEntry.run(
      entry.call,
      line,
      entry.direction,
      entry.result,
      Math.round(entry.startedAtMs),
      entry.answeredAtMs === undefined ? null : Math.round(entry.answeredAtMs),
      Math.round(entry.endedAtMs),
      entry.callId,
      entry.relatedCallId,
      entry.origin,
      entry.reason,
      entry.disconnect ?? null,
      entry.disconnects === undefined ? null : JSON.stringify(entry.disconnects),
      entry.permanentId,
      entry.group ?? null,
      ` ${digits.join(" ")} `,
      partiesColumn(entry),
    );
    for (const number of digits) {
      this.#insertPart.run(beginning(number), id);
      this.#insertPart.run(ending(number), id);
    }
  }

  #link(permanentId: string, line: number): void {
    const lines = this.#linesOf.get(permanentId);
    if (lines === undefined) this.#linesOf.set(permanentId, new Set([line]));
    else lines.add(line);
  }

  /**
   * Deletes the oldest entries that ended before a time.
   *
   * @param most How many at most. @returns How many were deleted. @throws Error of SQLite
   */
  deleteBefore(endedAtMs: number, most: number): number {
    const old = this.#selectOld.all(endedAtMs, most);
    if (old.length === 0) return 0;
    transaction(this.#db, () => {
      for (const { id, digits } of old) {
        const entry = Number(id);
        for (const number of String(digits).trim().split(" ")) {
          this.#deletePart.run(beginning(number), entry);
          this.#deletePart.run(ending(number), entry);
        }
        this.#deleteEntry.run(entry);
      }
    });
    return old.length;
  }
}
