/**
 * Frames and requests that no good client sends, over raw sockets. After each attack the server serves,
 * and one well-behaved client has heard everything.
 */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { RecordingClient } from "../support/client.ts";
import { callEvent } from "../support/events.ts";
import { frame, HANDSHAKE, RawConnection } from "../support/raw.ts";
import { until } from "../support/patience.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { BAD_FRAMES } from "./bad_frames.ts";

const MESSAGE_BYTES = 64 * 1024;

/** A server under attack, with a client for whom nothing may be lost. */
class Siege implements AsyncDisposable {
  readonly under: TestServer;
  readonly good: RecordingClient;
  #published = 0;

  private constructor(under: TestServer, good: RecordingClient) {
    this.under = under;
    this.good = good;
  }

  static async begin(options: Parameters<typeof startTestServer>[0] = {}): Promise<Siege> {
    const under = startTestServer(options);
    const good = await RecordingClient.connect(under.server.port);
    await until(() => under.server.clients === 1);
    return new Siege(under, good);
  }

  get port(): number {
    return this.under.server.port;
  }

  publish(): void {
    this.under.bus.publish(callEvent({ id: ++this.#published }));
  }

  /** Everything goes on, and the good client has missed nothing. */
  async stands(): Promise<void> {
    this.publish();
    await this.good.until(() => this.good.frames.length >= this.#published);
    assert.equal(this.good.frames.length, this.#published);
    assert.equal(this.good.closed, undefined);
    const response = await fetch(`http://127.0.0.1:${this.port}/healthz`);
    assert.equal((await response.json()).status, "ok");
    const before = this.good.texts.length;
    this.good.send({ cmd: "fly" });
    await this.good.until(() => this.good.texts.length > before);
    assert.equal(this.good.frames.pop()?.error?.code, "unknown_command");
    this.good.texts.pop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.good[Symbol.asyncDispose]();
    await this.under.server.stop(1000);
  }
}

const big = (bytes: number) => `{"cmd":"dial","line":"${"2".repeat(bytes)}"}`;

Deno.test("a message of up to 64 KiB is read, a longer one is 1009", async () => {
  await using siege = await Siege.begin();
  for (const pad of [MESSAGE_BYTES - 2, MESSAGE_BYTES - 1, MESSAGE_BYTES, 300_000]) {
    const text = `{}${" ".repeat(pad - 2)}`;
    await using client = await RecordingClient.connect(siege.port);
    client.send(text);
    client.send({ cmd: "fly" });
    await client.until(() => client.texts.length > 0 || client.closed !== undefined);
    assert.equal(client.closed?.code, undefined, `${pad}`);
    if (pad === MESSAGE_BYTES) break;
  }
  for (const text of [` ${"x".repeat(MESSAGE_BYTES)}`, "ä".repeat(MESSAGE_BYTES / 2 + 1)]) {
    await using client = await RecordingClient.connect(siege.port);
    client.send(text);
    await client.until(() => client.closed !== undefined);
    assert.equal(client.closed?.code, 1009);
    assert.deepEqual(client.texts, []);
  }
  await using client = await RecordingClient.connect(siege.port);
  client.sendBytes(new Uint8Array(MESSAGE_BYTES + 1));
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 1009);
  await siege.stands();
});

Deno.test("fragments count together, and a message without an end is no one's trouble", async () => {
  await using siege = await Siege.begin();
  using raw = await RawConnection.upgraded(siege.port);
  const part = "x".repeat(16 * 1024);
  await raw.send(frame(part, { flags: 0 }));
  for (let i = 0; i < 4; i++) await raw.send(frame(part, { flags: 0, opcode: 0 }));
  await siege.stands();
  await raw.send(frame(part, { opcode: 0 }));
  await raw.until(() => raw.closeCode !== undefined);
  assert.equal(raw.closeCode, 1009);

  using small = await RawConnection.upgraded(siege.port);
  await small.send(frame('{"cmd":', { flags: 0 }));
  await small.send(frame("", { opcode: 9 }));
  await small.send(frame('"fly"}', { opcode: 0 }));
  await small.until(() => small.text.includes("unknown_command"));
  await siege.stands();
});

for (const [name, frames] of Object.entries(BAD_FRAMES)) {
  Deno.test(`${name} ends its own connection only`, async () => {
    await using siege = await Siege.begin();
    using raw = await RawConnection.upgraded(siege.port);
    await until(() => siege.under.server.clients === 2);
    for (const bytes of frames) await raw.send(bytes);
    await raw.until(() => raw.ended);
    await until(() => siege.under.server.clients === 1);
    await siege.stands();
  });
}

Deno.test("frames without a mask, and halves of frames, hurt nobody", async () => {
  await using siege = await Siege.begin();
  using unmasked = await RawConnection.upgraded(siege.port);
  await unmasked.send(frame('{"cmd":"fly"}', { masked: false }));
  using half = await RawConnection.upgraded(siege.port);
  await half.send(frame(big(1000)).slice(0, 500));
  using promised = await RawConnection.upgraded(siege.port);
  await promised.send(frame("", { length: 40_000_000n }));
  using gone = await RawConnection.upgraded(siege.port);
  await gone.send(frame('{"cmd":"drop","line":201}'));
  gone[Symbol.dispose]();
  await siege.stands();
  assert.deepEqual(siege.under.commands.filter(({ cmd }) => cmd === "dial"), []);
});

Deno.test("100,000 random frames: each is answered or ends its connection, nothing is lost", async () => {
  await using siege = await Siege.begin({
    limits: {
      connections: 1000,
      connectionsPerAddress: 1000,
      commandsPerSecond: 1_000_000,
      messageBytes: MESSAGE_BYTES,
      requestSeconds: 20,
      guard: false,
    },
  });
  let state = 12345;
  // A generator of its own: the same frames in each run (Numerical Recipes' constants).
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 0x100000000 * below);
  };
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const words = [
    "cmd",
    "line",
    "number",
    "dial",
    "drop",
    "201",
    "id",
    "call",
    "__proto__",
    "",
    "\u0000",
  ];
  const value = (depth: number): unknown => {
    switch (random(depth > 3 ? 4 : 6)) {
      case 0:
        return pick(words);
      case 1:
        return pick([0, -1, 1e308, 201, 2 ** 53, 0.5]);
      case 2:
        return pick([null, true, false]);
      case 3:
        return String.fromCharCode(...Array.from({ length: random(8) }, () => random(0xffff)));
      case 4:
        return Array.from({ length: random(4) }, () => value(depth + 1));
      default:
        return Object.fromEntries(
          Array.from({ length: random(5) }, () => [pick(words), value(depth + 1)]),
        );
    }
  };
  const payload = (): string => {
    const text = JSON.stringify(
      random(2) === 0 ? value(0) : { cmd: pick(words), line: pick(words), number: value(3) },
    );
    return random(10) === 0 ? text.slice(0, random(text.length)) : text;
  };
  let raw = await RawConnection.upgraded(siege.port, headFor(0));
  let connections = 1;
  for (let sent = 0; sent < 100_000; sent += 500) {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    for (let i = 0; i < 500; i++) {
      frames.push(frame(payload(), { opcode: random(20) === 0 ? 2 : 1 }));
    }
    // At the end of some batches one that is not even a frame.
    if (random(4) === 0) frames.push(new Uint8Array(Array.from({ length: 20 }, () => random(256))));
    await raw.send(concat(frames));
    if (random(20) === 0) siege.publish();
    if (raw.ended || random(8) === 0) {
      raw[Symbol.dispose]();
      raw = await RawConnection.upgraded(siege.port, headFor(connections++));
    }
    await setImmediate();
  }
  raw[Symbol.dispose]();
  await siege.stands();
  await until(() => siege.under.server.clients === 1);
});

/** Both dialects in turn. */
function headFor(n: number): readonly string[] {
  return n % 2 === 0 ? HANDSHAKE : [...HANDSHAKE, "Sec-WebSocket-Protocol: tapi2ws.v2"];
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
