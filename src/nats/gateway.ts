/**
 * A gateway: it has no lines of its own, follows the stream of all sites' events, and serves it under the
 * stream's own numbers, so that its clients can go on at any other gateway.
 */
import type { EventBus } from "../bus/bus.ts";
import type {
  CommandPort,
  JournalPort,
  ServiceStatus,
  StatePort,
  StatusPort,
} from "../bus/ports.ts";
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { ProviderState } from "../model/event.ts";
import type { Line } from "../model/line.ts";
import type { Fleet } from "./fleet.ts";
import { Following } from "./following.ts";
import { Link, type LinkOptions } from "./link.ts";
import { Records } from "./records.ts";
import { RemoteCommands } from "./remote_commands.ts";
import { RemoteJournal } from "./remote_journal.ts";
import { Streams } from "./streams.ts";

const log = logger("nats");

const RETRY_MS = 500;

export interface GatewayOptions {
  readonly link: LinkOptions;
  /** For the audit of sites. */
  readonly name: string;
  readonly replicas: number;
  readonly historyLength: number;
  readonly replyTimeoutMs: number;
  readonly bus: EventBus;
  readonly clock: Clock;
  /** It cannot serve clients any more for now: they go to another gateway. */
  readonly onUnready: () => void;
}

export class Gateway implements StatusPort, StatePort {
  readonly commands: CommandPort;
  readonly journal: JournalPort;
  readonly #options: GatewayOptions;
  readonly #link: Link;
  readonly #streams: Streams;
  readonly #records: Records;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #following: Following | undefined;
  #problem: string | undefined;
  #gapsBefore = 0;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#link = new Link(options.link);
    this.#streams = new Streams(this.#link);
    this.#records = new Records(this.#streams, options.clock);
    this.commands = new RemoteCommands({
      ...options,
      link: this.#link,
      following: () => this.#following,
    });
    this.journal = new RemoteJournal({ link: this.#link, following: () => this.#following });
  }

  /** Follows as soon as it can, until it is stopped. */
  start(): void {
    this.#running = this.#run();
  }

  /** Whether clients can be served: the state is whole, and as new as the stream. */
  get isReady(): boolean {
    return this.#following?.isReady === true;
  }

  get isConnected(): boolean {
    return this.#link.connectedForMs !== undefined;
  }

  get sites(): readonly { readonly site: string; readonly state: "up" | "lost" }[] {
    return Array.from(
      this.#following?.fleet.views() ?? [],
      ({ site, isLost }) => ({ site, state: isLost ? "lost" : "up" }),
    );
  }

  get provider(): ProviderState {
    return this.isReady ? "up" : "down";
  }

  lines(): readonly Line[] {
    return this.#fleet?.lines() ?? [];
  }

  calls(): readonly Call[] {
    return this.#fleet?.calls() ?? [];
  }

  call(id: CallId): Call | undefined {
    return this.#fleet?.call(id);
  }

  /** `undefined` until it is ready. */
  get #fleet(): Fleet | undefined {
    return this.#following?.isReady === true ? this.#following.fleet : undefined;
  }

  status(): ServiceStatus {
    const lines = this.lines();
    const count = (wanted: string) => lines.filter(({ status }) => status === wanted).length;
    return {
      provider: this.isReady ? "up" : "down",
      lines: {
        open: count("open"),
        closed: count("closed"),
        failed: count("failed"),
        outOfService: count("out_of_service"),
      },
      lastMessageAgeSeconds: this.#following?.silentForSeconds ?? null,
      lastProbeAgeSeconds: null,
      silentForSeconds: null,
      troubles: lines.flatMap(({ line, status, error }) =>
        status === "open" ? [] : [{ line, status, ...error !== undefined && { error } }]
      ),
      hanging: [],
      nats: {
        connected: this.isConnected,
        missingEvents: this.#following?.missing ?? 0,
        gaps: this.#gapsBefore + (this.#following?.gaps ?? 0),
        sites: this.sites,
      },
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#link.close();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        if (this.isConnected) await this.#follow();
      } catch (error) {
        const problem = describeError(error);
        if (problem !== this.#problem && !signal.aborted) {
          log.warn("The gateway is not ready: {problem}", { problem });
        }
        this.#problem = problem;
      }
      await sleep(this.#options.clock, RETRY_MS, signal);
    }
  }

  /** Until it cannot go on. @throws StreamError */
  async #follow(): Promise<void> {
    const { replicas, onUnready } = this.#options;
    await this.#streams.ensure(replicas);
    using following = new Following({
      ...this.#options,
      link: this.#link,
      streams: this.#streams,
      records: this.#records,
    }, this.#stopping.signal);
    this.#following = following;
    try {
      if (!await following.catchUp()) return;
      this.#problem = undefined;
      log.info("The gateway is ready: {sites} sites, {lines} lines", {
        sites: this.sites.length,
        lines: this.lines().length,
      });
      const reason = await following.ended;
      if (!this.#stopping.signal.aborted) log.warn("Clients are sent away: {reason}", { reason });
    } finally {
      this.#gapsBefore += following.gaps;
      this.#following = undefined;
      onUnready();
    }
  }
}
