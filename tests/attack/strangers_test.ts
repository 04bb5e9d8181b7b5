/** Clients without a token, or with a wrong one: what they can write, guess, and get to see. */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { ANYONE } from "../support/identity.ts";
import { LogRecorder } from "../support/log.ts";
import { ManualClock } from "../support/clock.ts";
import { until } from "../support/patience.ts";
import { HANDSHAKE, RawConnection } from "../support/raw.ts";
import { LIMITS, rulesFor, startTestServer, tokenRule } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";

const HOST = "Host: 127.0.0.1";
const guarded = { ...LIMITS, guard: true };

Deno.test("commands without a token are not in the audit one by one, but counted", async () => {
  const clock = new ManualClock();
  await using log = await LogRecorder.start();
  const { server } = startTestServer({
    clock,
    rules: rulesFor(undefined, { tokens: [tokenRule("ada")] }),
  });
  await using stranger = await V2TestClient.connect(server.port);
  await using ada = await V2TestClient.connect(server.port, "tapi2ws.token.ada");
  for (let i = 0; i < 50; i++) {
    assert.equal((await stranger.ask({ cmd: "drop", line: "201" })).error.code, "unauthorized");
  }
  await ada.ask({ cmd: "drop", line: "201" });
  assert.equal(log.count(/: drop on line/), 1);
  assert.equal(log.count(/^ada at .*: drop on line/), 1);
  assert.equal(log.count(/^Refused: commands without a token, from 127\.0\.0\.1/), 1);
  clock.advance(60_000);
  await until(() => log.count(/^Refused: 49 more commands without a token/) === 1);
  await server.stop(1000);
});

Deno.test("wrong tokens are logged, summed up, and answered late when there are many", async () => {
  const clock = new ManualClock();
  await using log = await LogRecorder.start();
  const { server } = startTestServer({ clock, rules: rulesFor(ANYONE) });
  let answered = 0;
  const guess = async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/lines`, {
      headers: { authorization: "Bearer guess" },
    });
    await response.body?.cancel();
    answered++;
    assert.equal(response.status, 401);
  };
  const guesses = Array.from({ length: 15 }, guess);
  await until(() => answered === 10);
  clock.advance(1000);
  await Promise.all(guesses);
  assert.equal(log.count(/^Refused: invalid tokens, from 127\.0\.0\.1/), 1);
  assert(!log.lines.some((line) => line.includes("guess")));
  clock.advance(60_000);
  await until(() => log.count(/^Refused: 14 more invalid tokens/) === 1);
  await server.stop(1000);
});

for (const limits of [LIMITS, guarded]) {
  const port = limits.guard ? "a guarded port" : "an open port";

  Deno.test(`${port}: a target that cannot be read is a quiet 400, and so is no Host`, async () => {
    await using log = await LogRecorder.start();
    const { server } = startTestServer({ limits });
    for (
      const head of [
        [`GET http://[${"x".repeat(6000)} HTTP/1.1`, HOST],
        ["GET http://127.0.0.1:99999999/ HTTP/1.1", HOST],
        ["GET / HTTP/1.1", "X: y"],
      ]
    ) {
      assert.match(await RawConnection.ask(server.port, head), /^HTTP\/1\.1 400 /, `${head[0]}`);
    }
    assert(log.lines.every((line) => line.length < 600), "nobody fills the log");
    await server.stop(1000);
  });

  Deno.test(`${port}: nothing is taken for another type than the server says`, async () => {
    const { server } = startTestServer({ limits });
    for (const path of ["/", "/api/v2/lines", "/healthz", "/client.js", "/nothing"]) {
      const answer = await RawConnection.ask(server.port, [`GET ${path} HTTP/1.1`, HOST]);
      assert.match(answer, /^x-content-type-options: nosniff\r$/mi, path);
    }
    await server.stop(1000);
  });

  Deno.test(`${port}: pages of every origin get the client library, and nothing else`, async () => {
    const { server } = startTestServer({ limits });
    const origin = "Origin: https://anywhere.example.com";
    const answer = await RawConnection.ask(server.port, ["GET /client.js HTTP/1.1", HOST, origin]);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    assert.match(answer, /^access-control-allow-origin: /mi);
    for (
      const head of [["GET /api/v2/lines HTTP/1.1", HOST, origin], [
        ...HANDSHAKE.with(0, "GET /client.js HTTP/1.1"),
        origin,
      ]]
    ) {
      assert.match(await RawConnection.ask(server.port, head), /^HTTP\/1\.1 403 /, `${head[0]}`);
    }
    await server.stop(1000);
  });

  Deno.test(`${port}: an origin that is taken out loses its sockets`, async () => {
    const allowed = { allowOrigins: ["https://crm.example.com"] };
    const { server } = startTestServer({ limits, rules: rulesFor(ANYONE, allowed) });
    using page = await RawConnection.upgraded(server.port, [
      ...HANDSHAKE,
      "Origin: https://crm.example.com",
    ]);
    await using program = await RecordingClient.connect(server.port);
    await until(() => server.clients === 2);
    server.setRules(rulesFor(ANYONE));
    await until(() => server.clients === 1);
    await page.until(() => page.text.includes("\x88"));
    assert.equal(program.closed, undefined);
    await server.stop(1000);
  });
}
