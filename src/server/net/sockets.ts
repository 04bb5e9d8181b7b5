/** Turns requests into clients with a WebSocket. */
import type { MetricsPort } from "../../bus/ports.ts";
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { CLOSE, type CloseCode } from "../../model/close_code.ts";
import type { Identity } from "../access/identity.ts";
import type { Provenance } from "../access/origins.ts";
import { TokenBucket } from "../access/rate.ts";
import type { Client, ClientOptions, ClientSocket, SendingClient } from "./client.ts";
import type { ConnectedClients } from "./connected_clients.ts";
import { Inbox, type Turns } from "./fair_inbox.ts";
import type { Arrival } from "./port.ts";

const log = logger("server");

/** A client's messages can wait for so many seconds' worth of its rate, or {@linkcode BURST}. */
const WAITING_SECONDS = 5;
/** Messages that a script may send in one go. */
const BURST = 1000;

/** Which clients are made for a request. */
export interface ClientFactory {
  /** The sub-protocol that the server accepts. */
  readonly protocol?: string;
  create(socket: ClientSocket, options: ClientOptions): SendingClient;
}

interface SocketContext {
  readonly clock: Clock;
  readonly clients: ConnectedClients;
  readonly maxUnsentBytes: number;
  readonly clientTimeoutSeconds: number;
  readonly limits: { readonly commandsPerSecond: number; readonly messageBytes: number };
  readonly metrics?: MetricsPort | undefined;
  readonly turns: Turns;
  readonly stopping: AbortSignal;
}

/** The sender of a request for a socket. */
interface Applicant {
  readonly address: string;
  readonly provenance: Provenance;
  /** `undefined`: the token is not valid, which only a close code can tell a page. */
  readonly identity: Identity | undefined;
  /** Given back when the connection is gone. */
  readonly place: Disposable;
}

/** Makes the connection of a request a client's. */
export function acceptSocket(
  arrival: Arrival,
  { address, provenance, identity, place }: Applicant,
  { protocol, create }: ClientFactory,
  context: SocketContext,
): void {
  const { clock, clients, limits: { messageBytes }, metrics, maxUnsentBytes } = context;
  const { clientTimeoutSeconds } = context;
  let client: SendingClient | undefined;
  // Most clients never send anything.
  let inbox: Inbox | undefined;
  arrival.upgrade({ protocol, messageBytes, clientTimeoutSeconds }, {
    opened(socket) {
      if (identity === undefined) {
        log.debug("Client {address} has no valid token", { address });
        return socket.close(CLOSE.unauthorized.code, "the token is not known, or has expired");
      }
      const opened = create(socket, {
        clock,
        maxUnsentBytes,
        address,
        identity,
        provenance,
        onClosed: (code) => {
          clients.delete(opened);
          metrics?.closed(code);
        },
      });
      client = opened;
      clients.add(opened);
      log.debug("Client {address} connected: {clients} now", { address, clients: clients.size });
      if (context.stopping.aborted) opened.close(CLOSE.goingAway, "server stops");
    },
    received(text) {
      if (client?.isOpen !== true) return;
      inbox ??= inboxOf(client, context);
      if (!inbox.take(text ?? "")) expel(client, CLOSE.tooMany, "too many messages");
    },
    receivedTooMuch() {
      if (client?.isOpen !== true) return;
      expel(client, CLOSE.tooLarge, `expected at most ${messageBytes} bytes`);
    },
    failed: (error) => log.debug("Client {address}: {error}", { address, error }),
    closed(code) {
      place[Symbol.dispose]();
      // After an unanswered ping the runtime reports the close twice.
      if (client === undefined || !clients.delete(client)) return;
      client[Symbol.dispose]();
      metrics?.closed(code);
      log.debug("Client {address} left with {code}: {clients} now", {
        address,
        code,
        clients: clients.size,
      });
    },
  });
}

/** Handles a client's messages in their turns, within its rate. */
function inboxOf(
  client: SendingClient,
  { clock, limits: { commandsPerSecond }, turns }: SocketContext,
): Inbox {
  const bucket = new TokenBucket(clock, commandsPerSecond);
  return new Inbox(turns, Math.max(BURST, commandsPerSecond * WAITING_SECONDS), (text) => {
    // After the server's goodbye nothing is handled.
    if (!client.isOpen) return;
    switch (bucket.take()) {
      case "free":
        return void client.receive(text).catch((error) =>
          log.error("Client {address}: its message failed: {error}", {
            address: client.address,
            error: describeError(error),
          })
        );
      case "refused":
        return client.refuse(text, {
          code: "rate_limited",
          message: `expected at most ${commandsPerSecond} messages a second`,
        });
      case "abusive":
        return expel(client, CLOSE.tooMany, "too many messages");
    }
  });
}

/** Closes a client that sends more than any client needs to. */
function expel(client: Client, code: CloseCode, reason: string): void {
  log.warn("Client {address} is closed: {reason}", { address: client.address, reason });
  client.close(code, reason);
}
