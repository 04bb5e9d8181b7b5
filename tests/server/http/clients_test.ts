/** The connected clients, as GET /api/v2/clients lists them. */
import assert from "node:assert/strict";
import type { Identity } from "../../../src/server/access/identity.ts";
import { RecordingClient } from "../../support/client.ts";
import { ManualClock } from "../../support/clock.ts";
import { EventStreamReader } from "../../support/event_stream.ts";
import { until } from "../../support/patience.ts";
import { rulesFor, startTestServer } from "../../support/server.ts";
import { V2TestClient } from "../../support/v2_client.ts";

// deno-lint-ignore no-explicit-any -- what is asserted is the JSON
const clientsOf = async (port: number): Promise<any> =>
  await (await fetch(`http://127.0.0.1:${port}/api/v2/clients`)).json();

Deno.test("every client is listed, with its dialect, its lines, its bytes and its start", async () => {
  const clock = new ManualClock();
  const { server } = startTestServer({ clock });
  {
    await using _all = await RecordingClient.connect(server.port);
    await until(() => server.clients === 1);
    clock.advance(1000);
    await using _one = await RecordingClient.connect(server.port, "/?line=201");
    await until(() => server.clients === 2);
    await using v2 = await V2TestClient.connect(server.port);
    await v2.hello;
    const [all, one, silent] = await clientsOf(server.port);
    assert.match(all.address, /^127\.0\.0\.1:\d+$/);
    assert.deepEqual(all, {
      id: all.id,
      name: "anonymous",
      address: all.address,
      dialect: "classic",
      lines: null,
      unsentBytes: 0,
      connectedAt: "2026-01-01T00:00:00.000Z",
    });
    assert.deepEqual([one.dialect, one.lines], ["classic", ["201"]]);
    assert.equal(one.connectedAt, "2026-01-01T00:00:01.000Z");
    assert.equal(new Set([all.id, one.id, silent.id]).size, 3);
    // One that has not subscribed hears no line.
    assert.deepEqual([silent.dialect, silent.lines], ["v2", []]);
    await v2.ask({ cmd: "subscribe", lines: ["202", "203"] });
    assert.deepEqual((await clientsOf(server.port))[2].lines, ["202", "203"]);
    await v2.ask({ cmd: "subscribe" });
    assert.equal((await clientsOf(server.port))[2].lines, null);
    await using stream = await EventStreamReader.open(
      `http://127.0.0.1:${server.port}/api/v2/events?line=204`,
    );
    assert.equal((await stream.next())?.event, "state");
    const streaming = (await clientsOf(server.port))[3];
    assert.deepEqual([streaming.dialect, streaming.lines], ["sse", ["204"]]);
  }
  await until(() => server.clients === 0);
  assert.deepEqual(await clientsOf(server.port), []);
  await server.stop(1000);
});

const REFUSED: Identity[] = [
  { name: "desk", can: ["monitor", "control"], lines: ["20*"] },
  { name: "dialler", can: ["control"], lines: ["*"] },
];

for (const identity of REFUSED) {
  Deno.test(`who is connected is nothing for ${identity.name}, who does not hear every line`, async () => {
    const { server } = startTestServer({ rules: rulesFor(identity) });
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/clients`);
    assert.equal(response.status, 403);
    assert.equal((await response.json()).error.code, "not_permitted");
    await server.stop(1000);
  });
}
