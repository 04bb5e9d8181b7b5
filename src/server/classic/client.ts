/** A client that speaks classic: what it hears, and what becomes of what it says. */
import type { EventBus } from "../../bus/bus.ts";
import type { CommandPort, MetricsPort, StatePort } from "../../bus/ports.ts";
import type { CommandError } from "../../model/error.ts";
import type { BusEvent } from "../../model/event.ts";
import { logger } from "../../log.ts";
import { hearing, mayMonitor } from "../access/permissions.ts";
import { type ClassicEncoder, classicError, type LineType, parseClassic } from "./messages.ts";
import { Client, type ClientOptions, type ClientSocket, type Speaker } from "../net/client.ts";
import type { Identity } from "../access/identity.ts";
import { carryOut } from "../commands.ts";

const log = logger("server");

export interface ClassicClientOptions extends ClientOptions {
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly commands: CommandPort;
  readonly encoder: ClassicEncoder;
  readonly metrics?: MetricsPort | undefined;
  readonly lineType: LineType;
  /** The extensions it wants to hear of; every line when left out. */
  readonly lines?: readonly string[];
}

export class ClassicClient extends Client implements Speaker {
  readonly dialect = "classic";
  readonly #options: ClassicClientOptions;
  #subscription: Disposable | undefined;

  constructor(socket: ClientSocket, options: ClassicClientOptions) {
    super(socket, options);
    this.#options = options;
    this.#listen();
  }

  get chosenLines(): readonly string[] | null {
    return this.#options.lines ?? null;
  }

  async receive(data: unknown): Promise<void> {
    if (!this.isAdmitted()) return;
    const message = parseClassic(typeof data === "string" ? data : "");
    switch (message.kind) {
      case "heartbeat":
        return;
      case "error":
        log.debug("Client {address} sent what is answered with {code}", {
          address: this.address,
          code: message.error.code,
        });
        this.#options.metrics?.answered("invalid", message.error.code);
        return this.send(classicError(message.error));
      case "command": {
        const result = await carryOut(message.command, this, this.#options);
        if (!result.ok) this.send(classicError(result.error));
      }
    }
  }

  refuse(_: unknown, error: CommandError): void {
    this.send(classicError(error));
  }

  override become(identity: Identity): void {
    super.become(identity);
    this.#subscription?.[Symbol.dispose]();
    this.#listen();
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#subscription?.[Symbol.dispose]();
  }

  #listen(): void {
    this.#subscription = undefined;
    if (!mayMonitor(this.identity)) return;
    const { bus, lines } = this.#options;
    const where = hearing(this.identity);
    this.#subscription = bus.subscribe((event) => this.#hear(event), {
      ...lines !== undefined && { lines },
      ...where !== undefined && { where },
    });
  }

  #hear(event: BusEvent): void {
    const text = this.#options.encoder.encode(event, this.#options.lineType);
    if (text !== undefined) this.send(text);
  }
}
