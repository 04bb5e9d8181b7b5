/**
 * A connected client, whatever it speaks: its identity until that expires, how much may wait in its
 * socket, and whether it still reads. Knows no runtime's socket.
 */
import type { Dialect } from "../../bus/ports.ts";
import type { Clock, TimerId } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { CLOSE, type CloseCode } from "../../model/close_code.ts";
import type { CommandError } from "../../model/error.ts";
import type { Provenance } from "../access/origins.ts";
import { type Identity, isUnauthenticated } from "../access/identity.ts";

const log = logger("server");

/** The part of a WebSocket that a client needs. */
export interface ClientSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  /** Bytes given to `send` that have not left yet. */
  readonly bufferedAmount: number;
  /** 1 while open, as in the WebSocket standard. */
  readonly readyState: number;
}

export interface ClientOptions {
  readonly clock: Clock;
  /** A client with more than this in its socket is closed. */
  readonly maxUnsentBytes: number;
  /** For log lines. */
  readonly address: string;
  readonly identity: Identity;
  /** Where its request came from. */
  readonly provenance: Provenance;
  /** Called when the server has closed the client: its socket may take for ever to follow. */
  readonly onClosed: (code: number) => void;
}

/** A client that sends messages. */
export interface SendingClient extends Client {
  /** Handles a message; "" if it was binary. */
  receive(text: string): Promise<void>;
  /** Answers a message with an error, whatever it says. */
  refuse(text: string, error: CommandError): void;
}

const OPEN = 1;
/** Bytes that may wait for a client that has yet to authenticate: its answers are short. */
const MOST_UNSENT_TO_STRANGERS_BYTES = 256 * 1024;
/** The longest delay of a timer: 31 bits. */
const LONGEST_DELAY_MS = 0x7fffffff;

let lastId = 0;

export abstract class Client implements Disposable {
  /** Unique over the life of the process. */
  readonly id: number = ++lastId;
  readonly connectedAtMs: number;
  abstract readonly dialect: Dialect;
  readonly #socket: ClientSocket;
  readonly #options: ClientOptions;
  #identity: Identity;
  #expiry: TimerId | undefined;
  /** Bytes that can be sent before bufferedAmount is read again: reading it for each frame is slow. */
  #allowanceBytes = 0;
  /** At the last {@linkcode closeIfStuck}. */
  #unsentBefore = 0;
  /** Characters, which are no more than bytes. */
  #sentSinceThen = 0;

  constructor(socket: ClientSocket, options: ClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#identity = options.identity;
    this.connectedAtMs = options.clock.nowMs();
    this.#waitForExpiry();
  }

  /** The extensions that the client subscribed to; `null`: every one that it may monitor. */
  abstract get subscribedLines(): readonly string[] | null;

  /** Bytes that wait in its socket. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get address(): string {
    return this.#options.address;
  }

  get provenance(): Provenance {
    return this.#options.provenance;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** Changes the identity, and with it what the client hears. */
  setIdentity(identity: Identity): void {
    this.#identity = identity;
    this.#waitForExpiry();
  }

  /** Whether nobody has begun to close the connection. */
  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  /** Whether the client may still act; closes it if its identity has expired. */
  protected isAdmitted(): boolean {
    if (!this.isOpen) return false;
    if (this.#lifeMs() > 0) return true;
    this.close(CLOSE.unauthorized, "identity expired");
    return false;
  }

  /** Closes the connection; nothing is sent after the close frame. */
  close({ code }: CloseCode, reason: string): void {
    this[Symbol.dispose]();
    this.#options.onClosed(code);
    try {
      this.#socket.close(code, reason);
    } catch (error) {
      log.debug("Client {address} cannot be closed: {error}", {
        address: this.address,
        error: describeError(error),
      });
    }
  }

  /**
   * Closes the client if it has read nothing since the last call. Pings do not show that: they wait
   * after the data.
   */
  closeIfStuck(): void {
    const unsentBytes = this.#socket.bufferedAmount;
    const stuck = this.#unsentBefore > 0 &&
      unsentBytes >= this.#unsentBefore + this.#sentSinceThen;
    this.#unsentBefore = unsentBytes;
    this.#sentSinceThen = 0;
    if (!stuck) return;
    log.warn("Client {address} has stopped reading and is closed", { address: this.address });
    this.close(CLOSE.noSignOfLife, "no sign of life");
  }

  /** Releases everything but the socket. */
  [Symbol.dispose](): void {
    if (this.#expiry !== undefined) this.#options.clock.clearTimeout(this.#expiry);
    this.#expiry = undefined;
  }

  protected send(text: string): void {
    const socket = this.#socket;
    if (socket.readyState !== OPEN) return;
    // In UTF-8 a UTF-16 unit takes three bytes at most.
    this.#allowanceBytes -= text.length * 3;
    if (this.#allowanceBytes < 0) {
      const unsentBytes = socket.bufferedAmount;
      this.#allowanceBytes = this.#maxUnsentBytes - unsentBytes;
      if (this.#allowanceBytes < 0) {
        log.warn(
          "Client {address} reads too slowly and is closed: {unsentBytes} bytes are unsent",
          { address: this.address, unsentBytes },
        );
        return this.close(CLOSE.tooSlow, "too slow: reconnect");
      }
    }
    this.#sentSinceThen += text.length;
    socket.send(text);
  }

  get #maxUnsentBytes(): number {
    const { maxUnsentBytes } = this.#options;
    return isUnauthenticated(this.#identity)
      ? Math.min(maxUnsentBytes, MOST_UNSENT_TO_STRANGERS_BYTES)
      : maxUnsentBytes;
  }

  #lifeMs(): number {
    const { expiresAtMs } = this.#identity;
    return expiresAtMs === undefined ? Infinity : expiresAtMs - this.#options.clock.nowMs();
  }

  #waitForExpiry(): void {
    const { clock } = this.#options;
    if (this.#expiry !== undefined) clock.clearTimeout(this.#expiry);
    this.#expiry = undefined;
    const lifeMs = this.#lifeMs();
    if (lifeMs === Infinity) return;
    this.#expiry = clock.setTimeout(() => {
      if (this.isAdmitted()) this.#waitForExpiry();
    }, Math.min(Math.max(lifeMs, 0), LONGEST_DELAY_MS));
  }
}
