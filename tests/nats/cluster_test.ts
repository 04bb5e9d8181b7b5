/** A cluster of three NATS servers, of which one after the other, two and all are killed. */
import assert from "node:assert/strict";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { assertStreamed, assertUncut, everyMs } from "./hops.ts";
import { HoppingClient, TestGateway, TestSite } from "./rig.ts";

/** Which servers are killed together, one group after the other. */
const KILLS = [[0], [1], [2], [0, 1], [0, 1, 2]];

Deno.test({
  name:
    "servers of a cluster are killed, also all of them: no event is lost, twice or out of order",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start(3);
    await using site = new TestSite({ servers: nats.urls, number: 1, replicas: 3 });
    await using gateway = await TestGateway.start(nats.urls, 3);
    await using other = await TestGateway.start(nats.urls, 3);
    await until(() => gateway.gateway.lines().length === 3);
    const ports = () => [gateway.port, other.port];
    const clients = Array.from({ length: 6 }, (_, seed) => new HoppingClient(ports, seed, false));
    await until(() => clients.every(({ follower }) => follower.begunAt !== undefined));
    {
      using _ = everyMs(20, () => {
        site.publish();
        clients[site.published.length % (5 * clients.length)]?.hop();
      });
      for (const group of KILLS) {
        await Promise.all(group.map((index) => nats.end(index)));
        // What happens without them.
        const { length } = site.published;
        await until(() => site.published.length > length + 20);
        await Promise.all(group.map((index) => nats.again(index)));
        const now = site.published.length;
        await until(() => site.published.length > now && (site.site.backlog ?? 100) < 10);
        await Promise.all([gateway.ready(), other.ready()]);
      }
    }
    await until(() => site.site.backlog === 0);
    await using late = await TestGateway.start(nats.urls, 3);
    const { seq, epoch } = late.bus;
    await until(() => clients.every((client) => client.hasReached(seq)));
    assertUncut(clients, late);
    assert.deepEqual([gateway.bus.epoch, other.bus.epoch], [epoch, epoch]);
    await until(() => gateway.bus.seq === seq && other.bus.seq === seq);
    assert.deepEqual(gateway.content, late.content);
    assertStreamed(site, late);
    for (const client of clients) await client.stop();
  },
});
