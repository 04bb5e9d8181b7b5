/** Listens on the port and gives each request to those who answer it: the only user of Deno.serve. */
import type { EventBus } from "../bus/bus.ts";
import type {
  CommandPort,
  JournalPort,
  MetricsPort,
  ServerLoad,
  Simulation,
  StatePort,
  StatusPort,
} from "../bus/ports.ts";
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { AccessRules } from "../settings/access_rules.ts";
import type { LineType } from "./classic/messages.ts";
import { ConnectedClients, type ConnectionLimits, hostOf } from "./net/connected_clients.ts";
import { dialectsOf, speaksV2 } from "./dialects.ts";
import { Gate, type Remote } from "./access/gate.ts";
import { failure } from "./http/answers.ts";
import { ListenError, listenProblem } from "./net/listen_error.ts";
import { CLOSE } from "./close_codes.ts";
import { AddressBuckets } from "./access/rate.ts";
import { Relay } from "./net/relay.ts";
import { respond } from "./routes.ts";
import { accept } from "./net/sockets.ts";
import { Turns } from "./net/fair_inbox.ts";
import { V2Encoder } from "./v2/frames.ts";

const log = logger("server");

/** PEM texts that fit together. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly lineType: LineType;
  readonly maxUnsentBytes: number;
  /** A client that answers no ping for so long is closed. */
  readonly clientTimeoutSeconds: number;
  readonly limits: ConnectionLimits & {
    readonly commandsPerSecond: number;
    readonly messageBytes: number;
    readonly requestSeconds: number;
  };
  /** How many events the bus remembers. */
  readonly historyLength: number;
  readonly rules: AccessRules;
  /** https and wss; http and ws when left out. */
  readonly tls?: KeyPair | undefined;
  /** The machine's own names. */
  readonly ownNames: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly commands: CommandPort;
  /** None where the journal is switched off. */
  readonly journal?: JournalPort | undefined;
  readonly metrics?: MetricsPort | undefined;
  readonly status: StatusPort;
  /** The pretend exchange; none on a real telephone system. */
  readonly simulation?: Simulation;
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Connected clients. */
  readonly clients: number;
  /**
   * From now on these rules hold, also for those who are connected: who is nobody any more is closed
   * with 4401.
   *
   * @throws Error when they cannot be used: nothing changes.
   */
  rule(rules: AccessRules): void;
  /** From now on new connections get this certificate; nothing happens without TLS. Never throws. */
  renew(keyPair: KeyPair): void;
  readonly load: ServerLoad;
  /** Closes every client with 1001 and stops listening; waits `graceMs` at most for their goodbyes. */
  stop(graceMs: number): Promise<void>;
}

/** @throws ListenError when the address is in use or may not be used. */
export function startServer(options: ServerOptions): RunningServer {
  const { clock, limits, clientTimeoutSeconds } = options;
  const gate = new Gate(options.rules, {
    clock,
    ownNames: options.ownNames,
    unknownMs: limits.requestSeconds * 1000,
  });
  const clients = new ConnectedClients(limits);
  const encoder = new V2Encoder();
  const dialects = dialectsOf(options, encoder, gate.identities);
  const buckets = new AddressBuckets(clock, limits.commandsPerSecond);
  const startedMs = performance.now();
  const uptimeSeconds = () => (performance.now() - startedMs) / 1000;
  const routes = { ...options, encoder, clients, uptimeSeconds };
  const stopping = new AbortController();
  const sockets = { ...options, clients, turns: new Turns(), stopping: stopping.signal };
  const checkTaking = async () => {
    for (;;) {
      await sleep(clock, clientTimeoutSeconds * 1000, stopping.signal);
      if (stopping.signal.aborted) return;
      for (const client of clients) client.checkTaking();
    }
  };

  /** To a request whose page and host are permitted. */
  const answer = async (request: Request, remote: Remote): Promise<Response> => {
    const address = gate.addressOf(request, remote);
    const identity = await gate.identify(request);
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
      const v2 = speaksV2(request);
      const dialect = v2 ? dialects.v2 : dialects.classic(new URL(request.url));
      return accept(request, { address, identity, dialect, speaksV2: v2 }, sockets);
    }
    if (identity === undefined) {
      const message = "The token is not known, or has expired";
      return failure({ code: "unauthorized", message });
    }
    if (request.method === "POST" && buckets.take(hostOf(address)) !== "free") {
      const message = `expected at most ${limits.commandsPerSecond} requests a second`;
      return failure({ code: "rate_limited", message });
    }
    return await respond({ request, address, identity }, routes);
  };
  const door = open(options, async (request, remote) => {
    const refused = gate.refusal(request);
    if (refused !== undefined) return refused;
    const response = gate.preflight(request) ?? await answer(request, remote);
    // A socket's answer is the runtime's own, and cannot be changed.
    return response.status === 101 ? response : gate.letRead(request, response);
  });

  void checkTaking();
  return {
    ...door.address,
    get clients() {
      return clients.size;
    },
    rule(rules) {
      gate.rule(rules);
      for (const client of [...clients]) {
        const identity = gate.identities.renew(client.identity);
        if (identity === undefined) client.close(CLOSE.unauthorized, "not permitted any more");
        else client.become(identity);
      }
    },
    renew: (keyPair) => door.renew(keyPair),
    get load() {
      return clients.load;
    },
    async stop(graceMs) {
      stopping.abort();
      for (const client of [...clients]) client.close(CLOSE.goingAway, "server stops");
      const ended = new AbortController();
      const closed = door.close().finally(() => ended.abort());
      await Promise.race([closed, sleep(clock, graceMs, ended.signal)]);
      door.end();
    },
  };
}

