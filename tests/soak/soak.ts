/**
 * The soak: bursts of calls through the whole program while clients come and go, dials and drops in
 * between; then what must hold after it.
 */
import { Random } from "../../src/fake/random.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { connectDeaf, Listener } from "./clients.ts";
import { type Memory, SoakedServer } from "./server.ts";

const LINES = 10;
const FIRST_EXTENSION = 201;
/** A burst's calls: a multiple of the lines, so that callers' numbers go up evenly on each. */
const CALLS_PER_BURST = 1000;
const BURSTS_PER_DIAL = 3;
/** Bursts after which a connection that does not read gives way to a new one. */
const BURSTS_PER_DEAF = 20;
const LONGEST_VISIT_MS = 1500;
const LOOK_EVERY_MS = 2;
const TENTHS = 10;
const NO_MEMORY: Memory = { residentBytes: Infinity, heapBytes: Infinity };
/** By how much memory may have grown from the third tenth to the last. */
const MOST_GROWTH = 1.1;

export interface SoakOptions {
  readonly standinPath: string;
  /** TAPI messages that go through at least. */
  readonly messages: number;
  /** Clients at a time; a quarter stays from beginning to end. */
  readonly clients: number;
  readonly mostMinutes: number;
  /** Which memory must not grow: a short soak's resident memory has not settled. */
  readonly flat: keyof Memory;
}

export interface SoakFigures {
  readonly messages: number;
  readonly seconds: number;
  /** Clients that have come, and frames that they were sent. */
  readonly clients: number;
  readonly deafClients: number;
  readonly frames: number;
  readonly dialled: number;
  /** In each tenth of the messages. */
  readonly memory: readonly Memory[];
  /** What does not hold; empty when all is well. */
  readonly problems: readonly string[];
}

export async function soak(options: SoakOptions): Promise<SoakFigures> {
  await using server = await SoakedServer.start(options.standinPath, LINES);
  return await new Soak(options, server).run();
}

class Soak {
  readonly #options: SoakOptions;
  readonly #server: SoakedServer;
  readonly #random = new Random(1);
  readonly #problems: string[] = [];
  readonly #memory: Memory[] = [];
  #least = NO_MEMORY;
  #steady: Listener[] = [];
  #deaf: Deno.TcpConn | undefined;
  #isOver = false;
  #clients = 0;
  #deafClients = 0;
  #frames = 0;
  #dialled = 0;

  constructor(options: SoakOptions, server: SoakedServer) {
    this.#options = options;
    this.#server = server;
  }

  async run(): Promise<SoakFigures> {
    const { clients, messages: wanted, mostMinutes } = this.#options;
    const startMs = performance.now();
    const steady = Math.max(2, Math.floor(clients / 4));
    // The first one hears every line: it is the one that is waited for.
    this.#steady = await Promise.all(
      Array.from({ length: steady }, (_, at) => this.#connect(at === 0 ? "/" : this.#anyPath())),
    );
    const visitors = Array.from({ length: Math.max(1, clients - steady) }, () => this.#visit());
    let messages = 0;
    for (let bursts = 1; messages < wanted && this.#problems.length === 0; bursts++) {
      if (performance.now() - startMs > mostMinutes * 60_000) break;
      if (bursts % BURSTS_PER_DEAF === 1) await this.#changeDeaf();
      messages += await this.#server.burst(CALLS_PER_BURST);
      await this.#until(
        "the end of a burst",
        ({ hearing }) => hearing.ended === bursts * CALLS_PER_BURST,
      );
      if (bursts % BURSTS_PER_DIAL === 0) await this.#dialAndDrop();
      const tenths = Math.floor(messages / wanted * TENTHS);
      await this.#lookAtMemory(tenths);
    }
    await this.#lookAtMemoryToTheEnd();
    this.#isOver = true;
    await Promise.all(visitors);
    for (const listener of this.#steady) await this.#leave(listener, { complete: true });
    this.#deaf?.close();
    await this.#checkLeftovers();
    this.#problems.push(...await this.#server.stop());
    this.#checkMemory();
    return {
      messages,
      seconds: (performance.now() - startMs) / 1000,
      clients: this.#clients,
      deafClients: this.#deafClients,
      frames: this.#frames,
      dialled: this.#dialled,
      memory: this.#memory,
      problems: this.#problems,
    };
  }

  /** The least that each tenth needs counts: what is free is not always given back at once. */
  async #lookAtMemory(tenths: number): Promise<void> {
    const { residentBytes, heapBytes } = await this.#server.memory();
    this.#least = {
      residentBytes: Math.min(residentBytes, this.#least.residentBytes),
      heapBytes: Math.min(heapBytes, this.#least.heapBytes),
    };
    if (this.#memory.length >= tenths) return;
    while (this.#memory.length < tenths) this.#memory.push(this.#least);
    this.#least = NO_MEMORY;
  }

  /**
   * Looks at the last tenth's memory until it is as flat as it must be: what waits in the sockets of
   * clients on a busy machine goes away, and what has leaked does not.
   */
  async #lookAtMemoryToTheEnd(): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    while (this.#growth() > MOST_GROWTH && performance.now() < endMs) {
      const { residentBytes, heapBytes } = await this.#server.memory();
      const last = this.#memory[TENTHS - 1] ?? NO_MEMORY;
      this.#memory[TENTHS - 1] = {
        residentBytes: Math.min(residentBytes, last.residentBytes),
        heapBytes: Math.min(heapBytes, last.heapBytes),
      };
      await pause(LOOK_EVERY_MS);
    }
  }

