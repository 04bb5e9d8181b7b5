/** Writes entries to the open file, and deletes old ones. Knows no time, and handles no errors. */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { digitsOfParties, type NewEntry } from "./entry.ts";
import { transaction } from "./file.ts";
import { beginning, ending, partiesColumn } from "./rows.ts";

/** Selects the oldest entries that ended before a time. */
export const OLD_SQL = "SELECT id, digits FROM entry WHERE ended_at < ? ORDER BY ended_at LIMIT ?";

export class Store {
  readonly #db: DatabaseSync;
  /** The file's number of each line: there are few, and every entry needs one. */
  readonly #lines = new Map<string, number>();
  readonly #insertLine: StatementSync;
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
    this.#insertLine = db.prepare("INSERT INTO line (name) VALUES (?)");
    this.#insertEntry = db.prepare(`
      INSERT INTO entry (call, line, direction, result, started_at, answered_at, ended_at, call_id,
        related_call_id, origin, reason, disconnect, digits, parties)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#insertPart = db.prepare("INSERT INTO number_part (part, entry) VALUES (?, ?)");
    this.#selectOld = db.prepare(OLD_SQL);
    this.#deleteEntry = db.prepare("DELETE FROM entry WHERE id = ?");
    this.#deletePart = db.prepare("DELETE FROM number_part WHERE part = ? AND entry = ?");
  }

  /** The file's number of each line that has, or had, entries. */
  get lines(): ReadonlyMap<string, number> {
    return this.#lines;
  }

  /** Adds all of the entries or none. @throws Error of SQLite */
  add(entries: readonly NewEntry[]): void {
    const added: string[] = [];
    try {
      transaction(this.#db, () => {
        for (const entry of entries) this.#add(entry, added);
      });
    } catch (error) {
      for (const line of added) this.#lines.delete(line);
      throw error;
    }
  }

  #add(entry: NewEntry, added: string[]): void {
    let line = this.#lines.get(entry.line);
    if (line === undefined) {
      line = Number(this.#insertLine.run(entry.line).lastInsertRowid);
      this.#lines.set(entry.line, line);
      added.push(entry.line);
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
      ` ${digits.join(" ")} `,
      partiesColumn(entry),
    );
    for (const number of digits) {
      this.#insertPart.run(beginning(number), id);
      this.#insertPart.run(ending(number), id);
    }
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
