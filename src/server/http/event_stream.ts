/**
 * Events as Server-Sent Events: the state or what was missed, then every event, as v2 has it. The
 * stream is a client like the ones with sockets, with the same bound on what may wait for it.
 */
import type { TimerId } from "../../clock.ts";
import { monitorRefusal } from "../access/permissions.ts";
import { Client, type ClientOptions, type ClientSocket } from "../net/client.ts";
import type { Identity } from "../access/identity.ts";
import { CLOSE } from "../close_codes.ts";
import { replayBound } from "../v2/client.ts";
import { Feed, type FeedOptions, type Wish } from "../v2/feed.ts";
import { readChoice } from "../v2/requests.ts";
import { failure } from "./answers.ts";
import type { RoutesOptions, Visit } from "./route.ts";

/** From one sign of life to the next: proxies cut what is silent for longer. */
const HEARTBEAT_MS = 15_000;
const HEADERS = { "content-type": "text/event-stream" };

/** Answers a request for events. */
export function eventStream(visit: Visit, options: RoutesOptions): Response {
  const { request, url: { searchParams }, address, identity } = visit;
  const refused = monitorRefusal(identity);
  if (refused !== undefined) return failure(refused);
  const lines = searchParams.getAll("line");
  const events = searchParams.getAll("events").flatMap((kinds) => kinds.split(","));
  const choice = readChoice({
    ...lines.length > 0 && { lines },
    ...events.length > 0 && { events },
  });
  if ("kind" in choice) return failure(choice.error);
  if (request.method === "HEAD") return new Response(null, { headers: HEADERS });
  // A browser that reconnects sends the header; what its page wrote into the URL is older.
  const last = request.headers.get("last-event-id") ?? searchParams.get("lastEventId");
  const wish = { ...choice, ...last !== null && { resume: resumePointOf(last) } };
  const { clients, clock, maxUnsentBytes, metrics } = options;
  if (clients.isFull(address)) {
    return failure({ code: "rate_limited", message: "There are too many connections" });
  }
  const gone = () => void clients.delete(client);
  const onClosed = (code: number) => {
    metrics?.closed(code);
    gone();
  };
  const socket = new StreamSocket(() => {
    client[Symbol.dispose]();
    gone();
  });
  const client: EventStream = new EventStream(socket, wish, {
    ...options,
    clock,
    maxUnsentBytes,
    address,
    identity,
    onClosed,
  });
  clients.add(client);
  return new Response(socket.stream, { headers: HEADERS });
}

/** What cannot be an id of ours is one that cannot be served. */
function resumePointOf(id: string): { epoch: string; seq: number } {
  const [, epoch = "", seq = "0"] = id.match(/^([^:]+):(\d{1,15})$/) ?? [];
  return { epoch, seq: Number(seq) };
}

/** A client at the other end of an event stream. */
class EventStream extends Client {
  readonly dialect = "sse";
  readonly #options: ClientOptions;
  readonly #epoch: string;
  readonly #feed: Feed;
  #heartbeat: TimerId | undefined;

  constructor(
    socket: ClientSocket,
    wish: Wish,
    options: ClientOptions & Pick<FeedOptions, "bus" | "state" | "encoder">,
  ) {
    super(socket, options);
    this.#options = options;
    this.#epoch = options.bus.epoch;
    this.#feed = new Feed({
      ...options,
      maxReplayCharacters: replayBound(options),
      hear: (text, seq) => this.#send(text, seq),
    });
    this.#beatLater();
    const opening = this.#feed.open(wish, options.identity);
    if (opening.kind === "replay") {
      for (const { text, seq } of opening.missed) this.#send(text, seq);
    } else {
      const { snapshot } = opening;
      this.#send(JSON.stringify(snapshot), snapshot.seq, snapshot.gap ? "gap" : "state");
    }
  }

  override become(identity: Identity): void {
    super.become(identity);
    this.#feed.continueFor(identity);
  }

  get chosenLines(): readonly string[] | null {
    return this.#feed.chosenLines;
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    if (this.#heartbeat !== undefined) this.#options.clock.clearTimeout(this.#heartbeat);
    this.#feed[Symbol.dispose]();
  }

  /** Without a name it is a `message`, which pages need not ask for by a name. */
  #send(data: string, seq: number, name?: string): void {
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

/** The sending end of a stream, as a client sees it. */
class StreamSocket implements ClientSocket {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  readyState = OPEN;
  #controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>> | undefined;

  /** @param onGone Told when the other end has left. */
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

  /** What waits still goes out, but for one who does not take it. */
  close(code: number, reason: string): void {
    this.readyState = CLOSED;
    if (code === CLOSE.tooSlow || code === CLOSE.noSignOfLife) {
      this.#controller?.error(new Error(reason));
    } else this.#controller?.close();
  }
}
