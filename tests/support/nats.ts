/** NATS servers for tests, each a process of its own on free ports, with its files in a folder. */
import { createServer } from "node:net";
import { hasTool } from "./tools.ts";
import { until } from "./patience.ts";
import { WatchedProcess } from "./process.ts";

/** Whether there is a NATS server; the tests of several servers need it. */
export const hasNats: boolean = hasTool({
  command: "nats-server",
  suite: "the tests of several servers",
  remedy: "Debian: apt-get install nats-server",
});

/** Ports that nobody uses at the moment. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map((server) =>
      new Promise<number>((resolve) =>
        server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port))
      )
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

interface Member {
  readonly port: number;
  readonly config: string;
  process: WatchedProcess | undefined;
}

/** One NATS server, or several as a cluster. */
export class NatsServers implements AsyncDisposable {
  readonly #folder: string;
  readonly #members: readonly Member[];

  private constructor(folder: string, members: readonly Member[]) {
    this.#folder = folder;
    this.#members = members;
  }

  /**
   * @param count More than one: a cluster.
   * @param more Added to the configuration of each.
   */
  static async start(count = 1, more = ""): Promise<NatsServers> {
    const folder = await Deno.makeTempDir({ prefix: "tapi2ws-nats-" });
    const ports = await freePorts(2 * count);
    const routes = ports.slice(count).map((port) => `"nats://127.0.0.1:${port}"`).join(", ");
    const members = ports.slice(0, count).map((port, index): Member => {
      const config = `${folder}/${index}.conf`;
      const cluster = `cluster { name: test, listen: "127.0.0.1:${
        ports[count + index]
      }", routes: [${routes}] }`;
      Deno.writeTextFileSync(
        config,
        `server_name: n${index}
listen: "127.0.0.1:${port}"
jetstream { store_dir: "${folder}/${index}", max_mem: 64MB, max_file: 256MB }
${count > 1 ? cluster : ""}
${more}
`,
      );
      return { port, config, process: undefined };
    });
    const servers = new NatsServers(folder, members);
    for (const index of members.keys()) servers.run(index);
    await Promise.all(members.map(({ process }) => process?.logged(/Server is ready/)));
    return servers;
  }

  get urls(): string[] {
    return this.#members.map(({ port }) => `nats://127.0.0.1:${port}`);
  }

  get count(): number {
    return this.#members.length;
  }

  /** Keeps a copy of what a server that does not run has stored. */
  async copy(index: number): Promise<void> {
    await this.#copy(`${index}`, `${index}-copy`);
  }

  /** Gives a server that does not run what it had stored at the last {@linkcode copy}. */
  async restore(index: number): Promise<void> {
    await this.#copy(`${index}-copy`, `${index}`);
  }

  async #copy(from: string, to: string): Promise<void> {
    await Deno.remove(`${this.#folder}/${to}`, { recursive: true }).catch(() => {});
    const args = ["-a", `${this.#folder}/${from}`, `${this.#folder}/${to}`];
    const { success } = await new Deno.Command("cp", { args }).output();
    if (!success) throw new Error(`cp ${args.join(" ")}`);
  }

  /** Starts a server that does not run. */
  run(index: number): void {
    const member = this.#members[index];
    if (member === undefined) throw new Error(`There is no server ${index}`);
    member.process = new WatchedProcess("nats-server", { args: ["-c", member.config] });
  }

  /** Kills a server as a power failure would, or stops it in order. */
  async end(index: number, signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    const member = this.#members[index];
    member?.process?.signal(signal);
    await member?.process?.exitCode();
    if (member !== undefined) member.process = undefined;
  }

  /** Starts a server again; resolves when it serves. */
  async again(index: number): Promise<void> {
    this.run(index);
    await this.#members[index]?.process?.logged(/Server is ready/);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process } of this.#members) await process?.[Symbol.asyncDispose]();
    await until(() => this.#removed());
  }

  #removed(): boolean {
    try {
      Deno.removeSync(this.#folder, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) return false;
    }
    return true;
  }
}
