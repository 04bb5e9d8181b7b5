/**
 * What one connection may take before it says who it is, and how many there may be: on ports where
 * tokens are required, with TLS and without.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import { PATIENCE_MS, until } from "../support/patience.ts";
import { ProgramProcess } from "../support/process.ts";
import { frame, HANDSHAKE, RawConnection } from "../support/raw.ts";
import { rulesFor, startTestServer } from "../support/server.ts";

const MIB = 1024 * 1024;
/** What each attacker tries to send. */
const ATTACK_BYTES = 96 * MIB;
const ATTACKERS = 4;
const WARM_UP_ROUNDS = 5;
/** Of all attackers together: while they attack, with what the collector has not collected yet. */
const MOST_GROWTH_BYTES = 192 * MIB;
/** What may be left of it. */
const MOST_LEFT_BYTES = 32 * MIB;

const LIMITS = {
  connections: 5,
  connectionsPerAddress: 5,
  commandsPerSecond: 200,
  messageBytes: 64 * 1024,
  requestSeconds: 20,
  guard: false,
};

/** What is sent again and again after the head, until the connection is cut. */
const ATTACKS: Readonly<Record<string, readonly [head: string, piece: Uint8Array<ArrayBuffer>]>> = {
  "a message in fragments that never ends": [
    handshake(),
    frame("x".repeat(MIB), { flags: 0, opcode: 0 }),
  ],
  "a message in small fragments": [
    handshake(),
    repeated(frame("xxxxxxxx", { flags: 0, opcode: 0 }), 10_000),
  ],
  "empty fragments": [handshake(), repeated(frame("", { flags: 0, opcode: 0 }), 20_000)],
  "pings whose answers are not read": [
    handshake(),
    repeated(frame("x".repeat(100), { opcode: 9 }), 5000),
  ],
  "a frame that is promised to be long": [
    handshake(frame("", { length: 60_000_000n })),
    new Uint8Array(MIB),
  ],
  "a head that never ends": [
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    text("X: y\r\n".repeat(100_000)),
  ],
  "a body that never ends": [
    "POST /api/v2/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" +
    "Content-Length: 1000000000\r\n\r\n",
    text("x".repeat(MIB)),
  ],
  "requests whose answers are not read": [
    "",
    text("GET /client.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".repeat(1000)),
  ],
};

function text(chars: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(chars);
}

/** The request, and the first frame: text, not the last of its message. */
function handshake(first = frame("x", { flags: 0 })): string {
  const latin1 = String.fromCharCode(...first);
  return `${HANDSHAKE.join("\r\n")}\r\n\r\n${latin1}`;
}

function repeated(bytes: Uint8Array<ArrayBuffer>, times: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}

/** A connection to a port, encrypted or not, that sends and never reads. */
class Attacker implements Disposable {
  readonly #connection: Deno.Conn;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect(port: number, root: string | undefined): Promise<Attacker> {
    const to = { hostname: "127.0.0.1", port };
    return new Attacker(
      root === undefined
        ? await Deno.connect(to)
        : await Deno.connectTls({ ...to, caCerts: [root] }),
    );
  }

  /** Sends until it is cut, has sent everything, or nobody takes anything any more. */
  async attack(head: string, piece: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#write(Uint8Array.from(head, (char) => char.charCodeAt(0)));
      for (let sent = 0; sent < ATTACK_BYTES; sent += piece.length) {
        if (!await this.#write(piece)) return;
      }
    } catch {
      // It is cut.
    }
  }

  /** @returns Whether somebody took it. */
  async #write(bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    for (let sent = 0; sent < bytes.length;) {
      const written = await Promise.race([
        this.#connection.write(bytes.subarray(sent)),
        new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 2000)),
      ]);
      if (written === undefined) return false;
      sent += written;
    }
    return true;
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }
}

/** A guarded program in a process of its own. */
class Target implements AsyncDisposable {
  readonly port: number;
  readonly root: string | undefined;
  readonly #program: ProgramProcess;
  readonly #folder: string;

  private constructor(
    port: number,
    root: string | undefined,
    program: ProgramProcess,
    folder: string,
  ) {
    this.port = port;
    this.root = root;
    this.#program = program;
    this.#folder = folder;
  }

  static async start(tls: boolean): Promise<Target> {
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-attack-" });
    const sha256 = createHash("sha256").update("watcher").digest("hex");
    const lines = [
      "anonymous = false",
      "[[token]]",
      'name = "watcher"',
      `sha256 = "${sha256}"`,
      'lines = "*"',
    ];
    let root: string | undefined;
    if (tls) {
      const certificate = await makeCertificate("attacked");
      root = certificate.root;
      await Deno.writeTextFile(`${folder}/a.crt`, certificate.cert);
      await Deno.writeTextFile(`${folder}/a.key`, certificate.key);
      lines.push("[tls]", `cert = "${folder}/a.crt"`, `key = "${folder}/a.key"`);
    }
    await Deno.writeTextFile(`${folder}/tapi2ws.toml`, `${lines.join("\n")}\n`);
    const program = new ProgramProcess([
      `--config=${folder}/tapi2ws.toml`,
      "--provider=fake",
      "--fake-rate=0",
      "--host=127.0.0.1",
      "--port=0",
      "--journal=false",
    ]);
    return new Target(await program.port(), root, program, folder);
  }

