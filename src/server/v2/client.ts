/** A client that speaks v2: its feed, its commands, and the order in which it is told of both. */
import { logger } from "../../log.ts";
import type { CommandError } from "../../model/error.ts";
import { monitorRefusal } from "../access/permissions.ts";
import { Client, type ClientOptions, type ClientSocket, type Speaker } from "../net/client.ts";
import type { Authenticator, Identity } from "../access/identity.ts";
import { type Batcher, batchFrame } from "./batch.ts";
import { Feed } from "./feed.ts";
import { errorFrame, type RequestId, resultFrame, type V2Encoder } from "./frames.ts";
import { search } from "./journal.ts";
import { type Answer, obey, type Ports, query } from "./perform.ts";
import { parseRequest, type Request, type SubscribeRequest } from "./requests.ts";

const log = logger("server");

/** What a client is told of the server's bounds. */
export interface Limits {
  readonly messageBytes: number;
  readonly commandsPerSecond: number;
  readonly maxUnsentBytes: number;
  readonly clientTimeoutSeconds: number;
  readonly historyLength: number;
}

export interface V2ClientOptions extends ClientOptions, Ports {
  readonly version: string;
  readonly limits: Limits;
  readonly encoder: V2Encoder;
  readonly batcher: Batcher;
  /** None: no token is one. */
  readonly authenticator?: Authenticator | undefined;
}

export class V2Client extends Client implements Speaker {
  readonly dialect = "v2";
  readonly #options: V2ClientOptions;
  readonly #feed: Feed;
  /** Pending while it is found out whom a token belongs to. */
  #proving: Promise<void> | undefined;

  constructor(socket: ClientSocket, options: V2ClientOptions) {
    super(socket, options);
    this.#options = options;
    this.#feed = new Feed({
      ...options,
      maxReplayCharacters: replayBound(options),
      hear: (text) => this.send(text),
      batches: { batcher: options.batcher, send: (frame) => this.send(frame) },
    });
    const { version, limits, bus: { epoch, seq } } = options;
    this.send(JSON.stringify({
      type: "hello",
      server: { name: "tapi2ws", version },
      epoch,
      seq,
      identity: shownIdentity(options.identity),
      limits,
    }));
  }

  get chosenLines(): readonly string[] | null {
    return this.#feed.chosenLines;
  }

  async receive(data: unknown): Promise<void> {
    // What comes behind a token is said by whom it belongs to.
    while (this.#proving !== undefined) await this.#proving;
    if (!this.isAdmitted()) return;
    const message = parseRequest(typeof data === "string" ? data : "");
    if (message.kind === "request") return await this.#perform(message.request);
    const { id, error } = message;
    log.debug("Client {address} sent what is answered with {code}", {
      address: this.address,
      code: error.code,
    });
    this.#options.metrics?.answered("invalid", error.code);
    this.#answer(id, { ok: false, error });
  }

  refuse(data: unknown, error: CommandError): void {
    const message = parseRequest(typeof data === "string" ? data : "");
    this.#answer(message.kind === "request" ? message.request.id : message.id, {
      ok: false,
      error,
    });
  }

  override become(identity: Identity): void {
    super.become(identity);
    this.#feed.continueFor(identity);
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#feed[Symbol.dispose]();
  }

  async #perform(request: Request): Promise<void> {
    // Before the subscription changes, or an answer overtakes it.
    this.#feed.flush();
    switch (request.cmd) {
      case "subscribe":
        return this.#subscribe(request);
      case "unsubscribe":
        this.#feed[Symbol.dispose]();
        return this.#answer(request.id, { ok: true, outcome: {} });
      case "auth":
        return await this.#authenticate(request.id, request.token);
      case "ping":
      case "lines":
      case "calls":
        return this.#answer(request.id, query(request, this.identity, this.#options));
      case "journal":
        return this.#answer(request.id, await search(request, this.identity, this.#options));
      default:
        this.#answer(request.id, await obey(request, this, this.#options));
    }
  }

  /** All in one turn: the state, or what was missed, and the events from then on. */
  #subscribe(request: SubscribeRequest): void {
    const { id } = request;
    const refused = monitorRefusal(this.identity);
    if (refused !== undefined) return this.#answer(id, { ok: false, error: refused });
    const opening = this.#feed.open(request, this.identity);
    if (opening.kind === "snapshot") {
      this.#answer(id, { ok: true, outcome: opening.snapshot });
    } else {
      const { epoch, seq, missed } = opening;
      this.#answer(id, { ok: true, outcome: { epoch, seq, replayed: missed.length } });
    }
    if (opening.kind === "snapshot") return;
    const texts = opening.missed.map(({ text }) => text);
    if (request.batch !== true) return texts.forEach((text) => this.send(text));
    const frame = batchFrame(texts);
    if (frame !== undefined) this.send(frame);
  }

  async #authenticate(id: RequestId | undefined, token: string): Promise<void> {
    const { authenticator } = this.#options;
    const proved = Promise.withResolvers<void>();
    this.#proving = proved.promise;
    try {
      const identity = await authenticator?.identify(token);
      if (!this.isAdmitted()) return;
      if (identity === undefined) {
        const error = { code: "unauthorized", message: "The token is not known" } as const;
        return this.#answer(id, { ok: false, error });
      }
      this.become(identity);
      this.#answer(id, { ok: true, outcome: { identity: shownIdentity(identity) } });
    } finally {
      this.#proving = undefined;
      proved.resolve();
    }
  }

  /** Whatever was heard before is sent before. */
  #answer(id: RequestId | undefined, answer: Answer): void {
    this.#feed.flush();
    this.send(answer.ok ? resultFrame(id, answer.outcome) : errorFrame(id, answer.error));
  }
}

/** Half of what may wait for a client: a replay must not be why it is closed as too slow. */
export function replayBound({ maxUnsentBytes }: { readonly maxUnsentBytes: number }): number {
  return maxUnsentBytes / 2;
}

function shownIdentity({ name, can, lines }: Identity): Pick<Identity, "name" | "can" | "lines"> {
  return { name, can, lines };
}
