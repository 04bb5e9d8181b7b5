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

const FINAL_TEXT = 0x81;
const LENGTH_IN_16_BITS = 126;
const HANDSHAKE_END = "\r\n\r\n";
const utf8 = new TextEncoder();
const latin1 = new TextDecoder("latin1");

/** What a client says first, and how many frames answer it before events come. */
export interface Greeting {
  readonly protocol: string;
  readonly says: string;
  readonly answers: number;
}

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

  static async connect(port: number, path: string, greeting?: Greeting): Promise<RawClient> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await connection.write(utf8.encode(
      [
        `GET ${path} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ...greeting === undefined ? [] : [`Sec-WebSocket-Protocol: ${greeting.protocol}`],
      ].join("\r\n") + HANDSHAKE_END,
    ));
    const buffer = new Uint8Array(READ_BUFFER_BYTES);
    let head = new Uint8Array(0);
    const readMore = async () => {
      const bytes = await connection.read(buffer);
      if (bytes === null) throw new Error(`The server refused: ${latin1.decode(head)}`);
      head = Uint8Array.from([...head, ...buffer.subarray(0, bytes)]);
    };
    let end = -1;
    while ((end = latin1.decode(head).indexOf(HANDSHAKE_END)) < 0) await readMore();
    if (!latin1.decode(head).startsWith("HTTP/1.1 101 ")) {
      throw new Error(`The server refused: ${latin1.decode(head)}`);
    }
    if (greeting !== undefined) await connection.write(maskedFrame(greeting.says));
    let at = end + HANDSHAKE_END.length;
    for (let answers = greeting?.answers ?? 0; answers > 0; answers--) {
      let next;
      while ((next = frameEnd(head, at)) > head.length) await readMore();
      at = next;
    }
    if (at !== head.length) throw new Error("The server says more than was expected");
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

/** Where the unmasked frame at `at` ends, as far as that can be told. */
function frameEnd(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1] ?? 0;
  if (length < LENGTH_IN_16_BITS) return at + 2 + length;
  return at + 4 + ((bytes[at + 2] ?? 0xff) << 8 | (bytes[at + 3] ?? 0xff));
}

/** A short text frame, as clients send it, under a mask of zeros. */
function maskedFrame(text: string): Uint8Array {
  const payload = utf8.encode(text);
  if (payload.length >= LENGTH_IN_16_BITS) {
    throw new RangeError("a greeting is expected to be short");
  }
  return Uint8Array.from([FINAL_TEXT, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);
}

/** Unmasked text frames, as servers send them. */
function toFrames(texts: readonly string[]): Uint8Array {
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
  async connect(
    { port, paths, greeting }: { port: number; paths: readonly string[]; greeting?: Greeting },
  ) {
    for (let from = 0; from < paths.length; from += CONNECTING_AT_A_TIME) {
      const group = paths.slice(from, from + CONNECTING_AT_A_TIME);
      clients.push(
        ...await Promise.all(group.map((path) => RawClient.connect(port, path, greeting))),
      );
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