/** Where requests come in. */
interface Door {
  readonly address: { readonly host: string; readonly port: number };
  renew(keyPair: KeyPair): void;
  /** Nobody comes in any more; resolves when the last one has left. */
  close(): Promise<void>;
  /** Whoever is still there is put out. */
  end(): void;
}

type Answer = (request: Request, remote: Remote) => Response | Promise<Response>;

function open(options: ServerOptions, answer: Answer): Door {
  const { host, port, tls } = options;
  if (tls !== undefined) return openEncrypted(options, tls, answer);
  const server = listen({ host, port }, (request, { remoteAddr }) => answer(request, remoteAddr));
  return {
    address: { host: server.addr.hostname, port: server.addr.port },
    renew: () => {},
    close: () => server.shutdown(),
    end: () => {},
  };
}

function openEncrypted(options: ServerOptions, tls: KeyPair, answer: Answer): Door {
  const { host, port, clock, limits } = options;
  let used = tls;
  const begin = (keyPair: KeyPair) => {
    const server = listen(
      { host: "127.0.0.1", port: 0, tls: keyPair },
      (request, { remoteAddr }) => {
        const remote = relay.arrived(server.addr.port, remoteAddr.port);
        // Somebody on this machine who goes round what is judged by the address.
        if (remote === undefined) return new Response(null, { status: 403 });
        return answer(request, remote);
      },
    );
    return server;
  };
  let servers = [begin(tls)];
  let relay: Relay;
  try {
    const requestMs = limits.requestSeconds * 1000;
    relay = new Relay(servers[0]?.addr.port ?? 0, { host, port, clock, requestMs });
  } catch (error) {
    void servers[0]?.shutdown();
    throw error;
  }
  return {
    address: { host: relay.address.hostname, port: relay.address.port },
    renew(keyPair) {
      if (keyPair.cert === used.cert && keyPair.key === used.key) return;
      try {
        const server = begin(keyPair);
        // Those of former certificates stay for as long as somebody is connected.
        const idle = servers.filter(({ addr }) => !relay.leadsTo(addr.port));
        servers = [server, ...servers.filter((former) => !idle.includes(former))];
        relay.behind = server.addr.port;
        used = keyPair;
        for (const former of idle) void former.shutdown();
        log.info("The new certificate is in use");
      } catch (error) {
        log.error("The new certificate cannot be used: {error}", { error: describeError(error) });
      }
    },
    async close() {
      relay.close();
      await Promise.all(servers.map((server) => server.shutdown()));
    },
    end: () => relay.end(),
  };
}

function listen(
  { host, port, tls = {} }: {
    readonly host: string;
    readonly port: number;
    readonly tls?: KeyPair | Record<string, never>;
  },
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname: host,
      port,
      ...tls,
      onListen: () => {},
      onError(error) {
        log.error("A request failed: {error}", { error: describeError(error) });
        return new Response("Internal error\n", { status: 500 });
      },
    }, handler);
  } catch (error) {
    throw new ListenError(`Cannot listen on ${host}:${port}: ${listenProblem(error)}`, {
      cause: error,
    });
  }
}
