/** One client: what it hears, what it asks, and how much may wait for it. Knows no runtime's socket. */
import type { EventBus } from "../bus/bus.ts";
import type { CommandPort } from "../bus/commands.ts";
import type { BusEvent } from "../bus/events.ts";
import { describeError, logger } from "../log.ts";
import {
  type ClassicEncoder,
  classicError,
  CLOSE,
  type LineType,
  parseClassic,
} from "./protocol.ts";

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
  readonly bus: EventBus;
  readonly commands: CommandPort;
  readonly encoder: ClassicEncoder;
  /** The client is closed when more than this waits in its socket. */
  readonly maxUnsentBytes: number;
  /** Whom log lines name. */
  readonly address: string;
  readonly lineType: LineType;
  /** The extensions it wants to hear of; every line when left out. */
  readonly lines?: readonly string[];
  /** Told when the server has closed the client: its socket may take for ever to follow. */
  readonly onClosed: () => void;
}

const OPEN = 1;

/** A connected client that speaks classic. */
export class ClassicClient implements Disposable {
  readonly #socket: ClientSocket;
  readonly #options: ClientOptions;
  readonly #subscription: Disposable;
  /** What may be sent before bufferedAmount is read again: reading it for each frame costs. */
  #allowanceBytes = 0;
  /** At the last {@linkcode checkTaking}. */
  #unsentBefore = 0;
  /** Characters, which are no more than bytes. */
  #givenSinceThen = 0;

  constructor(socket: ClientSocket, options: ClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#subscription = options.bus.subscribe(
      (event) => this.#hear(event),
      options.lines === undefined ? {} : { lines: options.lines },
    );
  }

  /** Takes a message from the client. `data` is text, or bytes where the frame was binary. */
  async receive(data: unknown): Promise<void> {
    const message = parseClassic(typeof data === "string" ? data : "");
    switch (message.kind) {
      case "heartbeat":
        return;
      case "error":
        log.debug("Client {address} sent what is answered with {code}", {
          address: this.#options.address,
          code: message.error.code,
        });
        return this.#send(classicError(message.error));
      case "command": {
        const result = await this.#options.commands.execute(message.command);
        if (!result.ok) this.#send(classicError(result.error));
      }
    }
  }

  /** Ends the connection; nothing is sent behind the close frame. */
  close(code: number, reason: string): void {
    this[Symbol.dispose]();
    this.#options.onClosed();
    try {
      this.#socket.close(code, reason);
    } catch (error) {
      log.debug("Client {address} cannot be closed: {error}", {
        address: this.#options.address,
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
    log.warn("Client {address} gives no sign of life and is closed", {
      address: this.#options.address,
    });
    this.close(CLOSE.noSignOfLife, "no sign of life");
  }

  /** Stops listening to the bus. */
  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #hear(event: BusEvent): void {
    const text = this.#options.encoder.encode(event, this.#options.lineType);
    if (text !== undefined) this.#send(text);
  }

  #send(text: string): void {
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
          {
            address: this.#options.address,
            unsentBytes,
          },
        );
        return this.close(CLOSE.tooSlow, "too slow: reconnect");
      }
    }
    this.#givenSinceThen += text.length;
    socket.send(text);
  }
}
