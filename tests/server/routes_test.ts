import assert from "node:assert/strict";
import { Numbers } from "../../src/numbers/numbers.ts";
import type { ServiceStatus } from "../../src/bus/ports.ts";
import { ConnectedClients, Places } from "../../src/server/net/connected_clients.ts";
import { respond } from "../../src/server/routes.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import { strictBus } from "../support/events.ts";
import { ManualClock } from "../support/clock.ts";
import { HeavyReads } from "../../src/server/access/heavy_reads.ts";
import { ANYONE, strangers } from "../support/identity.ts";
import { FoldedState } from "../support/state.ts";

const WORKING: ServiceStatus = {
  provider: "up",
  lines: { open: 1, closed: 0, failed: 1, outOfService: 0 },
  lastMessageAgeSeconds: 3.5,
  lastProbeAgeSeconds: null,
  silentForSeconds: null,
  troubles: [{ line: "202", status: "failed", error: "LINEERR_ALLOCATED" }],
  hanging: [],
};

async function get(
  path: string,
  status: ServiceStatus = WORKING,
  method = "GET",
): Promise<Response> {
  const bus = strictBus();
  const request = new Request(`http://server:43001${path}`, { method });
  return await respond({ request, address: "192.0.2.1:5000", identity: ANYONE }, {
    permits: () => true,
    version: "1.2.3",
    status: { status: () => status },
    uptimeSeconds: () => 12.9,
    clock: new ManualClock(),
    maxUnsentBytes: 1000,
    bus,
    state: FoldedState.of(bus),
    commands: {
      execute: () => Promise.resolve({ ok: true, outcome: {} }),
      lineOf: () => undefined,
    },
    numbers: new Numbers(),
    encoder: new V2Encoder(),
    clients: new ConnectedClients(),
    places: new Places({ connections: 1, connectionsPerAddress: 1 }),
    reads: new HeavyReads(),
    strangers: strangers(),
    limits: { messageBytes: 1000, requestSeconds: 1 },
  });
}

Deno.test("/ says what this is, its version and how to connect", async () => {
  const response = await get("/");
  assert.equal(response.status, 200);
  const text = await response.text();
  assert.match(text, /Tapi2Ws 1\.2\.3/);
  assert.match(text, /ws:\/\/server:43001\//);
});

Deno.test("/healthz answers as long as the process serves", async () => {
  const response = await get("/healthz", { ...WORKING, provider: "down" });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok", version: "1.2.3", uptimeSeconds: 12 });
});

Deno.test("/readyz is 200 with the provider up and a line open, else 503, with the reasons", async () => {
  const ready = await get("/readyz");
  assert.equal(ready.status, 200);
  assert.deepEqual(await ready.json(), WORKING);
  const lines = { open: 0, closed: 1, failed: 0, outOfService: 3 };
  const noLine = await get("/readyz", { ...WORKING, lines });
  assert.equal(noLine.status, 503);
  assert.deepEqual((await noLine.json()).lines, lines);
  assert.equal((await get("/readyz", { ...WORKING, provider: "down" })).status, 503);
});

Deno.test("answers are not kept by caches", async () => {
  assert.equal((await get("/readyz")).headers.get("cache-control"), "no-store");
});

Deno.test("other paths are 404 and other methods 405", async () => {
  assert.equal((await get("/nothing")).status, 404);
  assert.equal((await get("/constructor")).status, 404);
  const post = await get("/healthz", WORKING, "POST");
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("allow"), "GET, HEAD");
});
