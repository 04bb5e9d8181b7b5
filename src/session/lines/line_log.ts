/** The log of lines that come and go: a driver that loses hundreds of them at once is one entry. */
import { type Clock, sleep } from "../../clock.ts";
import { logger } from "../../log.ts";

const log = logger("session");

/** Entries of one kind are collected for so long. */
const COLLECT_MS = 500;
/** Entries that are written one by one. */
const MOST_SINGLE = 5;

/** Events of lines: the entry for one, and for several. Monitoring matches these texts. */
const KINDS = {
  "closed": {
    level: "error",
    one: "was closed by its driver",
    many: "were closed by their driver",
  },
  "open again": { level: "info", one: "is open again", many: "are open again" },
  "not open": { level: "error", one: "cannot be opened", many: "cannot be opened" },
  "out of service": { level: "error", one: "is out of service", many: "are out of service" },
  "in service": { level: "info", one: "is in service again", many: "are in service again" },
  "removed": { level: "warn", one: "was removed", many: "were removed" },
} as const;
type Kind = keyof typeof KINDS;

export class LineLog {
  readonly #clock: Clock;
  readonly #ended: AbortSignal;
  /** The lines concerned, by the kind of event and its reason. */
  readonly #collected = new Map<string, { kind: Kind; reason: string; lines: string[] }>();

  /** @param ended Aborted when nothing more is collected. */
  constructor(clock: Clock, ended: AbortSignal) {
    this.#clock = clock;
    this.#ended = ended;
  }

  /** @param reason Why; lines with different reasons are different entries. */
  note(kind: Kind, line: string, reason = ""): void {
    const key = `${kind} ${reason}`;
    const known = this.#collected.get(key);
    if (known !== undefined) return void known.lines.push(line);
    this.#collected.set(key, { kind, reason, lines: [line] });
    void sleep(this.#clock, COLLECT_MS, this.#ended).then(() => this.#write(key));
  }

  #write(key: string): void {
    const collected = this.#collected.get(key);
    if (collected === undefined) return;
    this.#collected.delete(key);
    const { kind, reason, lines } = collected;
    const { level, one, many } = KINDS[kind];
    const why = reason === "" ? "" : ": {reason}";
    if (lines.length <= MOST_SINGLE) {
      for (const line of lines) log[level](`Line {line} ${one}${why}`, { line, reason });
      return;
    }
    log[level](`{count} lines ${many}${why}`, { count: lines.length, reason });
    log.debug(`The lines that ${many}: {lines}`, { lines: lines.join(", ") });
  }
}
