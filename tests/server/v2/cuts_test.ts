/**
 * Connections are cut at random moments, and each client is compared with one that never was: nothing
 * is missing, nothing comes twice or out of order, and where it is told of a gap its state is right.
 */
import assert from "node:assert/strict";
import type { EventBus } from "../../../src/bus/bus.ts";
import { Random } from "../../../src/fake/random.ts";
import { V2_PROTOCOL } from "../../../src/server/sub_protocols.ts";
import { callEvent, lineEvent } from "../../support/events.ts";
import { Follower, type Wish } from "../../support/follower.ts";
import { socketTurn, until } from "../../support/patience.ts";
import { startTestServer } from "../../support/server.ts";
import { type Reader, Rig, turn } from "./rig.ts";

const MEMORY_CUTS = 4000;
const TCP_CUTS = 600;
/** Small, so that some are away for longer. */
const MEMORY_HISTORY = 60;
/** Reconnecting takes real time, in which events come. */
const TCP_HISTORY = 200;
const LINES = ["201", "202", "203", "204"];
const WISHES: readonly Wish[] = [
  {},
  { batch: true },
  { lines: ["201", "203"] },
  { lines: ["202"], batch: true },
];

/** Publishes what comes to its mind. */
class Traffic {
  readonly #bus: EventBus;
  readonly #random: Random;
  readonly #live: { id: number; line: string }[] = [];
  #lastCall = 0;

  constructor(bus: EventBus, random: Random) {
    this.#bus = bus;
    this.#random = random;
  }

  publish(): void {
    const random = this.#random;
    const line = random.pick(LINES);
    if (random.oneIn(40)) {
      return this.#bus.publish({
        type: "provider",
        atMs: 0,
        state: random.pick(["up", "down", "restarting"] as const),
      });
    }
    if (random.oneIn(6)) {
      const change = random.pick(["added", "removed", "status", "message_lamp"] as const);
      return this.#bus.publish(lineEvent({ line, messageWaiting: random.oneIn(2) }, { change }));
    }
    if (this.#live.length === 0 || random.oneIn(3)) {
      const call = { id: ++this.#lastCall, line };
      this.#live.push(call);
      return this.#bus.publish(callEvent(call, { change: "new" }));
    }
    const index = random.between(0, this.#live.length - 1);
    const call = this.#live[index];
    if (random.oneIn(2)) {
      this.#bus.publish(callEvent({ ...call, state: "CONNECTED" }));
    } else {
      this.#live.splice(index, 1);
      this.#bus.publish(callEvent({ ...call, state: "IDLE" }, { change: "ended" }));
    }
  }
}

/** Compares a follower that was cut with one that wanted the same and was not. */
function compare(cut: Follower, uncut: Follower): void {
  const missed = [{ from: 0, to: cut.begunAt ?? Infinity }, ...cut.gaps];
  const known = uncut.seqs.filter((seq) => !missed.some(({ from, to }) => seq > from && seq <= to));
  assert.deepEqual(cut.seqs, known);
  assert.deepEqual(cut.state, uncut.state);
  assert.deepEqual(uncut.gaps, []);
}

/** Both ways to come back have been taken so many times at least. */
function assertBoth(links: readonly { readonly follower: Follower }[], least: number): void {
  const resumed = links.reduce((sum, { follower }) => sum + follower.resumed, 0);
  const gaps = links.reduce((sum, { follower }) => sum + follower.gaps.length, 0);
  assert(resumed >= least && gaps >= least, `${resumed} resumed, ${gaps} gaps`);
}

/** A follower at the end of a connection in memory, which carries frames with a delay. */
class MemoryLink {
  readonly follower: Follower;
  readonly #rig: Rig;
  #reader: Reader | undefined;
  #delivered = 0;

  constructor(rig: Rig, wish: Wish) {
    this.#rig = rig;
    this.follower = new Follower(wish);
  }

  get connected(): boolean {
    return this.#reader !== undefined;
  }

  connect(): void {
    this.#reader = this.#rig.connect();
    this.#delivered = 0;
    void this.#reader.say(this.follower.subscription);
  }

