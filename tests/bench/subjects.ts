/** The two kinds of process in a server benchmark, as the one who measures sees them. */
import { Child, type StartedChild } from "./child.ts";
import type { Greeting } from "./crowd_main.ts";

/** How long the frames of one run may take, published at their pace. */
const DELIVERY_TIMEOUT_MS = 20_000;

export type SubjectName = "ours" | "guarded" | "bare" | "ws" | "bun";

/** How fast items are published. */
export interface Pace {
  readonly perTick: number;
  readonly tickMs: number;
}

/** A server in a process of its own, with its clients in another. */
export class Subject implements AsyncDisposable {
  readonly name: SubjectName;
  readonly #server: Child;
  readonly #crowd: Child;
  readonly #port: number;

  private constructor(name: SubjectName, server: Child, crowd: Child, port: number) {
    this.name = name;
    this.#server = server;
    this.#crowd = crowd;
    this.#port = port;
  }

  static async start(name: SubjectName): Promise<Subject> {
    const server = await startServer(name);
    const { port } = server.ready as { port: number };
    const crowd = await Child.deno("crowd_main.ts");
    return new Subject(name, server.child, crowd.child, port);
  }

  /** Connects one client to each path, and waits until the server knows them all. */
  async connect(paths: readonly string[], greeting?: Greeting): Promise<void> {
    const before = await this.#clients();
    await this.#crowd.ask({ do: "connect", port: this.#port, paths, greeting });
    const connected = await this.#clients() - before;
    if (connected !== paths.length) {
      throw new Error(`${this.name}: ${connected} of ${paths.length} clients are connected`);
    }
  }

  async #clients(): Promise<number> {
    return Number(await this.#server.ask({ do: "clients" }));
  }

  /**
   * Publishes the items and waits until every client has all that it must get.
   *
   * @param items What the server is given: events for ours, the texts for the others.
   * @param texts What the clients must get.
   * @param to Whether each text goes to every client, or to one after the other.
   * @returns The server's CPU time in microseconds.
   * @throws Error when a frame is lost, or is not the one that must come next.
   */
  async run(
    items: readonly unknown[],
    texts: readonly string[],
    to: "every" | "turn",
    pace: Pace,
  ): Promise<number> {
    await this.#crowd.ask({ do: "expect", texts, to });
    await this.#server.ask({ do: "load", items });
    await this.#server.ask({ do: "begin" });
    const [outcome] = await Promise.all([
      this.#crowd.ask({ do: "receive", timeoutMs: DELIVERY_TIMEOUT_MS }),
      this.#server.ask({ do: "publish", ...pace }),
    ]);
    const { failed, first } = outcome as { failed: number; first: string };
    const cpuMicros = Number(await this.#server.ask({ do: "end" }));
    if (failed > 0) throw new Error(`${this.name}: ${failed} clients, the first: ${first}`);
    return cpuMicros;
  }

  /** The server's resident memory, all garbage collected. */
  async residentBytes(): Promise<number> {
    return Number(await this.#server.ask({ do: "residentBytes" }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#crowd[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}

async function startServer(name: SubjectName): Promise<StartedChild> {
  switch (name) {
    case "ws":
      return await Child.node("server_ws.mjs", [await wsModule()]);
    case "guarded":
      return await Child.deno("server_ours.ts", ["guarded"]);
    case "bun":
      return await Child.bun("server_bun.mjs");
    default:
      return await Child.deno(`server_${name}.ts`);
  }
}

/** The URL of the ws package's module in Deno's cache, where Node cannot find it by its name. */
async function wsModule(): Promise<string> {
  // Deno fetches a package when it is imported, and checks it against deno.lock.
  await import("ws");
  return import.meta.resolve("ws");
}