  async residentBytes(): Promise<number> {
    using client = Deno.createHttpClient(this.root === undefined ? {} : { caCerts: [this.root] });
    const scheme = this.root === undefined ? "http" : "https";
    const response = await fetch(`${scheme}://127.0.0.1:${this.port}/metrics`, {
      client,
      headers: { authorization: "Bearer watcher" },
    });
    const [, bytes] = (await response.text()).match(/^process_resident_memory_bytes (\S+)$/m) ?? [];
    return Number(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** @returns The most that the program had meanwhile. */
async function assault(
  target: Target,
  head: string,
  piece: Uint8Array<ArrayBuffer>,
): Promise<number> {
  const attackers = await Promise.all(
    Array.from({ length: ATTACKERS }, () => Attacker.connect(target.port, target.root)),
  );
  let attacking = true;
  const over = Promise.all(attackers.map((one) => one.attack(head, piece)))
    .then(() => attacking = false);
  let most = 0;
  while (attacking) most = Math.max(most, await target.residentBytes());
  await over;
  most = Math.max(most, await target.residentBytes());
  for (const one of attackers) one[Symbol.dispose]();
  return most;
}

for (const tls of [false, true]) {
  Deno.test({
    name: `without a token nobody takes memory${tls ? ", over TLS either" : ""}`,
    ignore: tls && !hasOpenSsl,
    async fn(t) {
      await using target = await Target.start(tls);
      // At first the compilers and the collector take memory of their own.
      for (let round = 0; round < WARM_UP_ROUNDS; round++) {
        for (const [head, piece] of Object.values(ATTACKS)) await assault(target, head, piece);
      }
      const before = await target.residentBytes();
      for (const [name, [head, piece]] of Object.entries(ATTACKS)) {
        await t.step(name, async () => {
          const most = await assault(target, head, piece);
          const grown = Math.round((most - before) / MIB);
          assert(most - before < MOST_GROWTH_BYTES, `${grown} MiB more`);
        });
      }
      await until(async () => await target.residentBytes() - before < MOST_LEFT_BYTES);
    },
  });

  Deno.test({
    name: `silent connections count from the first moment${tls ? ", over TLS too" : ""}`,
    ignore: tls && !hasOpenSsl,
    async fn() {
      const certificate = tls ? await makeCertificate("counted") : undefined;
      const { server } = startTestServer({
        rules: rulesFor(undefined),
        tls: certificate,
        limits: LIMITS,
      });
      const silent: RawConnection[] = [];
      for (let i = 0; i < 60; i++) silent.push(await RawConnection.open(server.port));
      // All but five are closed, and none of the five.
      await until(() => silent.filter(({ ended }) => ended).length === 55);
      assert(silent.slice(0, 5).every(({ ended }) => !ended));
      for (const raw of silent) raw[Symbol.dispose]();
      // There is room again.
      await until(async () => {
        using client = Deno.createHttpClient(certificate ? { caCerts: [certificate.root] } : {});
        const url = `${tls ? "https" : "http"}://127.0.0.1:${server.port}/healthz`;
        const response = await fetch(url, { client }).catch(() => undefined);
        await response?.body?.cancel();
        return response?.status === 200;
      });
      await server.stop(1000);
    },
  });
}

/** Connections that the server has closed with 4401, and that are still there. */
async function fiveStubborn(port: number): Promise<RawConnection[]> {
  const connections = await Promise.all(
    Array.from(
      { length: 5 },
      () => RawConnection.upgraded(port, [...HANDSHAKE, "Authorization: Bearer wrong"]),
    ),
  );
  for (const raw of connections) await raw.until(() => raw.text.includes("\x88"));
  return connections;
}

/** Waits until a client can connect. */
async function thereIsRoom(port: number): Promise<void> {
  await until(async () => {
    using next = await RawConnection.upgraded(port);
    return next.text.startsWith("HTTP/1.1 101 ");
  });
}

Deno.test("a client that is closed is cut soon, although it answers nothing, and counts until then", async () => {
  const { server } = startTestServer({ rules: rulesFor(undefined), limits: LIMITS });
  const stubborn = await fiveStubborn(server.port);
  using sixth = await RawConnection.upgraded(server.port);
  assert.match(sixth.text, /^HTTP\/1\.1 429 /);
  for (const raw of stubborn) await raw.until(() => raw.ended);
  await thereIsRoom(server.port);
  await server.stop(1000);
});

Deno.test("on an open port one too many is refused before the upgrade, and the closed ones count", async () => {
  const { server } = startTestServer({ limits: LIMITS });
  const stubborn = await fiveStubborn(server.port);
  using sixth = await RawConnection.upgraded(server.port);
  assert.match(sixth.text, /^HTTP\/1\.1 429 /);
  for (const raw of stubborn) raw[Symbol.dispose]();
  await thereIsRoom(server.port);
  await server.stop(1000);
});

Deno.test("when tokens become required, the port is guarded without a restart", async () => {
  const { server } = startTestServer({ limits: LIMITS });
  using before = await RawConnection.upgraded(server.port);
  await until(() => server.clients === 1);
  server.setRules(rulesFor(undefined));
  await before.until(() => before.ended);
  await until(async () => {
    const raw = await RawConnection.upgraded(server.port).catch(() => undefined);
    if (raw === undefined) return false;
    using _ = raw;
    await raw.send(frame("x", { masked: false }));
    // The open port's server would take it.
    const endMs = performance.now() + PATIENCE_MS / 100;
    await until(() => raw.ended || performance.now() > endMs);
    return raw.ended && raw.text.startsWith("HTTP/1.1 101 ");
  });
  await server.stop(1000);
});
