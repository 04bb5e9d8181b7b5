/** A WebSocket client that records what it is sent and lets a test wait for it. */
import { Changes } from "./patience.ts";

/** A classic frame, or an error frame. */
export interface Frame {
  readonly line?: number | string;
  readonly state?: string;
  readonly callId?: string;
  readonly callerId?: string;
  readonly calledId?: string;
  readonly origin?: string;
  readonly reason?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

export class RecordingClient implements AsyncDisposable {
  /** Every text frame so far, as it came. */
  readonly texts: string[] = [];
  readonly frames: Frame[] = [];
  /** The close event, once it has come. */
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #gone: Promise<void>;
  readonly #changes = new Changes();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      this.texts.push(String(data));
      this.frames.push(JSON.parse(String(data)));
      this.#changes.tell();
    };
    this.#gone = new Promise((resolve) => {
      socket.onclose = ({ code, reason }) => {
        this.closed = { code, reason };
        this.#changes.tell();
        resolve();
      };
    });
  }

  /** Connects; rejects when the server refuses. @param secured Connects with TLS. */
  static async connect(
    port: number,
    path = "/",
    protocols: string[] = [],
    secured?: Deno.HttpClient,
  ): Promise<RecordingClient> {
    const address = `127.0.0.1:${port}${path}`;
    const socket = secured === undefined
      ? new WebSocket(`ws://${address}`, protocols)
      : new WebSocket(`wss://${address}`, { protocols, client: secured });
    const client = new RecordingClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onerror = (event) =>
        reject(event instanceof ErrorEvent ? event.error ?? new Error(event.message) : event);
    });
    socket.onerror = null;
    return client;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  sendBytes(bytes: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(bytes);
  }

  /** The states of a call, or of all, in the order in which they came. */
  states(callId?: string): string[] {
    return this.frames.filter((frame) => callId === undefined || frame.callId === callId)
      .flatMap(({ state }) => state ?? []);
  }

  /** The first frame, of those already there or to come, that `wanted` accepts. */
  async frame(wanted: (frame: Frame) => boolean): Promise<Frame> {
    await this.until(() => this.frames.some(wanted));
    return this.frames.find(wanted) as Frame;
  }

  /** Waits until `reached` is true; it is asked whenever a frame or the close has come. */
  async until(reached: () => boolean): Promise<void> {
    const last = () => `The frame after these:\n${this.texts.slice(-5).join("\n")}\n`;
    await this.#changes.until(reached, last);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await this.#gone;
  }
}
