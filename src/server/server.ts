/** Listens on the port and turns requests into clients: the only user of Deno.serve and its sockets. */
import type { EventBus } from "../bus/bus.ts";
import type { CommandPort } from "../bus/commands.ts";
import type { Rehearsal } from "../bus/rehearsal.ts";
import type { Dialect as DialectName, FiguresPort, ServerLoad } from "../bus/figures.ts";
import type { JournalPort } from "../bus/journal.ts";
import type { StatePort } from "../bus/state.ts";
import type { StatusPort } from "../bus/status.ts";
import { type Clock, sleep } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import { ClassicEncoder, type LineType } from "./classic.ts";
import { ClassicClient } from "./classic_client.ts";
import type { Client, ClientOptions, Speaker } from "./client.ts";
import { ANYONE, type Authenticator, type Identity } from "./identity.ts";
import { CLOSE, V2_PROTOCOL } from "./protocol.ts";
import { respond } from "./routes.ts";
import { Batcher } from "./v2/batch.ts";
import { V2Client } from "./v2/client.ts";
import { V2Encoder } from "./v2/frames.ts";

const log = logger("server");

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly lineType: LineType;
  readonly maxUnsentBytes: number;
  /** A client that answers no ping for so long is closed. */
  readonly clientTimeoutSeconds: number;
  /** How many events the bus remembers. */
  readonly historyLength: number;
  readonly version: string;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly commands: CommandPort;
  /** None where the journal is switched off. */
  readonly journal?: JournalPort | undefined;
  readonly figures?: FiguresPort | undefined;
  readonly status: StatusPort;
  /** The pretend exchange; none on a real telephone system. */
  readonly rehearsal?: Rehearsal;
  /** Who sends a request; anyone when left out. */
  readonly identityOf?: (request: Request) => Identity;
  /** For tokens that are sent over a socket; none is known when left out. */
  readonly authenticator?: Authenticator;
}

/** The port cannot be listened on. The message is for the administrator. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

export interface RunningServer {
  readonly host: string;
  readonly port: number;
  /** Connected clients. */
  readonly clients: number;
  readonly load: ServerLoad;
  /** Closes every client with 1001 and stops listening; waits `graceMs` at most for their goodbyes. */
  stop(graceMs: number): Promise<void>;
}

/** @throws ListenError when the address is in use or may not be used. */
export function startServer(options: ServerOptions): RunningServer {
  const { clock, figures, identityOf = () => ANYONE } = options;
  const clients = new Set<Client>();
  const encoder = new V2Encoder();
  const dialects = dialectsOf(options, encoder);
  const startedMs = performance.now();
  const uptimeSeconds = () => (performance.now() - startedMs) / 1000;
  const routes = { ...options, encoder, clients, uptimeSeconds };
  const stopping = new AbortController();
  const checkTaking = async () => {
    for (;;) {
      await sleep(clock, options.clientTimeoutSeconds * 1000, stopping.signal);
      if (stopping.signal.aborted) return;
      for (const client of clients) client.checkTaking();
    }
  };

  const upgrade = (request: Request, address: string): Response => {
    // All that is needed of the request, which is gone when the socket is open.
    const identity = identityOf(request);
    const dialect = speaksV2(request) ? dialects.v2 : dialects.classic(new URL(request.url));
    let upgraded: Deno.WebSocketUpgrade;
    try {
      upgraded = Deno.upgradeWebSocket(request, {
        idleTimeout: options.clientTimeoutSeconds,
        ...dialect === dialects.v2 && { protocol: V2_PROTOCOL },
      });
    } catch (error) {
      return new Response(`Not a WebSocket request: ${describeError(error)}\n`, { status: 400 });
    }
    const { socket, response } = upgraded;
    let client: Client & Speaker | undefined;
    socket.onopen = () => {
      const opened: Client & Speaker = dialect(socket, {
        clock,
        maxUnsentBytes: options.maxUnsentBytes,
        address,
        identity,
        onClosed: (code) => {
          clients.delete(opened);
          figures?.closed(code);
        },
      });
      client = opened;
      clients.add(opened);
      log.debug("Client {address} connected: {clients} now", { address, clients: clients.size });
      if (stopping.signal.aborted) opened.close(CLOSE.goingAway, "server stops");
    };
    socket.onmessage = ({ data }) => void client?.receive(data);
    socket.onerror = (event) =>
      log.debug("Client {address}: {error}", {
        address,
        error: event instanceof ErrorEvent ? event.message : "connection failed",
      });
    socket.onclose = ({ code }) => {
      // After an unanswered ping the runtime tells of the close twice.
      if (client === undefined || !clients.delete(client)) return;
      client[Symbol.dispose]();
      figures?.closed(code);
      log.debug("Client {address} left with {code}: {clients} now", {
        address,
        code,
        clients: clients.size,
      });
    };
    return response;
  };

  const server = listen(options, (request, info) => {
    const address = `${info.remoteAddr.hostname}:${info.remoteAddr.port}`;
    if (request.headers.get("upgrade")?.toLowerCase() === "websocket") {
      return upgrade(request, address);
    }
    return respond({ request, address, identity: identityOf(request) }, routes);
  });

  void checkTaking();
  return {
    host: server.addr.hostname,
    port: server.addr.port,
    get clients() {
      return clients.size;
    },
    get load() {
      return loadOf(clients);
    },
    async stop(graceMs) {
      stopping.abort();
      for (const client of clients) client.close(CLOSE.goingAway, "server stops");
      const ended = new AbortController();
      const closed = server.shutdown().finally(() => ended.abort());
      await Promise.race([closed, sleep(clock, graceMs, ended.signal)]);
    },
  };
}

