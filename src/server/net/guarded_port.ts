/**
 * The port with a guard, for https and where tokens are required. It accepts each TCP connection
 * itself, counts it until it is gone, and can cut it. node's HTTP server reads the requests, because
 * the runtime's own cannot be given a connection; nor can it change its certificate.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { sleep, type TimerId } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { readCertificate } from "../../settings/certificate.ts";
import { upgrade } from "./guarded_socket.ts";
import { listenOn } from "./listen_error.ts";
import { refuseUpgrade, sendResponse, webRequest } from "./node_http.ts";
import {
  ACCEPT_PAUSE_MS,
  failedResponse,
  type Handler,
  type KeyPair,
  logAcceptFailure,
  type Port,
  type PortOptions,
  type Remote,
} from "./port.ts";
import { TcpStream } from "./tcp_stream.ts";

const log = logger("server");

/** The largest head of a request. */
const HEAD_BYTES = 16 * 1024;
/** Bytes that are read of a body after its response. */
const REST_BYTES = 64 * 1024;
/** Requests of one connection that may wait for their responses; browsers send one at a time. */
const MOST_PIPELINED = 32;
/** Connections without a place that are answered at the same time; others are closed. */
const MOST_TURNED_AWAY = 16;
const TURNING_AWAY_MS = 500;
const NO_PLACE = new TextEncoder().encode(
  "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
);

export interface GuardedPortOptions extends PortOptions {
  readonly tls?: KeyPair | undefined;
  /** How long a client may take until a request is complete, handshake included. */
  readonly requestMs: number;
  /** The connection's place, which is given back when it is gone; `undefined`: there is none. */
  readonly admit: (remote: Remote) => Disposable | undefined;
}

/** An accepted connection, from the first byte until it is gone. */
class Connection {
  readonly tcp: TcpStream;
  readonly #options: GuardedPortOptions;
  #timer: TimerId | undefined;
  #unanswered = 0;

