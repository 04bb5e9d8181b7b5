import assert from "node:assert/strict";
import type { ServiceStatus } from "../../src/bus/status.ts";
import { respond } from "../../src/server/routes.ts";

const WORKING: ServiceStatus = {
  provider: "up",
  lines: { open: 1, closed: 0, failed: 1, outOfService: 0 },
  lastMessageAgeSeconds: 3.5,
  lastProbeAgeSeconds: null,
  troubles: [{ line: "202", status: "failed", error: "LINEERR_ALLOCATED" }],
  hanging: [],
};

function get(path: string, status: ServiceStatus = WORKING, method = "GET"): Response {
  return respond(new Request(`http://server:43001${path}`, { method }), {
    version: "1.2.3",
    status: { status: () => status },
    uptimeSeconds: () => 12.9,
  });
}

Deno.test("/ says what this is, its version and how to connect", async () => {
  const response = get("/");
  assert.equal(response.status, 200);
  const text = await response.text();
  assert.match(text, /Tapi2Ws 1\.2\.3/);
  assert.match(text, /ws:\/\/server:43001\//);
});

Deno.test("/healthz answers as long as the process serves", async () => {
  const response = get("/healthz", { ...WORKING, provider: "down" });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: "ok", version: "1.2.3", uptimeSeconds: 12 });
});

Deno.test("/readyz is 200 with the provider up and a line open, else 503, with the reasons", async () => {
  const ready = get("/readyz");
  assert.equal(ready.status, 200);
  assert.deepEqual(await ready.json(), WORKING);
  const lines = { open: 0, closed: 1, failed: 0, outOfService: 3 };
  const noLine = get("/readyz", { ...WORKING, lines });
  assert.equal(noLine.status, 503);
  assert.deepEqual((await noLine.json()).lines, lines);
  assert.equal(get("/readyz", { ...WORKING, provider: "down" }).status, 503);
});

Deno.test("answers are not kept by caches", () => {
  assert.equal(get("/readyz").headers.get("cache-control"), "no-store");
});

Deno.test("other paths are 404 and other methods 405", () => {
  assert.equal(get("/nothing").status, 404);
  assert.equal(get("/constructor").status, 404);
  const post = get("/healthz", WORKING, "POST");
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("allow"), "GET, HEAD");
});
