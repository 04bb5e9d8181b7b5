/** The journal's file, SQLite in WAL mode: opens it, migrates its schema, moves it aside if damaged. */
import { chmodSync, renameSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { describeError } from "../log.ts";

/**
 * The statements from each version of the schema to the next. A file's version is its `user_version`; an
 * entry here never changes after its release.
 *
 * `parties` is JSON: number, name and presentation of each party, in the order of PARTY_ROLES. `digits`
 * has the digits of all of them, ` 201 441632960001 `, to search for a number that many entries have.
 * `number_part` has each number twice, read from its beginning (`>4416…`) and from its end (`<1006…`),
 * to find a number that few entries have. `line_of` has the extensions that a permanent id has had;
 * `disconnects` is JSON: an array of names.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE line (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    call INTEGER NOT NULL,
    line INTEGER NOT NULL REFERENCES line,
    direction TEXT NOT NULL,
    result TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER NOT NULL,
    call_id TEXT NOT NULL,
    related_call_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    reason TEXT NOT NULL,
    disconnect TEXT,
    digits TEXT NOT NULL,
    parties TEXT NOT NULL
  ) STRICT;
  CREATE INDEX entry_by_end ON entry (ended_at);
  CREATE INDEX entry_by_line ON entry (line, ended_at);
  CREATE INDEX missed_by_end ON entry (ended_at) WHERE result = 'missed';
  CREATE INDEX missed_by_line ON entry (line, ended_at) WHERE result = 'missed';
  CREATE INDEX entry_by_call_id ON entry (call_id, ended_at) WHERE call_id <> '0x0';
  CREATE INDEX entry_by_related_call_id ON entry (related_call_id, ended_at)
    WHERE related_call_id <> '0x0';
  CREATE TABLE number_part (
    part TEXT NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (part, entry)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  ALTER TABLE entry ADD COLUMN permanent_id TEXT NOT NULL DEFAULT '';
  ALTER TABLE entry ADD COLUMN disconnects TEXT;
  CREATE TABLE line_of (
    permanent_id TEXT NOT NULL,
    line INTEGER NOT NULL REFERENCES line,
    PRIMARY KEY (permanent_id, line)
  ) STRICT, WITHOUT ROWID;
  `,
  "ALTER TABLE entry ADD COLUMN called_group TEXT",
];

/** The file was written by a later version of the program. */
class NewerFileError extends Error {
  override readonly name = "NewerFileError";
}

/**
 * Opens the file, or creates it, and migrates its schema.
 *
 * NORMAL syncs at checkpoints and not at each commit: a killed process loses nothing committed, a
 * machine that loses power may lose the last seconds, and neither damages the file. FULL would block
 * the event loop for the disk several times a second. The cache of at most 32 MiB holds the pages that
 * an entry's numbers touch all over a large file.
 *
 * @throws Error of SQLite, NewerFileError
 */
export function openFile(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    // It has numbers and names. SQLite gives its other files the same mode; Windows has no modes.
    if (path !== ":memory:") chmodSync(path, 0o600);
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = NORMAL;
      PRAGMA secure_delete = ON;
      PRAGMA cache_size = -32768;
      PRAGMA journal_size_limit = 16777216;
    `);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: DatabaseSync): void {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > MIGRATIONS.length) {
    throw new NewerFileError(`it has version ${version} of the schema, made by a later Tapi2Ws`);
  }
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < version) continue;
    transaction(db, () => db.exec(`${migration}; PRAGMA user_version = ${index + 1}`));
  }
}

/** Runs `work` as a whole or not at all. @throws Errors of `work` and of SQLite */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    // A full disk may have ended the transaction already.
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/** Whether SQLite reports a damaged file. Deno has no error code for it. */
export function isDamage(error: unknown): boolean {
  return /file is not a database|malformed|malformed database schema/.test(describeError(error));
}

/**
 * Renames a damaged file, to make room for a new one.
 *
 * @param nowMs Milliseconds since 1970, for the name.
 * @returns The new name. @throws Error if the system does not permit it
 */
export function moveAside(path: string, nowMs: number): string {
  const aside = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, "")}`;
  renameSync(path, aside);
  // The write-ahead log belongs to the damaged file, and would damage the new one.
  for (const suffix of ["-wal", "-shm"]) {
    try {
      renameSync(path + suffix, aside + suffix);
    } catch {
      rmSync(path + suffix, { force: true });
    }
  }
  return aside;
}