  constructor(tcp: TcpStream, options: GuardedPortOptions) {
    this.tcp = tcp;
    this.#options = options;
    tcp.once("close", () => this.#stopWaiting());
  }

  /** Whether it waits for a request. */
  get isIdle(): boolean {
    return this.#timer !== undefined;
  }

  /** Cuts the connection unless a request arrives in time. */
  awaitRequest(): void {
    if (this.tcp.destroyed) return;
    const { clock, requestMs } = this.#options;
    this.#stopWaiting();
    this.#timer = clock.setTimeout(() => this.tcp.destroy(), requestMs);
  }

  requestArrived(): void {
    this.#stopWaiting();
    if (++this.#unanswered > MOST_PIPELINED) this.tcp.destroy();
  }

  requestAnswered(): void {
    if (--this.#unanswered === 0) this.awaitRequest();
  }

  #stopWaiting(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

export class GuardedPort implements Port {
  readonly host: string;
  readonly port: number;
  readonly #options: GuardedPortOptions;
  readonly #handler: Handler;
  readonly #listener: Deno.TcpListener;
  readonly #http: Server;
  /** By the stream that the HTTP server reads: decrypted with TLS. */
  readonly #connections = new Map<Duplex, Connection>();
  readonly #emptied = Promise.withResolvers<void>();
  #context: SecureContext | undefined;
  readonly #closing = new AbortController();
  #turnedAway = 0;

  /** @throws ListenError */
  constructor(options: GuardedPortOptions, handler: Handler) {
    this.#options = options;
    this.#handler = handler;
    const { host, port, tls, requestMs } = options;
    this.#context = tls && createSecureContext(tls);
    const httpOptions = {
      maxHeaderSize: HEAD_BYTES,
      requestTimeout: requestMs,
      // Connections have a timer of their own.
      keepAliveTimeout: 0,
      shouldUpgradeCallback: isForWebSocket,
    };
    this.#http = createServer(httpOptions);
    // Deno cuts the connection after a response when its own listener is closed; there is none.
    Object.defineProperty(this.#http, "listening", { value: true });
    this.#http.on("request", (message, response) => void this.#answer(message, response));
    this.#http.on(
      "upgrade",
      (message, stream, head) => void this.#answerUpgrade(message, stream, head),
    );
    this.#listener = listenOn(options, () => Deno.listen({ hostname: host, port }));
    ({ hostname: this.host, port: this.port } = this.#listener.addr);
    void this.#accept();
  }

  /** Uses another certificate for new connections. Never throws. */
  setKeyPair(keyPair: KeyPair): void {
    try {
      readCertificate(keyPair);
      this.#context = createSecureContext(keyPair);
      log.info("The new certificate is in use");
    } catch (error) {
      log.error("The new certificate cannot be used: {error}", { error: describeError(error) });
    }
  }

  async close(): Promise<void> {
    if (!this.#closing.signal.aborted) this.#listener.close();
    this.#closing.abort();
    for (const { tcp, isIdle } of this.#connections.values()) if (isIdle) tcp.destroy();
    this.#forget();
    await this.#emptied.promise;
  }

  abort(): void {
    for (const { tcp } of this.#connections.values()) tcp.destroy();
  }

  async #accept(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        this.#admit(await this.#listener.accept());
      } catch (error) {
        if (signal.aborted) return;
        logAcceptFailure(error);
        await sleep(this.#options.clock, ACCEPT_PAUSE_MS, signal);
      }
    }
  }

  #admit(accepted: Deno.TcpConn): void {
    const place = this.#options.admit(accepted.remoteAddr);
    if (place === undefined) return void this.#turnAway(accepted);
    const tcp = new TcpStream(accepted, this.#context === undefined);
    const stream = this.#decrypted(tcp);
    const connection = new Connection(tcp, this.#options);
    this.#connections.set(stream, connection);
    connection.awaitRequest();
    tcp.once("close", () => {
      stream.destroy();
      place[Symbol.dispose]();
      this.#forget(stream);
    });
    if (stream instanceof TLSSocket) stream.once("secure", () => this.#read(stream));
    else this.#read(stream);
  }

  #read(stream: Duplex): void {
    this.#http.emit("connection", stream);
  }

  #decrypted(tcp: TcpStream): Duplex {
    if (this.#context === undefined) return tcp;
    const stream = new TLSSocket(tcp, { isServer: true, secureContext: this.#context });
    stream.on("error", (error) => {
      log.debug("Client {address}: {error}", {
        address: tcp.remote.hostname,
        error: describeError(error),
      });
      tcp.destroy();
    });
    stream.once("close", () => tcp.destroy());
    return stream;
  }

  /** Says that there is no place, where that can be said without a handshake. */
  async #turnAway(accepted: Deno.TcpConn): Promise<void> {
    log.debug("Client {address} is refused: too many connections", {
      address: accepted.remoteAddr.hostname,
    });
    if (this.#context === undefined && this.#turnedAway < MOST_TURNED_AWAY) {
      this.#turnedAway++;
      try {
        await accepted.write(NO_PLACE);
        await accepted.closeWrite();
        await sleep(this.#options.clock, TURNING_AWAY_MS, this.#closing.signal);
      } catch {
        // It has left by itself.
      }
      this.#turnedAway--;
    }
    accepted.close();
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const connection = this.#connections.get(message.socket);
    if (connection === undefined) return void response.destroy();
    connection.requestArrived();
    if (connection.tcp.destroyed) return;
    response.once("finish", () => {
      if (!message.complete) connection.tcp.readAtMost(REST_BYTES);
      connection.requestAnswered();
    });
    const request = webRequest(message, this.#scheme);
    const answer = request instanceof Request
      ? await this.#handled(request, connection, (_, events) => events.closed(1006))
      : request;
    // Without `Connection: Upgrade` it is no request for a WebSocket, whatever else it says.
    const given = answer ?? new Response("Not a WebSocket request\n", { status: 400 });
    await sendResponse(given, response, this.#options.requestMs);
  }

  async #answerUpgrade(
    message: IncomingMessage,
    stream: Duplex,
    head: Uint8Array,
  ): Promise<void> {
    const connection = this.#connections.get(stream);
    if (connection === undefined) return void stream.destroy();
    connection.requestArrived();
    stream.on("error", () => connection.tcp.destroy());
    const request = webRequest(message, this.#scheme);
    const answer = request instanceof Request
      ? await this.#handled(request, connection, (options, events) => {
        upgrade(message, stream, head, connection.tcp, options, events);
      })
      : request;
    if (answer === undefined) return;
    connection.requestAnswered();
    await refuseUpgrade(answer, stream);
  }

  async #handled(
    request: Request,
    { tcp: { remote } }: Connection,
    upgrade: Parameters<Handler>[0]["upgrade"],
  ): Promise<Response | undefined> {
    try {
      return await this.#handler({ request, remote, upgrade });
    } catch (error) {
      return failedResponse(error);
    }
  }

  #forget(stream?: Duplex): void {
    if (stream !== undefined) this.#connections.delete(stream);
    if (this.#closing.signal.aborted && this.#connections.size === 0) this.#emptied.resolve();
  }

  get #scheme(): "http" | "https" {
    return this.#context === undefined ? "http" : "https";
  }
}

function isForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}
