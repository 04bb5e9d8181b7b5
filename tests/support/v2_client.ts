/** A v2 client over a real socket; every frame it gets is checked against the published schema. */
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { RecordingClient } from "./client.ts";
import { readServerFrame } from "./v2_schema.ts";

// deno-lint-ignore no-explicit-any -- tests look into frames that the schema has checked
type Frame = any;

export class V2TestClient implements AsyncDisposable {
  readonly #client: RecordingClient;
  #lastId = 0;

  private constructor(client: RecordingClient) {
    this.#client = client;
  }

  /** @param protocols Others that are asked for beside v2: a token. */
  static async connect(port: number, ...protocols: string[]): Promise<V2TestClient> {
    return new V2TestClient(
      await RecordingClient.connect(port, "/", [V2_PROTOCOL, ...protocols]),
    );
  }

  get protocol(): string {
    return this.#client.protocol;
  }

  get closed(): { code: number; reason: string } | undefined {
    return this.#client.closed;
  }

  /** Every frame so far. */
  get frames(): Frame[] {
    return this.#client.texts.map(readServerFrame);
  }

  /** Every event so far, also those of batches. */
  get events(): Frame[] {
    return this.frames.flat().filter(({ type }) => !["hello", "result", "error"].includes(type));
  }

  /** The first frame. */
  get hello(): Promise<Frame> {
    return this.until(() => this.frames[0]);
  }

  send(message: unknown): void {
    this.#client.send(message);
  }

  /** Gives a command and waits for its result or error. */
  async ask(command: object): Promise<Frame> {
    const id = ++this.#lastId;
    this.send({ id, ...command });
    return await this.until(() => this.frames.find((frame) => frame.id === id));
  }

  /** Waits until `find` finds something; it is asked whenever something has come. */
  async until<T>(find: () => T): Promise<NonNullable<T>> {
    let found: T | undefined;
    await this.#client.until(() => Boolean(found = find()));
    return found as NonNullable<T>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}