function loadOf(clients: Iterable<Client>): ServerLoad {
  const counts: Record<DialectName, number> = { classic: 0, v2: 0, sse: 0 };
  let unsentBytes = 0;
  for (const client of clients) {
    counts[client.dialect]++;
    unsentBytes += client.unsentBytes;
  }
  return { clients: counts, unsentBytes };
}

function listen(
  { host, port }: ServerOptions,
  handler: Deno.ServeHandler<Deno.NetAddr>,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({
      hostname: host,
      port,
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

function listenProblem(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "another program uses the port";
  if (error instanceof Deno.errors.AddrNotAvailable) return "this machine has no such address";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not permit it";
  return describeError(error);
}

/** Makes a client of a socket. */
type Dialect = (socket: WebSocket, client: ClientOptions) => Client & Speaker;

function dialectsOf(
  options: ServerOptions,
  encoder: V2Encoder,
): { v2: Dialect; classic: (url: URL) => Dialect } {
  const { bus, state, commands, journal, figures, version, authenticator } = options;
  const { maxUnsentBytes, clientTimeoutSeconds, historyLength } = options;
  const ports = { bus, state, commands, figures };
  const classic = { ...ports, encoder: new ClassicEncoder() };
  const v2 = {
    ...ports,
    journal,
    version,
    limits: { maxUnsentBytes, clientTimeoutSeconds, historyLength },
    encoder,
    batcher: new Batcher(),
    authenticator,
  };
  return {
    v2: (socket, client) => new V2Client(socket, { ...v2, ...client }),
    classic: ({ searchParams }) => {
      const wish = wishOf(searchParams, options.lineType);
      return (socket, client) => new ClassicClient(socket, { ...classic, ...client, ...wish });
    },
  };
}

function speaksV2(request: Request): boolean {
  const offered = request.headers.get("sec-websocket-protocol") ?? "";
  return offered.split(",").some((protocol) => protocol.trim() === V2_PROTOCOL);
}

/** What a classic connection's query asks for: `?line=201&line=202&lineType=string`. */
function wishOf(
  query: URLSearchParams,
  defaultLineType: LineType,
): { lineType: LineType; lines?: string[] } {
  const asked = query.get("lineType");
  const lineType = asked === "string" || asked === "number" ? asked : defaultLineType;
  const lines = query.getAll("line").filter((line) => line !== "");
  return lines.length === 0 ? { lineType } : { lineType, lines };
}
