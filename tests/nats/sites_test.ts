/** Sites that are lost and come back, gateways that are cut off, and a stream that lost its tail. */
import assert from "node:assert/strict";
import type { CallEvent } from "../../src/model/event.ts";
import { callEvent } from "../support/events.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { TestGateway, TestSite } from "./rig.ts";

const portOf = (url = "") => Number(new URL(url).port);
const through = ({ port }: TcpProxy) => [`nats://127.0.0.1:${port}`];
const statuses = (gateway: TestGateway) =>
  gateway.gateway.lines().map(({ line, status, error }) => [line, status, error]);

const CLOSED = ["201", "202", "203"].map((line) => [`site1/${line}`, "closed", "SITE_LOST"]);
const OPEN = ["201", "202", "203"].map((line) => [`site1/${line}`, "open", undefined]);

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: !hasNats, fn });
}

test("a site that is cut off ends its calls and closes its lines, and comes back with both", async () => {
  await using nats = await NatsServers.start();
  await using network = new TcpProxy(portOf(nats.urls[0]));
  await using site = new TestSite({ servers: through(network), number: 1 });
  await using other = new TestSite({ servers: nats.urls, number: 2 });
  const gateways = [await TestGateway.start(nats.urls), await TestGateway.start(nats.urls)];
  const [gateway] = gateways as [TestGateway];
  await until(() => gateway.gateway.lines().length === 6);
  await using client = await V2TestClient.connect(gateway.port);
  await client.ask({ cmd: "subscribe" });
  const call = { id: 1, line: "201", permanentId: "id:201", callId: "0x77", classicId: "0x77" };
  site.bus.publish(callEvent(call, { change: "new" }));
  await client.until(() => client.events.find(({ change }) => change === "new"));
  const before = client.events.length;

  network.down = true;
  network.cut();
  await client.until(() => client.events.length === before + 4 || undefined);
  const [ended, ...lines] = client.events.slice(before);
  assert.deepEqual([ended.change, ended.call.state, ended.call.callId], ["ended", "IDLE", "0x77"]);
  assert.deepEqual(lines.map(({ line }) => [line.line, line.status, line.error]), CLOSED);
  assert.deepEqual(gateway.gateway.calls(), []);
  // What the site still has to say of that time does not count.
  other.bus.publish(callEvent({ ...call, id: 9 }, { change: "new" }));
  site.bus.publish(
    callEvent({ ...call, id: 2, line: "202", permanentId: "id:202" }, { change: "new" }),
  );

  await until(() => gateway.gateway.sites.some(({ state }) => state === "lost"));
  network.down = false;
  await until(() => gateway.gateway.calls().length === 3);
  await until(() => JSON.stringify(statuses(gateway)).includes("closed") === false);
  const isOwn = ([line]: readonly unknown[]) => String(line).startsWith("site1/");
  assert.deepEqual(statuses(gateway).filter(isOwn), OPEN);
  assert.deepEqual(gateway.gateway.calls().map(({ line }) => line).sort(), [
    "site1/201",
    "site1/202",
    "site2/201",
  ]);
  await using late = await TestGateway.start(nats.urls);
  assert.deepEqual(late.content, gateway.content);
  assert.equal(late.bus.epoch, gateway.bus.epoch);
  const ends = late.history.filter((event): event is CallEvent =>
    event.type === "call" && event.change === "ended"
  );
  assert.deepEqual(ends.map(({ lost }) => lost), [true]);
  const begun = late.history.filter((event) =>
    event.type === "call" && event.change === "new" && event.line === "site1/202"
  );
  assert.equal(begun.length, 1, "what was sent after the loss counts only as it is announced anew");
  for (const one of gateways) assert.deepEqual(one.content, late.content);
  for (const one of gateways) await one[Symbol.asyncDispose]();
});

