/**
 * Several servers: how much later a gateway's client hears an event than the site's own, how many events
 * a gateway takes, the memory of lines and sites, and how soon a dead site's lines are closed. Without a
 * NATS server it is left out.
 */
import { systemClock } from "../../src/clock.ts";
import { Numbers } from "../../src/numbers/numbers.ts";
import { startServer } from "../../src/server/server.ts";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { TestSite } from "../nats/rig.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { settingsOf } from "../support/settings.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { Child } from "./child.ts";
import { QUIET_STATUS } from "./quiet_status.ts";
import { median, print, type Row } from "./report.ts";

const LATENCY_EVENTS = 2000;
const LATENCY_PAUSE_MS = 5;
const THROUGHPUT_SITES = 16;
const EVENTS_PER_SITE = 500;
const MEMORY_LINES = 10_000;
const MEMORY_SITES = 200;
const DYING_SITES = 3;
const MOST_OBITUARY_MS = 10_000;

export async function gateway(): Promise<Row[]> {
  if (!hasNats) {
    print("LEFT OUT: gateway, because there is no nats-server on this machine");
    return [];
  }
  return [...await latency(), await throughput(), ...await memory(), await obituary()];
}

/** A gateway in a process of its own. */
class Gateway implements AsyncDisposable {
  private constructor(readonly child: Child, readonly port: number) {}

  static async start(nats: NatsServers): Promise<Gateway> {
    const { child, ready } = await Child.deno("gateway_main.ts", nats.urls);
    return new Gateway(child, (ready as { port: number }).port);
  }

  async number(what: "lines" | "seq" | "heapBytes"): Promise<number> {
    return Number(await this.child.ask({ do: what }));
  }

  async hasLines(count: number): Promise<void> {
    await until(async () => await this.number("lines") === count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child[Symbol.asyncDispose]();
  }
}

/** A client that notes when each event of a site comes. */
class Listener implements Disposable {
  readonly heardAtMs: number[] = [];
  /** By line, when its site was reported lost. */
  readonly lostAtMs = new Map<string, number>();
  readonly #socket: WebSocket;

  private constructor(port: number) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}/`, V2_PROTOCOL);
  }

  static async on(port: number): Promise<Listener> {
    const listener = new Listener(port);
    const socket = listener.#socket;
    const subscribed = Promise.withResolvers<void>();
    socket.onopen = () => socket.send('{"id":1,"cmd":"subscribe"}');
    socket.onerror = () => subscribed.reject(new Error("the client is cut off"));
    socket.onmessage = ({ data }) => {
      const nowMs = performance.now();
      const frame = JSON.parse(data);
      if (frame.id === 1) {
        // The state comes before the result.
        listener.heardAtMs.length = 0;
        return subscribed.resolve();
      }
      if (frame.type !== "call" && frame.type !== "line") return;
      listener.heardAtMs.push(nowMs);
      if (frame.line?.error === "SITE_LOST") listener.lostAtMs.set(frame.line.line, nowMs);
    };
    await subscribed.promise;
    return listener;
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }
}

async function latency(): Promise<Row[]> {
  await using nats = await NatsServers.start();
  await using site = new TestSite({ servers: nats.urls, number: 1 });
  await using gateway = await Gateway.start(nats);
  await gateway.hasLines(3);
  const direct = startServer({
    ...settingsOf(),
    host: "127.0.0.1",
    port: 0,
    ownNames: [],
    version: "bench",
    clock: systemClock,
    bus: site.bus,
    state: site.state,
    commands: {
      execute: () => Promise.resolve({ ok: true, outcome: {} }),
      lineOf: () => undefined,
    },
    numbers: new Numbers(),
    journal: undefined,
    status: { status: () => QUIET_STATUS },
  });
  try {
    using at = await Listener.on(direct.port);
    using through = await Listener.on(gateway.port);
    const publishedAtMs: number[] = [];
    for (let count = 0; count < LATENCY_EVENTS; count++) {
      publishedAtMs.push(performance.now());
      site.publish();
      await new Promise((resolve) => setTimeout(resolve, LATENCY_PAUSE_MS));
    }
    const heard = ({ heardAtMs }: Listener) => heardAtMs.length >= LATENCY_EVENTS;
    await until(() => heard(at) && heard(through));
    const late = ({ heardAtMs }: Listener) => {
      if (heardAtMs.length !== LATENCY_EVENTS) throw new Error(`${heardAtMs.length} events came`);
      return heardAtMs.map((ms, index) => ms - (publishedAtMs[index] ?? NaN));
    };
    return [["p50", 0.5] as const, ["p99", 0.99] as const].map(([name, part]) => {
      const [measured, baseline] = [quantile(late(through), part), quantile(late(at), part)];
      return {
        what: `event to client through NATS and a gateway, ${name}: to the site's own client`,
        measured: `${measured.toFixed(1)} ms`,
        baseline: `${baseline.toFixed(1)} ms`,
        ratio: (measured / baseline).toFixed(1),
        target: "",
        holds: undefined,
      };
    });
  } finally {
    await direct.stop(1000);
  }
}

