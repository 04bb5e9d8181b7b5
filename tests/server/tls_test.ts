/** https and wss on the port, and a certificate that changes while clients are connected. */
import assert from "node:assert/strict";
import { ManualClock } from "../support/clock.ts";
import { callEvent } from "../support/events.ts";
import { LogRecorder } from "../support/log.ts";
import { hasOpenSsl, makeCertificate, type TestCertificate } from "../support/certificate.ts";
import { RawConnection } from "../support/raw.ts";
import { until } from "../support/patience.ts";
import { startTestServer } from "../support/server.ts";

const [OLD, NEW] = hasOpenSsl
  ? await Promise.all([makeCertificate("old"), makeCertificate("new")])
  : [];

/** A client that trusts one root. */
function trusting({ root }: TestCertificate): Deno.HttpClient {
  return Deno.createHttpClient({ caCerts: [root] });
}

interface SecureClient {
  readonly socket: WebSocket;
  readonly texts: string[];
  readonly closed: Promise<number>;
}

async function connect(port: number, client: Deno.HttpClient): Promise<SecureClient> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}/`, { client });
  const texts: string[] = [];
  socket.onmessage = ({ data }) => texts.push(String(data));
  const closed = new Promise<number>((resolve) => socket.onclose = ({ code }) => resolve(code));
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = (event) =>
      reject(event instanceof ErrorEvent ? new Error(event.message) : event);
  });
  return { socket, texts, closed };
}

async function health(port: number, client: Deno.HttpClient): Promise<string> {
  return (await (await fetch(`https://127.0.0.1:${port}/healthz`, { client })).json()).status;
}

function test(name: string, fn: (old: TestCertificate, renewed: TestCertificate) => Promise<void>) {
  Deno.test({
    name,
    ignore: !hasOpenSsl,
    async fn() {
      assert(OLD && NEW);
      await fn(OLD, NEW);
    },
  });
}

test("https and wss are answered, plain http is not, and a client's address is its own", async (old) => {
  await using log = await LogRecorder.start();
  const { server, bus, commands } = startTestServer({ tls: old });
  using client = trusting(old);
  assert.equal(await health(server.port, client), "ok");
  const { socket, texts, closed } = await connect(server.port, client);
  await until(() => server.clients === 1);
  for (let id = 1; id <= 500; id++) bus.publish(callEvent({ id }));
  await until(() => texts.length === 500);
  socket.send('{"cmd":"drop","line":201}');
  await until(() => commands.length === 1);
  await until(() => log.count(/^anonymous at 127\.0\.0\.1:\d+: drop/) === 1);
  using raw = await RawConnection.open(server.port);
  await raw.send("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  await raw.until(() => raw.ended);
  assert(!raw.text.includes("200 OK"));
  await server.stop(1000);
  assert.equal(await closed, 1001);
});

test("a connection takes one request after another", async (old) => {
  const { server } = startTestServer({ tls: old });
  using connection = await Deno.connectTls({
    hostname: "127.0.0.1",
    port: server.port,
    caCerts: [old.root],
  });
  const bytes = new Uint8Array(4096);
  for (let request = 1; request <= 3; request++) {
    await connection.write(
      new TextEncoder().encode("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    );
    let text = "";
    while (!text.includes('"status":"ok"')) {
      const read = await connection.read(bytes);
      assert(read !== null, `the connection has ended at request ${request}`);
      text += new TextDecoder().decode(bytes.subarray(0, read));
    }
  }
  await server.stop(1000);
});

test(
  "a new certificate is in use at once, and those who are connected notice nothing",
  async (old, renewed) => {
    const { server, bus } = startTestServer({ tls: old });
    using trustsOld = trusting(old);
    using trustsNew = trusting(renewed);
    const before = await connect(server.port, trustsOld);
    const stream = await fetch(`https://127.0.0.1:${server.port}/api/v2/events`, {
      client: trustsOld,
    });
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    await reader.read();
    await until(() => server.clients === 2);
    await assert.rejects(health(server.port, trustsNew));
    server.setKeyPair(renewed);
    assert.equal(await health(server.port, trustsNew), "ok");
    using fresh = trusting(old);
    await assert.rejects(health(server.port, fresh));
    const after = await connect(server.port, trustsNew);
    await until(() => server.clients === 3);
    bus.publish(callEvent());
    await until(() => before.texts.length === 1 && after.texts.length === 1);
    assert.match((await reader.read()).value ?? "", /"type":"call"/);
    // And back, a few times in a row; the same once more is nothing new.
    for (const pair of [old, renewed, renewed, old]) server.setKeyPair(pair);
    using again = trusting(old);
    assert.equal(await health(server.port, again), "ok");
    assert.equal(before.socket.readyState, WebSocket.OPEN);
    await reader.cancel();
    await server.stop(1000);
    assert.deepEqual(await Promise.all([before.closed, after.closed]), [1001, 1001]);
  },
);

test("a certificate that cannot be used leaves the old one in use", async (old, renewed) => {
  await using log = await LogRecorder.start();
  const { server } = startTestServer({ tls: old });
  server.setKeyPair({ cert: renewed.cert, key: old.key });
  using client = trusting(old);
  assert.equal(await health(server.port, client), "ok");
  assert.equal(log.count(/new certificate cannot be used/), 1);
  await server.stop(1000);
});

test("a client that never finishes a handshake or a request is disconnected", async (old) => {
  const clock = new ManualClock();
  const { server } = startTestServer({
    tls: old,
    clock,
    limits: {
      connections: 9,
      connectionsPerAddress: 9,
      commandsPerSecond: 9,
      messageBytes: 65536,
      requestSeconds: 1,
      guard: false,
    },
  });
  const silent = await RawConnection.open(server.port);
  const halfway = await Deno.connectTls({
    hostname: "127.0.0.1",
    port: server.port,
    caCerts: [old.root],
  });
  await halfway.write(new TextEncoder().encode("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "));
  await until(() => {
    clock.advance(100);
    return silent.ended;
  });
  assert.equal(await halfway.read(new Uint8Array(1)).catch(() => null), null);
  halfway.close();
  silent[Symbol.dispose]();
  // One who has connected in time stays.
  using client = trusting(old);
  const { socket, texts, closed } = await connect(server.port, client);
  await until(() => server.clients === 1);
  clock.advance(60_000);
  socket.send('{"cmd":"fly"}');
  await until(() => texts.length === 1);
  await server.stop(1000);
  await closed;
});

/** The ports of 127.0.0.1 on which this process listens, as Linux has them. */
function listeningPorts(): Set<number> {
  const own = new Set(
    [...Deno.readDirSync("/proc/self/fd")].flatMap(({ name }) => {
      try {
        return Deno.readLinkSync(`/proc/self/fd/${name}`).match(/^socket:\[(\d+)\]$/)?.[1] ?? [];
      } catch {
        // Closed meanwhile.
        return [];
      }
    }),
  );
  const sockets = Deno.readTextFileSync("/proc/net/tcp").matchAll(
    / 0100007F:(\w{4}) 00000000:0000 0A (?:\S+ +){5}(\d+)/g,
  );
  return new Set(
    [...sockets].filter(([, , inode = ""]) => own.has(inode))
      .map(([, port = ""]) => parseInt(port, 16)),
  );
}

Deno.test({
  name: "with TLS there is no other port to connect to",
  ignore: !hasOpenSsl || Deno.build.os !== "linux",
  async fn() {
    assert(OLD);
    const before = listeningPorts();
    const { server } = startTestServer({ tls: OLD });
    assert.deepEqual([...listeningPorts().difference(before)], [server.port]);
    await server.stop(1000);
  },
});
