/**
 * The names of a site's calls and lines among those of all sites: `berlin/201`, and numbers of calls
 * that are unique over sites and over the lives of their programs.
 */
import type { JournalPlace } from "../bus/journal_place.ts";
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import { type Command, type CommandResult, fieldsOf } from "../model/command.ts";
import type { EventDraft } from "../model/event.ts";
import type { JournalEntry, JournalFilter } from "../model/journal.ts";
import type { Line } from "../model/line.ts";
import { patternsAfter } from "../patterns.ts";

/**
 * A call's number is its site's number times this, and the moment and number within the site. An entry's
 * is its site's number times this, and its number in the site's journal.
 */
const SITE_SPAN = 2 ** 41;
const FIRST_MOMENT_MS = Date.UTC(2025, 0, 1);

/** A text as one token of a subject: other characters than these are written `=HH`, in UTF-8. */
export function tokenOf(text: string): string {
  return text === "" ? "=00" : text.replaceAll(/[^A-Za-z0-9_-]/gu, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`,
    ).join(""));
}

/** The site that a line's name belongs to; `undefined` if it names none. */
export function siteOfLine(line: string): string | undefined {
  const end = line.indexOf("/");
  return end > 0 ? line.slice(0, end) : undefined;
}

/** The number of the site that a call or an entry belongs to. */
export function siteNumberOf(id: CallId | JournalEntry["id"]): number {
  return Math.floor(id / SITE_SPAN);
}

/** The place in a site's journal from which its entries follow a place among those of all sites. */
export function placeAtSite(number: number, { endedAtMs, id }: JournalPlace): JournalPlace {
  return { endedAtMs, id: Math.max(id - number * SITE_SPAN, 0) };
}

/** One life of a site's program: its own names, and those that others know them by. */
export class SiteNames {
  readonly #prefix: string;
  readonly #firstCall: number;
  readonly #firstEntry: number;

  /**
   * @param number From 1 to 4095: no other site's.
   * @param startedAtMs When the program started: the numbers of calls of its lives differ by it.
   */
  constructor(site: string, number: number, startedAtMs: number) {
    this.#prefix = `${site}/`;
    this.#firstEntry = number * SITE_SPAN;
    this.#firstCall = number * SITE_SPAN + Math.max(startedAtMs - FIRST_MOMENT_MS, 0);
  }

  /** An event of a call or a line as others know it; `undefined` for one that they do not hear. */
  eventAbroad(event: EventDraft): EventDraft | undefined {
    switch (event.type) {
      case "call": {
        const call = this.callAbroad(event.call);
        return { ...withoutSeq(event), line: call.line, call };
      }
      case "line": {
        const now = this.lineAbroad(event.now);
        return { ...withoutSeq(event), line: now.line, now };
      }
      case "provider":
        return undefined;
    }
  }

  callAbroad(call: Call): Call {
    return {
      ...call,
      id: this.#firstCall + call.id,
      line: this.#prefix + call.line,
      permanentId: this.#prefix + call.permanentId,
    };
  }

  lineAbroad(line: Line): Line {
    return {
      ...line,
      line: this.#prefix + line.line,
      permanentId: this.#prefix + line.permanentId,
    };
  }

  /** The call's number is that of this life, whichever it was of. */
  entryAbroad(entry: JournalEntry): JournalEntry {
    const { id, call, line, permanentId } = entry;
    return {
      ...entry,
      id: this.#firstEntry + id,
      call: this.#firstCall + call,
      line: this.#prefix + line,
      permanentId: permanentId && this.#prefix + permanentId,
    };
  }

  /** An entry's number in the site's own journal. */
  entryAtHome(id: JournalEntry["id"]): number {
    return id - this.#firstEntry;
  }

  /** A filter in the site's own names. Without the lines and patterns of other sites. */
  filterAtHome({ lines, visible = [] }: JournalFilter): JournalFilter {
    const own = lines?.filter((line) => line.startsWith(this.#prefix));
    return {
      lines: own?.map((line) => this.#lineAtHome(line)),
      visible: visible.map((patterns) => patternsAfter(this.#prefix, patterns)),
    };
  }

  /** A command in the site's own names. A call of another life has a number that no call has. */
  commandAtHome(command: Command): Command {
    const home: Record<string, unknown> = { ...command };
    if ("call" in command) home["call"] = Math.max(command.call - this.#firstCall, 0);
    else home["line"] = this.#lineAtHome(command.line);
    for (const [{ kind }, text, name] of fieldsOf(command)) {
      if (kind === "extension") home[name] = this.#lineAtHome(text);
    }
    return home as unknown as Command;
  }

  resultAbroad(result: CommandResult): CommandResult {
    if (!result.ok || result.outcome.call === undefined) return result;
    return {
      ok: true,
      outcome: { ...result.outcome, call: this.#firstCall + result.outcome.call },
    };
  }

  #lineAtHome(line: string): string {
    return line.startsWith(this.#prefix) ? line.slice(this.#prefix.length) : line;
  }
}

/** An event of the bus has a number, which belongs to this bus alone. */
function withoutSeq<T extends EventDraft>(event: T): T {
  const { seq: _, ...draft } = event as T & { readonly seq?: number };
  return draft as unknown as T;
}