/** The gateway is stopped while events are stored; then it takes them all. */
async function throughput(): Promise<Row> {
  await using nats = await NatsServers.start();
  await using running = new AsyncDisposableStack();
  const sites = Array.from(
    { length: THROUGHPUT_SITES },
    (_, index) => running.use(new TestSite({ servers: nats.urls, number: index + 1 })),
  );
  const gateway = running.use(await Gateway.start(nats));
  await gateway.hasLines(3 * THROUGHPUT_SITES);
  const before = await gateway.number("seq");
  gateway.child.signal("SIGSTOP");
  for (const site of sites) for (let count = 0; count < EVENTS_PER_SITE; count++) site.publish();
  await until(() => sites.every(({ site }) => site.backlog === 0));
  const events = THROUGHPUT_SITES * EVENTS_PER_SITE;
  const startMs = performance.now();
  gateway.child.signal("SIGCONT");
  await until(async () => await gateway.number("seq") >= before + events);
  const seconds = (performance.now() - startMs) / 1000;
  return {
    what: `events a second that a gateway takes, of ${THROUGHPUT_SITES} sites`,
    measured: `${Math.round(events / seconds).toLocaleString("en")}/s`,
    baseline: "",
    ratio: "",
    target: "",
    holds: undefined,
  };
}

async function memory(): Promise<Row[]> {
  const heapWith = async (siteCount: number, lineCount: number) => {
    await using nats = await NatsServers.start();
    await using running = new AsyncDisposableStack();
    const lines = Array.from({ length: lineCount / siteCount }, (_, index) => String(1000 + index));
    for (let number = 1; number <= siteCount; number++) {
      running.use(new TestSite({ servers: nats.urls, number }, lines));
    }
    const gateway = running.use(await Gateway.start(nats));
    await gateway.hasLines(lineCount);
    return await gateway.number("heapBytes");
  };
  const [few, manyLines, manySites] = [
    await heapWith(1, 1),
    await heapWith(10, MEMORY_LINES),
    await heapWith(MEMORY_SITES, MEMORY_SITES),
  ];
  const perLine = (manyLines - few) / MEMORY_LINES;
  const row = (what: string, bytes: number): Row => ({
    what: `memory of a gateway per ${what}`,
    measured: `${(bytes / 1024).toFixed(1)} KiB`,
    baseline: "",
    ratio: "",
    target: "",
    holds: undefined,
  });
  return [
    row(`line, ${MEMORY_LINES.toLocaleString("en")} of them`, perLine),
    row(
      `site besides its lines, ${MEMORY_SITES} of them`,
      (manySites - few) / MEMORY_SITES - perLine,
    ),
  ];
}

/** Sites that are cut off without a farewell, as when a machine dies. */
async function obituary(): Promise<Row> {
  await using nats = await NatsServers.start();
  await using running = new AsyncDisposableStack();
  const port = Number(new URL(nats.urls[0] ?? "").port);
  const sites = Array.from({ length: DYING_SITES }, (_, index) => {
    const network = running.use(new TcpProxy(port));
    const servers = [`nats://127.0.0.1:${network.port}`];
    return { network, site: running.use(new TestSite({ servers, number: index + 1 })) };
  });
  const gateway = running.use(await Gateway.start(nats));
  await gateway.hasLines(3 * DYING_SITES);
  using client = await Listener.on(gateway.port);
  const tookMs: number[] = [];
  for (const { network, site } of sites) {
    const startMs = performance.now();
    network.down = true;
    network.cut();
    const lost = () =>
      [...client.lostAtMs].filter(([line]) => line.startsWith(`${site.name}/`)).length === 3;
    await until(lost);
    tookMs.push(performance.now() - startMs);
  }
  const mostMs = Math.max(...tookMs);
  return {
    what: `from a site's death until its lines are closed, the longest of ${DYING_SITES}`,
    measured: `${(mostMs / 1000).toFixed(1)} s, median ${(median(tookMs) / 1000).toFixed(1)} s`,
    baseline: "",
    ratio: "",
    target: `<= ${MOST_OBITUARY_MS / 1000} s`,
    holds: mostMs <= MOST_OBITUARY_MS,
  };
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? NaN;
}
