/**
 * The stream of events, message after message: live as NATS sends it on, and asked for where something
 * is missing. No message is taken twice or out of order.
 */
import { type Clock, sleep, type TimerId } from "../clock.ts";
import type { Link } from "./link.ts";
import { EVENTS, type Stored, storedOf, StreamError, type Streams } from "./streams.ts";
import { SUBJECTS } from "./wire.ts";

/** After a silence of so long, it is asked whether there is more. */
const SILENCE_MS = 500;
const RETRY_MS = 100;
/** Messages that are asked for at once. */
const WINDOW = 64;
/** Messages that came early; more are asked for again. */
const MOST_EARLY = 10_000;
/** The latest messages, whose ids are compared with what comes. */
const MOST_RECENT = 1024;

/** `rolled back`: a number means another message now. `expired`: the next message is not kept any more. */
export type Break = "rolled back" | "expired";

export interface ReaderOptions {
  readonly link: Link;
  readonly streams: Streams;
  readonly clock: Clock;
  /** Takes the next message; `undefined`: the number has none. */
  readonly take: (seq: number, stored: Stored | undefined) => void;
  /** Called once: the sequence cannot go on. */
  readonly onBreak: (reason: Break) => void;
}

export class Reader implements Disposable {
  readonly #options: ReaderOptions;
  readonly #created: string;
  readonly #disposed = new AbortController();
  readonly #subscriptions: readonly Disposable[];
  readonly #early = new Map<number, Stored>();
  readonly #recentIds = new Map<number, string>();
  #last: number;
  /** The number up to which there are messages, as far as is known. */
  #end = 0;
  #isFetching = false;
  #isVerifying = false;
  #heardAtMs: number;
  #timer: TimerId;
  #gaps = 0;

  /**
   * @param created The stream's.
   * @param last The number before the first message to take.
   */
  constructor(options: ReaderOptions, created: string, last: number) {
    this.#options = options;
    this.#created = created;
    this.#last = last;
    const { link, clock } = options;
    this.#heardAtMs = clock.uptimeMs();
    this.#subscriptions = [
      link.subscribe(SUBJECTS.live, (message) => {
        const stored = storedOf(message);
        if (stored !== undefined) this.#receive(stored);
      }),
      link.onConnected(() => void this.#verify()),
    ];
    this.#timer = clock.setTimeout(() => this.#lookFurther(), SILENCE_MS);
  }

  /** The number of the message that was taken last. */
  get last(): number {
    return this.#last;
  }

  /** How often messages had to be asked for. */
  get gaps(): number {
    return this.#gaps;
  }

