/**
 * A stretch of a gateway's life in which it follows the stream without a break. It ends when the gateway
 * is cut off or the sequence cannot go on; then another one begins.
 */
import type { EventBus, SharedSequence } from "../bus/bus.ts";
import { type Clock, sleep, type TimerId } from "../clock.ts";
import { logger } from "../log.ts";
import type { BusEvent } from "../model/event.ts";
import { Fleet } from "./fleet.ts";
import { type Link, RequestFailure } from "./link.ts";
import { bury } from "./obituary.ts";
import type { Records } from "./records.ts";
import { Reader } from "./reader.ts";
import type { SiteView } from "./site_view.ts";
import { EVENTS, type Stored, StreamError, type Streams } from "./streams.ts";
import { readAs, STATE_PAGE, type StatePage, type Stretch, SUBJECTS } from "./wire.ts";
import { Watch } from "./watch.ts";

const log = logger("nats");

/** A site that was not heard of for so long is lost; a gateway without a connection is cut off. */
const SILENT_MS = 6000;
const TICK_MS = 500;
const CHECK_MS = 2000;
const ASK_MS = 2000;
/** The least number of events that are read at the start: they tell most of the sites' state. */
const LEAST_READ = 10_000;

export interface FollowingOptions {
  readonly link: Link;
  readonly streams: Streams;
  readonly records: Records;
  readonly bus: EventBus;
  readonly clock: Clock;
  readonly historyLength: number;
}

export class Following implements Disposable {
  readonly fleet: Fleet;
  readonly watch: Watch;
  /** Resolves with the reason when it cannot go on. */
  readonly ended: Promise<string>;
  readonly #options: FollowingOptions;
  readonly #end = new AbortController();
  readonly #resolveEnded: (reason: string) => void;
  /** Resolves when the stream is read up to where it was at the start. */
  readonly #caughtUp = Promise.withResolvers<void>();
  readonly #subscriptions = new DisposableStack();
  /** Before clients are served. */
  #collected: BusEvent[] = [];
  #reader: Reader | undefined;
  #isReady = false;
  #epoch = 0;
  #timer: TimerId | undefined;
  #checkedAtMs = -Infinity;
  /** When the leader of the records answered last. */
  #answeredAtMs = -Infinity;
  #cutOffSinceMs: number | undefined;

  /** @param stopping Ends it. */
  constructor(options: FollowingOptions, stopping: AbortSignal) {
    this.#options = options;
    const { link, clock } = options;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    this.#resolveEnded = resolve;
    this.watch = this.#subscriptions.use(new Watch(link, clock));
    this.fleet = new Fleet({
      onLost: (view, stretch, atMs) => void this.#bury(view, stretch, atMs),
      onGap: (view, stretch) => {
        log.error("Events of the site {site} are missing", { site: view.site });
        void this.#declareLost(view, stretch);
      },
    });
    const stop = () => this.#break("the program stops");
    stopping.addEventListener("abort", stop);
    this.#subscriptions.defer(() => stopping.removeEventListener("abort", stop));
  }

  get isReady(): boolean {
    return this.#isReady && !this.#end.signal.aborted;
  }

  get gaps(): number {
    return this.#reader?.gaps ?? 0;
  }

  /** Events that are there and not read yet, as far as is known. */
  get missing(): number {
    return this.#reader?.missing ?? 0;
  }

