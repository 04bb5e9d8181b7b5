/**
 * Takes the connections of the port and hands their bytes, encrypted as they are, to a server behind
 * it on this machine.
 *
 * The runtime's server cannot change its certificate, ends its WebSockets when it is stopped, and waits
 * for ever for a handshake. Here a new certificate is a new server behind, for new connections only.
 */
import type { Clock, TimerId } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { Remote } from "../access/gate.ts";
import { ListenError, listenProblem } from "./listen_error.ts";

const log = logger("server");

const BUFFER_BYTES = 16 * 1024;
/** When one end has said its last, the other may take so long to do the same. */
const LAST_WORDS_MS = 5000;

export interface RelayOptions {
  readonly host: string;
  readonly port: number;
  readonly clock: Clock;
  /** How long a client may take until its first request is there, handshake and all. */
  readonly requestMs: number;
}

/** A connection, and the one to the server behind. */
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
    void Promise.race(ways).then(() => this.endAfter(LAST_WORDS_MS));
    await Promise.all(ways);
    this.end();
  }

  endAfter(delayMs: number): void {
    this.goOn();
    this.#timer = this.#clock.setTimeout(() => {
      log.debug("Client {address} takes too long", { address: this.remote.hostname });
      this.end();
    }, delayMs);
  }

  /** What {@linkcode endAfter} said does not hold any more. */
  goOn(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  end(): void {
    this.goOn();
    closeQuietly(this.#outer);
    closeQuietly(this.#inner);
  }
}

export class Relay {
  /** The port of the server behind, on 127.0.0.1, for new connections. */
  behind: number;
  readonly #options: RelayOptions;
  readonly #listener: Deno.TcpListener;
  /** By the ports of the connection to the server behind: its own, and this end's. */
  readonly #passages = new Map<string, Passage>();
  #closed = false;

  /** @throws ListenError */
  constructor(behind: number, options: RelayOptions) {
    this.behind = behind;
    this.#options = options;
    const { host, port } = options;
    try {
      this.#listener = Deno.listen({ hostname: host, port });
    } catch (error) {
      throw new ListenError(`Cannot listen on ${host}:${port}: ${listenProblem(error)}`, {
        cause: error,
      });
    }
    void this.#accept();
  }

  get address(): Remote {
    return this.#listener.addr;
  }

  /**
   * Who sends a request that has arrived at a server behind; `undefined` where the connection did not
   * come through here.
   */
  arrived(behind: number, port: number): Remote | undefined {
    const passage = this.#passages.get(`${behind} ${port}`);
    passage?.goOn();
    return passage?.remote;
  }

  /** Whether somebody is connected to this server behind. */
  leadsTo(behind: number): boolean {
    return this.#passages.keys().some((key) => key.startsWith(`${behind} `));
  }

  /** Stops listening; those who are connected stay. */
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
        // One connection's own trouble, unless the listener was closed.
        if (!this.#closed) {
          log.debug("A connection fails: {error}", { error: describeError(error) });
        }
      }
    }
  }

  async #pass(outer: Deno.TcpConn): Promise<void> {
    const { clock, requestMs } = this.#options;
    const { behind } = this;
    try {
      const inner = await Deno.connect({ hostname: "127.0.0.1", port: behind });
      // Both sides send what is whole: nothing is gained by waiting for more.
      outer.setNoDelay(true);
      inner.setNoDelay(true);
      const key = `${behind} ${inner.localAddr.port}`;
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

/** Copies until the end of one, and tells it to the other. Never rejects. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  try {
    for (let read; (read = await from.read(buffer)) !== null;) {
      for (let sent = 0; sent < read;) sent += await to.write(buffer.subarray(sent, read));
    }
    await to.closeWrite();
  } catch {
    // One end is gone; the other has nobody to talk to.
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
