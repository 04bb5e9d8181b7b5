/**
 * Accepts the connections of the port and passes their bytes on, still encrypted, to a server on this
 * machine.
 *
 * The runtime's server cannot change its certificate, ends its WebSockets when it is stopped, and waits
 * for ever for a handshake. With a relay a new certificate is a new server, for new connections only.
 */
import type { Clock, TimerId } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { listenOn } from "./listen_error.ts";

const log = logger("server");

const BUFFER_BYTES = 16 * 1024;
/** How long one end can take to close after the other has. */
const CLOSING_MS = 5000;

/** The other end of a connection. */
export interface Remote {
  readonly hostname: string;
  readonly port: number;
}

interface RelayOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** How long a client may take until its first request is complete, handshake included. */
  readonly requestMs: number;
}

/** A client's connection, and the one to the server. */
class Passage {
  readonly #clock: Clock;
  readonly #outer: Deno.TcpConn;
  readonly #inner: Deno.TcpConn;
  #timer: TimerId | undefined;

  constructor(clock: Clock, outer: Deno.TcpConn, inner: Deno.TcpConn) {
    this.#clock = clock;
    this.#outer = outer;
    this.#inner = inner;
  }

  get remote(): Remote {
    return this.#outer.remoteAddr;
  }

  /** Resolves when the connection has ended. */
  async carry(): Promise<void> {
    const ways = [pump(this.#outer, this.#inner), pump(this.#inner, this.#outer)];
    void Promise.race(ways).then(() => this.endAfter(CLOSING_MS));
    await Promise.all(ways);
    this.end();
  }

  endAfter(delayMs: number): void {
    this.cancelEnd();
    this.#timer = this.#clock.setTimeout(() => {
      log.debug("Client {address} takes too long: its connection ends", {
        address: this.remote.hostname,
      });
      this.end();
    }, delayMs);
  }

  /** Cancels {@linkcode endAfter}. */
  cancelEnd(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  end(): void {
    this.cancelEnd();
    closeQuietly(this.#outer);
    closeQuietly(this.#inner);
  }
}

export class Relay {
  /** The port of the server for new connections, on 127.0.0.1. */
  target: number;
  readonly #options: RelayOptions;
  readonly #listener: Deno.TcpListener;
  /** By the ports of the connection to the server: the server's, and this end's. */
  readonly #passages = new Map<string, Passage>();
  #closed = false;

  /** @throws ListenError */
  constructor(target: number, options: RelayOptions) {
    this.target = target;
    this.#options = options;
    const { host, port } = options;
    this.#listener = listenOn(options, () => Deno.listen({ hostname: host, port }));
    void this.#accept();
  }

  get address(): Remote {
    return this.#listener.addr;
  }

  /**
   * The client of a request that has arrived at a server; `undefined` if its connection did not come
   * through here.
   *
   * @param target The server's port. @param port The port of this end of the connection.
   */
  clientOf(target: number, port: number): Remote | undefined {
    const passage = this.#passages.get(`${target} ${port}`);
    passage?.cancelEnd();
    return passage?.remote;
  }

  /** Whether a server has connections. */
  leadsTo(target: number): boolean {
    return this.#passages.keys().some((key) => key.startsWith(`${target} `));
  }

  /** Stops listening; connections stay. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#listener.close();
  }

  /** Ends every connection. */
  end(): void {
    for (const passage of this.#passages.values()) passage.end();
  }

  async #accept(): Promise<void> {
    while (!this.#closed) {
      try {
        void this.#pass(await this.#listener.accept());
      } catch (error) {
        // It concerns one connection, unless the listener was closed.
        if (!this.#closed) {
          log.debug("A connection fails: {error}", { error: describeError(error) });
        }
      }
    }
  }

  async #pass(outer: Deno.TcpConn): Promise<void> {
    const { clock, requestMs } = this.#options;
    const { target } = this;
    try {
      const inner = await Deno.connect({ hostname: "127.0.0.1", port: target });
      // Both ends send whole messages: nothing is gained by waiting for more.
      outer.setNoDelay(true);
      inner.setNoDelay(true);
      const key = `${target} ${inner.localAddr.port}`;
      const passage = new Passage(clock, outer, inner);
      this.#passages.set(key, passage);
      passage.endAfter(requestMs);
      await passage.carry();
      this.#passages.delete(key);
    } catch (error) {
      log.debug("A connection fails: {error}", { error: describeError(error) });
      closeQuietly(outer);
    }
  }
}

/** Copies until the end of one, then ends the other. Never rejects. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  try {
    for (let read; (read = await from.read(buffer)) !== null;) {
      for (let sent = 0; sent < read;) sent += await to.write(buffer.subarray(sent, read));
    }
    await to.closeWrite();
  } catch {
    // One end is gone: the other is of no use.
    closeQuietly(from);
    closeQuietly(to);
  }
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
