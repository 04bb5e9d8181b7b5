/** Where requests come in: a guarded port where that is needed, else the runtime's own server. */
import { sleep } from "../../clock.ts";
import { logger } from "../../log.ts";
import { GuardedPort, type GuardedPortOptions } from "./guarded_port.ts";
import { OpenPort } from "./open_port.ts";
import { ACCEPT_PAUSE_MS, type Handler, type KeyPair, logAcceptFailure } from "./port.ts";

const log = logger("server");

/** How long clients have to take the server's goodbye before the port changes. */
const GOODBYE_MS = 1000;

export interface ListenOptions extends GuardedPortOptions {
  /** Whether the port is guarded even without TLS. */
  readonly guarded: boolean;
}

export class Listener {
  readonly host: string;
  readonly port: number;
  readonly #options: ListenOptions;
  readonly #handler: Handler;
  #isGuarding = false;
  #now: OpenPort | GuardedPort;
  readonly #closing = new AbortController();

  /** @throws ListenError */
  constructor(options: ListenOptions, handler: Handler) {
    this.#options = options;
    this.#handler = handler;
    this.#now = options.guarded || options.tls !== undefined
      ? new GuardedPort(options, handler)
      : new OpenPort(options, handler);
    ({ host: this.host, port: this.port } = this.#now);
  }

  /** Whether it bounds what one connection may take. */
  get isGuarded(): boolean {
    return this.#now instanceof GuardedPort;
  }

  /** Guards the port soon. The connections of an open port end: there is no bound for them. */
  async guard(): Promise<void> {
    if (this.#isGuarding || this.isGuarded) return;
    this.#isGuarding = true;
    const { clock } = this.#options;
    const { signal } = this.#closing;
    await sleep(clock, GOODBYE_MS, signal);
    const open = this.#now;
    while (!signal.aborted) {
      void open.close();
      try {
        this.#now = new GuardedPort({ ...this.#options, port: this.port }, this.#handler);
        log.info("The port is guarded now");
        return;
      } catch (error) {
        logAcceptFailure(error);
        await sleep(clock, ACCEPT_PAUSE_MS, signal);
      }
    }
  }

  /** Uses another certificate for new connections; does nothing without TLS. Never throws. */
  setKeyPair(keyPair: KeyPair): void {
    if (this.#options.tls !== undefined && this.#now instanceof GuardedPort) {
      this.#now.setKeyPair(keyPair);
    }
  }

  /** Accepts nobody any more; resolves when the last connection has ended. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#now.close();
  }

  /** Ends the connections that are left. */
  abort(): void {
    this.#now.abort();
  }
}
