/**
 * The clients of a server benchmark, in a process of their own: raw TCP with the least of
 * WebSocket, because a thousand full clients would take the machine from the server that is
 * measured. Each compares every byte it receives with the frames that it must get, in their order.
 */
import { answer } from "./subject.mjs";

/** Clients that connect at a time: fewer than a listen queue holds. */
const CONNECTING_AT_A_TIME = 50;
const READ_BUFFER_BYTES = 4096;
/**
 * How long the clients sleep between looks at their sockets, the whole thread. Nobody waits for a
 * socket then, so that the kernel, in the server's time, wakes nobody for every single frame: what
 * remains is what it costs to send.
 */
const SLEEP_MS = 50;

const HANDSHAKE_END = "\r\n\r\n";
const utf8 = new TextEncoder();

const clients: RawClient[] = [];
/** By all clients since the process started. */
let receivedBytes = 0;
const neverWoken = new Int32Array(new SharedArrayBuffer(4));

class RawClient {
  readonly #connection: Deno.TcpConn;
  #expected: Uint8Array = new Uint8Array(0);
  #receivedBytes = 0;
  #wrong: string | undefined;

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    void this.#read();
  }

  static async connect(port: number, path: string): Promise<RawClient> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(utf8.encode(
      [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ].join("\r\n") + HANDSHAKE_END,
    ));
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    let head = "";
    while (!head.endsWith(HANDSHAKE_END)) {
      const bytes = await connection.read(buffer);
      if (bytes === null) throw new Error(`The server refused: ${head}`);
      head += new TextDecoder().decode(buffer.subarray(0, bytes));
    }
    if (!head.startsWith("HTTP/1.1 101 ")) throw new Error(`The server refused: ${head}`);
    return new RawClient(connection);
  }

  expect(frames: Uint8Array): void {
    if (this.state !== "complete") throw new Error("the last frames are not there yet");
    this.#expected = frames;
    this.#receivedBytes = 0;
  }

  /** How far it is with the expected frames; what is wrong with them, if anything is. */
  get state(): "complete" | "waiting" | `wrong: ${string}` {
    if (this.#wrong !== undefined) return `wrong: ${this.#wrong}`;
    return this.#receivedBytes < this.#expected.length ? "waiting" : "complete";
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    while (this.#wrong === undefined) {
      const bytes = await this.#connection.read(buffer);
      if (bytes === null) this.#wrong = `closed after ${this.#receivedBytes} bytes`;
      else this.#compare(buffer.subarray(0, bytes));
    }
  }

  #compare(received: Uint8Array): void {
    for (let i = 0; i < received.length; i++) {
      if (received[i] !== this.#expected[this.#receivedBytes + i]) {
        this.#wrong = `byte ${this.#receivedBytes + i} of ${this.#expected.length} differs`;
        return;
      }
    }
    this.#receivedBytes += received.length;
    receivedBytes += received.length;
  }
}

/** Unmasked text frames, as servers send them. */
function toFrames(texts: readonly string[]): Uint8Array {
  const FINAL_TEXT = 0x81;
  const LENGTH_IN_16_BITS = 126;
  const bytes = texts.flatMap((text) => {
    const payload = utf8.encode(text);
    const { length } = payload;
    if (length > 0xffff) throw new RangeError("a frame of this length is not expected");
    const size = length < LENGTH_IN_16_BITS
      ? [length]
      : [LENGTH_IN_16_BITS, length >> 8, length & 0xff];
    return [Uint8Array.from([FINAL_TEXT, ...size]), payload];
  });
  const frames = new Uint8Array(bytes.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of bytes) {
    frames.set(part, offset);
    offset += part.length;
  }
  return frames;
}

answer({
  /** Connects one client to each path. */
  async connect({ port, paths }: { port: number; paths: readonly string[] }) {
    for (let from = 0; from < paths.length; from += CONNECTING_AT_A_TIME) {
      const group = paths.slice(from, from + CONNECTING_AT_A_TIME);
      clients.push(...await Promise.all(group.map((path) => RawClient.connect(port, path))));
    }
  },
  /** Says which texts come: all of them to every client, or one after the other in turn. */
  expect({ texts, to }: { texts: readonly string[]; to: "every" | "turn" }) {
    if (to === "every") {
      const frames = toFrames(texts);
      for (const client of clients) client.expect(frames);
    } else {
      const shares = clients.map((): string[] => []);
      texts.forEach((text, index) => shares[index % shares.length]?.push(text));
      clients.forEach((client, index) => client.expect(toFrames(shares[index] ?? [])));
    }
  },
  /** Waits for all frames. Tells of the clients that did not get theirs. */
  async receive({ timeoutMs }: { timeoutMs: number }) {
    const deadlineMs = performance.now() + timeoutMs;
    while (clients.some(({ state }) => state === "waiting") && performance.now() < deadlineMs) {
      Atomics.wait(neverWoken, 0, 0, SLEEP_MS);
      // A turn takes what is there, and one more sees whether that was all.
      for (let before = -1; before !== receivedBytes;) {
        before = receivedBytes;
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    }
    const failed = clients.filter(({ state }) => state !== "complete");
    return { failed: failed.length, first: failed[0]?.state ?? "" };
  },
}, {});
