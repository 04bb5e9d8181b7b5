/** The connected clients, and the places that connections take until they are gone. */
import { DIALECTS, type ServerLoad } from "../../bus/ports.ts";
import type { Client } from "./client.ts";

interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** The places for connections, in all and for each address. */
export class Places {
  readonly #limits: ConnectionLimits;
  readonly #byHost = new Map<string, number>();
  #taken = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place, until the result is disposed of; `undefined` if there is none left.
   *
   * @param host An address without its port; `undefined` for one that many share.
   */
  take(host: string | undefined): Disposable | undefined {
    const { connections, connectionsPerAddress } = this.#limits;
    const ofHost = host === undefined ? 0 : this.#byHost.get(host) ?? 0;
    if (this.#taken >= connections || ofHost >= connectionsPerAddress) return undefined;
    this.#taken++;
    if (host !== undefined) this.#byHost.set(host, ofHost + 1);
    let isTaken = true;
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#release(host);
        isTaken = false;
      },
    };
  }

  #release(host: string | undefined): void {
    this.#taken--;
    if (host === undefined) return;
    const left = (this.#byHost.get(host) ?? 1) - 1;
    if (left === 0) this.#byHost.delete(host);
    else this.#byHost.set(host, left);
  }
}

export class ConnectedClients implements Iterable<Client> {
  readonly #clients = new Set<Client>();

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

  add(client: Client): void {
    this.#clients.add(client);
  }

  /** @returns Whether it was there. */
  delete(client: Client): boolean {
    return this.#clients.delete(client);
  }

  [Symbol.iterator](): Iterator<Client> {
    return this.#clients.values();
  }
}

/** An address without its port. */
export function hostOf(address: string): string {
  return address.replace(/:\d+$/, "");
}
