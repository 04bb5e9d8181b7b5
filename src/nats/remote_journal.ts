/** The journals of all sites as one: each stays at its site, and is asked for what a page needs. */
import { comparePlaces, cursorOf, type JournalPlace, placeOfCursor } from "../bus/journal_place.ts";
import { type JournalPort, JournalUnavailableError } from "../bus/ports.ts";
import { logger } from "../log.ts";
import {
  type JournalEntry,
  type JournalPage,
  type JournalQuery,
  mayBeSeen,
  type VisibleLines,
} from "../model/journal.ts";
import { patternsAfter } from "../patterns.ts";
import type { Fleet } from "./fleet.ts";
import type { Following } from "./following.ts";
import { type Link, RequestFailure } from "./link.ts";
import { placeAtSite, siteNumberOf, siteOfLine } from "./names.ts";
import type { SiteView } from "./site_view.ts";
import {
  JOURNAL_ANSWER,
  JOURNAL_ASK_MS,
  type JournalAnswer,
  type JournalAsk,
  MOST_ENTRIES,
  readAs,
  SUBJECTS,
} from "./wire.ts";

const log = logger("nats");

/** The least that a site is asked for, where many sites share a page. */
const LEAST_ENTRIES = 20;

export interface RemoteJournalOptions {
  readonly link: Link;
  readonly following: () => Following | undefined;
}

export class RemoteJournal implements JournalPort {
  readonly #options: RemoteJournalOptions;

  constructor(options: RemoteJournalOptions) {
    this.#options = options;
  }

  /**
   * The place where a page ended is one among the entries of all sites, so it is the place at each of
   * them, also at one that did not answer before. @throws JournalUnavailableError, CursorError
   */
  async page(query: JournalQuery): Promise<JournalPage> {
    const { cursor, limit } = query;
    const start = cursor === undefined ? undefined : placeOfCursor(cursor);
    const views = [...this.#fleet.views()].filter((view) => isInQuestion(view, query));
    // One entry more than the page has shows whether there is a next page.
    const most = limit + 1;
    const share = Math.max(LEAST_ENTRIES, Math.ceil(2 * most / views.length));
    const step = Math.min(most, share, MOST_ENTRIES);
    const all = views.map((view) =>
      new SiteEntries(start, (after) => this.#read(view, query, after, step))
    );
    const entries: JournalEntry[] = [];
    while (entries.length < most) {
      const empty = all.filter(({ isEmpty }) => isEmpty);
      if (empty.length > 0) await Promise.all(empty.map((site) => site.fill()));
      const newest = newestOf(all);
      if (newest === undefined) break;
      entries.push(newest);
    }
    const last = entries.length > limit ? entries[limit - 1] : undefined;
    return {
      entries: entries.slice(0, limit),
      ...last !== undefined && { next: cursorOf(last) },
      ...missingOf(views.filter((_, index) => all[index]?.isMissing)),
    };
  }

  /** @throws JournalUnavailableError */
  async chain(id: number, visible: VisibleLines = []): Promise<JournalPage> {
    const number = siteNumberOf(id);
    const view = [...this.#fleet.views()].find((view) => view.number === number);
    if (view === undefined || !isInQuestion(view, { visible })) return { entries: [] };
    const answer = await this.#ask(view, { what: "chain", id, visible: textsOf(visible) });
    const entries = answer?.entries;
    const isWhole = entries !== undefined && answer?.more === false &&
      entries.every((entry) => isExpected(entry, view, visible));
    return isWhole ? { entries } : { entries: [], ...missingOf([view]) };
  }

  /** @throws JournalUnavailableError */
  get #fleet(): Fleet {
    const following = this.#options.following();
    if (following?.isReady !== true) {
      throw new JournalUnavailableError("The gateway is not ready");
    }
    return following.fleet;
  }

  /** The next entries of a site; `undefined` if it has not answered as it should. */
  async #read(
    view: SiteView,
    { lines, visible = [], cursor: _, ...filter }: JournalQuery,
    after: JournalPlace | undefined,
    limit: number,
  ): Promise<JournalAnswer | undefined> {
    const { site, number = 0 } = view;
    const answer = await this.#ask(view, {
      ...filter,
      what: "journal",
      lines: lines?.filter((line) => siteOfLine(line) === site),
      visible: textsOf(visible),
      cursor: after && cursorOf(placeAtSite(number, after)),
      limit,
    });
    let last = after;
    for (const entry of answer?.entries ?? []) {
      const isInOrder = last === undefined || comparePlaces(last, entry) < 0;
      if (!isInOrder || !isExpected(entry, view, visible)) {
        log.error("The site {site} answers with entries that it was not asked for", { site });
        return undefined;
      }
      last = entry;
    }
    return answer;
  }

  async #ask({ site, stretch, isLost }: SiteView, ask: JournalAsk): Promise<
    JournalAnswer | undefined
  > {
    if (stretch === undefined || isLost) return undefined;
    try {
      const subject = SUBJECTS.ask(site, stretch.life);
      const reply = await this.#options.link.request(subject, JSON.stringify(ask), JOURNAL_ASK_MS);
      return readAs(JOURNAL_ANSWER, reply.string());
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
      return undefined;
    }
  }
}

