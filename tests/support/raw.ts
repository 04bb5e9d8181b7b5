/** Connections that speak for themselves: bytes of HTTP and of WebSocket frames, good or bad. */
import { Buffer } from "node:buffer";
import { Changes } from "./patience.ts";

/** The head of a request that asks for a WebSocket. */
export const HANDSHAKE: readonly string[] = [
  "GET / HTTP/1.1",
  "Host: 127.0.0.1",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

export class RawConnection implements Disposable {
  /** Everything that came, as text: one character a byte. */
  text = "";
  /** The other end has closed. */
  ended = false;
  readonly #connection: Deno.TcpConn;
  readonly #changes = new Changes();

  private constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
    void this.#read();
  }

  static async open(port: number): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Opens a WebSocket by hand. */
  static async upgraded(port: number, head: readonly string[] = HANDSHAKE): Promise<RawConnection> {
    const raw = await RawConnection.open(port);
    await raw.send(`${head.join("\r\n")}\r\n\r\n`);
    await raw.until(() => raw.text.includes("\r\n\r\n"));
    return raw;
  }

  /** What one request is answered with, head and all. */
  static async ask(port: number, head: readonly string[]): Promise<string> {
    using raw = await RawConnection.open(port);
    await raw.send(`${[...head, "Connection: close"].join("\r\n")}\r\n\r\n`);
    await raw.until(() => raw.ended);
    return raw.text;
  }

  async send(data: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    try {
      for (let sent = 0; sent < bytes.length;) {
        sent += await this.#connection.write(bytes.subarray(sent));
      }
    } catch {
      // The other end has had enough: what it said before is to be read.
    }
  }

  async until(reached: () => boolean): Promise<void> {
    await this.#changes.until(reached, () => `More than ${JSON.stringify(this.text)}`);
  }

  /** The code of the close frame that has come, if one has: RFC 6455, section 5.5.1. */
  get closeCode(): number | undefined {
    const close = framesOf(this.text).find(({ opcode }) => opcode === 8);
    return close && close.payload.charCodeAt(0) * 256 + close.payload.charCodeAt(1);
  }

  [Symbol.dispose](): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(1 << 16);
    try {
      for (let read; (read = await this.#connection.read(buffer)) !== null;) {
        this.text += Buffer.from(buffer.subarray(0, read)).toString("latin1");
        this.#changes.tell();
      }
    } catch {
      // Closed by either end.
    }
    this.ended = true;
    this.#changes.tell();
  }
}

/** The whole frames that follow the head of the server's answer: RFC 6455, section 5.2. */
function* framesOf(text: string): Generator<{ opcode: number; payload: string }> {
  const head = text.indexOf("\r\n\r\n");
  const byte = (at: number) => text.charCodeAt(at);
  for (let at = head < 0 ? Infinity : head + 4;;) {
    const short = byte(at + 1) & 0x7f;
    const extra = short === 127 ? 8 : short === 126 ? 2 : 0;
    const begin = at + 2 + extra;
    if (!(begin <= text.length)) return;
    let length = extra === 0 ? short : 0;
    for (let i = at + 2; i < begin; i++) length = length * 256 + byte(i);
    if (begin + length > text.length) return;
    yield { opcode: byte(at) & 0xf, payload: text.slice(begin, begin + length) };
    at = begin + length;
  }
}

export interface FrameParts {
  /** FIN and the reserved bits; 0x80: the last of its message. */
  readonly flags?: number;
  /** 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode?: number;
  readonly masked?: boolean;
  /** What the header says; the payload's by default. */
  readonly length?: bigint;
}

/** A WebSocket frame as RFC 6455, section 5.2, has it, right or wrong. The mask is zero. */
export function frame(
  payload: string | Uint8Array = "",
  { flags = 0x80, opcode = 1, masked = true, length }: FrameParts = {},
): Uint8Array<ArrayBuffer> {
  const body = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const said = length ?? BigInt(body.length);
  const short = said < 126n ? Number(said) : said < 65536n ? 126 : 127;
  const header = [flags | opcode, (masked ? 0x80 : 0) | short];
  const extended = new DataView(new ArrayBuffer(8));
  extended.setBigUint64(0, said);
  const extra = new Uint8Array(extended.buffer).slice(short === 127 ? 0 : short === 126 ? 6 : 8);
  return new Uint8Array([...header, ...extra, ...masked ? [0, 0, 0, 0] : [], ...body]);
}
