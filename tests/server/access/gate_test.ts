/** The checks of a request, over real connections: page, name, token, rate, number of connections. */
import assert from "node:assert/strict";
import { RecordingClient } from "../../support/client.ts";
import { callEvent, lineEvent } from "../../support/events.ts";
import { ANYONE } from "../../support/identity.ts";
import { LogRecorder } from "../../support/log.ts";
import { HANDSHAKE, RawConnection } from "../../support/raw.ts";
import { until } from "../../support/patience.ts";
import {
  LIMITS,
  rulesFor,
  startTestServer as start,
  tokenRule,
  WORKING_STATUS,
} from "../../support/server.ts";
import { V2TestClient } from "../../support/v2_client.ts";

const statusOf = (answer: string) => Number(answer.match(/^HTTP\/1\.1 (\d+)/)?.[1]);
const EVIL = "Origin: https://evil.example.com";
const EVERYWHERE = ["/", "/healthz", "/readyz", "/api/v2/lines", "/api/v2/events", "/client.js"];

Deno.test("a page from the web gets 403 everywhere, and both the answer and the log name the key", async () => {
  await using log = await LogRecorder.start();
  const { server } = start();
  // Every page may import the client library.
  for (const path of EVERYWHERE.filter((path) => path !== "/client.js")) {
    const answer = await RawConnection.ask(server.port, [
      `GET ${path} HTTP/1.1`,
      "Host: 127.0.0.1",
      EVIL,
    ]);
    assert.equal(statusOf(answer), 403, path);
    assert.match(answer, /https:\/\/evil\.example\.com.*allowOrigins/);
    assert.doesNotMatch(answer, /access-control/i);
  }
  assert.equal(statusOf(await RawConnection.ask(server.port, [...HANDSHAKE, EVIL])), 403);
  const preflight = ["OPTIONS / HTTP/1.1", "Host: 127.0.0.1", EVIL];
  const asked = [...preflight, "Access-Control-Request-Method: POST"];
  assert.equal(statusOf(await RawConnection.ask(server.port, asked)), 403);
  assert.equal(log.count(/evil\.example\.com are refused.*allowOrigins/), 1, "once");
  await server.stop(1000);
});

Deno.test("a name that is not the server's gets 403 everywhere, and the key is named", async () => {
  await using log = await LogRecorder.start();
  const { server } = start();
  for (const path of EVERYWHERE) {
    const answer = await RawConnection.ask(server.port, [
      `GET ${path} HTTP/1.1`,
      "Host: rebound.example.com:43001",
    ]);
    assert.equal(statusOf(answer), 403, path);
    assert.match(answer, /rebound\.example\.com:43001.*allowHosts/);
  }
  const socket = HANDSHAKE.map((line) => line.replace("127.0.0.1", "rebound.example.com"));
  assert.equal(statusOf(await RawConnection.ask(server.port, socket)), 403);
  assert.equal(log.count(/rebound\.example\.com:43001 are refused.*allowHosts/), 1);
  await server.stop(1000);
});

Deno.test("however many pages are refused, the log stays short", async () => {
  await using log = await LogRecorder.start();
  const { server } = start();
  for (let i = 0; i < 600; i++) {
    const response = await fetch(`http://127.0.0.1:${server.port}/`, {
      headers: { origin: `https://e${i}.example.com` },
    });
    assert.equal(response.status, 403);
    await response.body?.cancel();
  }
  assert.equal(log.count(/are refused/), 500);
  assert.equal(log.count(/are not logged/), 1);
  await server.stop(1000);
});

Deno.test("a permitted page may read answers, and only it; preflights are answered", async () => {
  const origin = "https://crm.example.com";
  const { server } = start({ rules: rulesFor(ANYONE, { allowOrigins: [origin] }) });
  const url = `http://127.0.0.1:${server.port}/api/v2/lines`;
  const ask = async (headers: Record<string, string>, method = "GET") => {
    const response = await fetch(url, { headers, method });
    await response.body?.cancel();
    return response;
  };
  const allowed = "access-control-allow-origin";
  for (const page of [origin, "http://crm", "http://10.0.0.7:8080"]) {
    const { headers, status } = await ask({ origin: page });
    assert.deepEqual([status, headers.get(allowed)], [200, page]);
    assert.match(headers.get("vary") ?? "", /Origin/);
    assert.equal(headers.get("access-control-allow-credentials"), null);
  }
  assert.equal((await ask({})).headers.get(allowed), null);
  const { status, headers } = await ask({
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization, content-type",
  }, "OPTIONS");
  assert.equal(status, 204);
  assert.equal(headers.get(allowed), origin);
  assert.match(headers.get("access-control-allow-methods") ?? "", /POST/);
  assert.match(headers.get("access-control-allow-headers") ?? "", /authorization, content-type/);
  // Also what a page is refused for another reason it may read.
  assert.equal((await ask({ origin, authorization: "Bearer x" })).headers.get(allowed), origin);
  await server.stop(1000);
});

