/**
 * Clients hop between gateways while events come, a gateway is replaced, and hear exactly what the
 * stream has: nothing is missing, nothing comes twice or out of order, and no gap is told.
 */
import assert from "node:assert/strict";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { assertStreamed, assertUncut, hopUnderLoad } from "./hops.ts";
import { HoppingClient, TestGateway, TestSite } from "./rig.ts";

const CLIENTS = 20;
const HOPS = 1000;

Deno.test({
  name: `${HOPS} hops between gateways, one of which is replaced, change nothing`,
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    await using first = new TestSite({ servers: nats.urls, number: 1 });
    await using second = new TestSite({ servers: nats.urls, number: 2 });
    await using gateway = await TestGateway.start(nats.urls);
    const gateways = [gateway, await TestGateway.start(nats.urls)];
    const ports = () => gateways.map(({ port }) => port);
    await until(() => gateway.gateway.lines().length === 6);
    const clients = Array.from(
      { length: CLIENTS },
      (_, seed) => new HoppingClient(ports, seed, seed % 2 === 0),
    );
    await until(() => clients.every(({ follower }) => follower.begunAt !== undefined));
    await hopUnderLoad([first, second], clients, HOPS / 2);
    // Under load, and while clients hop.
    const replaced = gateways.pop();
    const replacing = TestGateway.start(nats.urls).then((fresh) => gateways.push(fresh));
    await Promise.all([replaced?.[Symbol.asyncDispose](), replacing]);
    await hopUnderLoad([first, second], clients, HOPS);

    await until(() => first.site.backlog === 0 && second.site.backlog === 0);
    await using late = await TestGateway.start(nats.urls);
    const { seq, epoch } = late.bus;
    assert.equal(gateway.bus.epoch, epoch);
    await until(() => clients.every((client) => client.hasReached(seq)));
    assertUncut(clients, late);
    assert.deepEqual(gateway.content, late.content);
    assert.deepEqual(gateway.history, late.history);
    for (const site of [first, second]) assertStreamed(site, late);
    for (const client of clients) await client.stop();
    for (const other of gateways.slice(1)) await other[Symbol.asyncDispose]();
  },
});
