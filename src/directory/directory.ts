/**
 * The directory: asks its sources in order who a number is, a few questions at a time, each with a time
 * limit, and remembers the answers for a while.
 */
import type { DirectoryResult, DirectorySourceStatus } from "../bus/ports.ts";
import type { Clock } from "../clock.ts";
import { logger } from "../log.ts";
import type { DirectoryEntry, DirectoryMatch } from "../model/directory.ts";
import { Semaphore } from "../semaphore.ts";
import { Breaker } from "./breaker.ts";
import { Cache } from "./cache.ts";
import { type LookedUp, MOST_ENTRIES, type Source, SourceError } from "./source.ts";

const log = logger("directory");

/** Questions that may wait for others; more are not answered. */
const MOST_WAITING = 1000;

export interface DirectoryOptions {
  readonly clock: Clock;
  /** In the order in which they are asked. */
  readonly sources: readonly Source[];
  /** How long one question to one source may take. */
  readonly timeoutMs: number;
  /** Questions at a time. */
  readonly atOnce: number;
  /** How long a hit is remembered. */
  readonly hitMs: number;
  /** How long it is remembered that no source has a number. */
  readonly missMs: number;
  /** Numbers that are remembered. */
  readonly entries: number;
  /** How long a source that fails is left alone. */
  readonly pauseMs: number;
  /** Called with the result of each question to a source. */
  readonly onResult?: (source: string, result: DirectoryResult) => void;
}

/** A source, and whether it answers. */
interface Watched {
  readonly source: Source;
  readonly breaker: Breaker;
  /** Why its last question failed. */
  error: string | undefined;
}

export class Directory {
  readonly #options: DirectoryOptions;
  readonly #watched: readonly Watched[];
  readonly #cache: Cache;
  readonly #places: Semaphore;
  /** The questions that are being answered, by number. */
  readonly #asked = new Map<string, Promise<DirectoryMatch | undefined>>();
  readonly #closing = new AbortController();

  constructor(options: DirectoryOptions) {
    const { clock, sources, pauseMs, entries: most, atOnce } = options;
    this.#options = options;
    this.#watched = sources.map((source) => ({
      source,
      breaker: new Breaker(clock, pauseMs),
      error: undefined,
    }));
    this.#cache = new Cache({ ...options, most });
    this.#places = new Semaphore(atOnce);
  }

  get status(): readonly DirectorySourceStatus[] {
    return this.#watched.map(({ source: { name: source }, breaker, error }) => ({
      source,
      status: error === undefined ? "up" : breaker.isBroken ? "down" : "failing",
      ...error !== undefined && { error },
    }));
  }

  /**
   * Finds the number's owner; `undefined` if it is not a number, has no known owner, or no source
   * answers. Never rejects.
   */
  lookUp(number: LookedUp): Promise<DirectoryMatch | undefined> {
    const key = number.e164 ?? number.number;
    // A web service may answer with everybody.
    if (!/\d/.test(key)) return Promise.resolve(undefined);
    const cached = this.#cache.get(key);
    if (cached !== undefined) return Promise.resolve(cached.match);
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    if (this.#places.waiting >= MOST_WAITING) return Promise.resolve(undefined);
    const asked = this.#places.run(() => this.#ask(number, key))
      .finally(() => this.#asked.delete(key));
    this.#asked.set(key, asked);
    return asked;
  }

  /** Tries every source, for the doctor: what it has, or why it fails. */
  check(): Promise<{ source: string; message: string; error?: string }[]> {
    return Promise.all(this.#watched.map(async ({ source }) => {
      try {
        const message = await this.#inTime((signal) => source.check(signal));
        return { source: source.name, message };
      } catch (error) {
        return { source: source.name, message: "", error: reasonOf(error) };
      }
    }));
  }

  /** Ends every question; closes the sources. */
  close(): void {
    this.#closing.abort();
    for (const { source } of this.#watched) source.close();
  }

  async #ask(number: LookedUp, key: string): Promise<DirectoryMatch | undefined> {
    let isComplete = true;
    for (const watched of this.#watched) {
      if (this.#closing.signal.aborted) return undefined;
      if (!watched.source.fits(number)) continue;
      const entries = watched.breaker.admits() ? await this.#askSource(watched, number) : undefined;
      const match = entries && matchOf(entries);
      isComplete &&= entries !== undefined;
      if (match === undefined) continue;
      this.#cache.set(key, match);
      return match;
    }
    // A source that failed may know it: the next call asks again.
    if (isComplete) this.#cache.set(key, undefined);
    return undefined;
  }

  /** The entries; `undefined` if the source fails. */
  async #askSource(
    watched: Watched,
    number: LookedUp,
  ): Promise<readonly DirectoryEntry[] | undefined> {
    const { source, breaker } = watched;
    try {
      const entries = await this.#inTime((signal) => source.find(number, signal));
      this.#options.onResult?.(source.name, entries.length > 0 ? "hit" : "miss");
      if (watched.error !== undefined) {
        log.info("The directory's source {source} answers again", { source: source.name });
      }
      watched.error = undefined;
      breaker.succeeded();
      return entries;
    } catch (error) {
      if (this.#closing.signal.aborted) return undefined;
      this.#options.onResult?.(source.name, "failed");
      const isNews = watched.error === undefined;
      watched.error = reasonOf(error);
      breaker.failed();
      if (isNews) {
        const { error } = watched;
        log.warn("The directory's source {source} fails: {error}", { source: source.name, error });
      }
      return undefined;
    }
  }

  async #inTime<T>(question: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, this.#closing.signal]);
    const aborted = Promise.withResolvers<never>();
    const giveUp = () => aborted.reject(new SourceError(`no answer within ${timeoutMs} ms`));
    signal.addEventListener("abort", giveUp, { once: true });
    const timer = clock.setTimeout(() => late.abort(), timeoutMs);
    try {
      // A source that does not heed the signal must not hold its place for ever.
      return await Promise.race([question(signal), aborted.promise]);
    } finally {
      clock.clearTimeout(timer);
      // As long as it is heard, the signal lives as long as the directory.
      signal.removeEventListener("abort", giveUp);
    }
  }
}

/** Errors of libraries may have the number in their text. */
function reasonOf(error: unknown): string {
  return error instanceof SourceError ? error.message : "it failed";
}

function matchOf(entries: readonly DirectoryEntry[]): DirectoryMatch | undefined {
  const [first, ...others] = entries.slice(0, MOST_ENTRIES);
  return first && { ...first, ...others.length > 0 && { others } };
}
