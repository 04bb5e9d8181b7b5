/** A Tapi2Ws as one of several sites: it publishes its events, and takes commands of gateways. */
import type { EventBus } from "../bus/bus.ts";
import type { NatsStatus, StatePort } from "../bus/ports.ts";
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { Command, CommandResult } from "../model/command.ts";
import type { SharedJournal } from "./journal_answers.ts";
import { Link, type LinkOptions, RequestFailure } from "./link.ts";
import { SiteNames } from "./names.ts";
import { AnnounceAgain, Outbox } from "./outbox.ts";
import { isSame, Records, type StoredRecord } from "./records.ts";
import { respond } from "./responder.ts";
import { EVENTS, Streams } from "./streams.ts";
import { type RemoteSender, type Stretch, SUBJECTS, WIRE_VERSION } from "./wire.ts";

const log = logger("nats");

/** How often a site gives a sign of life. */
export const BEAT_MS = 2000;
const RETRY_MS = 1000;
const ASK_MS = 1000;
/** How long gateways have to end the calls and close the lines of a lost stretch. */
const BURIED_WITHIN_MS = 10_000;
const BURIED_STEP_MS = 100;
/** How often it is looked for an event before it counts as lost. */
const VERIFY_LOOKS = 3;
/** How long the last events and the farewell may take when the program stops. */
const FAREWELL_MS = 700;

/** The site cannot take part: an administrator has to change something. */
class CannotTakePart extends Error {
  override readonly name = "CannotTakePart";
}

export interface SiteOptions {
  readonly link: LinkOptions;
  readonly site: string;
  /** From 1 to 4095: no other site's. */
  readonly number: number;
  readonly replicas: number;
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly clock: Clock;
  /** Whether gateways hear of a line at all, by its extension. */
  readonly isShown: (line: string) => boolean;
  /** `undefined`: there is none for gateways. */
  readonly journal: SharedJournal | undefined;
  /** Carries a command out as far as the site's grant goes. Never rejects. */
  readonly execute: (command: Command, by: RemoteSender) => Promise<CommandResult>;
}

export class Site {
  /** Which program it is: another one for every start. */
  readonly life: string;
  readonly #options: SiteOptions;
  readonly #link: Link;
  readonly #streams: Streams;
  readonly #records: Records;
  readonly #names: SiteNames;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #current: { readonly stretch: Stretch; readonly outbox: Outbox } | undefined;
  #problem: string | undefined;

  /** Takes part as soon as it can, until it is stopped. */
  constructor(options: SiteOptions) {
    this.#options = options;
    const { clock, site, number } = options;
    this.#link = new Link(options.link);
    this.#streams = new Streams(this.#link);
    this.#records = new Records(this.#streams, clock);
    this.#names = new SiteNames(site, number, clock.nowMs());
    this.life = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
    this.#running = this.#run();
  }

  /** Messages that wait to be acknowledged by NATS; `undefined` while it takes no part. */
  get backlog(): number | undefined {
    return this.#current?.outbox.backlog;
  }

  /** Why it takes no part; `undefined` while it does. */
  get problem(): string | undefined {
    return this.#current === undefined ? this.#problem : undefined;
  }

  get status(): NatsStatus {
    const { problem } = this;
    return {
      connected: this.isConnected,
      waitingEvents: this.backlog ?? null,
      ...problem !== undefined && { problem },
    };
  }

  get isConnected(): boolean {
    return this.#link.connectedForMs !== undefined;
  }

  /** Sends what waits and says farewell, in less than a second. */
  async stop(): Promise<void> {
    const { clock, site } = this.#options;
    const current = this.#current;
    const late = AbortSignal.timeout(FAREWELL_MS);
    if (current !== undefined && this.isConnected) {
      while (current.outbox.backlog > 0 && !late.aborted) await sleep(clock, 10, late);
      const farewell = this.#records.declareLost(site, current.stretch).catch(() => {});
      await Promise.race([farewell, sleep(clock, FAREWELL_MS, late)]);
    }
    this.#stopping.abort();
    await this.#link.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { clock } = this.#options;
    while (!signal.aborted) {
      try {
        if (this.isConnected) await this.#takePart();
      } catch (error) {
        this.#report(error);
      }
      await sleep(clock, RETRY_MS, signal);
    }
  }

