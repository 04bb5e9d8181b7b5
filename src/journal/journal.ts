/**
 * The journal: writes finished calls to its file, in batches and not while events are delivered, and
 * deletes old ones. Trouble with the file is logged once, and never affects calls.
 */
import type { DatabaseSync } from "node:sqlite";
import type { EventBus } from "../bus/bus.ts";
import { CursorError } from "../bus/journal_place.ts";
import { type JournalPort, JournalUnavailableError } from "../bus/ports.ts";
import {
  type JournalPage,
  type JournalQuery,
  mayBeSeen,
  type VisibleLines,
} from "../model/journal.ts";
import type { Clock, TimerId } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { readChain } from "./chain.ts";
import { entryOf, type NewEntry } from "./entry.ts";
import { isDamage, moveAside, openFile } from "./file.ts";
import { Pacer } from "./pacer.ts";
import { readPage } from "./pages.ts";
import { Store } from "./store.ts";

const log = logger("journal");

/** How long an entry waits for others, to be written together with them. */
const WRITE_AFTER_MS = 250;
/** Entries in one transaction, for which the event loop is blocked. */
const BATCH_ENTRIES = 50;
/** Entries kept while they cannot be written. */
const MOST_WAITING = 10_000;
const RETRY_AFTER_MS = 10_000;
/** Old entries that are deleted at once, and the pause until the next ones. */
const PURGE_ENTRIES = 200;
const PURGE_STEP_MS = 250;
const PURGE_EVERY_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface JournalOptions {
  /** The file, or `:memory:`. */
  readonly file: string;
  /** How long entries are kept. */
  readonly days: number;
  readonly bus: EventBus;
  readonly clock: Clock;
}

interface Opened {
  readonly db: DatabaseSync;
  readonly store: Store;
}

export class Journal implements JournalPort {
  readonly #options: JournalOptions;
  readonly #subscription: Disposable;
  readonly #pacer = new Pacer();
  #opened: Opened | undefined;
  /** Oldest first. */
  #waiting: NewEntry[] = [];
  #writeTimer: TimerId | undefined;
  #purgeTimer: TimerId | undefined;
  #trouble: string | undefined;
  #dropped = 0;
  #written = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#attempt(() => this.#open());
    this.#subscription = options.bus.subscribe((event) => {
      if (event.type === "call" && event.change === "ended") this.#add(entryOf(event));
    });
    this.#purgeTimer = options.clock.setTimeout(() => this.#purge(), PURGE_STEP_MS);
  }

  /** Entries that wait to be written. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /** Entries written so far. */
  get written(): number {
    return this.#written;
  }

  /** Entries dropped because they could not be written for a long time. */
  get dropped(): number {
    return this.#dropped;
  }

  async page(query: JournalQuery): Promise<JournalPage> {
    return await this.#read(({ db, store }) => readPage(db, store, query, this.#pacer));
  }

  async chain(id: number, visible: VisibleLines = []): Promise<JournalPage> {
    const entries = await this.#read(({ db }) => readChain(db, id, this.#pacer));
    const seen = entries.filter(({ line }) => mayBeSeen(line, visible));
    return { entries: seen.some((entry) => entry.id === id) ? seen : [] };
  }

  /** Writes the waiting entries and closes the file; queries then fail. */
  stop(): void {
    const { clock } = this.#options;
    this.#subscription[Symbol.dispose]();
    while (this.#waiting.length > 0 && this.#write());
    for (const timer of [this.#writeTimer, this.#purgeTimer]) {
      if (timer !== undefined) clock.clearTimeout(timer);
    }
    if (this.#waiting.length > 0) {
      log.error("{entries} entries of the journal could not be written", {
        entries: this.#waiting.length,
      });
    }
    this.#close();
  }

  /** Called while an event is delivered, so it does nothing else. */
  #add(entry: NewEntry): void {
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      if (this.#dropped++ === 0) {
        log.error("The journal drops its oldest unwritten entries: more than {entries} wait", {
          entries: MOST_WAITING,
        });
      }
    }
    this.#writeAfter(WRITE_AFTER_MS);
  }

  /** Plans to write, unless that is planned already. */
  #writeAfter(delayMs: number): void {
    this.#writeTimer ??= this.#options.clock.setTimeout(() => {
      this.#writeTimer = undefined;
      if (this.#write() && this.#waiting.length > 0) this.#writeAfter(0);
    }, delayMs);
  }

  /** Writes the next batch. @returns Whether it could be written. */
  #write(): boolean {
    return this.#attempt(() => {
      const batch = this.#waiting.slice(0, BATCH_ENTRIES);
      this.#open().store.add(batch);
      this.#written += batch.length;
      this.#waiting.splice(0, batch.length);
    });
  }

  #purge(): void {
    const { clock, days } = this.#options;
    let deleted = 0;
    if (this.#trouble === undefined) {
      this.#attempt(() => {
        const before = clock.nowMs() - days * DAY_MS;
        deleted = this.#open().store.deleteBefore(before, PURGE_ENTRIES);
      });
    }
    this.#purgeTimer = clock.setTimeout(
      () => this.#purge(),
      deleted === PURGE_ENTRIES ? PURGE_STEP_MS : PURGE_EVERY_MS,
    );
  }

  #open(): Opened {
    if (this.#opened === undefined) {
      const db = openFile(this.#options.file);
      this.#opened = { db, store: new Store(db) };
    }
    return this.#opened;
  }

  #close(): void {
    try {
      this.#opened?.db.close();
    } catch (error) {
      log.warn("The journal's file cannot be closed: {error}", { error: describeError(error) });
    }
    this.#opened = undefined;
  }

  /** Works on the file; logs when that begins to fail, and when it works again. */
  #attempt(work: () => void): boolean {
    try {
      this.#withRepair(work);
    } catch (error) {
      const trouble = describeError(error);
      if (this.#trouble === undefined) {
        log.error("The journal in {file} cannot be written: {trouble}. Calls are not affected", {
          file: this.#options.file,
          trouble,
        });
      }
      this.#trouble = trouble;
      this.#writeAfter(RETRY_AFTER_MS);
      return false;
    }
    if (this.#trouble !== undefined) log.info("The journal can be written again");
    this.#trouble = undefined;
    return true;
  }

  /** If the file is damaged, works again on a new one. */
  #withRepair(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#replace(error);
      work();
    }
  }

  /** Replaces a damaged file by a new one. */
  #replace(damage: unknown): void {
    const { file, clock } = this.#options;
    this.#close();
    const aside = moveAside(file, clock.nowMs());
    log.error(
      "The journal {file} is damaged ({damage}): it was renamed to {aside}, and a new one begins",
      {
        file,
        damage: describeError(damage),
        aside,
      },
    );
  }

  /** Writes the waiting entries first: a query must find them. */
  async #read<T>(read: (opened: Opened) => T | Promise<T>): Promise<T> {
    while (this.#waiting.length > 0 && this.#trouble === undefined) this.#write();
    if (this.#opened === undefined) {
      throw new JournalUnavailableError(`The journal is not available: ${this.#trouble}`);
    }
    try {
      await this.#pacer.turn();
      return await read(this.#opened);
    } catch (error) {
      if (error instanceof CursorError) throw error;
      if (isDamage(error)) this.#attempt(() => this.#replace(error));
      throw new JournalUnavailableError(`The journal is not available: ${describeError(error)}`);
    }
  }
}