/** The entries of one site, read as far as they are needed. */
class SiteEntries {
  readonly #read: (after: JournalPlace | undefined) => Promise<JournalAnswer | undefined>;
  /** Of the latest entry that was read. */
  #last: JournalPlace | undefined;
  /** Read and not taken yet, the oldest first. */
  #entries: JournalEntry[] = [];
  #isOver = false;
  #isMissing = false;

  constructor(
    start: JournalPlace | undefined,
    read: (after: JournalPlace | undefined) => Promise<JournalAnswer | undefined>,
  ) {
    this.#last = start;
    this.#read = read;
  }

  /** Whether entries are missing that the site may have. */
  get isMissing(): boolean {
    return this.#isMissing;
  }

  get newest(): JournalEntry | undefined {
    return this.#entries.at(-1);
  }

  take(): JournalEntry | undefined {
    return this.#entries.pop();
  }

  /** Whether all that were read have been taken, and there may be others. */
  get isEmpty(): boolean {
    return this.#entries.length === 0 && !this.#isOver;
  }

  async fill(): Promise<void> {
    const answer = await this.#read(this.#last);
    const entries = answer?.entries;
    this.#isMissing = entries === undefined;
    this.#entries = entries?.toReversed() ?? [];
    this.#last = entries?.at(-1);
    this.#isOver = answer?.more !== true || this.#entries.length === 0;
  }
}

function newestOf(all: readonly SiteEntries[]): JournalEntry | undefined {
  let first: SiteEntries | undefined;
  for (const site of all) {
    if (site.newest === undefined) continue;
    if (first?.newest === undefined || comparePlaces(site.newest, first.newest) < 0) first = site;
  }
  return first?.take();
}

/** Whether the site can have entries that are asked for and may be seen. */
function isInQuestion(
  { site }: SiteView,
  { lines, visible = [] }: Pick<JournalQuery, "lines" | "visible">,
): boolean {
  return (lines?.some((line) => siteOfLine(line) === site) ?? true) &&
    visible.every((patterns) => patternsAfter(`${site}/`, patterns).length > 0);
}

/** Whether the entry is the site's own, and may be seen: a site may be mistaken, or lie. */
function isExpected(
  { id, line, permanentId }: JournalEntry,
  { site, number }: SiteView,
  visible: VisibleLines,
): boolean {
  return siteNumberOf(id) === number && siteOfLine(line) === site &&
    (permanentId === "" || siteOfLine(permanentId) === site) && mayBeSeen(line, visible);
}

function missingOf(views: readonly SiteView[]): Pick<JournalPage, "missing"> {
  return views.length === 0 ? {} : { missing: views.map(({ site }) => site).sort() };
}

function textsOf(visible: VisibleLines): string[][] {
  return visible.map((patterns) => [...patterns]);
}
