/** The server: passes each request through the gate, to a WebSocket or to a route. */
import type { ServerLoad } from "../bus/ports.ts";
import { sleep } from "../clock.ts";
import { logger } from "../log.ts";
import { CLOSE } from "../model/close_code.ts";
import type { LinkRule } from "../model/link.ts";
import type { CommandResult } from "../model/command.ts";
import type { AccessRules } from "../settings/access_rules.ts";
import { Gate } from "./access/gate.ts";
import { provenanceOf } from "./access/origins.ts";
import { HeavyReads } from "./access/heavy_reads.ts";
import { AddressBuckets } from "./access/rate.ts";
import { Strangers } from "./access/strangers.ts";
import type { Sender } from "./commands.ts";
import { dialectChooser } from "./dialects.ts";
import { failure, text } from "./http/answers.ts";
import { ASSETS } from "./http/assets.ts";
import { BOARD_FILES } from "./http/panel.ts";
import type { RouteContext } from "./http/route.ts";
import { ConnectedClients, hostOf, Places } from "./net/connected_clients.ts";
import { Turns } from "./net/fair_inbox.ts";
import { Listener } from "./net/listener.ts";
import type { Arrival, KeyPair } from "./net/port.ts";
import { acceptSocket } from "./net/sockets.ts";
import type { ServerOptions } from "./options.ts";
import { executeRemote } from "./remote_commands.ts";
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
  /** Uses other links for calls, from their next event on. */
  setLinks(links: readonly LinkRule[]): void;
  /** Closes every client with 1001: they find another server. */
  sendAway(reason: string): void;
  /** Executes a command of another server, as {@linkcode executeRemote} does. */
  execute(written: object, sender: Sender): Promise<CommandResult>;
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
  const gate = new Gate(options.rules, {
    clock,
    ownNames,
    isForEveryOrigin: (path) => Object.hasOwn(ASSETS, path) || Object.hasOwn(BOARD_FILES, path),
    authenticateMs: requestMs,
  });
  const clients = new ConnectedClients();
  const places = new Places(limits);
  /** Also those that have sent no request yet, where the port is guarded. */
  const accepted = new Places(limits);
  const encoder = new V2Encoder();
  encoder.links = options.links ?? [];
  const stopping = new AbortController();
  const strangers = new Strangers(clock, stopping.signal);
  const dialectOf = dialectChooser({ ...options, strangers }, encoder, gate.identities);
  const buckets = new AddressBuckets(clock, limits.commandsPerSecond);
  const startedMs = performance.now();
  const uptimeSeconds = () => (performance.now() - startedMs) / 1000;
  const reads = new HeavyReads();
  const routes: RouteContext = {
    ...options,
    encoder,
    clients,
    places,
    reads,
    strangers,
    uptimeSeconds,
    permits: (page) => gate.permits(page),
  };
  const sockets = { ...options, clients, turns: new Turns(), stopping: stopping.signal };

  const answer = async (arrival: Arrival): Promise<Response | undefined> => {
    const { request } = arrival;
    const address = gate.addressOf(request, arrival.remote);
    // Read before anything is waited for: the sender may have gone then.
    const isForSocket = request.headers.get("upgrade")?.toLowerCase() === "websocket";
    const dialect = isForSocket ? dialectOf(request) : undefined;
    const provenance = provenanceOf(request);
    const identity = await gate.identify(request);
    if (identity === undefined) await strangers.guessed(hostOf(address));
    if (options.isReady?.() === false && (isForSocket || isCostly(request))) {
      return failure({ code: "provider_down", message: "The server cannot serve clients now" });
    }
    if (dialect !== undefined) {
      const place = places.take(hostOf(address));
      if (place === undefined) return tooManyConnections(address, clients.size);
      acceptSocket(arrival, { address, provenance, identity, place }, dialect, sockets);
      return undefined;
    }
    if (identity === undefined) {
      const message = "The token is not known, or has expired";
      return failure({ code: "unauthorized", message });
    }
    if (isCostly(request) && buckets.take(hostOf(address)) !== "free") {
      const message = `expected at most ${limits.commandsPerSecond} requests a second`;
      return failure({ code: "rate_limited", message });
    }
    return await respond({ request, address, identity }, routes);
  };
  const respondTo = async (arrival: Arrival): Promise<Response | undefined> => {
    const { request } = arrival;
    if (!URL.canParse(request.url)) return text(400, "The request's target is not valid\n");
    const refused = gate.refusal(request);
    if (refused !== undefined) return refused;
    const response = gate.preflight(request) ?? await answer(arrival);
    return response && gate.allowReading(request, response);
  };
  const listener = new Listener({
    ...options,
    requestMs,
    guarded: limits.guard || options.rules.anonymous === undefined,
    admit: ({ hostname }) => accepted.take(gate.isProxy(hostname) ? undefined : hostname),
  }, async (arrival) => {
    const response = await respondTo(arrival);
    response?.headers.set("x-content-type-options", "nosniff");
    return response;
  });

  const closeStuckClients = async () => {
    for (;;) {
      await sleep(clock, clientTimeoutSeconds * 1000, stopping.signal);
      if (stopping.signal.aborted) return;
      for (const client of clients) client.closeIfStuck();
    }
  };
  void closeStuckClients();
  const sendAway = (reason: string) => {
    for (const client of [...clients]) client.close(CLOSE.goingAway, reason);
  };

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
        if (identity === undefined || !gate.permits(client.provenance)) {
          client.close(CLOSE.unauthorized, "not permitted any more");
        } else client.setIdentity(identity);
      }
      if (rules.anonymous !== undefined || listener.isGuarded) return;
      sendAway("the port is now guarded");
      void listener.guard();
    },
    setLinks: (links) => void (encoder.links = links),
    sendAway,
    execute: (written, sender) => executeRemote(written, sender, { ...options, strangers }),
    setKeyPair: (keyPair) => listener.setKeyPair(keyPair),
    async stop(graceMs) {
      stopping.abort();
      sendAway("server stops");
      const ended = new AbortController();
      const closed = listener.close().finally(() => ended.abort());
      await Promise.race([closed, sleep(clock, graceMs, ended.signal)]);
      listener.abort();
    },
  };
}

/** Whether the request sends something, or reads the state or the journal. */
function isCostly({ method, url }: Request): boolean {
  return method === "POST" || new URL(url).pathname.startsWith("/api/");
}

function tooManyConnections(address: string, clients: number): Response {
  log.warn("Client {address} is refused: too many connections ({clients} in all)", {
    address,
    clients,
  });
  return failure({ code: "rate_limited", message: "There are too many connections" });
}
