/** The server: passes each request through the gate, to a WebSocket or to a route. */
import type { ServerLoad } from "../bus/ports.ts";
import { sleep } from "../clock.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../model/close_code.ts";
import type { AccessRules } from "../settings/access_rules.ts";
import { Gate } from "./access/gate.ts";
import { AddressBuckets } from "./access/rate.ts";
import { dialectChooser } from "./dialects.ts";
import { failure } from "./http/answers.ts";
import type { RouteContext } from "./http/route.ts";
import { ConnectedClients, hostOf, Places } from "./net/connected_clients.ts";
import { Turns } from "./net/fair_inbox.ts";
import { Listener } from "./net/listener.ts";
import type { Arrival, KeyPair } from "./net/port.ts";
import { acceptSocket } from "./net/sockets.ts";
import type { ServerOptions } from "./options.ts";
import { respond } from "./routes.ts";
import { V2Encoder } from "./v2/frames.ts";

const log = logger("server");

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Connected clients. */
  readonly clients: number;
  readonly load: ServerLoad;
  /**
   * Replaces the rules, also for those who are connected: clients whose identity is gone are closed
   * with 4401.
   *
   * @throws Error if they cannot be used: nothing changes.
   */
  setRules(rules: AccessRules): void;
  /** Uses another certificate for new connections; does nothing without TLS. Never throws. */
  setKeyPair(keyPair: KeyPair): void;
  /** Closes every client with 1001 and stops listening; waits at most `graceMs` for their goodbyes. */
  stop(graceMs: number): Promise<void>;
}

/** @throws ListenError if the address is in use or not permitted. */
export function startServer(options: ServerOptions): RunningServer {
  const { clock, limits, clientTimeoutSeconds } = options;
  const requestMs = limits.requestSeconds * 1000;
  const { ownNames } = options;
  const gate = new Gate(options.rules, { clock, ownNames, authenticateMs: requestMs });
  const clients = new ConnectedClients();
  const places = new Places(limits);
  /** Also those that have sent no request yet, where the port is guarded. */
  const accepted = new Places(limits);
  const encoder = new V2Encoder();
  const dialectOf = dialectChooser(options, encoder, gate.identities);
  const buckets = new AddressBuckets(clock, limits.commandsPerSecond);
  const startedMs = performance.now();
  const uptimeSeconds = () => (performance.now() - startedMs) / 1000;
  const routes: RouteContext = { ...options, encoder, clients, places, uptimeSeconds };
  const stopping = new AbortController();
  const sockets = { ...options, clients, turns: new Turns(), stopping: stopping.signal };

  const answer = async (arrival: Arrival): Promise<Response | undefined> => {
    const { request } = arrival;
    const address = gate.addressOf(request, arrival.remote);
    const identity = await gate.identify(request);
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
      const place = places.take(hostOf(address));
      if (place === undefined) return tooManyConnections(address, clients.size);
      acceptSocket(arrival, { address, identity, place }, dialectOf(request), sockets);
      return undefined;
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
  const listener = new Listener({
    ...options,
    requestMs,
    guarded: limits.guard || options.rules.anonymous === undefined,
    admit: ({ hostname }) => accepted.take(gate.isProxy(hostname) ? undefined : hostname),
  }, async (arrival) => {
    const { request } = arrival;
    const refused = gate.refusal(request);
    if (refused !== undefined) return refused;
    const response = gate.preflight(request) ?? await answer(arrival);
    return response && gate.allowReading(request, response);
  });

  const closeStuckClients = async () => {
    for (;;) {
      await sleep(clock, clientTimeoutSeconds * 1000, stopping.signal);
      if (stopping.signal.aborted) return;
      for (const client of clients) client.closeIfStuck();
    }
  };
  void closeStuckClients();

  return {
    host: listener.host,
    port: listener.port,
    get clients() {
      return clients.size;
    },
    get load() {
      return clients.load;
    },
    setRules(rules) {
      gate.setRules(rules);
      for (const client of [...clients]) {
        const identity = gate.identities.renew(client.identity);
        if (identity === undefined) client.close(CLOSE.unauthorized, "not permitted any more");
        else client.setIdentity(identity);
      }
      if (rules.anonymous !== undefined || listener.isGuarded) return;
      for (const client of [...clients]) client.close(CLOSE.goingAway, "the port is now guarded");
      void listener.guard();
    },
    setKeyPair: (keyPair) => listener.setKeyPair(keyPair),
    async stop(graceMs) {
      stopping.abort();
      for (const client of [...clients]) client.close(CLOSE.goingAway, "server stops");
      const ended = new AbortController();
      const closed = listener.close().finally(() => ended.abort());
      await Promise.race([closed, sleep(clock, graceMs, ended.signal)]);
      listener.abort();
    },
  };
}

function tooManyConnections(address: string, clients: number): Response {
  log.warn("Client {address} is refused: too many connections ({clients} in all)", {
    address,
    clients,
  });
  return failure({ code: "rate_limited", message: "There are too many connections" });
}
