/** A client that speaks v2: its events, its requests, and the order in which it is sent the answers. */
import type { JournalPort } from "../../bus/ports.ts";
import type { Clock } from "../../clock.ts";
import { logger } from "../../log.ts";
import type { CommandError } from "../../model/error.ts";
import type { Settings } from "../../settings/settings.ts";
import type { HeavyReads } from "../access/heavy_reads.ts";
import type { Identity } from "../access/identity.ts";
import { monitorRefusal } from "../access/permissions.ts";
import { type CommandContext, execute } from "../commands.ts";
import {
  Client,
  type ClientOptions,
  type ClientSocket,
  type SendingClient,
} from "../net/client.ts";
import { hostOf } from "../net/connected_clients.ts";
import { type Batcher, batchFrame } from "./batch.ts";
import { caughtUp, Feed, type FeedContext, isAhead } from "./feed.ts";
import { type Answer, errorFrame, resultFrame } from "./frames.ts";
import { queryJournal, queryNumber, queryState } from "./queries.ts";
import {
  parseMessage,
  type RequestId,
  type ServerRequest,
  type SubscribeRequest,
} from "./requests.ts";

const log = logger("server");

/** The server's limits, as `hello` has them. */
type Limits =
  & Pick<Settings["limits"], "messageBytes" | "commandsPerSecond">
  & Pick<Settings, "maxUnsentBytes" | "clientTimeoutSeconds" | "historyLength">;

/** The parts that all v2 clients share. */
export interface V2Context extends CommandContext, FeedContext {
  readonly clock: Clock;
  readonly version: string;
  readonly limits: Limits;
  readonly batcher: Batcher;
  readonly journal?: JournalPort | undefined;
  readonly reads: HeavyReads;
  /** The identity that a token belongs to; `undefined` if it is not valid. */
  readonly identify: (token: string) => Promise<Identity | undefined>;
}

export class V2Client extends Client implements SendingClient {
  readonly dialect = "v2";
  readonly #context: V2Context;
  readonly #feed: Feed;
  /** Pending while a token is checked, or events are awaited: later messages wait for it. */
  #pending: Promise<void> | undefined;

  constructor(socket: ClientSocket, options: ClientOptions, context: V2Context) {
    super(socket, options);
    this.#context = context;
    const send = (text: string) => this.send(text);
    const { maxUnsentBytes } = options;
    const { version, limits, batcher, bus: { epoch, seq } } = context;
    this.#feed = new Feed(context, { maxUnsentBytes, send, batches: { batcher, send } });
    this.send(JSON.stringify({
      type: "hello",
      server: { name: "tapi2ws", version },
      epoch,
      seq,
      identity: shownIdentity(options.identity),
      limits,
    }));
  }

  get subscribedLines(): readonly string[] | null {
    return this.#feed.lines;
  }

  async receive(text: string): Promise<void> {
    // Messages after a token belong to its identity.
    while (this.#pending !== undefined) await this.#pending;
    if (!this.isAdmitted()) return;
    const message = parseMessage(text);
    const { id } = message;
    switch (message.kind) {
      case "command":
        return this.#answer(id, await execute(message.command, this, this.#context));
      case "request":
        return await this.#handle(id, message.request);
      case "error": {
        const { code } = message.error;
        log.debug("Client {address} is answered with {code}", { address: this.address, code });
        this.#context.metrics?.answered("invalid", code);
        this.#answer(id, { ok: false, error: message.error });
      }
    }
  }

  refuse(text: string, error: CommandError): void {
    this.#answer(parseMessage(text).id, { ok: false, error });
  }

  override setIdentity(identity: Identity): void {
    super.setIdentity(identity);
    this.#feed.setIdentity(identity);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#feed[Symbol.dispose]();
  }

  async #handle(id: RequestId | undefined, request: ServerRequest): Promise<void> {
    switch (request.cmd) {
      case "subscribe":
        return await this.#subscribe(id, request);
      case "unsubscribe":
        this.#feed.flush();
        this.#feed[Symbol.dispose]();
        return this.#answer(id, { ok: true, outcome: {} });
      case "auth":
        return await this.#authenticate(id, request.token);
      case "journal":
        return this.#answer(
          id,
          await queryJournal(request, { identity: this.identity, reader: this }, this.#context),
        );
      case "number":
        return this.#answer(id, await queryNumber(request, this.identity, this.#context));
      default:
        this.#answer(id, queryState(request, this.identity, this.#context));
    }
  }

  async #subscribe(id: RequestId | undefined, request: SubscribeRequest): Promise<void> {
    const { bus, clock } = this.#context;
    if (!isAhead(request, bus)) return this.#open(id, request);
    const open = () => {
      if (this.isAdmitted()) this.#open(id, request);
    };
    await this.#alone(caughtUp(request, bus, clock).then(open));
  }

  /** All in one turn: the state, or what was missed, and the events from then on. */
  #open(id: RequestId | undefined, request: SubscribeRequest): void {
    const error = monitorRefusal(this.identity);
    if (error !== undefined) return this.#answer(id, { ok: false, error });
    // Before the former subscription ends.
    this.#feed.flush();
    const opening = this.#feed.open(request, this.identity);
    if (opening.kind === "snapshot") {
      return this.#answer(id, { ok: true, outcome: opening.snapshot });
    }
    const { epoch, seq, missed } = opening;
    this.#answer(id, { ok: true, outcome: { epoch, seq, replayed: missed.length } });
    const texts = missed.map(({ text }) => text);
    if (request.batch !== true) return texts.forEach((text) => this.send(text));
    const frame = batchFrame(texts);
    if (frame !== undefined) this.send(frame);
  }

  async #authenticate(id: RequestId | undefined, token: string): Promise<void> {
    const { strangers, identify } = this.#context;
    const identified = async () => {
      const identity = await identify(token);
      if (identity === undefined) await strangers.guessed(hostOf(this.address));
      if (!this.isAdmitted()) return;
      if (identity === undefined) {
        const error = { code: "unauthorized", message: "The token is not known" } as const;
        return this.#answer(id, { ok: false, error });
      }
      this.setIdentity(identity);
      this.#answer(id, { ok: true, outcome: { identity: shownIdentity(identity) } });
    };
    await this.#alone(identified());
  }

  /** Lets later messages wait for `work`. */
  async #alone(work: Promise<void>): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#pending = done.promise;
    try {
      await work;
    } finally {
      this.#pending = undefined;
      done.resolve();
    }
  }

  /** Events before the answer are sent before it. */
  #answer(id: RequestId | undefined, answer: Answer): void {
    this.#feed.flush();
    this.send(answer.ok ? resultFrame(id, answer.outcome) : errorFrame(id, answer.error));
  }
}

function shownIdentity({ name, can, lines }: Identity): Pick<Identity, "name" | "can" | "lines"> {
  return { name, can, lines };
}
