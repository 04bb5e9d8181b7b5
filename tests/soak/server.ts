/** The soaked program, in its own process, as the one who soaks it sees it. */
import { join } from "node:path";
import { Child } from "../bench/child.ts";

/** Of the server's process, its garbage collected. */
export interface Memory {
  readonly residentBytes: number;
  /** What the runtime knows of: JavaScript's heap, and buffers outside of it. */
  readonly heapBytes: number;
}

/** Values that must be 0 at the end. */
export interface Leftovers {
  /** Calls that were reported to clients and have not ended. */
  readonly calls: number;
  /** HCALLs as the program counts them, and as the stand-in does. */
  readonly handles: number;
  readonly nativeHandles: number;
  readonly pendingReplies: number;
  readonly clients: number;
}

/** Which functions of the library fail. */
export type Failing = "every function" | "lineGetMessage";

/** The program's use of resources, and its work. */
export interface Cost {
  readonly cpuMs: number;
  /** Calls of the library. */
  readonly calls: number;
}

export class SoakedServer implements AsyncDisposable {
  readonly #child: Child;
  readonly #folder: string;

  private constructor(child: Child, folder: string, readonly port: number) {
    this.#child = child;
    this.#folder = folder;
  }

  static async start(standinPath: string, lines: number): Promise<SoakedServer> {
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-soak-" });
    const { child, ready } = await Child.deno("../soak/server_main.ts", [
      standinPath,
      String(lines),
      join(folder, "journal.sqlite"),
    ]);
    return new SoakedServer(child, folder, (ready as { port: number }).port);
  }

  /** Starts a burst of calls. @returns The number of TAPI messages to come. */
  async burst(calls: number): Promise<number> {
    return await this.#child.ask({ do: "burst", calls }) as number;
  }

  async memory(): Promise<Memory> {
    return await this.#child.ask({ do: "memory" }) as Memory;
  }

  async leftovers(): Promise<Leftovers> {
    return await this.#child.ask({ do: "leftovers" }) as Leftovers;
  }

  /** Lets every function, or lineGetMessage alone, fail at once from now on. */
  async fail(what: Failing): Promise<void> {
    await this.#child.ask({ do: "fail", what });
  }

  async costSinceFail(): Promise<Cost> {
    return await this.#child.ask({ do: "costSinceFail" }) as Cost;
  }

  /** Stops the program. @returns Whatever was wrong in all that time. */
  async stop(): Promise<string[]> {
    return await this.#child.ask({ do: "stop" }) as string[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}
