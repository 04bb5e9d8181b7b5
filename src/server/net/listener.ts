/** Where requests come in: a port, with or without TLS. The only user of Deno.serve. */
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { listenOn } from "./listen_error.ts";
import { Relay, type Remote } from "./relay.ts";

const log = logger("server");

/** PEM texts that fit together. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls?: KeyPair | undefined;
  readonly clock: Clock;
  /** How long a client may take until its first request is complete, handshake included. */
  readonly requestMs: number;
}

export interface Listener {
  readonly host: string;
  readonly port: number;
  /** Uses another certificate for new connections; does nothing without TLS. Never throws. */
  setKeyPair(keyPair: KeyPair): void;
  /** Accepts nobody any more; resolves when the last connection has ended. */
  close(): Promise<void>;
  /** Ends the connections that are left. */
  abort(): void;
}

type Handler = (request: Request, remote: Remote) => Response | Promise<Response>;

/** @throws ListenError */
export function listen(options: ListenOptions, handler: Handler): Listener {
  const { host, port, tls } = options;
  if (tls !== undefined) return new TlsListener(options, tls, handler);
  const server = serve({ host, port }, (request, { remoteAddr }) => handler(request, remoteAddr));
  return {
    host: server.addr.hostname,
    port: server.addr.port,
    setKeyPair: () => {},
    close: () => server.shutdown(),
    abort: () => {},
  };
}

/** A relay in front of one server for each certificate that has connections. */
class TlsListener implements Listener {
  readonly host: string;
  readonly port: number;
  readonly #handler: Handler;
  readonly #relay: Relay;
  #servers: Deno.HttpServer<Deno.NetAddr>[];
  #keyPair: KeyPair;

  constructor(options: ListenOptions, keyPair: KeyPair, handler: Handler) {
    this.#handler = handler;
    this.#keyPair = keyPair;
    const server = this.#serve(keyPair);
    this.#servers = [server];
    try {
      this.#relay = new Relay(server.addr.port, options);
    } catch (error) {
      void server.shutdown();
      throw error;
    }
    ({ hostname: this.host, port: this.port } = this.#relay.address);
  }

  setKeyPair(keyPair: KeyPair): void {
    if (keyPair.cert === this.#keyPair.cert && keyPair.key === this.#keyPair.key) return;
    try {
      const server = this.#serve(keyPair);
      // Servers of former certificates stay for as long as they have connections.
      const idle = this.#servers.filter(({ addr }) => !this.#relay.leadsTo(addr.port));
      this.#servers = [server, ...this.#servers.filter((former) => !idle.includes(former))];
      this.#relay.target = server.addr.port;
      this.#keyPair = keyPair;
      for (const former of idle) void former.shutdown();
      log.info("The new certificate is in use");
    } catch (error) {
      log.error("The new certificate cannot be used: {error}", { error: describeError(error) });
    }
  }

  async close(): Promise<void> {
    this.#relay.close();
    await Promise.all(this.#servers.map((server) => server.shutdown()));
  }

  abort(): void {
    this.#relay.end();
  }

  #serve(tls: KeyPair): Deno.HttpServer<Deno.NetAddr> {
    const server = serve({ host: "127.0.0.1", port: 0, tls }, (request, { remoteAddr }) => {
      const remote = this.#relay.clientOf(server.addr.port, remoteAddr.port);
      // A program on this machine that bypasses the relay would have the wrong address.
      if (remote === undefined) return new Response(null, { status: 403 });
      return this.#handler(request, remote);
    });
    return server;
  }
}

function serve(
  address: { readonly host: string; readonly port: number; readonly tls?: KeyPair },
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  const { host, port, tls } = address;
  const options = {
    hostname: host,
    port,
    ...tls,
    onListen: () => {},
    onError(error: unknown) {
      log.error("A request failed: {error}", { error: describeError(error) });
      return new Response("Internal error\n", { status: 500 });
    },
  };
  return listenOn(address, () => Deno.serve(options, handler));
}
