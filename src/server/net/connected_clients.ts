/** The clients that are connected, and how many of them come from where. */
import type { Dialect, ServerLoad } from "../../bus/ports.ts";
import type { Client } from "./client.ts";

export interface ConnectionLimits {
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

  /** What they are to the server now. */
  get load(): ServerLoad {
    const clients: Record<Dialect, number> = { classic: 0, v2: 0, sse: 0 };
    let unsentBytes = 0;
    for (const client of this.#clients) {
      clients[client.dialect]++;
      unsentBytes += client.unsentBytes;
    }
    return { clients, unsentBytes };
  }

  /** Whether one more from this address is too many. */
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