  /** Brings some of the frames that are on their way, all of them unless told how many. */
  deliver(most = Infinity): void {
    const sent = this.#reader?.socket.sent ?? [];
    for (; most > 0 && this.#delivered < sent.length; most--) {
      this.follower.take(sent[this.#delivered++] ?? "");
    }
  }

  /** Loses the frames on their way; the server notices later, when `noticed` is called. */
  cut(): { noticed: () => void } {
    const reader = this.#reader;
    this.#reader = undefined;
    return { noticed: () => reader?.client[Symbol.dispose]() };
  }
}

Deno.test(`${MEMORY_CUTS} cuts between frames`, async () => {
  const random = new Random(20260101);
  const rig = new Rig({ historyLength: MEMORY_HISTORY });
  const traffic = new Traffic(rig.bus, random);
  const whole = WISHES.map((wish) => new MemoryLink(rig, wish));
  const links = WISHES.flatMap((wish) => [new MemoryLink(rig, wish), new MemoryLink(rig, wish)]);
  for (const link of [...whole, ...links]) link.connect();
  for (const link of [...whole, ...links]) link.deliver();
  const unnoticed: (() => void)[] = [];
  for (let cuts = 0; cuts < MEMORY_CUTS;) {
    for (let events = random.between(0, 6); events > 0; events--) traffic.publish();
    if (random.oneIn(2)) await turn();
    for (const link of whole) link.deliver();
    for (const link of links) {
      if (!link.connected) {
        // Now and then it stays away for longer than the server remembers.
        if (random.oneIn(random.oneIn(10) ? 60 : 3)) link.connect();
      } else if (random.oneIn(4)) {
        unnoticed.push(link.cut().noticed);
        cuts++;
      } else link.deliver(random.between(0, 8));
    }
    while (unnoticed.length > 5) unnoticed.shift()?.();
  }
  for (const link of links) if (!link.connected) link.connect();
  await turn();
  for (const link of [...whole, ...links]) link.deliver();
  for (const [i, link] of links.entries()) {
    compare(link.follower, whole[i >> 1]?.follower ?? new Follower());
  }
  assertBoth(links, MEMORY_CUTS / 40);
});

/** Passes bytes on to a server, until so many have come back: then it cuts both connections. */
class CuttingProxy implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #target: number;
  readonly #nextBudget: () => number;
  readonly #running = new Set<Promise<void>>();
  readonly #accepting: Promise<void>;
  cuts = 0;

  /** @param nextBudget How many bytes the next connection may bring back. */
  constructor(target: number, nextBudget: () => number) {
    this.#target = target;
    this.#nextBudget = nextBudget;
    this.#accepting = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      const running = this.#serve(near).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  async #serve(near: Deno.TcpConn): Promise<void> {
    const far = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
    const up = near.readable.pipeTo(far.writable, { preventAbort: true }).catch(() => {});
    let budget = this.#nextBudget();
    const buffer = new Uint8Array(4096);
    try {
      while (budget > 0) {
        const read = await far.read(buffer.subarray(0, Math.min(budget, buffer.length)));
        if (read === null) break;
        budget -= read;
        for (let at = 0; at < read;) at += await near.write(buffer.subarray(at, read));
      }
      if (budget === 0) this.cuts++;
    } catch {
      // The client has gone.
    }
    for (const end of [near, far]) {
      try {
        end.close();
      } catch {
        // The pipe has closed it already.
      }
    }
    await up;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    await Promise.all(this.#running);
  }
}

/** A follower that connects again whenever its connection is cut. */
class SocketLink implements AsyncDisposable {
  readonly follower: Follower;
  /** What a frame was wrong with, which no test may go on after. */
  failure: unknown;
  readonly #port: number;
  readonly #stayAway: () => Promise<void>;
  #socket: WebSocket | undefined;
  #leaving = false;
  readonly #left = Promise.withResolvers<void>();

  constructor(port: number, wish: Wish, stayAway: () => Promise<void>) {
    this.#port = port;
    this.follower = new Follower(wish);
    this.#stayAway = stayAway;
    this.#connect();
  }

  #connect(): void {
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port}/`, V2_PROTOCOL);
    this.#socket = socket;
    socket.onopen = () => socket.send(this.follower.subscription);
    socket.onmessage = ({ data }) => {
      try {
        this.follower.take(data);
      } catch (error) {
        this.failure ??= error;
      }
    };
    socket.onerror = () => {};
    socket.onclose = async () => {
      if (!this.#leaving) await this.#stayAway();
      if (this.#leaving) this.#left.resolve();
      else this.#connect();
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leaving = true;
    this.#socket?.close();
    await this.#left.promise;
  }
}

Deno.test(`${TCP_CUTS} cuts of TCP connections, at any byte`, async () => {
  const random = new Random(20260102);
  const { bus, server } = startTestServer({ historyLength: TCP_HISTORY });
  let cutting = true;
  const proxy = new CuttingProxy(
    server.port,
    () => cutting ? random.between(1, random.oneIn(4) ? 500 : 20_000) : Infinity,
  );
  const traffic = new Traffic(bus, random);
  const untilEvent = async (seq: number) => {
    while (bus.seq < seq && cutting) await socketTurn();
  };
  const stayAway = () => untilEvent(bus.seq + random.between(0, random.oneIn(10) ? 300 : 20));
  const whole = WISHES.map((wish) => new SocketLink(server.port, wish, stayAway));
  await until(() => whole.every(({ follower }) => follower.begunAt !== undefined));
  const links = WISHES.flatMap((wish) => [
    new SocketLink(proxy.port, wish, stayAway),
    new SocketLink(proxy.port, wish, stayAway),
  ]);
  const all = [...whole, ...links];
  while (proxy.cuts < TCP_CUTS && all.every(({ failure }) => failure === undefined)) {
    for (let events = random.between(0, 8); events > 0; events--) traffic.publish();
    await socketTurn();
  }
  cutting = false;
  // The last cuts happen, and everybody comes back; what follows reaches everybody.
  await until(() => {
    for (const line of LINES) bus.publish(lineEvent({ line }, { change: "status" }));
    return proxyIsQuiet();
  });
  await until(() => all.every(({ follower }) => lastHeard(follower)));
  for (const { failure } of all) assert.ifError(failure);
  for (const [i, link] of links.entries()) {
    compare(link.follower, whole[i >> 1]?.follower ?? new Follower());
  }
  assertBoth(links, TCP_CUTS / 40);
  for (const link of all) await link[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  await server.stop(1000);

  function proxyIsQuiet(): boolean {
    return server.clients === all.length &&
      all.every(({ follower }) => follower.seq > bus.seq - 20);
  }
  /** Whether a follower has the last event of its lines: the four last are one for each line. */
  function lastHeard({ seq, wish }: Follower): boolean {
    const last = wish.lines?.at(-1) ?? LINES.at(-1) ?? "";
    return seq === bus.seq - (LINES.length - 1 - LINES.indexOf(last));
  }
});
