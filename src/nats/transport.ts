/**
 * The bytes between the program and a NATS server: TCP, and TLS where the server or the settings want it.
 *
 * The server speaks first, in plain text: INFO says whether it has TLS.
 */
import {
  checkOptions,
  type ConnectionOptions,
  extractProtocolMessage,
  INFO,
  type Server,
  type ServerInfo,
  type Transport,
} from "@nats-io/nats-core/internal";

const READ_BYTES = 64 * 1024;
/** How long the other end may take to read what is sent before the connection is closed. */
const FAREWELL_MS = 500;
/** The longest INFO of a server that is one: a cluster's has the addresses of its members. */
const MOST_INFO_BYTES = 64 * 1024;

export class DenoTransport implements Transport {
  readonly lang = "tapi2ws";
  readonly version = "1";
  closeError?: Error;
  readonly #closed = Promise.withResolvers<void | Error>();
  #connection: Deno.Conn | undefined;
  #isEncrypted = false;
  #isClosed = false;
  /** Bytes that were read to find INFO; the reader of the protocol needs them as well. */
  #first = new Uint8Array();
  #outbound: Uint8Array[] = [];
  #writing: Promise<void> | undefined;

  get isClosed(): boolean {
    return this.#isClosed;
  }

  isEncrypted(): boolean {
    return this.#isEncrypted;
  }

  closed(): Promise<void | Error> {
    return this.#closed.promise;
  }

  /** @throws Error if there is no connection, or none with TLS where it is wanted. */
  async connect({ hostname, port }: Server, options: ConnectionOptions): Promise<void> {
    try {
      const connection = this.#use(await Deno.connect({ hostname, port }));
      connection.setNoDelay();
      const info = await this.#readInfo(connection);
      // Throws where the settings want TLS, and the server has none.
      checkOptions(info, options);
      const { tls } = options;
      if (tls || info.tls_required === true) {
        const encrypted = this.#use(
          await Deno.startTls(connection, {
            hostname,
            ...tls?.ca !== undefined && { caCerts: [tls.ca] },
          }),
        );
        this.#isEncrypted = true;
        await encrypted.handshake();
      }
    } catch (error) {
      this.disconnect();
      throw error;
    }
  }

  /** @throws Error if it has been closed while it was connecting. */
  #use<C extends Deno.Conn>(connection: C): C {
    if (this.#isClosed) {
      connection.close();
      throw new Error("the connection was given up");
    }
    this.#connection = connection;
    return connection;
  }

  async #readInfo(connection: Deno.Conn): Promise<ServerInfo> {
    const buffer = new Uint8Array(MOST_INFO_BYTES);
    let length = 0;
    for (;;) {
      const count = await connection.read(buffer.subarray(length));
      if (!count) throw new Error("the server closed the connection before it said who it is");
      length += count;
      const line = extractProtocolMessage(buffer.subarray(0, length));
      if (line === "") continue;
      const [, json] = INFO.exec(line) ?? [];
      if (json === undefined) throw new Error("it is not a NATS server");
      this.#first = buffer.slice(0, length);
      return JSON.parse(json);
    }
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    yield this.#first;
    const connection = this.#connection;
    try {
      while (!this.#isClosed && connection !== undefined) {
        // The reader keeps parts of what it gets.
        const buffer = new Uint8Array(READ_BYTES);
        const count = await connection.read(buffer);
        if (count === null) break;
        yield buffer.subarray(0, count);
      }
      this.#end();
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#outbound.push(frame);
    this.#writing ??= this.#write().finally(() => this.#writing = undefined);
  }

  async #write(): Promise<void> {
    try {
      while (this.#outbound.length > 0 && this.#connection !== undefined) {
        const frames = this.#outbound;
        this.#outbound = [];
        let bytes = joined(frames);
        while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
      }
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Closes after what waits has been sent, or cannot be sent. */
  async close(error?: Error): Promise<void> {
    if (error === undefined && this.#writing !== undefined) {
      const late = setTimeout(() => this.#end(), FAREWELL_MS);
      await this.#writing;
      clearTimeout(late);
    }
    this.#end(error);
    await this.#closed.promise;
  }

  disconnect(): void {
    this.#end();
  }

  discard(): void {
    this.#end();
  }

  #end(error?: Error): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (error !== undefined) this.closeError = error;
    try {
      this.#connection?.close();
    } catch {
      // The other end has closed it.
    }
    this.#closed.resolve(error);
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const [first] = frames;
  if (frames.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}