Deno.test("a token comes in a header, as a sub-protocol, in the URL, or by auth", async () => {
  const tokens = [tokenRule("secret-1", { name: "ada", lines: ["201"] })];
  const { server, bus } = start({ rules: rulesFor(undefined, { tokens }) });
  bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  bus.publish(lineEvent({ line: "202" }, { change: "added" }));
  const url = `http://127.0.0.1:${server.port}/api/v2/lines`;
  for (const scheme of ["Bearer", "bearer"]) {
    const response = await fetch(url, { headers: { authorization: `${scheme} secret-1` } });
    assert.deepEqual((await response.json()).map(({ line }: { line: string }) => line), ["201"]);
  }
  assert.equal((await (await fetch(`${url}?token=secret-1`)).json()).length, 1);
  {
    await using client = await V2TestClient.connect(server.port, "tapi2ws.token.secret-1");
    assert.equal(client.protocol, "tapi2ws.v2");
    assert.equal((await client.hello).identity.name, "ada");
  }
  {
    await using client = await V2TestClient.connect(server.port);
    assert.deepEqual((await client.hello).identity, { name: "nobody", can: [], lines: [] });
    for (const cmd of ["subscribe", "lines", "calls", "journal"]) {
      assert.equal((await client.ask({ cmd })).error.code, "unauthorized", cmd);
    }
    assert.equal((await client.ask({ cmd: "drop", line: "201" })).error.code, "unauthorized");
    // Said in one breath: the token counts for what follows it.
    client.send({ cmd: "auth", id: 901, token: "secret-1" });
    client.send({ cmd: "lines", id: 902 });
    const { result } = await client.until(() => client.frames.find(({ id }) => id === 902));
    assert.deepEqual(result.lines.map(({ line }: { line: string }) => line), ["201"]);
  }
  await using classic = await RecordingClient.connect(server.port, "/?token=secret-1");
  await until(() => server.clients === 1);
  bus.publish(callEvent({ line: "202" }));
  bus.publish(callEvent({ line: "201" }));
  await classic.until(() => classic.frames.length > 0);
  assert.equal(classic.frames[0]?.line, 201);
  await server.stop(1000);
});

Deno.test("a wrong token is 401 over HTTP and 4401 over a socket, also where anyone may come", async () => {
  const expired = tokenRule("old", { expiresAtMs: 1 });
  for (const anonymous of [ANYONE, undefined]) {
    const { server, commands } = start({ rules: rulesFor(anonymous, { tokens: [expired] }) });
    for (const token of ["wrong", "old"]) {
      for (const path of ["/api/v2/lines", "/api/v2/calls", "/api/v2/events", "/healthz"]) {
        const response = await fetch(`http://127.0.0.1:${server.port}${path}?token=${token}`);
        assert.equal(response.status, 401, path);
        assert.equal(response.headers.get("www-authenticate"), "Bearer");
        await response.body?.cancel();
      }
      const post = await fetch(`http://127.0.0.1:${server.port}/api/v2/commands`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: '{"cmd":"dial","line":"201","number":"1"}',
      });
      assert.equal((await post.json()).error.code, "unauthorized");
      const v2 = ["tapi2ws.v2", `tapi2ws.token.${token}`];
      for (const [path, protocols] of [[`/?token=${token}`], ["/", v2]] as const) {
        await using client = await RecordingClient.connect(
          server.port,
          path,
          protocols && [...protocols],
        );
        client.send({ cmd: "dial", line: "201", number: "1" });
        await client.until(() => client.closed !== undefined);
        assert.equal(client.closed?.code, 4401);
        assert.deepEqual(client.texts, []);
      }
    }
    assert.deepEqual(commands, []);
    await server.stop(1000);
  }
});

Deno.test("if a token is required, only public pages and the health are available without one", async () => {
  const { server } = start({ rules: rulesFor(undefined) });
  const status = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    await response.body?.cancel();
    return response.status;
  };
  for (const path of ["/", "/healthz", "/readyz", "/api/v2/schema.json", "/client.js"]) {
    assert.equal(await status(path), 200, path);
  }
  for (
    const path of [
      "/api/v2/lines",
      "/api/v2/calls",
      "/api/v2/events",
      "/api/v2/journal",
      "/metrics",
    ]
  ) assert.equal(await status(path), 401, path);
  await using client = await RecordingClient.connect(server.port);
  client.send({ cmd: "dial", line: "201", number: "1" });
  const { error } = await client.frame((frame) => frame.error !== undefined);
  assert.equal(error?.code, "unauthorized");
  await server.stop(1000);
});