  /** Since the latest event. */
  get silentForSeconds(): number {
    const { clock } = this.#options;
    return (clock.uptimeMs() - (this.#reader?.heardAtMs ?? clock.uptimeMs())) / 1000;
  }

  /**
   * Reads the stream, waits until the state of every site is known exactly, and gives clients the
   * sequence to go on with.
   *
   * @returns Whether it is ready; if not, it has ended before. @throws StreamError
   */
  async catchUp(): Promise<boolean> {
    const { streams, records, historyLength } = this.#options;
    this.#epoch = await records.epoch();
    const info = await streams.info(EVENTS);
    if (info === undefined) throw new StreamError(`There is no stream ${EVENTS}`);
    const { created, firstSeq, lastSeq } = info;
    const most = Math.max(historyLength, LEAST_READ);
    const completeAfter = Math.max(firstSeq - 1, lastSeq - most, 0);
    this.#reader = new Reader(
      {
        ...this.#options,
        take: (seq, stored) => this.#take(seq, stored),
        onBreak: (reason) => {
          if (reason === "rolled back") void this.#raiseEpoch();
          this.#break(`the stream is ${reason}`);
        },
      },
      created,
      completeAfter,
    );
    this.#tick();
    await this.#reader.reach(lastSeq);
    this.#caughtUp.resolve();
    const found = await records.all();
    for (const [site, { record }] of found) this.fleet.viewOf(site).adopt(record);
    while (!this.#end.signal.aborted) {
      const unknown = [...this.fleet.views()].filter(({ isExact }) => !isExact);
      if (unknown.length === 0) {
        const epoch = `${Date.parse(created).toString(36)}.${this.#epoch}`;
        const { last: seq } = this.#reader;
        this.#begin({ epoch, seq, completeAfter, events: this.#collected });
        return true;
      }
      await Promise.all(unknown.map((view) => this.#ask(view)));
      await this.#pause(50);
    }
    return false;
  }

  #begin(sequence: SharedSequence): void {
    const { link, bus } = this.#options;
    bus.share(sequence);
    this.#isReady = true;
    this.#collected = [];
    this.#subscriptions.use(link.subscribe(SUBJECTS.gateways, (message) => {
      message.respond("");
    }));
  }

  [Symbol.dispose](): void {
    this.#break("it is over");
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#subscriptions.dispose();
  }

  #break(reason: string): void {
    this.#end.abort();
    this.#reader?.[Symbol.dispose]();
    this.#resolveEnded(reason);
  }

  #pause(ms: number): Promise<void> {
    return sleep(this.#options.clock, ms, this.#end.signal);
  }

  #take(seq: number, stored: Stored | undefined): void {
    if (this.#end.signal.aborted) return;
    const event = stored && this.fleet.take(stored);
    if (this.#isReady) return this.#options.bus.follow(seq, event);
    if (event !== undefined) this.#collected.push({ ...event, seq });
  }

  /** Asks a site for its state, as far as it is not known. */
  async #ask(view: SiteView): Promise<void> {
    const { stretch, site } = view;
    if (view.knowledge !== "none" || view.isLost || stretch === undefined) return;
    view.ask();
    const pages: StatePage[] = [];
    try {
      let from: number | undefined = 0;
      let id: string | undefined;
      while (from !== undefined) {
        const page = await this.#askPage(site, stretch, { what: "state", from, id });
        if (page === undefined) return view.giveUp();
        pages.push(page);
        ({ id, next: from } = page);
      }
    } catch (error) {
      view.giveUp();
      if (error instanceof RequestFailure) return;
      throw error;
    }
    const [first] = pages;
    if (first === undefined) return;
    const lines = pages.flatMap(({ lines }) => lines);
    const calls = pages.flatMap(({ calls }) => calls);
    const { life, incarnation, n } = first;
    view.answer({ life, incarnation, n, lines, calls });
  }

  async #askPage(
    site: string,
    { life }: Stretch,
    question: object,
  ): Promise<StatePage | undefined> {
    const subject = SUBJECTS.ask(site, life);
    const reply = await this.#options.link.request(subject, JSON.stringify(question), ASK_MS);
    return readAs(STATE_PAGE, reply.string());
  }

  /** Looks after everything that nobody tells. */
  #tick(): void {
    const { clock, link } = this.#options;
    const nowMs = clock.uptimeMs();
    this.#timer = clock.setTimeout(() => this.#tick(), TICK_MS);
    if (link.connectedForMs !== undefined) this.#cutOffSinceMs = undefined;
    else this.#cutOffSinceMs ??= nowMs;
    if (nowMs - (this.#cutOffSinceMs ?? nowMs) > SILENT_MS) {
      return this.#break("there is no connection to NATS");
    }
    if (nowMs - this.#checkedAtMs < CHECK_MS) return;
    this.#checkedAtMs = nowMs;
    void this.#check();
  }

  async #check(): Promise<void> {
    const { clock, records } = this.#options;
    try {
      const epoch = await records.epoch();
      this.#answeredAtMs = clock.uptimeMs();
      if (epoch !== this.#epoch) return this.#break("the sequence begins anew");
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
    }
    for (const view of this.fleet.views()) {
      const { stretch, isLost, site } = view;
      if (stretch === undefined || isLost || !this.#isHearing()) continue;
      if (this.watch.silentForMs(site, stretch.life) < SILENT_MS) continue;
      log.warn("The site {site} is lost: it gives no sign of life", { site });
      await this.#declareLost(view, stretch);
    }
  }

  /** Whether it can say of others that they are silent: it has been connected, and is answered. */
  #isHearing(): boolean {
    const { clock, link } = this.#options;
    return (link.connectedForMs ?? 0) > SILENT_MS &&
      clock.uptimeMs() - this.#answeredAtMs < 2 * CHECK_MS;
  }

  async #declareLost({ site }: SiteView, stretch: Stretch): Promise<void> {
    try {
      await this.#options.records.declareLost(site, stretch);
    } catch (error) {
      // It is found silent again.
      if (!(error instanceof StreamError)) throw error;
    }
  }

  async #bury(view: SiteView, stretch: Stretch, atMs: number): Promise<void> {
    await Promise.race([this.#caughtUp.promise, this.ended]);
    await bury(view, stretch, atMs, {
      ...this.#options,
      signal: this.#end.signal,
      hasOthers: () => this.#hasOthers(),
      raiseEpoch: () => this.#raiseEpoch(),
    });
  }

  /** Whether another gateway serves clients, and so knows every site. */
  async #hasOthers(): Promise<boolean> {
    try {
      await this.#options.link.request(SUBJECTS.gateways, "", ASK_MS);
      return true;
    } catch {
      return false;
    }
  }

  async #raiseEpoch(): Promise<void> {
    try {
      await this.#options.records.raiseEpoch(this.#epoch);
    } catch (error) {
      if (!(error instanceof StreamError)) throw error;
    }
  }
}