  /** How many messages are known to be there, and not taken yet. */
  get missing(): number {
    return Math.max(this.#end - this.#last, 0);
  }

  /** When the last message came, on the clock that never jumps. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Resolves when the message of this number, and all before it, are taken, or it is disposed of. */
  async reach(seq: number): Promise<void> {
    this.#end = Math.max(this.#end, seq);
    while (this.#last < seq && !this.#disposed.signal.aborted) {
      await this.#fetch();
      if (this.#last < seq) await this.#pause();
    }
    // Events that are read at the start were not missed.
    this.#gaps = 0;
  }

  [Symbol.dispose](): void {
    this.#disposed.abort();
    this.#options.clock.clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription[Symbol.dispose]();
  }

  #receive(stored: Stored): void {
    const { seq, messageId } = stored;
    this.#heardAtMs = this.#options.clock.uptimeMs();
    if (seq <= this.#last) {
      const known = this.#recentIds.get(seq);
      const isOther = known === undefined ? seq <= this.#last - MOST_RECENT : known !== messageId;
      if (isOther) this.#break("rolled back");
      return;
    }
    this.#end = Math.max(this.#end, seq);
    if (seq === this.#last + 1 && !this.#isFetching) {
      this.#take(stored);
      return;
    }
    if (this.#early.size < MOST_EARLY) this.#early.set(seq, stored);
    void this.#fetch();
  }

  #take(stored: Stored): void {
    if (stored.seq !== this.#last + 1 || this.#disposed.signal.aborted) return;
    this.#last = stored.seq;
    this.#early.delete(stored.seq);
    this.#recentIds.set(stored.seq, stored.messageId);
    this.#recentIds.delete(stored.seq - MOST_RECENT);
    this.#options.take(stored.seq, stored);
  }

  /** Asks for what is missing, up to what is known to be there. */
  async #fetch(): Promise<void> {
    if (this.#isFetching) return;
    this.#isFetching = true;
    try {
      while (this.#last < this.#end && !this.#disposed.signal.aborted) await this.#fetchSome();
    } finally {
      this.#isFetching = false;
    }
  }

  async #fetchSome(): Promise<void> {
    const { streams } = this.#options;
    const first = this.#last + 1;
    const early = this.#early.get(first);
    if (early !== undefined) return this.#take(early);
    this.#gaps++;
    const count = Math.min(WINDOW, this.#end - this.#last);
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    try {
      const found = await Promise.all(
        numbers.map((seq) => this.#early.get(seq) ?? streams.event(seq)),
      );
      for (const stored of found) {
        if (stored === undefined) break;
        this.#take(stored);
      }
      if (this.#last < first) await this.#askLeader(first);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
      await this.#pause();
    }
  }

  /** A server that was asked did not have a message: it may be behind, or there is none. */
  async #askLeader(seq: number): Promise<void> {
    const { streams, take } = this.#options;
    const stored = await streams.stored(EVENTS, { seq });
    if (stored !== undefined) return this.#take(stored);
    const info = await streams.info(EVENTS);
    if (info === undefined || info.lastSeq < seq) return this.#break("rolled back");
    if (info.firstSeq > seq) return this.#break("expired");
    if (seq !== this.#last + 1) return;
    this.#last = seq;
    take(seq, undefined);
  }

  /** NATS' live messages can be lost without a trace. */
  #lookFurther(): void {
    const { clock } = this.#options;
    this.#timer = clock.setTimeout(() => this.#lookFurther(), SILENCE_MS);
    if (clock.uptimeMs() - this.#heardAtMs >= SILENCE_MS && !this.#isFetching) void this.#look();
  }

  async #look(): Promise<void> {
    const { streams, link } = this.#options;
    if (link.connectedForMs === undefined) return;
    try {
      const next = this.#last + 1;
      const stored = await streams.event(next);
      if (stored === undefined || this.#last >= next) return;
      // Existing events go the same way, in which none is taken twice.
      this.#receive(stored);
      void this.#look();
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
    }
  }

  /** After a connection was lost: whether the stream still has what was taken from it. */
  async #verify(): Promise<void> {
    if (this.#isVerifying) return;
    this.#isVerifying = true;
    const { link } = this.#options;
    try {
      while (!this.#disposed.signal.aborted && link.connectedForMs !== undefined) {
        try {
          return await this.#compare();
        } catch (error) {
          if (!(error instanceof StreamError)) throw error;
          await this.#pause();
        }
      }
    } finally {
      this.#isVerifying = false;
    }
  }

  async #compare(): Promise<void> {
    const { streams } = this.#options;
    const last = this.#last;
    const info = await streams.info(EVENTS);
    if (info === undefined || info.created !== this.#created || info.lastSeq < last) {
      return this.#break("rolled back");
    }
    const id = this.#recentIds.get(last);
    if (id !== undefined && info.firstSeq <= last) {
      const stored = await streams.stored(EVENTS, { seq: last });
      if (stored !== undefined && stored.messageId !== id) return this.#break("rolled back");
    }
    this.#end = Math.max(this.#end, info.lastSeq);
    void this.#fetch();
  }

  #break(reason: Break): void {
    if (this.#disposed.signal.aborted) return;
    this[Symbol.dispose]();
    this.#options.onBreak(reason);
  }

  #pause(): Promise<void> {
    return sleep(this.#options.clock, RETRY_MS, this.#disposed.signal);
  }
}
