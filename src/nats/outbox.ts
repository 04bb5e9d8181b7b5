/**
 * A site's events on their way to NATS: each is sent after the one before it was acknowledged, and again
 * until it is. The bus's own memory is the queue, so nothing here grows.
 */
import type { EventBus } from "../bus/bus.ts";
import type { StatePort } from "../bus/ports.ts";
import { type Clock, sleep } from "../clock.ts";
import type { Call } from "../model/call.ts";
import type { EventDraft } from "../model/event.ts";
import type { Line } from "../model/line.ts";
import { type SiteNames, tokenOf } from "./names.ts";
import { DUPLICATE_WINDOW_SECONDS, StreamError, type Streams } from "./streams.ts";
import { type Stretch, SUBJECTS, WIRE_VERSION } from "./wire.ts";

const ACKNOWLEDGED_WITHIN_MS = 1000;
const AGAIN_AFTER_MS = 100;
/** A message that is sent for longer might be stored twice. */
const MOST_SENDING_MS = DUPLICATE_WINDOW_SECONDS * 1000 - 20_000;

/** The site cannot go on where it was: it has to announce itself anew. */
export class AnnounceAgain extends Error {
  override readonly name = "AnnounceAgain";
}

export interface OutboxOptions {
  readonly site: string;
  readonly names: SiteNames;
  readonly bus: EventBus;
  readonly state: StatePort;
  /** Whether gateways hear of a line at all, by its extension. */
  readonly isShown: (line: string) => boolean;
  readonly streams: Streams;
  readonly clock: Clock;
}

/** A message that is stored. */
export interface Acknowledged {
  readonly seq: number;
  readonly subject: string;
  readonly messageId: string;
}

/** The state that all messages up to the n-th have led to. */
export interface SiteState {
  readonly n: number;
  readonly lines: readonly Line[];
  readonly calls: readonly Call[];
}

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #stretch: Stretch;
  readonly #announcements: readonly EventDraft[];
  /** Of the announcements, those that are sent or being sent. */
  #announced = 0;
  /** The number of the bus's event that is sent or being sent. */
  #cursor: number;
  /** The number of the message that is sent or being sent. */
  #n = 0;
  #acknowledged: Acknowledged | undefined;

  /** @param formerLines Of a stretch before: those that are not there any more are removed. */
  constructor(options: OutboxOptions, stretch: Stretch, formerLines: readonly Line[]) {
    this.#options = options;
    this.#stretch = stretch;
    const { lines, calls } = this.#state();
    const atMs = options.clock.nowMs();
    const now = new Set(lines.map(({ permanentId }) => permanentId));
    const former = new Set(formerLines.map(({ permanentId }) => permanentId));
    this.#announcements = [
      ...formerLines.filter(({ permanentId }) => !now.has(permanentId))
        .map((line) => lineDraft(line, "removed", atMs)),
      ...lines.map((line) =>
        lineDraft(line, former.has(line.permanentId) ? "status" : "added", atMs)
      ),
      ...calls.map((call): EventDraft => ({
        type: "call",
        atMs,
        line: call.line,
        change: "new",
        call,
        numberChanged: false,
      })),
    ];
    this.#cursor = options.bus.seq;
  }

  /** The message that was acknowledged last. */
  get acknowledged(): Acknowledged | undefined {
    return this.#acknowledged;
  }

  /** How many messages wait. */
  get backlog(): number {
    return this.#announcements.length - this.#announced + (this.#waiting()?.length ?? 0);
  }

  /** The state, with the number of the message that leads to it, which may still wait. */
  state(): SiteState | undefined {
    const waiting = this.#waiting();
    if (waiting === undefined) return undefined;
    const n = this.#n + this.#announcements.length - this.#announced + waiting.length;
    return { n, ...this.#state() };
  }

  /**
   * Announces every line and call, then sends each event, until `signal` is aborted.
   *
   * @throws AnnounceAgain
   */
  async run(signal: AbortSignal): Promise<void> {
    const { bus } = this.#options;
    let wake = () => {};
    using _ = bus.subscribe(() => wake());
    for (const event of this.#announcements) {
      if (signal.aborted) return;
      this.#announced++;
      await this.#send(event, signal);
    }
    while (!signal.aborted) {
      const events = bus.since(this.#cursor);
      if (typeof events === "string") throw new AnnounceAgain("more happened than is remembered");
      if (events.length === 0) {
        const woken = Promise.withResolvers<void>();
        wake = woken.resolve;
        signal.addEventListener("abort", wake, { once: true });
        await woken.promise;
        signal.removeEventListener("abort", wake);
        continue;
      }
      for (const event of events) {
        if (signal.aborted) return;
        this.#cursor = event.seq;
        const shown = this.#shown(event);
        if (shown !== undefined) await this.#send(shown, signal);
      }
    }
  }

  #state(): Omit<SiteState, "n"> {
    const { state, names, isShown } = this.#options;
    return {
      lines: state.lines().filter(({ line }) => isShown(line)).map((line) =>
        names.lineAbroad(line)
      ),
      calls: state.calls().filter(({ line }) => isShown(line)).map((call) =>
        names.callAbroad(call)
      ),
    };
  }

  #waiting(): readonly EventDraft[] | undefined {
    const events = this.#options.bus.since(this.#cursor);
    return typeof events === "string"
      ? undefined
      : events.flatMap((event) => this.#shown(event) ?? []);
  }

  #shown(event: EventDraft): EventDraft | undefined {
    const { names, isShown } = this.#options;
    if (event.type === "provider" || !isShown(event.line)) return undefined;
    return names.eventAbroad(event);
  }

  async #send(event: EventDraft, signal: AbortSignal): Promise<void> {
    if (event.type === "provider") return;
    const { site, streams, clock } = this.#options;
    const { life, incarnation } = this.#stretch;
    const n = ++this.#n;
    const subject = SUBJECTS.event(site, tokenOf(event.line.slice(site.length + 1)));
    const body = { v: WIRE_VERSION, kind: "event", life, incarnation, n, event };
    const messageId = `${life}.${incarnation}.${n}`;
    const startMs = clock.uptimeMs();
    while (!signal.aborted) {
      if (clock.uptimeMs() - startMs > MOST_SENDING_MS) {
        throw new AnnounceAgain("an event was not acknowledged for too long");
      }
      try {
        const seq = await streams.store(subject, body, { messageId }, ACKNOWLEDGED_WITHIN_MS) ?? 0;
        this.#acknowledged = { seq, subject, messageId };
        return;
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        await sleep(clock, AGAIN_AFTER_MS, signal);
      }
    }
  }
}

function lineDraft(now: Line, change: "added" | "removed" | "status", atMs: number): EventDraft {
  return { type: "line", atMs, line: now.line, change, now };
}
