/**
 * The port without a guard: the runtime's own server. It costs the least for each frame, but bounds
 * neither fragmented messages nor connections that never finish a request.
 */
import { Buffer } from "node:buffer";
import { sleep } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { listenOn } from "./listen_error.ts";
import {
  ACCEPT_PAUSE_MS,
  type Arrival,
  failedResponse,
  type Handler,
  logAcceptFailure,
  type Port,
  type PortOptions,
  type SocketEvents,
  type UpgradeOptions,
} from "./port.ts";

const log = logger("server");

export class OpenPort implements Port {
  readonly host: string;
  readonly port: number;
  readonly #options: PortOptions;
  readonly #handler: Handler;
  readonly #closing = new AbortController();
  #server: Deno.HttpServer<Deno.NetAddr>;

  /** @throws ListenError */
  constructor(options: PortOptions, handler: Handler) {
    this.#options = options;
    this.#handler = handler;
    this.#server = listenOn(options, () => this.#serve(options.port));
    ({ hostname: this.host, port: this.port } = this.#server.addr);
    void this.#keepListening();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#server.shutdown();
  }

  abort(): void {
    // The runtime ends its connections itself.
  }

  /** The runtime stops accepting after its first error, such as too many open files; sockets stay. */
  async #keepListening(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    for (;;) {
      try {
        await this.#server.finished;
      } catch (error) {
        logAcceptFailure(error);
      }
      do {
        if (signal.aborted) return;
        await sleep(clock, ACCEPT_PAUSE_MS, signal);
      } while (!this.#servesAgain());
    }
  }

  #servesAgain(): boolean {
    if (this.#closing.signal.aborted) return false;
    try {
      this.#server = this.#serve(this.port);
      log.info("Connections are accepted again");
      return true;
    } catch (error) {
      logAcceptFailure(error);
      return false;
    }
  }

  #serve(port: number): Deno.HttpServer<Deno.NetAddr> {
    return Deno.serve({
      hostname: this.#options.host,
      port,
      onListen: () => {},
      onError: failedResponse,
    }, async (request, { remoteAddr }) => {
      const arrival = new OpenArrival(request, remoteAddr);
      return await this.#handler(arrival) ?? arrival.response;
    });
  }
}

class OpenArrival implements Arrival {
  readonly request: Request;
  readonly remote: Deno.NetAddr;
  /** After the upgrade: the runtime's own, which cannot be changed. */
  response: Response = new Response(null, { status: 500 });

  constructor(request: Request, remote: Deno.NetAddr) {
    this.request = request;
    this.remote = remote;
  }

  upgrade(
    { protocol, messageBytes, clientTimeoutSeconds }: UpgradeOptions,
    events: SocketEvents,
  ): void {
    let upgraded: Deno.WebSocketUpgrade;
    try {
      upgraded = Deno.upgradeWebSocket(this.request, {
        idleTimeout: clientTimeoutSeconds,
        ...protocol !== undefined && { protocol },
      });
    } catch (error) {
      events.closed(1006);
      const text = `Not a WebSocket request: ${describeError(error)}\n`;
      this.response = new Response(text, { status: 400 });
      return;
    }
    const { socket, response } = upgraded;
    this.response = response;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => events.opened(socket);
    socket.onmessage = ({ data }) => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (isLonger(data, messageBytes)) events.receivedTooMuch();
      else events.received(typeof data === "string" ? data : undefined);
    };
    socket.onerror = (event) =>
      events.failed(event instanceof ErrorEvent ? event.message : "connection failed");
    socket.onclose = ({ code }) => events.closed(code);
  }
}

/** The runtime has read the message already: it takes up to 64 MiB and cannot be told otherwise. */
function isLonger(data: unknown, mostBytes: number): boolean {
  if (typeof data !== "string") return data instanceof ArrayBuffer && data.byteLength > mostBytes;
  if (data.length > mostBytes) return true;
  // In UTF-8 a UTF-16 unit takes three bytes at most.
  return data.length * 3 > mostBytes && Buffer.byteLength(data) > mostBytes;
}
