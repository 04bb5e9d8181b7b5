/** Turns requests into clients with a WebSocket: the only user of the runtime's. */
import { Buffer } from "node:buffer";
import type { MetricsPort } from "../../bus/ports.ts";
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { Client, ClientOptions, Speaker } from "./client.ts";
import type { ConnectedClients } from "./connected_clients.ts";
import type { Identity } from "../access/identity.ts";
import { CLOSE, V2_PROTOCOL } from "../close_codes.ts";
import { TokenBucket } from "../access/rate.ts";
import { Inbox, type Turns } from "./fair_inbox.ts";

const log = logger("server");

const WAITING_SECONDS = 5;

/** Makes a client of a socket. */
export type Dialect = (socket: WebSocket, client: ClientOptions) => Client & Speaker;

export interface SocketOptions {
  readonly clock: Clock;
  readonly clients: ConnectedClients;
  readonly maxUnsentBytes: number;
  readonly clientTimeoutSeconds: number;
  readonly limits: { readonly commandsPerSecond: number; readonly messageBytes: number };
  readonly metrics?: MetricsPort | undefined;
  readonly turns: Turns;
  readonly stopping: AbortSignal;
}

/** One who wants a socket. */
export interface Applicant {
  readonly address: string;
  /** `undefined`: the token is not good, which only a close code can tell a page. */
  readonly identity: Identity | undefined;
  readonly dialect: Dialect;
  readonly speaksV2: boolean;
}

/** @returns The answer that makes the connection a WebSocket, or says why it cannot be one. */
export function accept(
  request: Request,
  { address, identity, dialect, speaksV2 }: Applicant,
  { clock, clients, limits, metrics, turns, stopping, ...options }: SocketOptions,
): Response {
  let upgraded: Deno.WebSocketUpgrade;
  try {
    upgraded = Deno.upgradeWebSocket(request, {
      idleTimeout: options.clientTimeoutSeconds,
      ...speaksV2 && { protocol: V2_PROTOCOL },
    });
  } catch (error) {
    return new Response(`Not a WebSocket request: ${describeError(error)}\n`, { status: 400 });
  }
  const { socket, response } = upgraded;
  let client: Client & Speaker | undefined;
  // Most clients listen and never send anything.
  let inbox: Inbox | undefined;
  socket.binaryType = "arraybuffer";
  socket.onopen = () => {
    if (identity === undefined) {
      log.debug("Client {address} brought no good token", { address });
      return socket.close(CLOSE.unauthorized, "the token is not known, or has expired");
    }
    if (clients.isFull(address)) {
      log.warn("Client {address} is one too many: {clients} are connected", {
        address,
        clients: clients.size,
      });
      return socket.close(CLOSE.tooMany, "too many connections");
    }
    const opened: Client & Speaker = dialect(socket, {
      clock,
      maxUnsentBytes: options.maxUnsentBytes,
      address,
      identity,
      onClosed: (code) => {
        clients.delete(opened);
        metrics?.closed(code);
      },
    });
    client = opened;
    clients.add(opened);
    log.debug("Client {address} connected: {clients} now", { address, clients: clients.size });
    if (stopping.aborted) opened.close(CLOSE.goingAway, "server stops");
  };
  socket.onmessage = ({ data }) => {
    if (client === undefined || socket.readyState !== WebSocket.OPEN) return;
    if (isLonger(data, limits.messageBytes)) {
      return end(client, CLOSE.tooLarge, `expected at most ${limits.messageBytes} bytes`);
    }
    inbox ??= inboxOf(client, socket, { clock, limits, turns });
    if (!inbox.take(data)) end(client, CLOSE.tooMany, "too many messages");
  };
  socket.onerror = (event) =>
    log.debug("Client {address}: {error}", {
      address,
      error: event instanceof ErrorEvent ? event.message : "connection failed",
    });
  socket.onclose = ({ code }) => {
    // After an unanswered ping the runtime tells of the close twice.
    if (client === undefined || !clients.delete(client)) return;
    client[Symbol.dispose]();
    metrics?.closed(code);
    log.debug("Client {address} left with {code}: {clients} now", {
      address,
      code,
      clients: clients.size,
    });
  };
  return response;
}

/** Takes a client's messages in their turns, as many as it may send. */
function inboxOf(
  client: Client & Speaker,
  socket: WebSocket,
  { clock, limits, turns }: Pick<SocketOptions, "clock" | "limits" | "turns">,
): Inbox {
  const bucket = new TokenBucket(clock, limits.commandsPerSecond);
  return new Inbox(turns, mostWaiting(limits), (data) => {
    // Behind the server's goodbye nothing is looked at any more.
    if (socket.readyState !== WebSocket.OPEN) return;
    switch (bucket.take()) {
      case "free":
        return void client.receive(data).catch((error) =>
          log.error("Client {address}: its message failed: {error}", {
            address: client.address,
            error: describeError(error),
          })
        );
      case "refused":
        return client.refuse(data, {
          code: "rate_limited",
          message: `expected at most ${limits.commandsPerSecond} messages a second`,
        });
      case "abusive":
        return end(client, CLOSE.tooMany, "too many messages");
    }
  });
}

/** Ends the connection of one who sends more than anybody needs to. */
function end(client: Client, code: number, reason: string): void {
  log.warn("Client {address} is closed: {reason}", { address: client.address, reason });
  client.close(code, reason);
}

/** How many messages of a client may wait: some seconds' worth, and whatever a script sends at once. */
function mostWaiting({ commandsPerSecond }: SocketOptions["limits"]): number {
  return Math.max(1000, commandsPerSecond * WAITING_SECONDS);
}

/** The runtime has read the message already: it takes up to 64 MiB and cannot be told otherwise. */
function isLonger(data: unknown, mostBytes: number): boolean {
  if (typeof data !== "string") return data instanceof ArrayBuffer && data.byteLength > mostBytes;
  if (data.length > mostBytes) return true;
  // In UTF-8 a UTF-16 unit takes three bytes at most.
  return data.length * 3 > mostBytes && Buffer.byteLength(data) > mostBytes;
}