  #report(error: unknown): void {
    const problem = describeError(error);
    if (this.#stopping.signal.aborted || problem === this.#problem) return;
    this.#problem = problem;
    const values = { site: this.#options.site, problem };
    if (error instanceof CannotTakePart) {
      log.error("The site {site} cannot take part: {problem}", values);
    } else log.warn("The site {site} does not take part for the moment: {problem}", values);
  }

  /** @throws StreamError, CannotTakePart, AnnounceAgain */
  async #takePart(): Promise<void> {
    const { site, number, replicas } = this.#options;
    await this.#streams.ensure(replicas);
    const before = await this.#ended(await this.#recordBefore());
    const incarnation = before?.record.life === this.life ? before.record.incarnation + 1 : 1;
    const stretch = { life: this.life, incarnation };
    const record = { ...stretch, number, state: "up" as const, lines: [] };
    if (!await this.#records.replace(site, record, before)) return;
    const mark = { v: WIRE_VERSION, kind: "up", ...stretch, number };
    const messageId = `up.${site}.${stretch.life}.${incarnation}`;
    await this.#streams.store(SUBJECTS.event(site), mark, { messageId });
    const outbox = new Outbox(
      { ...this.#options, names: this.#names, streams: this.#streams },
      stretch,
      before?.record.lines ?? [],
    );
    this.#current = { stretch, outbox };
    const ended = new AbortController();
    const end = () => ended.abort();
    this.#stopping.signal.addEventListener("abort", end);
    using _ = respond({
      ...this.#options,
      link: this.#link,
      stretch,
      names: this.#names,
      outbox,
    });
    using __ = this.#beat(stretch, outbox, end);
    log.info("The site {site} takes part (announcement {incarnation})", { site, incarnation });
    this.#problem = undefined;
    try {
      await outbox.run(ended.signal);
    } catch (error) {
      if (!(error instanceof AnnounceAgain)) throw error;
      log.warn("The site {site} announces itself anew: {reason}", { site, reason: error.message });
    } finally {
      this.#current = undefined;
      this.#stopping.signal.removeEventListener("abort", end);
    }
  }

  /** The record of the stretch before, which is over. @throws StreamError, CannotTakePart */
  async #recordBefore(): Promise<StoredRecord | undefined> {
    const { site, number } = this.#options;
    const records = await this.#records.all();
    for (const [other, { record }] of records) {
      if (other !== site && record.number === number) {
        throw new CannotTakePart(`the site ${other} has the number ${number} as well`);
      }
    }
    const stored = records.get(site);
    if (stored === undefined || stored.record.life === this.life) return stored;
    try {
      const asked = SUBJECTS.ask(site, stored.record.life);
      await this.#link.request(asked, JSON.stringify({ what: "who" }), ASK_MS);
      throw new CannotTakePart("another program takes part under this name");
    } catch (error) {
      if (!(error instanceof RequestFailure)) throw error;
    }
    return stored;
  }

  /** Lets gateways end what is left of the stretch before. @throws StreamError */
  async #ended(stored: StoredRecord | undefined): Promise<StoredRecord | undefined> {
    if (stored === undefined || stored.record.state === "lost") return stored;
    const { site, clock } = this.#options;
    await this.#records.declareLost(site, stored.record);
    const startMs = clock.uptimeMs();
    while (await this.#hasGateways() && clock.uptimeMs() - startMs < BURIED_WITHIN_MS) {
      const now = await this.#records.of(site);
      if (now?.record.state === "lost") return now;
      await sleep(clock, BURIED_STEP_MS, this.#stopping.signal);
    }
    // Nobody knows what has to end: whoever comes back to a gateway must get the whole state.
    await this.#records.raiseEpoch(await this.#records.epoch());
    await this.#records.buried(site, stored.record, []);
    return await this.#records.of(site);
  }

  async #hasGateways(): Promise<boolean> {
    try {
      await this.#link.request(SUBJECTS.gateways, "", ASK_MS);
      return true;
    } catch {
      return false;
    }
  }

  /** Gives signs of life, and looks whether others still count the stretch, and what it has stored. */
  #beat(stretch: Stretch, outbox: Outbox, end: () => void): Disposable {
    const { site, clock } = this.#options;
    let mustVerify = false;
    let isLooking = false;
    const connected = this.#link.onConnected(() => mustVerify = outbox.acknowledged !== undefined);
    const look = async () => {
      isLooking = true;
      try {
        const now = await this.#records.of(site);
        if (now?.record.state !== "up" || !isSame(now.record, stretch)) return end();
        if (!mustVerify) return;
        mustVerify = false;
        if (await this.#isStored(outbox)) return;
        log.error("NATS has lost events of the site {site}", { site });
        await this.#records.raiseEpoch(await this.#records.epoch());
        end();
      } catch {
        // Looked at again with the next beat.
      } finally {
        isLooking = false;
      }
    };
    const beat = () => {
      const alive = {
        v: WIRE_VERSION,
        ...stretch,
        nowMs: clock.nowMs(),
        uptimeMs: clock.uptimeMs(),
      };
      this.#link.publish(SUBJECTS.alive(site), JSON.stringify(alive));
      if (!isLooking) void look();
      timer = clock.setTimeout(beat, BEAT_MS);
    };
    let timer = clock.setTimeout(beat, 0);
    const told = this.#link.subscribe(SUBJECTS.record(site), () => {
      if (!isLooking) void look();
    });
    return {
      [Symbol.dispose]() {
        clock.clearTimeout(timer);
        told[Symbol.dispose]();
        connected[Symbol.dispose]();
      },
    };
  }

  /**
   * Whether NATS still has what it acknowledged last. A server that is asked may be behind, or keep
   * events of that age no more. @throws StreamError
   */
  async #isStored({ acknowledged }: Outbox): Promise<boolean> {
    if (acknowledged === undefined) return true;
    const { clock } = this.#options;
    for (let look = 0; look < VERIFY_LOOKS; look++) {
      const info = await this.#streams.info(EVENTS);
      if (info === undefined || info.lastSeq < acknowledged.seq) return false;
      if (info.firstSeq > acknowledged.seq) return true;
      const latest = await this.#streams.latestEvent(acknowledged.subject);
      if (latest !== undefined && latest.seq >= acknowledged.seq) {
        return latest.seq > acknowledged.seq || latest.messageId === acknowledged.messageId;
      }
      await sleep(clock, RETRY_MS, this.#stopping.signal);
    }
    return false;
  }
}
