/**
 * The encrypted side of the port: takes TLS off and hands the bytes to the server within the process.
 *
 * The runtime's server cannot change its certificate, and ends its WebSockets when it is stopped. Here
 * only the listener is begun anew, within milliseconds, and connections live on.
 */
import type { Clock, TimerId } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { ListenError, listenProblem } from "./listen_error.ts";

const log = logger("server");

/** How often it is tried to listen again where the port is not free at once. */
const RETRIES = 100;
const RETRY_MS = 20;
const BUFFER_BYTES = 16 * 1024;

/** PEM texts. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface TlsFrontOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** The port of the server behind it, on 127.0.0.1. */
  readonly behind: number;
  /** How long a client may take until its first request is there. */
  readonly requestMs: number;
}

/** A connection, as the server behind sees it. */
interface Passage {
  readonly remote: { readonly hostname: string; readonly port: number };
  timer: TimerId | undefined;
}

export class TlsFront {
  readonly #options: TlsFrontOptions;
  /** By the port from which the server behind is connected. */
  readonly #passages = new Map<number, Passage>();
  readonly #connections = new Set<Deno.TlsConn>();
  #listener: Deno.TlsListener;
  #stopped = false;
  /** What is listened with. */
  #keyPair: KeyPair;

  /** @throws ListenError */
  constructor(options: TlsFrontOptions, keyPair: KeyPair) {
    this.#options = options;
    this.#keyPair = keyPair;
    this.#listener = this.#listen(options.port, keyPair);
    void this.#accept(this.#listener);
  }

  get address(): Deno.NetAddr {
    return this.#listener.addr;
  }

  /**
   * Who is at the other end of a connection to the server behind, which has sent a request now;
   * `undefined` where the connection did not come through here.
   */
  arrived(port: number): Passage["remote"] | undefined {
    const passage = this.#passages.get(port);
    if (passage?.timer !== undefined) this.#options.clock.clearTimeout(passage.timer);
    return passage?.remote;
  }

  /** From now on new connections get this certificate. Never rejects. */
  async renew(keyPair: KeyPair): Promise<void> {
    const before = this.#keyPair;
    if (keyPair.cert === before.cert && keyPair.key === before.key) return;
    const { port } = this.address;
    this.#listener.close();
    this.#keyPair = keyPair;
    for (let tries = 1; !this.#stopped; tries++) {
      try {
        this.#listener = this.#listen(port, this.#keyPair);
        break;
      } catch (error) {
        // What the runtime does not take in the end; the port may need a moment.
        if (tries % RETRIES === 0) {
          log.error("The new certificate cannot be used: {error}", { error: describeError(error) });
          this.#keyPair = before;
        }
        await new Promise<void>((resolve) => this.#options.clock.setTimeout(resolve, RETRY_MS));
      }
    }
    if (this.#stopped) return this.#listener.close();
    void this.#accept(this.#listener);
    if (this.#keyPair === keyPair) log.info("The new certificate is in use");
  }

  /** Stops listening; those who are connected stay. */
  close(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listener.close();
  }

  /** Ends every connection. */
  end(): void {
    for (const connection of this.#connections) closeQuietly(connection);
  }

  #listen(port: number, keyPair: KeyPair): Deno.TlsListener {
    const { host } = this.#options;
    try {
      return Deno.listenTls({ hostname: host, port, ...keyPair, alpnProtocols: ["http/1.1"] });
    } catch (error) {
      throw new ListenError(`Cannot listen on ${host}:${port}: ${listenProblem(error)}`, {
        cause: error,
      });
    }
  }

  async #accept(listener: Deno.TlsListener): Promise<void> {
    for (;;) {
      let connection: Deno.TlsConn;
      try {
        connection = await listener.accept();
      } catch (error) {
        // Closed, unless it is one connection's own trouble.
        if (this.#stopped || listener !== this.#listener) return;
        if (error instanceof Deno.errors.BadResource) return;
        log.debug("A connection fails: {error}", { error: describeError(error) });
        continue;
      }
      void this.#pass(connection);
    }
  }

  async #pass(outer: Deno.TlsConn): Promise<void> {
    const { clock, behind, requestMs } = this.#options;
    this.#connections.add(outer);
    let inner: Deno.TcpConn | undefined;
    let port = 0;
    try {
      inner = await Deno.connect({ hostname: "127.0.0.1", port: behind });
      inner.setNoDelay(true);
      port = inner.localAddr.port;
      const { hostname, port: remotePort } = outer.remoteAddr;
      const timer = clock.setTimeout(() => {
        log.debug("Client {address} is slow with its request", { address: hostname });
        closeQuietly(outer);
        if (inner !== undefined) closeQuietly(inner);
      }, requestMs);
      this.#passages.set(port, { remote: { hostname, port: remotePort }, timer });
      await Promise.all([pump(outer, inner), pump(inner, outer)]);
    } catch (error) {
      log.debug("A connection fails: {error}", { error: describeError(error) });
    } finally {
      const timer = this.#passages.get(port)?.timer;
      if (timer !== undefined) clock.clearTimeout(timer);
      this.#passages.delete(port);
      this.#connections.delete(outer);
      closeQuietly(outer);
      if (inner !== undefined) closeQuietly(inner);
    }
  }
}

/** Copies until the end of one, and ends both: neither HTTP nor WebSocket goes on with one half. */
async function pump(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  try {
    for (let read; (read = await from.read(buffer)) !== null;) {
      for (let sent = 0; sent < read;) sent += await to.write(buffer.subarray(sent, read));
    }
  } finally {
    closeQuietly(from);
    closeQuietly(to);
  }
}

function closeQuietly(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
