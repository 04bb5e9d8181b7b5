/** Paths, heads and bodies that try to get round something. */
import assert from "node:assert/strict";
import { EventStreamReader } from "../support/event_stream.ts";
import { callEvent, lineEvent } from "../support/events.ts";
import { ANYONE } from "../support/identity.ts";
import { HANDSHAKE, RawConnection } from "../support/raw.ts";
import { rulesFor, startTestServer, tokenRule } from "../support/server.ts";

const statusOf = (answer: string) => Number(answer.match(/^HTTP\/1\.\d (\d+)/)?.[1]);

Deno.test("heads that hide a host or an origin are refused", async () => {
  const { server } = startTestServer();
  const refused = [
    ["GET http://evil.example.com/api/v2/lines HTTP/1.1", "Host: 127.0.0.1"],
    ["GET http://127.0.0.1/api/v2/lines HTTP/1.1", "Host: evil.example.com"],
    ["GET / HTTP/1.1", "Host: 127.0.0.1", "Host: evil.example.com"],
    ["GET / HTTP/1.1", "Host: 127.0.0.1@evil.example.com"],
    ["GET / HTTP/1.1", "Host: evil.example.com/127.0.0.1"],
    ["GET / HTTP/1.1", "Host: 127.0.0.1, evil.example.com"],
    ["GET / HTTP/1.1", "Host: "],
    [
      "GET / HTTP/1.1",
      "Host: 127.0.0.1",
      "Origin: http://localhost",
      "Origin: https://evil.example.com",
    ],
    ["GET / HTTP/1.1", "Host: 127.0.0.1", "Origin: http://localhost@evil.example.com"],
    ["GET / HTTP/1.1", "Host: 127.0.0.1", "Origin: null"],
    ["GET / HTTP/1.1", "Host: 127.0.0.1", "Origin: "],
    ["CONNECT evil.example.com:80 HTTP/1.1", "Host: 127.0.0.1"],
  ];
  for (const head of refused) {
    const status = statusOf(await RawConnection.ask(server.port, head));
    assert([400, 403].includes(status), `${head.join(" | ")}: ${status}`);
  }
  await server.stop(1000);
});

Deno.test("paths that are none are 404, and none of them is an error of the server's", async () => {
  const { server } = startTestServer();
  for (
    const path of [
      "/../../windows/win.ini",
      "/%2e%2e/%2e%2e/windows/win.ini",
      "/..%5c..%5cwindows",
      "//evil.example.com/x",
      "/\\evil",
      "/%00",
      "/%ff%fe",
      "/%",
      "/api/v2/lines/",
      "/API/v2/lines",
      "/api//v2/lines",
      "/__proto__",
      "/constructor",
      "/toString",
      "/api/v2/commands/../lines",
      `/${"x".repeat(8000)}`,
      "*",
    ]
  ) {
    const answer = await RawConnection.ask(server.port, [
      `GET ${path} HTTP/1.1`,
      "Host: 127.0.0.1",
    ]);
    const status = statusOf(answer);
    // The runtime takes `..` away as a browser does.
    assert([400, 404].includes(status) || path.includes("/commands/.."), `${path}: ${status}`);
  }
  for (const method of ["TRACE", "DELETE", "PUT", "PATCH", "PROPFIND", "OPTIONS", "get"]) {
    const head = [`${method} /api/v2/lines HTTP/1.1`, "Host: 127.0.0.1"];
    assert.equal(statusOf(await RawConnection.ask(server.port, head)), 405, method);
  }
  await server.stop(1000);
});

Deno.test("heads without end, and requests within requests, end their own connection", async () => {
  const { server } = startTestServer();
  const long = ["GET / HTTP/1.1", "Host: 127.0.0.1", `X: ${"y".repeat(2_000_000)}`];
  assert([0, 400, 431].includes(statusOf(await RawConnection.ask(server.port, long)) || 0));
  const many = Array.from({ length: 5000 }, (_, i) => `X${i}: y`);
  const answer = await RawConnection.ask(server.port, [
    "GET / HTTP/1.1",
    "Host: 127.0.0.1",
    ...many,
  ]);
  assert([0, 400, 431].includes(statusOf(answer) || 0));
  // Two lengths: a smuggled request must not be answered.
  const smuggling = await RawConnection.ask(server.port, [
    "POST /api/v2/commands HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    "Content-Length: 2",
    "Transfer-Encoding: chunked",
    "",
    "0",
    "",
    "GET /healthz HTTP/1.1",
    "Host: 127.0.0.1",
  ]);
  assert(!smuggling.includes('"status":"ok"') || smuggling.startsWith("HTTP/1.1 400"));
  for (const line of ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Connection: Upgrade"]) {
    const head = HANDSHAKE.filter((other) => other !== line);
    using raw = await RawConnection.upgraded(server.port, head);
    const status = statusOf(raw.text);
    assert(status === 400 || status === 200 || status === 101, `${line}: ${status}`);
  }
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200);
  await server.stop(1000);
});

Deno.test("resumed events of lines that are not permitted are not replayed, by any door", async () => {
  const tokens = [tokenRule("ada", { lines: ["201"] })];
  const { server, bus } = startTestServer({ rules: rulesFor(ANYONE, { tokens }) });
  for (const line of ["201", "202"]) {
    bus.publish(lineEvent({ line }, { change: "added" }));
    bus.publish(callEvent({ line, id: Number(line) }, { change: "new" }));
  }
  {
    await using stream = await EventStreamReader.open(
      `http://127.0.0.1:${server.port}/api/v2/events?line=201&line=202`,
      { authorization: "Bearer ada", "last-event-id": `${bus.epoch}:0` },
    );
    const heard = async (count: number) =>
      (await stream.take(count)).map(({ data }) => JSON.parse(data))
        .map(({ type, line, call }) => [type, line?.line ?? call?.line]);
    assert.deepEqual(await heard(2), [["line", "201"], ["call", "201"]]);
    // Nothing followed them but this.
    bus.publish(callEvent({ line: "201", id: 203 }, { change: "new" }));
    assert.deepEqual(await heard(1), [["call", "201"]]);
  }
  await server.stop(1000);
});
