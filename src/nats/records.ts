/** The records on which all sites and gateways agree: which sites there are, what is lost, and the epoch. */
import type { Clock } from "../clock.ts";
import { SITES, type Streams } from "./streams.ts";
import {
  EPOCH,
  EPOCH_RECORD,
  readAs,
  RECORD,
  siteOfSubject,
  type SiteRecord,
  type Stretch,
  SUBJECTS,
  WIRE_VERSION,
} from "./wire.ts";

/** A record, and the number that it is stored under. */
export interface StoredRecord {
  readonly record: SiteRecord;
  readonly seq: number;
}

export class Records {
  readonly #streams: Streams;
  readonly #clock: Clock;

  constructor(streams: Streams, clock: Clock) {
    this.#streams = streams;
    this.#clock = clock;
  }

  /** How often the sequence could not go on. @throws StreamError */
  async epoch(): Promise<number> {
    return (await this.#epoch())?.n ?? 0;
  }

  /** The sequence cannot go on; does nothing if somebody has already said so. @throws StreamError */
  async raiseEpoch(from: number): Promise<void> {
    const now = await this.#epoch();
    if ((now?.n ?? 0) !== from) return;
    await this.#streams.store(SUBJECTS.record(EPOCH_RECORD), { v: WIRE_VERSION, n: from + 1 }, {
      lastSeq: now?.seq ?? 0,
    });
  }

  async #epoch(): Promise<{ readonly n: number; readonly seq: number } | undefined> {
    const stored = await this.#streams.stored(SITES, {
      last_by_subj: SUBJECTS.record(EPOCH_RECORD),
    });
    if (stored === undefined) return undefined;
    return { n: readAs(EPOCH, stored.text)?.n ?? 0, seq: stored.seq };
  }

  /** @throws StreamError */
  async of(site: string): Promise<StoredRecord | undefined> {
    const stored = await this.#streams.stored(SITES, { last_by_subj: SUBJECTS.record(site) });
    const record = stored && readAs(RECORD, stored.text);
    return record && { record, seq: stored.seq };
  }

  /** By the names of the sites. @throws StreamError */
  async all(): Promise<ReadonlyMap<string, StoredRecord>> {
    const info = await this.#streams.info(SITES, SUBJECTS.record("*"));
    const found = new Map<string, StoredRecord>();
    for (const subject of info?.subjects ?? []) {
      const site = siteOfSubject(subject);
      if (site === EPOCH_RECORD) continue;
      const stored = await this.of(site);
      if (stored !== undefined) found.set(site, stored);
    }
    return found;
  }

  /**
   * @param after The record that is replaced, or none.
   * @returns Whether it was still that one. @throws StreamError
   */
  async replace(
    site: string,
    record: Omit<SiteRecord, "v" | "sinceMs">,
    after: StoredRecord | undefined,
  ): Promise<boolean> {
    const body = { v: WIRE_VERSION, ...record, sinceMs: this.#clock.nowMs() };
    const lastSeq = after?.seq ?? 0;
    return await this.#streams.store(SUBJECTS.record(site), body, { lastSeq }) !== undefined;
  }

  /**
   * Marks in the stream of events that nothing of a stretch counts from there on. Gateways then end its
   * calls, close its lines and change the record; the mark is stored once, whoever makes it.
   *
   * @throws StreamError
   */
  async declareLost(site: string, { life, incarnation }: Stretch): Promise<void> {
    const mark = { v: WIRE_VERSION, kind: "lost", life, incarnation, atMs: this.#clock.nowMs() };
    await this.#streams.store(SUBJECTS.event(site), mark, {
      messageId: `lost.${site}.${life}.${incarnation}`,
    });
  }

  /** Changes the record of a stretch whose calls and lines have all ended. @throws StreamError */
  async buried(site: string, stretch: Stretch, lines: SiteRecord["lines"]): Promise<void> {
    const stored = await this.of(site);
    if (stored === undefined || !isSame(stored.record, stretch)) return;
    if (stored.record.state === "lost") return;
    const { v: _, sinceMs: __, ...record } = stored.record;
    await this.replace(site, { ...record, state: "lost", lines }, stored);
  }
}

export function isSame(a: Stretch, b: Stretch): boolean {
  return a.life === b.life && a.incarnation === b.incarnation;
}
