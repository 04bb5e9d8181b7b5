/** Sites and gateways on real NATS servers, with clients that hop between gateways. */
import assert from "node:assert/strict";
import { EventBus } from "../../src/bus/bus.ts";
import type { StatePort } from "../../src/bus/ports.ts";
import { systemClock } from "../../src/clock.ts";
import { Random } from "../../src/fake/random.ts";
import { Journal } from "../../src/journal/journal.ts";
import type { Command, CommandResult } from "../../src/model/command.ts";
import type { BusEvent } from "../../src/model/event.ts";
import { Gateway } from "../../src/nats/gateway.ts";
import type { LinkOptions } from "../../src/nats/link.ts";
import { Site } from "../../src/nats/site.ts";
import type { RemoteSender } from "../../src/nats/wire.ts";
import { Numbers } from "../../src/numbers/numbers.ts";
import { type RunningServer, startServer } from "../../src/server/server.ts";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { callEvent, lineEvent, strictBus } from "../support/events.ts";
import { Follower } from "../support/follower.ts";
import { until } from "../support/patience.ts";
import { settingsOfFile } from "../support/settings.ts";
import { FoldedState } from "../support/state.ts";

const CLOCK = systemClock;

export interface TestSiteOptions {
  readonly servers: readonly string[];
  readonly number: number;
  readonly replicas?: number;
  readonly name?: string;
  readonly historyLength?: number;
  readonly execute?: (command: Command, by: RemoteSender) => Promise<CommandResult>;
  readonly isShown?: (line: string) => boolean;
  /** Patterns of the lines whose journal gateways may read; none is kept when left out. */
  readonly journal?: readonly string[];
  /** How else it connects. */
  readonly link?: Partial<LinkOptions>;
}

/** A site whose phone system is a bus that the test publishes on. */
export class TestSite implements AsyncDisposable {
  readonly name: string;
  readonly bus: EventBus;
  readonly state: FoldedState;
  readonly site: Site;
  readonly journal: Journal | undefined;
  /** Every event of a call or line that was published. */
  readonly published: BusEvent[] = [];
  readonly #random: Random;
  readonly #lines: readonly string[];
  readonly #live: { readonly id: number; readonly line: string }[] = [];
  #lastCall = 0;

  constructor(options: TestSiteOptions, lines = ["201", "202", "203"]) {
    const { servers, number, replicas = 1, name = `site${number}` } = options;
    this.name = name;
    this.bus = strictBus(options.historyLength ?? 10_000);
    this.state = FoldedState.of(this.bus);
    this.#random = new Random(number);
    this.#lines = lines;
    for (const line of lines) {
      this.bus.publish(lineEvent({ line, permanentId: `id:${line}` }, { change: "added" }));
    }
    this.bus.subscribe((event) => void this.published.push(event));
    const { journal: shared } = options;
    this.journal = shared &&
      new Journal({ file: ":memory:", days: 90, bus: this.bus, clock: CLOCK });
    this.site = new Site({
      link: { servers, name, wantsTls: false, clock: CLOCK, ...options.link },
      site: name,
      number,
      replicas,
      bus: this.bus,
      state: this.state,
      clock: CLOCK,
      isShown: options.isShown ?? (() => true),
      journal: this.journal && { port: this.journal, lines: shared ?? [] },
      execute: options.execute ?? (() => Promise.resolve({ ok: true, outcome: {} })),
    });
  }

