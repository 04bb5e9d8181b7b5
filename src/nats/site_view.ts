/** A site as a gateway knows it: what the messages of the stream so far have led to. */
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { EventDraft } from "../model/event.ts";
import type { Line } from "../model/line.ts";
import { siteNumberOf } from "./names.ts";
import { isSame } from "./records.ts";
import type { Message, SiteRecord, Stretch } from "./wire.ts";

type SiteEvent = Exclude<EventDraft, { readonly type: "provider" }>;
type Numbered = Extract<Message, { readonly kind: "event" }>;

/**
 * How much of a site is known. `none`: its events only. `asked`: its state is on its way. `whole`: every
 * line and call.
 */
type Knowledge = "none" | "asked" | "whole";

/** The state of a site, as it answers. */
export interface AnsweredState extends Stretch {
  readonly n: number;
  readonly lines: readonly Line[];
  readonly calls: readonly Call[];
}

export class SiteView {
  readonly site: string;
  #stretch: Stretch | undefined;
  #number: number | undefined;
  #isLost = false;
  #knowledge: Knowledge = "none";
  /** Of the stretch's events, the number of the latest; 0 before the first. */
  #n = 0;
  /** The number of the event that the answered state includes. */
  #answeredN = 0;
  /** Events that came while the state was asked for. */
  #sinceAsked: Numbered[] = [];
  /** By permanent id. */
  readonly #lines = new Map<string, Line>();
  readonly #calls = new Map<CallId, Call>();

  constructor(site: string) {
    this.site = site;
  }

  get stretch(): Stretch | undefined {
    return this.#stretch;
  }

  get number(): number | undefined {
    return this.#number;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  get knowledge(): Knowledge {
    return this.#knowledge;
  }

  /** Whether the state is exactly what the messages so far have led to. */
  get isExact(): boolean {
    return this.#knowledge === "whole" && this.#n >= this.#answeredN;
  }

  lines(): Iterable<Line> {
    return this.#lines.values();
  }

  calls(): Iterable<Call> {
    return this.#calls.values();
  }

  call(id: CallId): Call | undefined {
    return this.#calls.get(id);
  }

  /** Takes over what everyone agrees on, where no message of the stretch has come yet. */
  adopt({ life, incarnation, number, state, lines }: SiteRecord): void {
    const stretch = { life, incarnation };
    this.#number ??= number;
    if (this.#stretch !== undefined && isSame(this.#stretch, stretch)) {
      if (state === "lost" && this.#knowledge !== "whole") this.#bury(lines);
      return;
    }
    if (this.#stretch !== undefined && this.#knowledge === "whole") return;
    this.#stretch = stretch;
    this.#number = number;
    this.#n = 0;
    if (state === "lost") this.#bury(lines);
  }

  #bury(lines: readonly Line[]): void {
    this.#isLost = true;
    this.#knowledge = "whole";
    this.#answeredN = 0;
    this.#calls.clear();
    this.#lines.clear();
    for (const line of lines) this.#lines.set(line.permanentId, line);
  }

  /** The state is asked for: events are kept until it comes. */
  ask(): void {
    this.#knowledge = "asked";
    this.#sinceAsked = [];
  }

  /** There is no answer, or none that fits. */
  giveUp(): void {
    if (this.#knowledge !== "asked") return;
    this.#knowledge = "none";
    this.#sinceAsked = [];
  }

  /** The state has come. */
  answer(state: AnsweredState): void {
    const { n, lines, calls } = state;
    if (this.#knowledge !== "asked" || this.#isLost) return;
    if (this.#stretch === undefined || !isSame(this.#stretch, state)) return this.giveUp();
    this.#knowledge = "whole";
    this.#answeredN = n;
    this.#lines.clear();
    this.#calls.clear();
    for (const line of lines) this.#lines.set(line.permanentId, line);
    for (const call of calls) this.#calls.set(call.id, call);
    for (const message of this.#sinceAsked) if (message.n > n) this.#apply(message.event);
    this.#sinceAsked = [];
  }

  /** A stretch begins: everything that is in it follows. */
  begin({ life, incarnation, number }: Extract<Message, { readonly kind: "up" }>): void {
    this.#stretch = { life, incarnation };
    this.#number = number;
    this.#isLost = false;
    this.#knowledge = "whole";
    this.#n = 0;
    this.#answeredN = 0;
    this.#sinceAsked = [];
    this.#calls.clear();
  }

  /**
   * Takes an event.
   *
   * @returns `void`: it does not count. `gap`: it counts, but one before it is missing.
   */
  take(message: Numbered): "counts" | "void" | "gap" {
    const { n, event } = message;
    this.#stretch ??= { life: message.life, incarnation: message.incarnation };
    if (this.#isLost || !isSame(this.#stretch, message) || n <= this.#n) return "void";
    if (!this.#isOwn(event)) return "void";
    const isFirst = this.#n === 0 && this.#knowledge !== "whole";
    const result = isFirst || n === this.#n + 1 ? "counts" : "gap";
    this.#n = n;
    if (this.#knowledge === "asked") this.#sinceAsked.push(message);
    else if (this.#knowledge === "whole" && n > this.#answeredN) this.#apply(event);
    return result;
  }

  /** Takes a mark of loss. @returns Whether it is about the stretch that counts. */
  lose(stretch: Stretch): boolean {
    this.#stretch ??= stretch;
    if (this.#isLost || !isSame(this.#stretch, stretch)) return false;
    // Changes in the answered state that the stream does not have have not happened for clients.
    if (!this.isExact) this.#knowledge = "none";
    this.#sinceAsked = [];
    this.#isLost = true;
    return true;
  }

  /** Takes an obituary. @returns Whether it counts. */
  end({ event, ...stretch }: Extract<Message, { readonly kind: "obituary" }>): boolean {
    if (!this.#isLost || this.#stretch === undefined || !isSame(this.#stretch, stretch)) {
      return false;
    }
    if (!this.#isOwn(event)) return false;
    if (this.#knowledge === "whole") this.#apply(event);
    return true;
  }

  /** Whether an event is about the site's own line, and a call about one of its own. */
  #isOwn(event: SiteEvent): boolean {
    const prefix = `${this.site}/`;
    if (event.type === "line") {
      return event.line === event.now.line && event.line.startsWith(prefix) &&
        event.now.permanentId.startsWith(prefix);
    }
    const { call } = event;
    return event.line === call.line && call.line.startsWith(prefix) &&
      call.permanentId.startsWith(prefix) &&
      (this.#number === undefined || siteNumberOf(call.id) === this.#number);
  }

  #apply(event: SiteEvent): void {
    if (event.type === "call") {
      if (event.change === "ended") this.#calls.delete(event.call.id);
      else this.#calls.set(event.call.id, event.call);
    } else if (event.change === "removed") this.#lines.delete(event.now.permanentId);
    else this.#lines.set(event.now.permanentId, event.now);
  }
}