test("a site that stops says farewell: nobody waits for it", async () => {
  await using nats = await NatsServers.start();
  const site = new TestSite({ servers: nats.urls, number: 1 });
  await using gateway = await TestGateway.start(nats.urls);
  await until(() => gateway.gateway.lines().length === 3);
  const startMs = performance.now();
  await site[Symbol.asyncDispose]();
  await until(() => statuses(gateway).every(([, status]) => status === "closed"));
  assert(performance.now() - startMs < 4000, "it was waited for");
  // A gateway that starts now has its lines from what everyone agrees on.
  await using late = await TestGateway.start(nats.urls);
  assert.deepEqual(statuses(late), CLOSED);
});

test("only the first of two programs with the same name takes part", async () => {
  await using nats = await NatsServers.start();
  await using site = new TestSite({ servers: nats.urls, number: 1 });
  await using gateway = await TestGateway.start(nats.urls);
  await until(() => gateway.gateway.lines().length === 3);
  await using namesake = new TestSite({ servers: nats.urls, number: 1, name: "site1" }, ["999"]);
  await using sameNumber = new TestSite({ servers: nats.urls, number: 1, name: "other" }, ["998"]);
  await until(() => namesake.site.isConnected && sameNumber.site.isConnected);
  await until(() => namesake.site.problem !== undefined && sameNumber.site.problem !== undefined);
  assert.match(namesake.site.problem ?? "", /another program takes part under this name/);
  assert.match(sameNumber.site.problem ?? "", /site1 has the number 1 as well/);
  site.publish();
  await until(() => site.site.backlog === 0);
  assert.deepEqual(statuses(gateway), OPEN);
  assert.equal(namesake.site.backlog, undefined);
});

test("a gateway that is cut off sends its clients away and is not ready until it is back", async () => {
  await using nats = await NatsServers.start();
  await using network = new TcpProxy(portOf(nats.urls[0]));
  await using site = new TestSite({ servers: nats.urls, number: 1 });
  await using gateway = await TestGateway.start(through(network));
  await until(() => gateway.gateway.lines().length === 3);
  await using client = await V2TestClient.connect(gateway.port);
  await client.ask({ cmd: "subscribe" });
  const { epoch, seq } = await client.hello;
  network.down = true;
  network.cut();
  await client.until(() => client.closed);
  assert.equal(client.closed?.code, 1001);
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${gateway.port}${path}`);
    await response.body?.cancel();
    return response.status;
  };
  assert.deepEqual([await get("/readyz"), await get("/api/v2/lines")], [503, 503]);
  await assert.rejects(V2TestClient.connect(gateway.port));
  // A gateway that hears nothing says nothing of others.
  site.publish();
  network.down = false;
  await gateway.ready();
  assert.deepEqual(statuses(gateway), OPEN);
  assert.equal(await get("/readyz"), 200);
  await using again = await V2TestClient.connect(gateway.port);
  const { result } = await again.ask({ cmd: "subscribe", resume: { epoch, seq } });
  assert.equal(result.replayed, 1);
});

test("a stream that lost its tail begins a new epoch, in which everything is reported again", async () => {
  await using nats = await NatsServers.start();
  await using site = new TestSite({ servers: nats.urls, number: 1 });
  await using gateway = await TestGateway.start(nats.urls);
  await until(() => gateway.gateway.lines().length === 3);
  const { epoch } = gateway.bus;
  await nats.end(0, "SIGTERM");
  await nats.copy(0);
  await nats.again(0);
  await until(() => site.site.isConnected && gateway.gateway.isReady);
  for (let count = 0; count < 20; count++) site.publish();
  await until(() => site.site.backlog === 0);
  const heard = gateway.bus.seq;
  await nats.end(0);
  await nats.restore(0);
  await nats.again(0);
  await until(() => gateway.gateway.isReady && gateway.bus.epoch !== epoch);
  await until(() => site.site.backlog === 0);
  assert(heard > 0);
  await until(() => gateway.gateway.calls().length === site.state.calls().length);
  assert.deepEqual(statuses(gateway), OPEN);
  assert.deepEqual(
    gateway.gateway.calls().map(({ state }) => state).sort(),
    site.state.calls().map(({ state }) => state).sort(),
  );
});