Deno.test("one who does not say who they are is closed after a while", async () => {
  const limits = { connections: 9, connectionsPerAddress: 9, commandsPerSecond: 9 };
  const { server } = start({
    rules: rulesFor(undefined),
    limits: { ...limits, messageBytes: 65536, requestSeconds: 1, guard: false },
  });
  await using client = await V2TestClient.connect(server.port);
  await client.until(() => client.closed);
  assert.equal(client.closed?.code, 4401);
  await server.stop(1000);
});

Deno.test("/readyz names the lines that one may see, and no others", async () => {
  const troubles = ["201", "202"].map((line) => ({ line, status: "failed" as const }));
  const hanging = [{ fn: "lineDrop", line: "202", forSeconds: 9 }, {
    fn: "lineOpen",
    forSeconds: 9,
  }];
  const now = { ...WORKING_STATUS, troubles, hanging };
  const { server } = start({
    rules: rulesFor({ can: ["monitor"], lines: ["201"] }),
    status: { status: () => now },
  });
  const ready = await (await fetch(`http://127.0.0.1:${server.port}/readyz`)).json();
  assert.deepEqual(ready.troubles, [troubles[0]]);
  assert.deepEqual(ready.hanging, [hanging[1]]);
  await server.stop(1000);
});

Deno.test("dial rules hold over every door", async () => {
  const { server, commands } = start({ rules: rulesFor({ ...ANYONE, dial: { deny: ["0900*"] } }) });
  await using classic = await RecordingClient.connect(server.port);
  classic.send({ cmd: "dial", line: 201, number: "0900 1" });
  const { error } = await classic.frame(() => true);
  assert.equal(error?.code, "not_permitted");
  await using v2 = await V2TestClient.connect(server.port);
  for (
    const order of [
      { cmd: "dial", line: "201", number: "0900-1" },
      { cmd: "transfer", line: "201", number: "09001" },
      { cmd: "consult", line: "201", number: "09001" },
      { cmd: "redirect", line: "201", number: "09001" },
      { cmd: "forward", line: "201", when: "always", to: "09001" },
    ]
  ) {
    assert.equal((await v2.ask(order)).error.code, "not_permitted", order.cmd);
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/commands`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(order),
    });
    assert.equal(response.status, 403);
    await response.body?.cancel();
  }
  assert.deepEqual(commands, []);
  assert((await v2.ask({ cmd: "dial", line: "201", number: "0800" })).result);
  await server.stop(1000);
});

Deno.test("changed rules hold at once, for those who are connected too", async () => {
  const tokens = [tokenRule("a", { lines: ["*"] }), tokenRule("b")];
  const { server, bus } = start({
    rules: rulesFor(ANYONE, { tokens }),
    // A port that becomes guarded would disconnect them.
    limits: { ...LIMITS, guard: true },
  });
  await using a = await V2TestClient.connect(server.port, "tapi2ws.token.a");
  await using b = await V2TestClient.connect(server.port, "tapi2ws.token.b");
  await using classic = await RecordingClient.connect(server.port, "/?token=a");
  await using anyone = await RecordingClient.connect(server.port);
  await a.ask({ cmd: "subscribe" });
  await until(() => server.clients === 4);
  server.setRules(
    rulesFor(undefined, { tokens: [tokenRule("a", { can: ["monitor"], lines: ["201"] })] }),
  );
  await b.until(() => b.closed);
  await anyone.until(() => anyone.closed !== undefined);
  assert.deepEqual([b.closed?.code, anyone.closed?.code], [4401, 4401]);
  for (const line of ["202", "201"]) bus.publish(callEvent({ line }));
  await classic.until(() => classic.frames.length > 0);
  assert.deepEqual(classic.frames.map(({ line }) => line), [201]);
  await a.ask({ cmd: "ping" });
  assert.deepEqual(a.events.map(({ call }) => call.line), ["201"]);
  assert.equal((await a.ask({ cmd: "drop", line: "201" })).error.code, "not_permitted");
  await server.stop(1000);
});

Deno.test("the address behind a proxy is the client's only where the proxy is trusted", async () => {
  await using log = await LogRecorder.start();
  const addressBy = async (trustProxy: string[], forwarded: string) => {
    const { server } = start({ rules: rulesFor(ANYONE, { trustProxy }) });
    const before = log.lines.length;
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/commands`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": forwarded },
      body: '{"cmd":"drop","line":"201"}',
    });
    await response.body?.cancel();
    await server.stop(1000);
    const line = log.lines.slice(before).find((line) => line.includes("drop on line"));
    return line?.match(/ at (.*):\d+: drop/)?.[1];
  };
  assert.equal(await addressBy([], "10.0.0.5"), "127.0.0.1");
  assert.equal(await addressBy(["10.*"], "10.0.0.5"), "127.0.0.1");
  assert.equal(await addressBy(["127.0.0.1"], "10.0.0.5"), "10.0.0.5");
  // What the client itself wrote stands to the left of what the proxy adds.
  assert.equal(await addressBy(["127.0.0.1"], "1.1.1.1, 10.0.0.5"), "10.0.0.5");
  assert.equal(await addressBy(["127.0.0.1", "10.0.0.5"], "10.9.9.9, 10.0.0.5"), "10.9.9.9");
  assert.equal(await addressBy(["127.0.0.1"], "evil\u00e4, 2001:db8::1"), "2001:db8::1");
  assert.equal(await addressBy(["127.0.0.1"], "not an address"), "127.0.0.1");
  // Some proxies add the port of the connection.
  for (const port of [5555, 5556]) {
    assert.equal(await addressBy(["127.0.0.1"], `10.1.1.1:${port}`), "10.1.1.1");
  }
  assert.equal(await addressBy(["127.0.0.1"], "[2001:db8::1]:443"), "2001:db8::1");
  // Behind a hop that cannot be read stands what the client has invented.
  assert.equal(await addressBy(["127.0.0.1"], "10.9.9.9, unknown"), "127.0.0.1");
  assert.equal(await addressBy(["127.0.0.1", "10.0.0.5"], "10.9.9.9, ?, 10.0.0.5"), "10.0.0.5");
  assert.equal(await addressBy(["127.0.0.1"], "10.9.9.9, 300.1.1.1"), "127.0.0.1");
});

