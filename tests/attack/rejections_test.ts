/**
 * Connections that break off wherever they can, and commands to calls that end under them. A promise
 * that nobody handles ends the process, which no test within one process would see.
 */
import assert from "node:assert/strict";
import { until } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { frame, HANDSHAKE, RawConnection } from "../support/raw.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { BAD_FRAMES } from "./bad_frames.ts";

const HOST = "Host: 127.0.0.1";
const V2 = [...HANDSHAKE, "Sec-WebSocket-Protocol: tapi2ws.v2"];
const POST = [
  "POST /api/v2/commands HTTP/1.1",
  HOST,
  "Content-Type: application/json",
  "Content-Length: 100",
];
const BODY = '{"cmd":"dial","line":"201",';

/** Everything that a connection may send in vain, each to be cut off anywhere. */
const REQUESTS: readonly (readonly string[])[] = [
  HANDSHAKE,
  POST,
  ["GET /api/v2/events HTTP/1.1", HOST],
  ["GET /api/v2/journal?number=1 HTTP/1.1", HOST],
  ["GET /client.js HTTP/1.1", HOST],
];

const BAD_UPGRADES: readonly (readonly string[])[] = [
  ...HANDSHAKE.slice(2).map((line) => HANDSHAKE.filter((other) => other !== line)),
  HANDSHAKE.with(0, "POST / HTTP/1.1"),
  HANDSHAKE.with(4, "Sec-WebSocket-Version: 99"),
  HANDSHAKE.with(5, "Sec-WebSocket-Key: x"),
  [...HANDSHAKE, "Sec-WebSocket-Protocol: soap"],
  [...HANDSHAKE, "Origin: https://evil.example.com"],
  [...HANDSHAKE, "Authorization: Bearer wrong"],
];

/** What a client asks before it goes away without a word. */
const QUESTIONS: readonly object[] = [
  { cmd: "subscribe", batch: true },
  { cmd: "auth", token: "wrong" },
  { cmd: "journal", number: "1" },
  { cmd: "journal", chain: 1 },
  { cmd: "dial", line: "201", number: "202" },
  { cmd: "pickup", line: "203", from: "201" },
  { cmd: "drop", line: "201" },
];

async function breakOff(port: number): Promise<void> {
  for (const head of REQUESTS) {
    const whole = `${head.join("\r\n")}\r\n\r\n${head === POST ? BODY : ""}`;
    for (const part of [0, 0.1, 0.5, 0.9, 1]) {
      using raw = await RawConnection.open(port);
      await raw.send(whole.slice(0, Math.round(whole.length * part)));
    }
  }
  for (const head of BAD_UPGRADES) {
    using _ = await RawConnection.upgraded(port, head);
  }
  for (const frames of Object.values(BAD_FRAMES)) {
    using raw = await RawConnection.upgraded(port, V2);
    for (const bytes of frames) await raw.send(bytes);
    await raw.until(() => raw.ended);
  }
  for (const question of QUESTIONS) {
    const asked = frame(JSON.stringify(question));
    for (const bytes of [asked, asked.slice(0, -5), frame("\x03\xe8", { opcode: 8 })]) {
      using raw = await RawConnection.upgraded(port, V2);
      await raw.send(asked);
      await raw.send(bytes);
    }
  }
}

/** Commands at once to a call that its caller hangs up, of a client that stays and of one that goes. */
async function commandEndingCalls(exchange: FakeExchange): Promise<void> {
  await using client = await V2TestClient.connect(exchange.port);
  await client.ask({ cmd: "subscribe" });
  for (const hangUpAfterMs of [1, 10, 50]) {
    const before = client.events.length;
    await exchange.ring("204", "+441632960001", hangUpAfterMs);
    const rings = await client.until(() => client.events.slice(before).find(({ call }) => call));
    const { id: call } = rings.call;
    const commands = [
      { cmd: "answer", call },
      { cmd: "hold", call },
      { cmd: "transfer", call, number: "202" },
      { cmd: "redirect", call, number: "202" },
      { cmd: "dtmf", call, digits: "1" },
      { cmd: "drop", call },
    ];
    using gone = await RawConnection.upgraded(exchange.port, V2);
    for (const command of commands) await gone.send(frame(JSON.stringify(command)));
    gone[Symbol.dispose]();
    await Promise.all(commands.map((command) => client.ask(command)));
  }
}

for (const guard of [false, true]) {
  Deno.test(`whatever breaks off, nothing rejects unseen${guard ? ", on a guarded port either" : ""}`, async () => {
    await using exchange = await FakeExchange.start(
      `--limits-guard=${guard}`,
      "--journal-file=:memory:",
    );
    const { port, process: program } = exchange;
    for (let round = 0; round < 3; round++) {
      await breakOff(port);
      await commandEndingCalls(exchange);
    }
    await until(async () => await exchange.metric("tapi2ws_clients") === 0);
    program.signal("SIGTERM");
    assert.equal(await program.exitCode(), 0, program.log);
    assert.doesNotMatch(program.log, /Uncaught|unhandled|\[ERR\]/i);
  });
}
