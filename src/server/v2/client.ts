/** A client that speaks v2: its feed, its commands, and the order in which it is told of both. */
import { logger } from "../../log.ts";
import { mayMonitor } from "../access.ts";
import { Client, type ClientOptions, type ClientSocket, type Speaker } from "../client.ts";
import type { Authenticator, Identity } from "../identity.ts";
import { type Batcher, batchFrame } from "./batch.ts";
import { Feed } from "./feed.ts";
import { errorFrame, type RequestId, resultFrame, type V2Encoder } from "./frames.ts";
import { search } from "./journal.ts";
import { type Answer, NOT_A_MONITOR, obey, type Ports, query } from "./perform.ts";
import { parseRequest, type Request, type SubscribeRequest } from "./requests.ts";

const log = logger("server");

/** What a client is told of the server's bounds. */
export interface Limits {
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
    if (!this.isAdmitted()) return;
    const message = parseRequest(typeof data === "string" ? data : "");
    if (message.kind === "request") return await this.#perform(message.request);
    const { id, error } = message;
    log.debug("Client {address} sent what is answered with {code}", {
      address: this.address,
      code: error.code,
    });
    this.#options.figures?.answered("invalid", error.code);
    this.#answer(id, { ok: false, error });
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
        return this.#answer(request.id, this.#authenticate(request.token));
      case "ping":
      case "lines":
      case "calls":
        return this.#answer(request.id, query(request, this.identity, this.#options));
      case "journal":
        return this.#answer(request.id, await search(request, this.identity, this.#options));
      default:
        this.#answer(request.id, await obey(request, this.identity, this.#options));
    }
  }

  /** All in one turn: the state, or what was missed, and the events from then on. */
  #subscribe(request: SubscribeRequest): void {
    const { id } = request;
    if (!mayMonitor(this.identity)) return this.#answer(id, NOT_A_MONITOR);
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

  #authenticate(token: string): Answer {
    const identity = this.#options.authenticator?.identify(token);
    if (identity === undefined) {
      return { ok: false, error: { code: "unauthorized", message: "The token is not known" } };
    }
    this.become(identity);
    this.#feed.continueFor(identity);
    return { ok: true, outcome: { identity: shownIdentity(identity) } };
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
