/**
 * `deno task soak:cluster [--hops N] [--sites N] [--lines N] [--clients N] [--seconds N]`: many hops between
 * gateways while NATS servers of a cluster are killed, then many sites with many clients. Both end with
 * an error where a client has heard anything else than the stream has.
 */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { assertStreamed, assertUncut, everyMs } from "../nats/hops.ts";
import { HoppingClient, TestGateway, TestSite } from "../nats/rig.ts";

const { values } = parseArgs({
  options: {
    hops: { type: "string", default: "10000" },
    sites: { type: "string", default: "100" },
    lines: { type: "string", default: "100" },
    clients: { type: "string", default: "2000" },
    seconds: { type: "string", default: "60" },
  },
});

function say(line: string): void {
  // deno-lint-ignore no-console -- the figures are this script's result
  console.log(line);
}

/** Clients hop while one server after the other is killed and started again. */
async function hop(hops: number): Promise<void> {
  await using nats = await NatsServers.start(3);
  await using site = new TestSite({ servers: nats.urls, number: 1, replicas: 3 });
  await using one = await TestGateway.start(nats.urls, 3);
  await using other = await TestGateway.start(nats.urls, 3);
  await until(() => one.gateway.lines().length === 3);
  const clients = Array.from(
    { length: 40 },
    (_, seed) => new HoppingClient(() => [one.port, other.port], seed, seed % 2 === 0),
  );
  const hopped = () => clients.reduce((sum, { hops }) => sum + hops, 0);
  let kills = 0;
  {
    using _ = everyMs(50, () => site.publish());
    let turn = 0;
    using __ = everyMs(5, () => clients[turn++ % clients.length]?.hop());
    while (hopped() < hops) {
      const index = kills++ % nats.count;
      await nats.end(index);
      await nats.again(index);
      const now = hopped();
      await until(() => hopped() > now + 500 && (site.site.backlog ?? 100) < 10);
    }
  }
  await until(() => site.site.backlog === 0);
  await using late = await TestGateway.start(nats.urls, 3);
  await until(() => clients.every((client) => client.hasReached(late.bus.seq)));
  assertUncut(clients, late);
  assertStreamed(site, late);
  say(
    `${hopped()} hops, ${kills} servers killed, ${site.published.length} events: none lost or twice`,
  );
  for (const client of clients) await client.stop();
}

/** Each client follows one line of one of many sites. */
async function crowd(
  { sites: siteCount, lines: lineCount, clients: clientCount, seconds }: Record<
    "sites" | "lines" | "clients" | "seconds",
    number
  >,
): Promise<void> {
  await using nats = await NatsServers.start();
  await using running = new AsyncDisposableStack();
  const startMs = performance.now();
  const names = Array.from({ length: lineCount }, (_, index) => String(1000 + index));
  const sites = Array.from(
    { length: siteCount },
    (_, index) => running.use(new TestSite({ servers: nats.urls, number: index + 1 }, names)),
  );
  const gateways = [
    running.use(await TestGateway.start(nats.urls)),
    running.use(await TestGateway.start(nats.urls)),
  ];
  const [gateway] = gateways as [TestGateway];
  await until(() =>
    gateways.every(({ gateway }) => gateway.lines().length === siteCount * lineCount)
  );
  say(
    `${siteCount * lineCount} lines announced after ${Math.round(performance.now() - startMs)} ms`,
  );
  const ports = () => gateways.map(({ port }) => port);
  const clients = Array.from({ length: clientCount }, (_, seed) => {
    const line = `${sites[seed % siteCount]?.name}/${names[seed % lineCount]}`;
    return { line, client: new HoppingClient(ports, seed, false, [line]) };
  });
  // Throws what a client has failed with.
  const hasBegun = (client: HoppingClient) =>
    client.hasReached(0) && client.follower.begunAt !== undefined;
  await until(() => clients.every(({ client }) => hasBegun(client)));
  let turn = 0;
  const endMs = performance.now() + seconds * 1000;
  {
    using _ = everyMs(5, () => sites[turn++ % siteCount]?.publish());
    using __ = everyMs(100, () => clients[turn % clientCount]?.client.hop());
    while (performance.now() < endMs && !clients.some(({ client }) => client.failure)) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  await until(() => sites.every(({ site }) => site.backlog === 0));
  const published = sites.reduce((sum, { published: { length } }) => sum + length, 0);
  const { seq } = gateway.bus;
  await until(() => gateways.every(({ bus }) => bus.seq >= seq));
  const heardBy = Map.groupBy(
    gateway.history.filter((event) => event.type !== "provider"),
    ({ line }) => line,
  );
  await until(() =>
    clients.every(({ line, client }) => client.hasReached(heardBy.get(line)?.at(-1)?.seq ?? 0))
  );
  for (const { line, client: { follower } } of clients) {
    const all = (heardBy.get(line) ?? []).map((event) => event.seq);
    assert.deepEqual(follower.seqs, all.filter((seq) => seq > (follower.begunAt ?? Infinity)));
  }
  say(`${published} events to ${clientCount} clients in ${seconds} s: none lost or twice`);
  await Promise.all(clients.map(({ client }) => client.stop()));
}

await hop(Number(values.hops));
const { sites, lines, clients, seconds } = values;
await crowd({
  sites: Number(sites),
  lines: Number(lines),
  clients: Number(clients),
  seconds: Number(seconds),
});