Deno.test("every command is logged: who, from where, what, and with which result", async () => {
  await using log = await LogRecorder.start();
  const tokens = [tokenRule("secret-1", { name: "ada", lines: ["201"] })];
  const { server, bus } = start({ rules: rulesFor(ANYONE, { tokens }) });
  bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  await using client = await V2TestClient.connect(server.port, "tapi2ws.token.secret-1");
  await client.ask({ cmd: "dial", line: "201", number: "+441632960001" });
  await client.ask({ cmd: "forward", line: "201", when: "busy", to: "01632960002" });
  await client.ask({ cmd: "dial", line: "01632960003", number: "1" });
  await client.ask({ cmd: "pickup", line: "201", from: "201", group: "71234" });
  await client.ask({ cmd: "unpark", line: "201", slot: "81234" });
  const lines = log.lines.filter((line) => line.startsWith("ada at 127.0.0.1:"))
    .map((line) => line.replace(/:\d+: /, ": "));
  assert.deepEqual(lines, [
    "ada at 127.0.0.1: dial on line 201 to +*********001: done",
    "ada at 127.0.0.1: forward on line 201 to ********002: done",
    "ada at 127.0.0.1: dial on line ********003 to 1: unknown_line, There is no such line",
    "ada at 127.0.0.1: pickup on line 201 from 201 of group **234: not_permitted, " +
    "This can take calls of lines that you may not control: name the line with from",
    "ada at 127.0.0.1: unpark on line 201 in slot **234: not_permitted, " +
    "This can take calls of lines that you may not control: name the line with from",
  ]);
  assert(!log.lines.some((line) => line.includes("secret-1")), "a token is never logged");
  await server.stop(1000);
});

Deno.test("one connection too many is refused with 429, and there is room again when one leaves", async () => {
  const limits = { commandsPerSecond: 9, messageBytes: 65536, requestSeconds: 20, guard: false };
  const { server } = start({
    limits: { ...limits, connections: 3, connectionsPerAddress: 2 },
    rules: rulesFor(ANYONE, { trustProxy: ["127.0.0.1"] }),
  });
  const first = await RecordingClient.connect(server.port);
  await using second = await RecordingClient.connect(server.port);
  await until(() => server.clients === 2);
  using third = await RawConnection.upgraded(server.port);
  assert.match(third.text, /^HTTP\/1\.1 429 /);
  const events = (from: string) =>
    fetch(`http://127.0.0.1:${server.port}/api/v2/events`, {
      headers: { "x-forwarded-for": from },
    });
  assert.equal((await (await events("127.0.0.1")).json()).error.code, "rate_limited");
  const stream = await events("10.0.0.1");
  assert.equal(stream.status, 200);
  assert.equal((await (await events("10.0.0.2")).json()).error.code, "rate_limited", "in all");
  await stream.body?.cancel();
  await first[Symbol.asyncDispose]();
  await until(() => server.clients === 1);
  await using fourth = await RecordingClient.connect(server.port);
  await until(() => server.clients === 2);
  assert.equal(fourth.closed, undefined);
  assert.equal(second.closed, undefined);
  await server.stop(1000);
});
