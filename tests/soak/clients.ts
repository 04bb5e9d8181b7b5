/** The clients of the soak: real WebSockets that listen and check, and bare connections that do not read. */
import { Hearing } from "./hearing.ts";

const HANDSHAKE_END = "\r\n\r\n";
const utf8 = new TextEncoder();

/** A client that listens to what it gets. */
export class Listener {
  readonly hearing: Hearing;
  readonly #socket: WebSocket;
  readonly #closed: Promise<void>;
  #isLeaving = false;

  private constructor(socket: WebSocket, lines: number) {
    this.hearing = new Hearing(lines);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.hearing.hear(JSON.parse(data));
    this.#closed = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        if (!this.#isLeaving) this.hearing.problem ??= `closed with ${code} ${reason}`;
        resolve();
      };
    });
  }

  /** @param path With the lines that it wants: `/?line=201`. */
  static async connect(port: number, path: string, lines: number): Promise<Listener> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    const listener = new Listener(socket, lines);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = () => reject(new Error("a client cannot connect"));
    });
    return listener;
  }

  send(command: { cmd: string; line: number; number?: string }): void {
    this.#socket.send(JSON.stringify(command));
  }

  /** Leaves. From now on whatever comes is still checked, and nothing has to come. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#socket.close();
    await this.#closed;
  }
}

/** Connects to all lines' events and never reads them. @returns The connection. */
export async function connectDeaf(port: number): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(utf8.encode(
    [
      "GET / HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ].join("\r\n") + HANDSHAKE_END,
  ));
  return connection;
}
