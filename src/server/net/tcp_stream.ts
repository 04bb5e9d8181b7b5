/** An accepted connection as a stream of node's, which its HTTP server and TLS take. */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type { Remote } from "./port.ts";

/** Read at once; every connection has as much reserved. */
const READ_BYTES = 4096;

export class TcpStream extends Duplex {
  readonly remote: Remote;
  readonly #connection: Deno.TcpConn;
  readonly #buffer = new Uint8Array(READ_BYTES);
  #bytesLeft = Infinity;

  /** @param allowHalfOpen Whether the other end may end its side and still read. */
  constructor(connection: Deno.TcpConn, allowHalfOpen: boolean) {
    super({ allowHalfOpen });
    this.#connection = connection;
    this.remote = connection.remoteAddr;
    // Both ends send whole messages: nothing is gained by waiting for more.
    connection.setNoDelay(true);
    // Users of the stream learn of errors by its end.
    this.on("error", () => {});
  }

  /** Cuts the connection after so many further bytes: what is sent now is not wanted. */
  readAtMost(bytes: number): void {
    this.#bytesLeft = Math.min(this.#bytesLeft, bytes);
  }

  override async _read(): Promise<void> {
    try {
      const read = await this.#connection.read(this.#buffer);
      this.#bytesLeft -= read ?? 0;
      if (this.#bytesLeft < 0) this.destroy();
      else this.push(read === null ? null : Buffer.from(this.#buffer.subarray(0, read)));
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _write(chunk: Uint8Array, _: string, done: (error?: Error) => void): void {
    this.#writeAll(chunk).then(() => done(), done);
  }

  override _writev(
    chunks: readonly { readonly chunk: Uint8Array }[],
    done: (error?: Error) => void,
  ): void {
    this.#writeAll(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
  }

  override _final(done: () => void): void {
    // The other end may be gone already.
    this.#connection.closeWrite().then(done, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    try {
      this.#connection.close();
    } catch {
      // It is closed already.
    }
    done(error);
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) {
      sent += await this.#connection.write(bytes.subarray(sent));
    }
  }
}
