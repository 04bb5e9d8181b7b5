/** A port that requests come in at, whatever it is made of: what it is given, and what it hands over. */
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { ClientSocket } from "./client.ts";

const log = logger("server");

/** PEM texts that fit together. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** The other end of a connection. */
export interface Remote {
  readonly hostname: string;
  readonly port: number;
}

/** The events of a WebSocket. `closed` comes last, even for one that was never opened. */
export interface SocketEvents {
  opened(socket: ClientSocket): void;
  /** @param text `undefined` for a binary message. */
  received(text: string | undefined): void;
  /** A message is longer than the limit. */
  receivedTooMuch(): void;
  failed(reason: string): void;
  closed(code: number): void;
}

export interface UpgradeOptions {
  /** The sub-protocol that the server accepts. */
  readonly protocol?: string | undefined;
  /** A longer message is never delivered. */
  readonly messageBytes: number;
  /** A client that answers no ping for so long is gone. */
  readonly clientTimeoutSeconds: number;
}

/** A request that has arrived. */
export interface Arrival {
  readonly request: Request;
  readonly remote: Remote;
  /**
   * Makes the connection a WebSocket, or answers that the request is none for that. The handler's own
   * response does not count then.
   */
  upgrade(options: UpgradeOptions, events: SocketEvents): void;
}

/** Answers a request; `undefined` after {@linkcode Arrival.upgrade}. */
export type Handler = (arrival: Arrival) => Promise<Response | undefined>;

export interface PortOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly clock: Clock;
}

export interface Port {
  readonly host: string;
  readonly port: number;
  /** Accepts nobody any more; resolves when the last connection has ended. */
  close(): Promise<void>;
  /** Ends the connections that are left. */
  abort(): void;
}

/** How long to wait before connections are accepted again after that has failed. */
export const ACCEPT_PAUSE_MS = 1000;

/** Answers a request whose handler threw. */
export function failedResponse(error: unknown): Response {
  log.error("A request failed: {error}", { error: describeError(error) });
  return new Response("Internal error\n", { status: 500 });
}

/** Logs a failure to accept, such as too many open files; open sockets stay open. */
export function logAcceptFailure(error: unknown): void {
  log.error("No connections can be accepted at the moment: {error}", {
    error: describeError(error),
  });
}
