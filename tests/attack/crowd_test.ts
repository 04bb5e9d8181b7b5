/** Many at once: idle, flooding, slow. One well-behaved client gets everything all the same. */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { ManualClock } from "../support/clock.ts";
import { callEvent } from "../support/events.ts";
import { FakeExchange, WatchedProcess } from "../support/process.ts";
import { RawConnection } from "../support/raw.ts";
import { until } from "../support/patience.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";

const IDLE = 2000;
const FLOODING = 50;
const EVENTS = 100;

/** Limits that a test can reach. */
const FEW = {
  connections: 9,
  connectionsPerAddress: 9,
  messageBytes: 65536,
  guard: false,
} as const;

Deno.test("2,000 idle and 50 flooding connections: the others hear and command as ever", async () => {
  // Server and attack have a process each, as in life.
  await using exchange = await FakeExchange.start(
    "--fake-rate=3000",
    "--fake-extensions=200",
    // The idle ones answer no ping: on a slow machine they must outlast the test all the same.
    "--client-timeout-seconds=3600",
  );
  const { port, process: program } = exchange;
  await using good = await RecordingClient.connect(port, "/", ["tapi2ws.v2"]);
  // Only what is new is looked at: the schema has tests of its own.
  const ask = async (cmd: string, id: number) => {
    const before = good.texts.length;
    good.send({ cmd, id });
    const mine = (text: string) => text.startsWith(`{"type":"result","id":${id},`);
    await good.until(() => good.texts.slice(before).some(mine));
    return JSON.parse(good.texts.slice(before).find(mine) ?? "").result;
  };
  const { seq } = await ask("subscribe", 0);
  const first = good.texts.length;
  await using attack = new WatchedProcess(Deno.execPath(), {
    args: [
      "run",
      "--frozen",
      "--allow-net",
      new URL("flood.ts", import.meta.url).pathname,
      ...[port, IDLE, FLOODING].map(String),
    ],
    stdin: "piped",
  });
  await attack.printed(new RegExp(`{"idle":${IDLE}}`));
  // While they flood, and afterwards: each command is answered.
  for (let i = 1; !attack.output.includes("floods") || i <= 20; i++) {
    await ask("ping", i);
    // A good client keeps within the rate: there are some 250 events a second.
    const before = good.texts.length;
    await good.until(() => good.texts.length >= before + 5);
  }
  const { floods } = JSON.parse(attack.output.trim().split("\n").at(-1) ?? "");
  assert.equal(floods.length, FLOODING);
  // Where the system cut the connection under what was still unread, the code is lost.
  for (const code of floods) assert(code === 4429 || code === null, code);
  const closed = () => program.log.match(/is closed: too many messages/g)?.length;
  await until(() => closed() === FLOODING);
  await good.until(() => good.texts.length >= first + EVENTS);
  const seqs = good.texts.slice(first).map((text) => JSON.parse(text))
    .flatMap((frame) => frame.type === "result" ? [] : frame.seq);
  assert.deepEqual(seqs, seqs.map((_, i) => seq + 1 + i), "none missing, none twice, in order");
  assert.equal(good.closed, undefined);
  await attack.write("");
  assert.equal(await attack.exitCode(), 0);
});

/** A server whose time stands still: a bucket holds twice its rate and does not fill again. */
function startLimited(commandsPerSecond: number): TestServer & { clock: ManualClock } {
  const clock = new ManualClock();
  const limits = { ...FEW, commandsPerSecond, requestSeconds: 20 };
  return { ...startTestServer({ clock, limits }), clock };
}

Deno.test("one who sends without end is closed with 4429", async () => {
  const { server } = startLimited(5);
  await using client = await RecordingClient.connect(server.port);
  // One after the other: what nobody has read yet would make the system cut the connection.
  for (let sent = 1; client.closed === undefined; sent++) {
    client.send({ cmd: "fly" });
    await client.until(() => client.texts.length === sent || client.closed !== undefined);
  }
  // Two seconds' worth is answered, and ten seconds' worth refused.
  const codes = client.frames.map(({ error }) => error?.code);
  assert.deepEqual(codes, [
    ...Array(10).fill("unknown_command"),
    ...Array(50).fill("rate_limited"),
  ]);
  assert.equal(client.closed?.code, 4429);
  await server.stop(1000);
});

Deno.test("one who is refused for sending too fast may go on a little later", async () => {
  const { clock, server, commands } = startLimited(20);
  await using client = await V2TestClient.connect(server.port);
  for (let id = 1001; id <= 1060; id++) client.send({ cmd: "drop", line: "201", id });
  const last = await client.until(() => client.frames.find(({ id }) => id === 1060));
  assert.equal(last.error.code, "rate_limited");
  const refused = client.frames.filter(({ error }) => error?.code === "rate_limited");
  assert.deepEqual([refused.length, commands.length], [20, 40], "each is answered, with its id");
  const again = async () => (await client.ask({ cmd: "drop", line: "202" })).error?.code;
  // A twentieth of a second is one message.
  clock.advance(49);
  assert.equal(await again(), "rate_limited");
  clock.advance(1);
  assert.equal(await again(), undefined);
  assert.equal(await again(), "rate_limited");
  await server.stop(1000);
});

Deno.test("over HTTP too fast is 429, for the one address", async () => {
  const { server } = startLimited(5);
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
  assert.deepEqual(all.toSorted(), [...Array(10).fill(200), ...Array(50).fill(429)]);
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/healthz`)).status, 200);
  await server.stop(1000);
});

Deno.test("clients that never finish a request do not keep others from being served", async () => {
  const { server, bus } = startTestServer({
    limits: { ...FEW, commandsPerSecond: 200, requestSeconds: 1 },
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
