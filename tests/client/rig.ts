/** The client library against the real server, over a network that can be cut, at a time of its own. */
import type { Command, CommandResult } from "../../src/model/command.ts";
import type { Client, ConnectOptions, Timers } from "../../src/client/client.d.ts";
import { connect } from "../../src/client/client.js";
import type { ServerOptions } from "../../src/server/options.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import { ManualClock } from "../support/clock.ts";
import { until } from "../support/patience.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";

/** A clock as the library takes it. */
export function timersOf(clock: ManualClock): Timers {
  return {
    setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
    clearTimeout: (timer) => clock.clearTimeout(timer as number),
  };
}

export interface RigOptions {
  readonly server?: Partial<ServerOptions>;
  readonly execute?: (command: Command) => CommandResult;
}

export class ClientRig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly network: TcpProxy;
  readonly #options: RigOptions;
  /** With the wait that each was told of last. */
  readonly #clients = new Map<Client, number>();
  #test: TestServer;

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.#test = startTestServer(options.server, options.execute);
    this.network = new TcpProxy(this.#test.server.port);
  }

  get bus(): TestServer["bus"] {
    return this.#test.bus;
  }

  get commands(): readonly Command[] {
    return this.#test.commands;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.network.port}/`;
  }

  /** Connects; the client's timers are those of the rig's clock. */
  connect(options: ConnectOptions = {}): Client {
    const client = connect(this.url, { timers: timersOf(this.clock), random: () => 1, ...options });
    this.#clients.set(client, 0);
    client.on("status", ({ retryInMs = 0 }) => this.#clients.set(client, retryInMs));
    return client;
  }

  /** Connects and waits until the state is there. */
  async open(options: ConnectOptions = {}): Promise<Client> {
    const client = this.connect(options);
    await client.ready;
    return client;
  }

  /** Ends the server and begins another one, which knows nothing of the first. */
  async restart(): Promise<void> {
    await this.#test.server.stop(1000);
    this.#test = startTestServer(this.#options.server, this.#options.execute);
    this.network.serverPort = this.#test.server.port;
  }

  /** Cuts, and lets the clients come back. */
  async cut(...clients: Client[]): Promise<void> {
    this.network.cut();
    await this.back(...clients);
  }

  /** Waits for the clients to notice a cut, and lets their waits pass. */
  async back(...clients: Client[]): Promise<void> {
    await until(() => clients.every(({ status }) => status === "waiting"));
    this.clock.advance(Math.max(...clients.map((client) => this.#clients.get(client) ?? 0)));
    await until(() => clients.every(({ status }) => status === "open"));
  }

  /** What a client must know: the server's state in its words. */
  get state(): { lines: unknown[]; calls: unknown[] } {
    const { state } = this.#test;
    return plain({ lines: state.lines(), calls: new V2Encoder().callObjects(state.calls()) });
  }

  /** Waits until the client knows what the server knows. */
  async same(client: Client): Promise<void> {
    await until(() => JSON.stringify(stateOf(client)) === JSON.stringify(this.state));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#clients.keys()].map((client) => client.close()));
    await this.network[Symbol.asyncDispose]();
    await this.#test.server.stop(1000);
  }
}

export function stateOf(client: Client): { lines: unknown[]; calls: unknown[] } {
  return plain({ lines: [...client.lines.values()], calls: [...client.calls.values()] });
}

/** As it is after it was JSON: nothing is undefined. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value));
}
