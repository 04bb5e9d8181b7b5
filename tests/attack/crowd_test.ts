/** Many at once: idle, flooding, slow. One well-behaved client gets everything all the same. */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { callEvent } from "../support/events.ts";
import { frame, HANDSHAKE, RawConnection } from "../support/raw.ts";
import { startTestServer, until } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";

const IDLE = 2000;
const FLOODING = 50;
const EVENTS = 200;

Deno.test("2,000 idle and 50 flooding connections: the others hear and command as ever", async () => {
  // The idle ones answer no ping: on a slow machine they must outlast the test all the same.
  const { server, bus, commands } = startTestServer({ clientTimeoutSeconds: 3600 });
  const v2 = [...HANDSHAKE, "Sec-WebSocket-Protocol: tapi2ws.v2"];
  const idle: RawConnection[] = [];
  while (idle.length < IDLE) {
    idle.push(
      ...await Promise.all(
        Array.from({ length: 50 }, () => RawConnection.upgraded(server.port, v2)),
      ),
    );
  }
  await until(() => server.clients === IDLE);
  await using good = await V2TestClient.connect(server.port);
  await good.ask({ cmd: "subscribe" });

  const flood = frame('{"cmd":"drop","line":"999"}');
  const batch = new Uint8Array(flood.length * 200);
  for (let i = 0; i < 200; i++) batch.set(flood, i * flood.length);
  const floods = await Promise.all(
    Array.from({ length: FLOODING }, () => RawConnection.upgraded(server.port)),
  );
  const flooding = Promise.all(floods.map(async (raw) => {
    while (!raw.ended) await raw.send(batch);
  }));
  for (let i = 1; i <= EVENTS; i++) {
    bus.publish(callEvent({ id: i }));
    if (i % 20 !== 0) continue;
    assert((await good.ask({ cmd: "dial", line: "201", number: String(i) })).result);
  }
  // Each flooding one is refused, and ended when it does not stop.
  await flooding;
  await until(() => server.clients === IDLE + 1);
  for (const { text } of floods) assert(text.includes("rate_limited"));
  await good.until(() => good.events.length >= EVENTS);
  assert.deepEqual(
    good.events.map(({ call }) => call.id),
    Array.from({ length: EVENTS }, (_, i) => i + 1),
  );
  assert.equal(commands.filter(({ cmd }) => cmd === "dial").length, EVENTS / 20);
  for (const raw of [...idle, ...floods]) raw[Symbol.dispose]();
  await until(() => server.clients === 1);
  await server.stop(1000);
});

Deno.test("one who sends without end is closed with 4429", async () => {
  const { server } = startTestServer();
  await using client = await RecordingClient.connect(server.port);
  // One after the other: what nobody has read yet would make the system cut the connection.
  for (let sent = 1; client.closed === undefined; sent++) {
    client.send({ cmd: "fly" });
    await client.until(() => client.texts.length === sent || client.closed !== undefined);
  }
  const codes = client.frames.map(({ error }) => error?.code);
  assert(codes.includes("unknown_command") && codes.includes("rate_limited"));
  assert.equal(client.closed?.code, 4429);
  await server.stop(1000);
});

Deno.test("one who is refused for sending too fast may go on a little later", async () => {
  const { server, commands } = startTestServer({
    limits: {
      connections: 9,
      connectionsPerAddress: 9,
      commandsPerSecond: 20,
      messageBytes: 65536,
      requestSeconds: 20,
    },
  });
  await using client = await V2TestClient.connect(server.port);
  for (let id = 1001; id <= 1060; id++) client.send({ cmd: "drop", line: "201", id });
  const last = await client.until(() => client.frames.find(({ id }) => id === 1060));
  assert.equal(last.error.code, "rate_limited");
  const refused = client.frames.filter(({ error }) => error?.code === "rate_limited");
  assert.equal(refused.length + commands.length, 60, "each is answered, with its id");
  // Asked again until it is heard: the bucket fills with time.
  for (;;) {
    const { error } = await client.ask({ cmd: "drop", line: "202" });
    if (error === undefined) break;
    assert.equal(error.code, "rate_limited");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await server.stop(1000);
});

Deno.test("over HTTP too fast is 429, for the one address", async () => {
  const { server } = startTestServer({
    limits: {
      connections: 9,
      connectionsPerAddress: 9,
      commandsPerSecond: 5,
      messageBytes: 65536,
      requestSeconds: 20,
    },
  });
  const post = async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/commands`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"cmd":"ping"}',
    });
    await response.body?.cancel();
    return response.status;
  };
  const all = await Promise.all(Array.from({ length: 60 }, post));
  assert(all.filter((status) => status === 200).length >= 10);
  assert(all.includes(429));
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200);
  await server.stop(1000);
});

Deno.test("those who never finish a request keep nobody else from being served", async () => {
  const { server, bus } = startTestServer({
    limits: {
      connections: 9,
      connectionsPerAddress: 9,
      commandsPerSecond: 200,
      messageBytes: 65536,
      requestSeconds: 1,
    },
  });
  const slow = await Promise.all(
    Array.from({ length: 300 }, () => RawConnection.open(server.port)),
  );
  for (const raw of slow) await raw.send("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ");
  await using good = await RecordingClient.connect(server.port);
  await until(() => server.clients === 1);
  for (const raw of slow) await raw.send("x");
  bus.publish(callEvent());
  await good.frame(() => true);
  // A body that does not come is given up.
  using body = await RawConnection.open(server.port);
  await body.send(
    "POST /api/v2/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
      'Content-Length: 100\r\n\r\n{"cmd":',
  );
  await body.until(() => body.text !== "");
  assert.match(body.text, /^HTTP\/1\.1 408 /);
  for (const raw of slow) raw[Symbol.dispose]();
  await server.stop(1000);
});
