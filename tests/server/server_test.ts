import assert from "node:assert/strict";
import { ListenError } from "../../src/server/net/listen_error.ts";
import { RecordingClient } from "../support/client.ts";
import { callEvent, lineEvent, shown } from "../support/events.ts";
import { until } from "../support/patience.ts";
import { startTestServer as start } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";

/** A connection that speaks for itself: sends `head` and gives what comes back at first. */
async function rawConnection(port: number, head: string[]): Promise<[Deno.TcpConn, string]> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  const buffer = new Uint8Array(4096);
  const read = await connection.read(buffer) ?? 0;
  return [connection, new TextDecoder().decode(buffer.subarray(0, read))];
}

const HANDSHAKE = [
  "GET /any/path HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

Deno.test("a WebSocket is answered on any path, everything else is HTTP", async () => {
  const { bus, server } = start();
  await using client = await RecordingClient.connect(server.port, "/some/path?x=1");
  await until(() => server.clients === 1);
  bus.publish(callEvent());
  assert.equal((await client.frame(() => true)).line, 201);
  const response = await fetch(`http://127.0.0.1:${server.port}/healthz`);
  assert.equal((await response.json()).status, "ok");
  await server.stop(1000);
});

Deno.test("a binary message is answered as bad JSON, and the connection stays open", async () => {
  const { server } = start();
  await using classic = await RecordingClient.connect(server.port);
  await using v2 = await RecordingClient.connect(server.port, "/", ["tapi2ws.v2"]);
  for (const client of [classic, v2]) {
    client.sendBytes(new TextEncoder().encode('{"cmd":"drop","line":"201"}'));
    assert.equal((await client.frame(({ error }) => error !== undefined)).error?.code, "bad_json");
    client.send({ cmd: "fly" });
    await client.frame(({ error }) => error?.code === "unknown_command");
  }
  await server.stop(1000);
});

Deno.test("a sub-protocol that is not known is not selected", async () => {
  const { server } = start();
  const [connection, answer] = await rawConnection(server.port, [
    ...HANDSHAKE,
    "Sec-WebSocket-Protocol: chat, superchat",
  ]);
  assert.match(answer, /^HTTP\/1\.1 101 /);
  assert.doesNotMatch(answer, /sec-websocket-protocol/i);
  connection.close();
  await server.stop(1000);
});

Deno.test("an invalid upgrade request gets 400, and the server goes on serving", async () => {
  const { server } = start();
  const incomplete = HANDSHAKE.filter((line) => !line.startsWith("Sec-"));
  const [connection, answer] = await rawConnection(server.port, incomplete);
  assert.match(answer, /^HTTP\/1\.1 400 /);
  connection.close();
  const response = await fetch(`http://127.0.0.1:${server.port}/healthz`);
  assert.equal(response.status, 200);
  await response.body?.cancel();
  await server.stop(1000);
});

Deno.test("?line= and ?lineType= hold for their connection only", async () => {
  const { bus, server } = start();
  await using all = await RecordingClient.connect(server.port);
  await using one = await RecordingClient.connect(
    server.port,
    "/?line=202&line=203&lineType=string",
  );
  await until(() => server.clients === 2);
  for (const line of ["201", "202", "203", "204"]) bus.publish(callEvent({ line }));
  await all.until(() => all.frames.length === 4);
  await one.until(() => one.frames.length === 2);
  assert.deepEqual(all.frames.map((frame) => frame.line), [201, 202, 203, 204]);
  assert.deepEqual(one.frames.map((frame) => frame.line), ["202", "203"]);
  await server.stop(1000);
});

Deno.test("?site= limits a connection to a site's lines, which have their names without the site", async () => {
  const { bus, server } = start();
  await using all = await RecordingClient.connect(server.port);
  await using site = await RecordingClient.connect(server.port, "/?site=berlin");
  await using one = await RecordingClient.connect(server.port, "/?site=berlin&line=202");
  await until(() => server.clients === 3);
  const lines = ["berlin/201", "rome/201", "berlin/202", "berlin2/201", "201"];
  for (const line of lines) bus.publish(callEvent({ line }));
  await all.until(() => all.frames.length === lines.length);
  assert.deepEqual(all.frames.map((frame) => frame.line), [...lines.slice(0, -1), 201]);
  await site.until(() => site.frames.length === 2);
  assert.deepEqual(site.frames.map((frame) => frame.line), [201, 202]);
  await one.until(() => one.frames.length === 1);
  assert.deepEqual(one.frames.map((frame) => frame.line), [202]);
  await server.stop(1000);
});

Deno.test("a client that stops reading is dropped at the bound while the others get everything", async () => {
  const { bus, server } = start({ maxUnsentBytes: 256 * 1024 });
  const [stalled] = await rawConnection(server.port, HANDSHAKE);
  await using quick = await RecordingClient.connect(server.port);
  await until(() => server.clients === 2);
  // Until the kernel's own buffers are full, and then the server's.
  const event = callEvent({ caller: shown("1".repeat(1000)) });
  let events = 0;
  const publish = async () => {
    for (let i = 0; i < 100; i++, events++) bus.publish(event);
    await quick.until(() => quick.frames.length >= events);
  };
  while (server.clients === 2) await publish();
  // It is not sent this any more.
  for (let i = 0; i < 20; i++) await publish();
  assert.equal(quick.frames.length, events);
  assert.equal(quick.closed, undefined);
  assert.equal(server.clients, 1);

  // The stalled end wakes up: it finds what had been sent, and the reason at the end.
  const received: Uint8Array[] = [];
  const buffer = new Uint8Array(1 << 16);
  let tail = new Uint8Array(0);
  for (let read; (read = await stalled.read(buffer)) !== null;) {
    received.push(buffer.slice(0, read));
    const last = received.at(-1) ?? new Uint8Array(0);
    tail = new Uint8Array([...tail, ...last]).slice(-64);
    if (new TextDecoder().decode(tail).includes("too slow")) break;
  }
  const bytes = received.reduce((sum, chunk) => sum + chunk.length, 0);
  const all = quick.texts.reduce((sum, { length }) => sum + length, 0);
  assert(bytes < all, "less than everything");
  const reason = tail.slice(tail.findLastIndex((byte) => byte === 0x88) + 2);
  assert.equal(new DataView(reason.buffer).getUint16(0), 4410);
  stalled.close();
  await server.stop(1000);
});

Deno.test("a dead peer is noticed and forgotten", async () => {
  // Long enough for the other one to answer on a busy machine.
  const { server } = start({ clientTimeoutSeconds: 4 });
  await using alive = await RecordingClient.connect(server.port);
  const [connection] = await rawConnection(server.port, HANDSHAKE);
  await until(() => server.clients === 2);
  // It never answers the ping; the other one does.
  await until(() => server.clients === 1);
  assert.equal(alive.closed, undefined);
  connection.close();
  await server.stop(1000);
});

Deno.test("a peer that stops reading below the bound is noticed and forgotten", async () => {
  const { bus, server } = start({ clientTimeoutSeconds: 1, maxUnsentBytes: 1 << 30 });
  const [connection] = await rawConnection(server.port, HANDSHAKE);
  await until(() => server.clients === 1);
  // Until the kernel's own buffers are full, and something waits in the server's.
  const event = callEvent({ caller: shown("1".repeat(1000)) });
  await until(() => {
    for (let i = 0; i < 100; i++) bus.publish(event);
    return server.clients === 0 || server.load.unsentBytes > 1_000_000;
  });
  await until(() => server.clients === 0);
  connection.close();
  await server.stop(1000);
});

Deno.test("a port in use is one clear error", async () => {
  const { server } = start();
  assert.throws(() => start({ port: server.port }), (error) => {
    assert(error instanceof ListenError);
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${server.port}.*uses the port`));
    return true;
  });
  await server.stop(1000);
});

Deno.test("stopping closes every client with 1001 and frees the port", async () => {
  const { server } = start();
  await using client = await RecordingClient.connect(server.port);
  await until(() => server.clients === 1);
  await server.stop(1000);
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 1001);
  await assert.rejects(Deno.connect({ hostname: "127.0.0.1", port: server.port }));
});

Deno.test("a client that offers tapi2ws.v2 among others speaks v2, and is greeted at once", async () => {
  const { server } = start();
  const [connection, answer] = await rawConnection(server.port, [
    ...HANDSHAKE,
    "Sec-WebSocket-Protocol: chat, tapi2ws.v2",
  ]);
  assert.match(answer, /^sec-websocket-protocol: tapi2ws\.v2\r$/im);
  connection.close();
  await using client = await V2TestClient.connect(server.port);
  assert.equal(client.protocol, "tapi2ws.v2");
  assert.equal((await client.hello).server.version, "1.2.3");
  await server.stop(1000);
});

Deno.test("a classic client sees the same with and without v2 clients", async () => {
  const { bus, server } = start();
  await using classic = await RecordingClient.connect(server.port);
  await using v2 = await V2TestClient.connect(server.port);
  await v2.ask({ cmd: "subscribe" });
  bus.publish(lineEvent({}, { change: "added" }));
  bus.publish({ type: "provider", atMs: 0, state: "down" });
  bus.publish(callEvent({}, { change: "info" }));
  bus.publish(callEvent());
  await classic.frame(() => true);
  await v2.until(() => v2.events.length === 4);
  assert.equal(classic.frames.length, 1);
  assert.equal(Object.keys(classic.frames[0] ?? {}).length, 7);
  await v2.ask({ cmd: "dial", line: "201", number: "1" });
  assert.equal(classic.frames.length, 1);
  await server.stop(1000);
});

Deno.test("stopping closes v2 clients with 1001 too", async () => {
  const { server } = start();
  await using client = await V2TestClient.connect(server.port);
  await client.hello;
  await server.stop(1000);
  await client.until(() => client.closed);
  assert.equal(client.closed?.code, 1001);
});
