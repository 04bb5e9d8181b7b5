/** WebSockets of the guarded port: the only user of the ws package, which bounds what one may take. */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
// @ts-types="./ws.d.ts"
import { type WebSocket, WebSocketServer } from "ws";
import type { ClientSocket } from "./client.ts";
import type { SocketEvents, UpgradeOptions } from "./port.ts";
import type { TcpStream } from "./tcp_stream.ts";

/** The bytes that the other end may still send then: data on its way, and its close frame. */
const CLOSING_BYTES = 256 * 1024;
/** How long the other end may take to answer a close frame, before it is cut. */
const CLOSING_MS = 3000;
/** A message of more fragments is cut: each of them costs, even an empty one. */
const MOST_FRAGMENTS = 1024;
/** Pieces of frames that wait for the rest. */
const MOST_PIECES = 1024;

/** The errors of the ws package for a message that is too long. */
const TOO_LONG = new Set(["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "WS_ERR_TOO_MANY_BUFFERED_PARTS"]);

/** Makes a connection a WebSocket, or refuses a request that does not ask for one correctly. */
export function upgrade(
  message: IncomingMessage,
  stream: Duplex,
  head: Uint8Array,
  tcp: TcpStream,
  { protocol, messageBytes, clientTimeoutSeconds }: UpgradeOptions,
  events: SocketEvents,
): void {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageBytes,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: MOST_PIECES,
    closeTimeout: CLOSING_MS,
    handleProtocols: () => protocol ?? false,
  });
  let upgraded = false;
  server.handleUpgrade(message, stream, head, (socket) => {
    upgraded = true;
    keepAlive(socket, clientTimeoutSeconds * 1000);
    socket.on("message", (data, isBinary) => {
      events.received(isBinary ? undefined : String(data));
    });
    socket.on("error", (error) => {
      tcp.readAtMost(CLOSING_BYTES);
      if (TOO_LONG.has(error.code ?? "")) events.receivedTooMuch();
      else events.failed(error.message);
    });
    socket.on("close", (code) => events.closed(code));
    events.opened(new GuardedSocket(socket, tcp));
  });
  if (!upgraded) events.closed(1006);
}

class GuardedSocket implements ClientSocket {
  readonly #socket: WebSocket;
  readonly #tcp: TcpStream;

  constructor(socket: WebSocket, tcp: TcpStream) {
    this.#socket = socket;
    this.#tcp = tcp;
  }

  get bufferedAmount(): number {
    return this.#socket.bufferedAmount;
  }

  get readyState(): number {
    return this.#socket.readyState;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  close(code: number, reason: string): void {
    this.#tcp.readAtMost(CLOSING_BYTES);
    this.#socket.close(code, reason);
  }
}

/**
 * Pings, and cuts the connection of a client that answers none for so long: by the system's clock, as
 * the runtime does where the port is open.
 */
function keepAlive(socket: WebSocket, timeoutMs: number): void {
  let isAlive = true;
  const look = () => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  };
  const timer = setInterval(look, timeoutMs);
  socket.on("pong", () => isAlive = true);
  socket.on("message", () => isAlive = true);
  socket.on("close", () => clearInterval(timer));
}
