/** A network between a client and a server that a test can cut, hold, and restore. */

export class TcpProxy implements AsyncDisposable {
  /** Whether new connections are ended at once, as by a server that is not there. */
  down = false;
  /** Whether what the server sends is kept back, as by a network that went silent. */
  silent = false;
  /** How many connections there have been. */
  accepted = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #links = new Set<() => void>();
  readonly #running: Promise<void>;
  #bytesLeft = Infinity;

  /** @param serverPort May be changed: to that of a server that was started anew. */
  constructor(public serverPort: number) {
    this.#running = this.#accept();
  }

  get port(): number {
    return this.#listener.addr.port;
  }

  /** Connections that pass now. */
  get links(): number {
    return this.#links.size;
  }

  /** Ends every connection. */
  cut(): void {
    for (const end of [...this.#links]) end();
  }

  /** Lets so many bytes more come from the server, and cuts then: in the middle of a frame. */
  cutAfter(bytes: number): void {
    this.#bytesLeft = bytes;
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      this.accepted++;
      if (this.down) client.close();
      else await this.#link(client);
    }
  }

  async #link(client: Deno.TcpConn): Promise<void> {
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname: "127.0.0.1", port: this.serverPort });
    } catch {
      return client.close();
    }
    const end = () => {
      if (!this.#links.delete(end)) return;
      client.close();
      server.close();
    };
    this.#links.add(end);
    void pump(client, server, (chunk) => chunk).finally(end);
    void pump(server, client, (chunk) => this.#fromServer(chunk, end)).finally(end);
  }

  #fromServer(chunk: Uint8Array, end: () => void): Uint8Array {
    if (this.silent) return chunk.subarray(0, 0);
    const passed = chunk.subarray(0, this.#bytesLeft);
    this.#bytesLeft -= passed.length;
    if (this.#bytesLeft > 0) return passed;
    this.#bytesLeft = Infinity;
    // Behind what still passes.
    setTimeout(end);
    return passed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.cut();
    await this.#running;
  }
}

async function pump(
  from: Deno.TcpConn,
  to: Deno.TcpConn,
  passed: (chunk: Uint8Array) => Uint8Array,
): Promise<void> {
  const buffer = new Uint8Array(1 << 16);
  try {
    for (let read; (read = await from.read(buffer)) !== null;) {
      let left = passed(buffer.subarray(0, read));
      while (left.length > 0) left = left.subarray(await to.write(left));
    }
  } catch {
    // One end is gone: so is the other.
  }
}
