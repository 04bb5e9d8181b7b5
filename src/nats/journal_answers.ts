/** A site's answers to gateways that read its journal. */
import { type JournalPort, JournalUnavailableError } from "../bus/ports.ts";
import type { Clock } from "../clock.ts";
import type { JournalEntry, JournalPage } from "../model/journal.ts";
import { Semaphore } from "../semaphore.ts";
import type { SiteNames } from "./names.ts";
import { JOURNAL_ASK_MS, type JournalAnswer, type JournalAsk } from "./wire.ts";

/** Reads for gateways at a time; the site's own clients come first. */
const READS = 2;
/** Further reads that may wait. */
const MOST_WAITING = 100;
/** Of one answer, in JSON: NATS takes messages of up to 1 MB. */
const MOST_BYTES = 500_000;

const NONE: JournalAnswer = { more: false };

/** A site's journal, as far as gateways may read it. */
export interface SharedJournal {
  readonly port: JournalPort;
  /** Patterns of the lines whose entries they get. */
  readonly lines: readonly string[];
}

export interface JournalAnswersOptions {
  /** `undefined`: there is none for gateways. */
  readonly journal: SharedJournal | undefined;
  readonly names: SiteNames;
  readonly clock: Clock;
}

export class JournalAnswers {
  readonly #options: JournalAnswersOptions;
  readonly #reads = new Semaphore(READS);

  constructor(options: JournalAnswersOptions) {
    this.#options = options;
  }

  async answerTo(ask: JournalAsk): Promise<JournalAnswer> {
    const { journal, names, clock } = this.#options;
    if (journal === undefined || this.#reads.waiting >= MOST_WAITING) return NONE;
    const askedAtMs = clock.uptimeMs();
    return await this.#reads.run(async () => {
      // The gateway no longer waits.
      if (clock.uptimeMs() - askedAtMs > JOURNAL_ASK_MS) return NONE;
      try {
        const { entries, next } = await this.#read(ask, journal);
        const sent = thoseThatFit(entries.map((entry) => names.entryAbroad(entry)));
        return { entries: sent, more: next !== undefined || sent.length < entries.length };
      } catch (error) {
        if (error instanceof JournalUnavailableError) return NONE;
        throw error;
      }
    });
  }

  /** @throws JournalUnavailableError, CursorError */
  async #read(ask: JournalAsk, { port, lines: shared }: SharedJournal): Promise<JournalPage> {
    const { names } = this.#options;
    const { lines, visible = [] } = names.filterAtHome(ask);
    const both = [shared, ...visible];
    if (ask.what === "chain") return await port.chain(names.entryAtHome(ask.id), both);
    const { what: _, ...query } = ask;
    return await port.page({ ...query, lines, visible: both });
  }
}

/** At least one, so that a reader gets on. */
function thoseThatFit(entries: JournalEntry[]): JournalEntry[] {
  const utf8 = new TextEncoder();
  let bytes = 0;
  const end = entries.findIndex((entry) =>
    (bytes += utf8.encode(JSON.stringify(entry)).length) > MOST_BYTES
  );
  return end === -1 ? entries : entries.slice(0, Math.max(end, 1));
}
