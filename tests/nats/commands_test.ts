/** Commands that clients of a gateway give: carried out once, or not at all, and as on one server. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import type { Command } from "../../src/model/command.ts";
import { Link } from "../../src/nats/link.ts";
import { type RemoteSender, SUBJECTS } from "../../src/nats/wire.ts";
import { callEvent } from "../support/events.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { until } from "../support/patience.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { TestGateway, TestSite } from "./rig.ts";

Deno.test({
  name:
    "commands reach their site once, in its own names, and their results come back in everyone's",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const given: { readonly command: Command; readonly by: RemoteSender }[] = [];
    let answer = Promise.resolve();
    await using site = new TestSite({
      servers: nats.urls,
      number: 7,
      async execute(command, by) {
        given.push({ command, by });
        await answer;
        return command.cmd === "hold"
          ? {
            ok: false,
            error: { code: "tapi_error", message: "No", tapi: { code: 1, name: "LINEERR_X" } },
          }
          : { ok: true, outcome: { call: 4 } };
      },
    });
    await using network = new TcpProxy(Number(new URL(nats.urls[0] ?? "").port));
    await using gateway = await TestGateway.start([`nats://127.0.0.1:${network.port}`]);
    await until(() => gateway.gateway.lines().length === 3);
    const ringing = { id: 3, line: "201", permanentId: "id:201" };
    site.bus.publish(callEvent(ringing, { change: "new" }));
    await until(() => gateway.gateway.calls().length === 1);
    const [call] = gateway.gateway.calls();
    assert(call);
    await using client = await V2TestClient.connect(gateway.port);

    const dialled = await client.ask({ cmd: "dial", line: "site7/201", number: "0123" });
    assert.equal(dialled.result.call - call.id, 1);
    await client.ask({ cmd: "answer", call: call.id });
    await client.ask({ cmd: "pickup", line: "site7/202", from: "site7/201" });
    const held = await client.ask({ cmd: "hold", line: "site7/201" });
    assert.deepEqual(held.error, {
      code: "tapi_error",
      message: "No",
      tapi: { code: 1, name: "LINEERR_X" },
    });
    assert.deepEqual(given.map(({ command }) => command), [
      { cmd: "dial", line: "201", number: "0123" },
      { cmd: "answer", call: 3 },
      { cmd: "pickup", line: "202", from: "201", redirect: true },
      { cmd: "hold", line: "201" },
    ]);
    assert.deepEqual(
      given.map(({ by }) => [by.gateway, by.identity, by.address.split(":")[0]])[0],
      ["test", "anonymous", "127.0.0.1"],
    );
    const codeOf = async (command: object) => (await client.ask(command)).error.code;
    assert.equal(await codeOf({ cmd: "drop", line: "201" }), "unknown_line");
    assert.equal(await codeOf({ cmd: "drop", line: "nowhere/201" }), "unknown_line");
    assert.equal(await codeOf({ cmd: "drop", call: 12 }), "unknown_call");
    assert.equal(given.length, 4);

    // A site that does not answer: nothing is sent again.
    answer = new Promise(() => {});
    assert.equal(await codeOf({ cmd: "dial", line: "site7/202", number: "1" }), "timeout");
    assert.equal(given.length, 5);
    // Without a connection nothing is kept for later.
    network.down = true;
    network.cut();
    await until(() => !gateway.gateway.isConnected);
    assert.equal(await codeOf({ cmd: "dial", line: "site7/202", number: "1" }), "provider_down");
    network.down = false;
    await until(() => gateway.gateway.isConnected);
    site.publish();
    await until(() => site.site.backlog === 0);
    assert.equal(given.length, 5);
  },
});

Deno.test({
  name: "a site begins no command that comes late, and carries none out twice",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    let executed = 0;
    await using site = new TestSite({
      servers: nats.urls,
      number: 1,
      execute: () => Promise.resolve({ ok: true, outcome: { call: ++executed } }),
    });
    await using link = new Link({
      servers: nats.urls,
      name: "test",
      wantsTls: false,
      clock: systemClock,
    });
    await until(() => site.site.backlog === 0 && link.connectedForMs !== undefined);
    const give = async (id: string, untilMs: number) => {
      const request = {
        v: 1,
        id,
        untilMs,
        by: { gateway: "g", identity: "i", address: "a" },
        command: { cmd: "dial", line: "site1/201", number: "1" },
      };
      const subject = SUBJECTS.command("site1", site.site.life);
      return JSON.parse((await link.request(subject, JSON.stringify(request), 5000)).string());
    };
    const soonMs = systemClock.uptimeMs() + 60_000;
    const late = await give("late", systemClock.uptimeMs() - 1);
    assert.deepEqual([late.ok, late.error.code], [false, "timeout"]);
    assert.equal(executed, 0);
    const [first, again, other] = [
      await give("a", soonMs),
      await give("a", soonMs),
      await give("b", soonMs),
    ];
    assert.deepEqual(again, first);
    assert.equal(other.outcome.call - first.outcome.call, 1);
    assert.equal(executed, 2);
  },
});