  /** Something happens at the site's telephones. */
  publish(): void {
    const random = this.#random;
    const line = random.pick(this.#lines);
    const permanentId = `id:${line}`;
    const atMs = Date.now();
    if (random.oneIn(8)) {
      const messageWaiting = random.oneIn(2);
      const change = "message_lamp";
      return this.bus.publish(lineEvent({ line, permanentId, messageWaiting }, { change, atMs }));
    }
    if (this.#live.length === 0 || this.#live.length < 5 && random.oneIn(3)) {
      const call = { id: ++this.#lastCall, line, permanentId };
      this.#live.push(call);
      return this.bus.publish(callEvent(call, { change: "new", atMs }));
    }
    const index = random.between(0, this.#live.length - 1);
    const call = this.#live[index];
    if (random.oneIn(2)) {
      return this.bus.publish(callEvent({ ...call, state: "CONNECTED" }, { atMs }));
    }
    this.#live.splice(index, 1);
    this.bus.publish(callEvent({ ...call, state: "IDLE" }, { change: "ended", atMs }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site.stop();
    this.journal?.stop();
  }
}

/** A gateway with a server for its clients. */
export class TestGateway implements AsyncDisposable {
  readonly bus: EventBus;
  readonly gateway: Gateway;
  readonly server: RunningServer;

  constructor(
    servers: readonly string[],
    replicas = 1,
    link: Partial<LinkOptions> = {},
    historyLength = 20_000,
  ) {
    const settings = settingsOfFile(`
provider = "nats"
host = "127.0.0.1"
port = 0
[nats]
servers = ["${servers.join('", "')}"]
[anonymous]
can = ["monitor", "control"]`);
    this.bus = strictBus(historyLength);
    this.gateway = new Gateway({
      link: { servers, name: "gateway", wantsTls: false, clock: CLOCK, ...link },
      name: "test",
      replicas,
      historyLength,
      replyTimeoutMs: 1000,
      bus: this.bus,
      clock: CLOCK,
      onUnready: () => this.server.sendAway("not ready"),
    });
    this.server = startServer({
      ...settings,
      ownNames: [],
      version: "1.2.3",
      clock: CLOCK,
      bus: this.bus,
      state: this.gateway,
      commands: this.gateway.commands,
      journal: this.gateway.journal,
      numbers: new Numbers(),
      status: this.gateway,
      isReady: () => this.gateway.isReady,
    });
    this.gateway.start();
  }

  /** Starts one, and waits until it is ready. */
  static async start(servers: readonly string[], replicas?: number): Promise<TestGateway> {
    const gateway = new TestGateway(servers, replicas);
    await gateway.ready();
    return gateway;
  }

  get port(): number {
    return this.server.port;
  }

  async ready(): Promise<void> {
    await until(() => this.gateway.isReady);
  }

  /** Every event that is remembered, from the first on. */
  get history(): readonly BusEvent[] {
    const events = this.bus.since(0);
    assert(typeof events !== "string", `the history is ${events}`);
    return events;
  }

  /** The lines and calls, in an order that does not depend on how they came about. */
  get content(): { readonly lines: unknown[]; readonly calls: unknown[] } {
    return contentOf(this.gateway);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(1000);
    await this.gateway.stop();
  }
}

function contentOf(state: StatePort): { readonly lines: unknown[]; readonly calls: unknown[] } {
  return {
    lines: state.lines().toSorted((a, b) => a.permanentId < b.permanentId ? -1 : 1),
    calls: state.calls().toSorted((a, b) => a.id - b.id),
  };
}

/** A client that follows every event at one of several gateways, and goes on at another. */
export class HoppingClient {
  readonly follower: Follower;
  hops = 0;
  readonly #ports: () => readonly number[];
  readonly #random: Random;
  #socket: WebSocket | undefined;
  #isStopping = false;
  failure: unknown;

  /**
   * @param ports Those of the gateways that there are at the moment.
   * @param lines Those that it follows; every one when left out.
   */
  constructor(
    ports: () => readonly number[],
    seed: number,
    batch: boolean,
    lines?: readonly string[],
  ) {
    this.#ports = ports;
    this.#random = new Random(seed);
    this.follower = new Follower({ batch, ...lines !== undefined && { lines } });
    this.#connect();
  }

  /** Leaves the gateway, and goes on at any. */
  hop(): void {
    this.#socket?.close();
  }

  /** Whether it has heard everything up to this number. */
  hasReached(seq: number): boolean {
    if (this.failure !== undefined) throw this.failure;
    return this.follower.seq >= seq;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const socket = this.#socket;
    socket?.close();
    await until(() => socket === undefined || socket.readyState === WebSocket.CLOSED);
  }

  #connect(): void {
    const port = this.#random.pick(this.#ports());
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, V2_PROTOCOL);
    this.#socket = socket;
    const { follower } = this;
    socket.onopen = () => socket.send(follower.subscription);
    socket.onmessage = ({ data }) => {
      if (socket !== this.#socket || socket.readyState !== WebSocket.OPEN) return;
      try {
        follower.take(data);
      } catch (error) {
        this.failure ??= error;
      }
    };
    socket.onclose = () => {
      this.hops++;
      if (!this.#isStopping) setTimeout(() => this.#connect(), 5);
    };
    socket.onerror = () => {};
  }
}
