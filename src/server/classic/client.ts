/** A client that speaks classic. */
import type { EventBus } from "../../bus/bus.ts";
import { logger } from "../../log.ts";
import type { CommandError } from "../../model/error.ts";
import type { LineType } from "../../model/line.ts";
import type { Identity } from "../access/identity.ts";
import { lineFilter, mayMonitor } from "../access/permissions.ts";
import { type CommandContext, execute } from "../commands.ts";
import {
  Client,
  type ClientOptions,
  type ClientSocket,
  type SendingClient,
} from "../net/client.ts";
import { type ClassicEncoder, classicError, parseClassic } from "./messages.ts";

const log = logger("server");

/** The parts that all classic clients share. */
export interface ClassicContext extends CommandContext {
  readonly bus: EventBus;
  readonly encoder: ClassicEncoder;
}

export interface ClassicSubscription {
  readonly lineType: LineType;
  /** Extensions, or patterns of them; every line when left out. */
  readonly lines?: readonly string[];
  /**
   * What all lines begin with, and what the client neither writes nor reads: `berlin/` for a page that
   * was written for the one server that is now the site `berlin`.
   */
  readonly beginning?: string;
}

export class ClassicClient extends Client implements SendingClient {
  readonly dialect = "classic";
  readonly #context: ClassicContext;
  readonly #wanted: ClassicSubscription;
  #subscription: Disposable | undefined;

  constructor(
    socket: ClientSocket,
    options: ClientOptions,
    context: ClassicContext,
    wanted: ClassicSubscription,
  ) {
    super(socket, options);
    this.#context = context;
    this.#wanted = wanted;
    this.#subscribe();
  }

  get subscribedLines(): readonly string[] | null {
    return this.#wanted.lines ?? null;
  }

  async receive(text: string): Promise<void> {
    if (!this.isAdmitted()) return;
    const message = parseClassic(text);
    switch (message.kind) {
      case "heartbeat":
        return;
      case "error": {
        const { code } = message.error;
        log.debug("Client {address} is answered with {code}", { address: this.address, code });
        this.#context.metrics?.answered("invalid", code);
        return this.send(classicError(message.error));
      }
      case "command": {
        const { beginning = "" } = this.#wanted;
        const command = { ...message.command, line: beginning + message.command.line };
        const result = await execute(command, this, this.#context);
        if (!result.ok) this.send(classicError(result.error));
      }
    }
  }

  refuse(_: string, error: CommandError): void {
    this.send(classicError(error));
  }

  override setIdentity(identity: Identity): void {
    super.setIdentity(identity);
    this.#subscription?.[Symbol.dispose]();
    this.#subscribe();
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#subscription?.[Symbol.dispose]();
  }

  #subscribe(): void {
    this.#subscription = undefined;
    if (!mayMonitor(this.identity)) return;
    const { bus, encoder } = this.#context;
    const { lines, lineType, beginning } = this.#wanted;
    this.#subscription = bus.subscribe((event) => {
      const text = encoder.encode(event, lineType, beginning);
      if (text !== undefined) this.send(text);
    }, lineFilter(this.identity, lines));
  }
}
