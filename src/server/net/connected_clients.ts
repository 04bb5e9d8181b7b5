/** The connected clients, and how many of them come from each address. */
import { DIALECTS, type ServerLoad } from "../../bus/ports.ts";
import type { Client } from "./client.ts";

interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

export class ConnectedClients implements Iterable<Client> {
  readonly #limits: ConnectionLimits;
  readonly #clients = new Set<Client>();
  readonly #byHost = new Map<string, number>();

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#clients.size;
  }

  get load(): ServerLoad {
    const clients = Object.fromEntries(DIALECTS.map((dialect) => [dialect, 0])) as {
      -readonly [D in keyof ServerLoad["clients"]]: number;
    };
    let unsentBytes = 0;
    for (const client of this.#clients) {
      clients[client.dialect]++;
      unsentBytes += client.unsentBytes;
    }
    return { clients, unsentBytes };
  }

  /** Whether the limits exclude another client from this address. */
  isFull(address: string): boolean {
    const { connections, connectionsPerAddress } = this.#limits;
    return this.#clients.size >= connections ||
      (this.#byHost.get(hostOf(address)) ?? 0) >= connectionsPerAddress;
  }

  add(client: Client): void {
    if (this.#clients.has(client)) return;
    this.#clients.add(client);
    const host = hostOf(client.address);
    this.#byHost.set(host, (this.#byHost.get(host) ?? 0) + 1);
  }

  /** @returns Whether it was there. */
  delete(client: Client): boolean {
    if (!this.#clients.delete(client)) return false;
    const host = hostOf(client.address);
    const left = (this.#byHost.get(host) ?? 1) - 1;
    if (left === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, left);
    return true;
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#clients.values();
  }
}

/** An address without its port. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, "");
}
