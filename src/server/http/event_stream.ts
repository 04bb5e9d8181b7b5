/**
 * Events as Server-Sent Events: the state or what was missed, then every event, as v2 has it. The
 * stream is a client like those with sockets, with the same limit on what may wait for it.
 */
import type { TimerId } from "../../clock.ts";
import { CLOSE } from "../../model/close_code.ts";
import type { Identity } from "../access/identity.ts";
import { provenanceOf } from "../access/origins.ts";
import { hostOf } from "../net/connected_clients.ts";
import { Client, type ClientOptions, type ClientSocket } from "../net/client.ts";
import { caughtUp, Feed, type FeedContext, isAhead, type Subscription } from "../v2/feed.ts";
import { readEventFilter } from "../v2/requests.ts";
import { failure } from "./answers.ts";
import type { RouteContext, Visit } from "./route.ts";

/** Proxies cut what is silent for longer. */
const HEARTBEAT_MS = 15_000;
const HEADERS = { "content-type": "text/event-stream" };

/** Answers `GET /api/v2/events`. */
export async function eventStream(visit: Visit, context: RouteContext): Promise<Response> {
  const { request, url: { searchParams }, address, identity } = visit;
  const lines = searchParams.getAll("line");
  const events = searchParams.getAll("events").flatMap((kinds) => kinds.split(","));
  const filter = readEventFilter({
    ...lines.length > 0 && { lines },
    ...events.length > 0 && { events },
  });
  if ("kind" in filter) return failure(filter.error);
  if (request.method === "HEAD") return new Response(null, { headers: HEADERS });
  // A browser that reconnects sends the header; the URL of its page is older.
  const last = request.headers.get("last-event-id") ?? searchParams.get("lastEventId");
  const wanted = { ...filter, ...last !== null && { resume: resumePointOf(last) } };
  const { clients, places, clock, maxUnsentBytes, metrics, bus } = context;
  if (isAhead(wanted, bus)) await caughtUp(wanted, bus, clock);
  const place = places.take(hostOf(address));
  if (place === undefined) {
    return failure({ code: "rate_limited", message: "There are too many connections" });
  }
  const gone = () => {
    clients.delete(client);
    place[Symbol.dispose]();
  };
  const socket = new StreamSocket(() => {
    client[Symbol.dispose]();
    gone();
  });
  const options: ClientOptions = {
    clock,
    maxUnsentBytes,
    address,
    identity,
    provenance: provenanceOf(request),
    onClosed(code) {
      metrics?.closed(code);
      gone();
    },
  };
  const client: EventStream = new EventStream(socket, wanted, options, context);
  clients.add(client);
  return new Response(socket.stream, { headers: HEADERS });
}

/** An id that is not one of ours cannot be resumed from. */
function resumePointOf(id: string): { epoch: string; seq: number } {
  const [, epoch = "", seq = "0"] = id.match(/^([^:]+):(\d{1,15})$/) ?? [];
  return { epoch, seq: Number(seq) };
}

/** The client at the other end of an event stream. */
class EventStream extends Client {
  readonly dialect = "sse";
  readonly #options: ClientOptions;
  readonly #epoch: string;
  readonly #feed: Feed;
  #heartbeat: TimerId | undefined;

  constructor(
    socket: ClientSocket,
    wanted: Subscription,
    options: ClientOptions,
    context: FeedContext,
  ) {
    super(socket, options);
    const { maxUnsentBytes, identity } = options;
    this.#options = options;
    this.#epoch = context.bus.epoch;
    this.#feed = new Feed(context, {
      maxUnsentBytes,
      send: (text, seq) => this.#sendEvent(text, seq),
    });
    this.#beatLater();
    const opening = this.#feed.open(wanted, identity);
    if (opening.kind === "replay") {
      for (const { text, seq } of opening.missed) this.#sendEvent(text, seq);
    } else {
      const { snapshot } = opening;
      this.#sendEvent(JSON.stringify(snapshot), snapshot.seq, snapshot.gap ? "gap" : "state");
    }
  }

  override setIdentity(identity: Identity): void {
    super.setIdentity(identity);
    this.#feed.setIdentity(identity);
  }

  get subscribedLines(): readonly string[] | null {
    return this.#feed.lines;
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    if (this.#heartbeat !== undefined) this.#options.clock.clearTimeout(this.#heartbeat);
    this.#feed[Symbol.dispose]();
  }

  /** Without a name it is a `message`, which pages hear without asking for a name. */
  #sendEvent(data: string, seq: number, name?: string): void {
    const event = name === undefined ? "" : `event: ${name}\n`;
    this.send(`${event}id: ${this.#epoch}:${seq}\ndata: ${data}\n\n`);
  }

  #beatLater(): void {
    this.#heartbeat = this.#options.clock.setTimeout(() => {
      this.#beatLater();
      this.send(":\n\n");
    }, HEARTBEAT_MS);
  }
}

const utf8 = new TextEncoder();
const OPEN = 1;
const CLOSED = 3;

/** The sending end of a stream, as a socket. */
class StreamSocket implements ClientSocket {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readyState = OPEN;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  /** @param onGone Called when the other end has left. */
  constructor(onGone: () => void) {
    this.stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => {
        this.readyState = CLOSED;
        onGone();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
  }

  get bufferedAmount(): number {
    return -(this.#controller?.desiredSize ?? 0);
  }

  send(text: string): void {
    this.#controller?.enqueue(utf8.encode(text));
  }

  /** Still sends what waits, unless the client has stopped reading. */
  close(code: number, reason: string): void {
    this.readyState = CLOSED;
    if (code === CLOSE.tooSlow.code || code === CLOSE.noSignOfLife.code) {
      this.#controller?.error(new Error(reason));
    } else this.#controller?.close();
  }
}
