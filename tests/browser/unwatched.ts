/** The extension in a Chromium that nobody watches: whether it stays connected, seen from the server. */
import { Folder } from "../support/folder.ts";
import { PATIENCE_MS } from "../support/patience.ts";
import { unwatchedExtension } from "./chromium.ts";
import { unpackExtension } from "./installed_extension.ts";

/** An extension's connection to the server, as the server lists it. */
export interface Connection {
  readonly id: number;
  readonly connectedAt: string;
  readonly lines: readonly string[] | null;
}

/** The connection that follows only the line of an extension, as soon as there is one. */
export async function connectionOf(
  extension: string,
  port: number,
  patienceMs: number = PATIENCE_MS,
): Promise<Connection> {
  const endMs = performance.now() + patienceMs;
  while (performance.now() < endMs) {
    const response = await fetch(`http://127.0.0.1:${port}/api/v2/clients`);
    const all = await response.json() as readonly Connection[];
    const own = all.find(({ lines }) => lines?.includes(extension));
    if (own !== undefined) return own;
    await pause();
  }
  throw new Error(`No extension connected for ${extension} within ${patienceMs} ms`);
}

export class Unwatched implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #port: number;
  readonly #extension: string;

  private constructor(stack: AsyncDisposableStack, port: number, extension: string) {
    this.#stack = stack;
    this.#port = port;
    this.#extension = extension;
  }

  /** @param extension Whose line it follows; no other client may. */
  static async start(port: number, extension: string): Promise<Unwatched> {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await Folder.make());
    const profile = stack.use(await Folder.make());
    await unpackExtension(folder, port, { extension });
    stack.use(unwatchedExtension(folder.path, profile.path));
    return new Unwatched(stack.move(), port, extension);
  }

  /** The extension's connection, as soon as there is one. */
  async connection(patienceMs?: number): Promise<Connection> {
    return await connectionOf(this.#extension, this.#port, patienceMs);
  }

  /**
   * Waits until the connection has lasted for a time.
   *
   * @throws Error when another one takes its place.
   */
  async stays(forMs: number): Promise<void> {
    const { id, connectedAt } = await this.connection();
    while (Date.now() - Date.parse(connectedAt) < forMs) {
      const now = await this.connection();
      if (now.id !== id) {
        const after = Math.round((Date.parse(now.connectedAt) - Date.parse(connectedAt)) / 1000);
        throw new Error(`The extension was cut off, and connected again ${after} s later`);
      }
      await pause();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Between two looks at the server. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500));
}