  /** By how much memory has grown from the third tenth to the last. */
  #growth(): number {
    const { flat } = this.#options;
    const [third, last] = [this.#memory[2]?.[flat], this.#memory[TENTHS - 1]?.[flat]];
    return third === undefined || last === undefined ? 0 : last / third;
  }

  async #connect(path: string): Promise<Listener> {
    const listener = await Listener.connect(this.#server.port, path, LINES);
    this.#clients++;
    return listener;
  }

  /** Clients that come, stay for a while and leave, one after the other. */
  async #visit(): Promise<void> {
    while (!this.#isOver && this.#problems.length === 0) {
      const listener = await this.#connect(this.#random.oneIn(4) ? "/" : this.#anyPath());
      await pause(this.#random.between(0, LONGEST_VISIT_MS));
      await this.#leave(listener, { complete: false });
    }
  }

  async #leave(listener: Listener, { complete }: { complete: boolean }): Promise<void> {
    await listener.leave();
    const { frames, problem, unfinished } = listener.hearing;
    this.#frames += frames;
    if (problem !== undefined) this.#problems.push(`a client: ${problem}`);
    if (complete && unfinished > 0) this.#problems.push(`${unfinished} calls have not ended`);
  }

  /** One line's events, or two lines'. */
  #anyPath(): string {
    const line = () => FIRST_EXTENSION + this.#random.between(0, LINES - 1);
    return this.#random.oneIn(3) ? `/?line=${line()}&line=${line()}` : `/?line=${line()}`;
  }

  async #changeDeaf(): Promise<void> {
    this.#deaf?.close();
    this.#deaf = await connectDeaf(this.#server.port);
    this.#deafClients++;
  }

  /** A client dials, and drops the call when it is connected. No burst's call is up meanwhile. */
  async #dialAndDrop(): Promise<void> {
    const [client] = this.#steady;
    const line = FIRST_EXTENSION + this.#random.between(0, LINES - 1);
    this.#dialled++;
    client?.send({ cmd: "dial", line, number: "+441632960123" });
    await this.#until(
      "a dialled call",
      ({ hearing }) => hearing.dialledConnected === this.#dialled,
    );
    client?.send({ cmd: "drop", line });
    await this.#until(
      "a dropped call's end",
      ({ hearing }) => hearing.dialledEnded === this.#dialled,
    );
  }

  /** Waits for what the client that hears everything must hear. */
  async #until(what: string, reached: (listener: Listener) => boolean): Promise<void> {
    const [listener] = this.#steady;
    const endMs = performance.now() + PATIENCE_MS;
    while (listener !== undefined && !reached(listener)) {
      if (listener.hearing.problem !== undefined) return void this.#problems.push("stopped early");
      if (performance.now() > endMs) return void this.#problems.push(`${what} did not come`);
      await pause(LOOK_EVERY_MS);
    }
  }

  async #checkLeftovers(): Promise<void> {
    const endMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const left = await this.#server.leftovers();
      const some = Object.entries(left).filter(([, count]) => count !== 0);
      if (some.length === 0) return;
      if (performance.now() > endMs) {
        return void this.#problems.push(...some.map(([what, count]) => `${count} ${what} left`));
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  #checkMemory(): void {
    if (this.#memory.length < TENTHS) {
      return void this.#problems.push("it ended before the last tenth");
    }
    if (this.#growth() > MOST_GROWTH) {
      const { flat } = this.#options;
      const [third, last] = [this.#memory[2]?.[flat], this.#memory[TENTHS - 1]?.[flat]];
      this.#problems.push(`memory grew from ${third} to ${last} bytes (${flat})`);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
