/** A gateway that is stopped, and a connection that is given up, before they are ready. */
import assert from "node:assert/strict";
import type { Server } from "@nats-io/nats-core/internal";
import { DenoTransport } from "../../src/nats/transport.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until, within } from "../support/patience.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { TestGateway, TestSite } from "./rig.ts";

Deno.test({
  name: "a gateway that is cut off while it reads the stream can be stopped",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    await using site = new TestSite({ servers: nats.urls, number: 1 });
    await until(() => site.site.backlog === 0);
    for (let count = 0; count < 500; count++) site.publish();
    await until(() => site.site.backlog === 0);
    await using network = new TcpProxy(Number(new URL(nats.urls[0] ?? "").port));
    network.cutAfter(100_000);
    await using gateway = new TestGateway([`nats://127.0.0.1:${network.port}`]);
    await until(() => network.links === 1);
    network.down = true;
    await until(() => network.links === 0);
    assert(gateway.gateway.status().nats?.missingEvents);
    assert(!gateway.gateway.isReady);
    await within(gateway.gateway.stop(), () => "the end of the gateway");
  },
});

Deno.test("a connection that is given up while it is being made is closed", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const transport = new DenoTransport();
  const refused = assert.rejects(
    transport.connect(serverAt(listener.addr.port), {}),
    /given up/,
  );
  transport.disconnect();
  using accepted = await listener.accept();
  assert.equal(await within(accepted.read(new Uint8Array(1)), () => "the end"), null);
  await refused;
});

function serverAt(port: number): Server {
  return {
    hostname: "127.0.0.1",
    port,
    listen: `127.0.0.1:${port}`,
    src: `127.0.0.1:${port}`,
    tlsName: "",
    reconnects: 0,
    lastConnect: 0,
    gossiped: false,
    didConnect: false,
  };
}
