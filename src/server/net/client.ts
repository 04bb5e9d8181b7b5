/**
 * What all clients have in common, whatever they speak: how much may wait for one, how it is seen that
 * one takes nothing any more, who it is and until when. Knows no runtime's socket.
 */
import type { Dialect } from "../../bus/ports.ts";
import type { CommandError } from "../../model/error.ts";
import type { Clock, TimerId } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { Identity } from "../access/identity.ts";
import { CLOSE } from "../close_codes.ts";

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
  /** The client is closed when more than this waits in its socket. */
  readonly maxUnsentBytes: number;
  /** Whom log lines name. */
  readonly address: string;
  /** Whom it may act for. */
  readonly identity: Identity;
  /** Told when the server has closed the client: its socket may take for ever to follow. */
  readonly onClosed: (code: number) => void;
}

/** One who also says something. */
export interface Speaker {
  /** Takes a message from the client. `data` is text, or bytes where the frame was binary. */
  receive(data: unknown): Promise<void>;
  /** Answers a message that is not obeyed, whatever it says. */
  refuse(data: unknown, error: CommandError): void;
}

const OPEN = 1;
/** The longest delay of a timer: 31 bits. */
const LONGEST_DELAY_MS = 0x7fffffff;

let lastId = 0;

/** A connected client. */
export abstract class Client implements Disposable {
  /** The server's own number for it: unique over the life of the process. */
  readonly id: number = ++lastId;
  readonly connectedAtMs: number;
  abstract readonly dialect: Dialect;
  readonly #socket: ClientSocket;
  readonly #options: ClientOptions;
  #identity: Identity;
  #expiry: TimerId | undefined;
  /** What may be sent before bufferedAmount is read again: reading it for each frame costs. */
  #allowanceBytes = 0;
  /** At the last {@linkcode checkTaking}. */
  #unsentBefore = 0;
  /** Characters, which are no more than bytes. */
  #givenSinceThen = 0;

  constructor(socket: ClientSocket, options: ClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#identity = options.identity;
    this.connectedAtMs = options.clock.nowMs();
    this.#waitForExpiry();
  }

  /** The extensions it chose to hear; `null`: every one that it may. */
  abstract get chosenLines(): readonly string[] | null;

  /** Bytes that wait in its socket. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get address(): string {
    return this.#options.address;
  }

  get identity(): Identity {
    return this.#identity;
  }

  /** From now on the client is somebody else; what it hears follows. */
  become(identity: Identity): void {
    this.#identity = identity;
    this.#waitForExpiry();
  }

  /** Whether the client may still act. One whose identity has expired is closed. */
  protected isAdmitted(): boolean {
    if (this.#socket.readyState !== OPEN) return false;
    if (this.#lifeMs() > 0) return true;
    this.close(CLOSE.unauthorized, "identity expired");
    return false;
  }

  /** Ends the connection; nothing is sent behind the close frame. */
  close(code: number, reason: string): void {
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
   * Closes a client whose end has stopped to take anything since the last look. Pings do not tell: they
   * wait behind the data.
   */
  checkTaking(): void {
    const unsentBytes = this.#socket.bufferedAmount;
    const stuck = this.#unsentBefore > 0 &&
      unsentBytes >= this.#unsentBefore + this.#givenSinceThen;
    this.#unsentBefore = unsentBytes;
    this.#givenSinceThen = 0;
    if (!stuck) return;
    log.warn("Client {address} gives no sign of life and is closed", { address: this.address });
    this.close(CLOSE.noSignOfLife, "no sign of life");
  }

  /** Lets go of everything but the socket. */
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
      this.#allowanceBytes = this.#options.maxUnsentBytes - unsentBytes;
      if (this.#allowanceBytes < 0) {
        log.warn(
          "Client {address} reads too slowly and is closed: {unsentBytes} bytes are unsent",
          { address: this.address, unsentBytes },
        );
        return this.close(CLOSE.tooSlow, "too slow: reconnect");
      }
    }
    this.#givenSinceThen += text.length;
    socket.send(text);
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
