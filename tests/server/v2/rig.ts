/** v2 clients over sockets in memory, on a real bus, with every frame checked against the schema. */
import { Numbers } from "../../../src/numbers/numbers.ts";
import { setImmediate } from "node:timers/promises";
import type { EventBus } from "../../../src/bus/bus.ts";
import type { Command, CommandResult } from "../../../src/model/command.ts";
import type { Identity } from "../../../src/server/access/identity.ts";
import { Batcher } from "../../../src/server/v2/batch.ts";
import { V2Client } from "../../../src/server/v2/client.ts";
import { V2Encoder } from "../../../src/server/v2/frames.ts";
import { strictBus } from "../../support/events.ts";
import { ManualClock } from "../../support/clock.ts";
import { HeavyReads } from "../../../src/server/access/heavy_reads.ts";
import { ANYONE, PROVENANCE, strangers } from "../../support/identity.ts";
import { MemorySocket } from "../../support/memory_socket.ts";
import { FoldedState } from "../../support/state.ts";
import { readServerFrame } from "../../support/v2_schema.ts";

// deno-lint-ignore no-explicit-any -- tests look into frames that the schema has checked
export type Frame = any;

export interface RigOptions {
  readonly historyLength?: number;
  readonly maxUnsentBytes?: number;
  /** The identity of a token; by default no token is valid. */
  readonly identify?: (token: string) => Identity | undefined | Promise<Identity | undefined>;
  /** The result of a command. */
  readonly execute?: (command: Command) => CommandResult | Promise<CommandResult>;
}

/** A client whose frames can be read. */
export class Reader {
  readonly client: V2Client;
  readonly socket: MemorySocket;

  constructor(client: V2Client, socket: MemorySocket) {
    this.client = client;
    this.socket = socket;
  }

  /** Everything sent so far, each frame checked. */
  get frames(): Frame[] {
    return this.socket.sent.map(readServerFrame);
  }

  /** The frames after the hello. */
  get answers(): Frame[] {
    return this.frames.slice(1);
  }

  async say(message: unknown): Promise<void> {
    await this.client.receive(typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Says something and gives the last frame that is there then. */
  async ask(message: unknown): Promise<Frame> {
    await this.say(message);
    return this.frames.at(-1);
  }
}

export class Rig {
  readonly bus: EventBus;
  readonly state: FoldedState;
  readonly clock = new ManualClock();
  readonly commands: Command[] = [];
  readonly #options: RigOptions;
  readonly #encoder = new V2Encoder();
  readonly #batcher = new Batcher();

  constructor(options: RigOptions = {}) {
    this.#options = options;
    this.bus = strictBus(options.historyLength ?? 100);
    this.state = FoldedState.of(this.bus);
  }

  connect(identity: Identity = ANYONE): Reader {
    const { historyLength = 100, maxUnsentBytes = 1 << 20, identify, execute } = this.#options;
    const socket = new MemorySocket();
    const client = new V2Client(socket, {
      clock: this.clock,
      maxUnsentBytes,
      address: "192.0.2.1:5000",
      provenance: PROVENANCE,
      identity,
      onClosed: () => {},
    }, {
      bus: this.bus,
      clock: this.clock,
      state: this.state,
      commands: {
        execute: async (command) => {
          this.commands.push(command);
          return await execute?.(command) ?? { ok: true, outcome: {} };
        },
        lineOf: () => undefined,
      },
      numbers: new Numbers(),
      version: "1.2.3",
      limits: {
        maxUnsentBytes,
        historyLength,
        clientTimeoutSeconds: 30,
        messageBytes: 65536,
        commandsPerSecond: 200,
      },
      encoder: this.#encoder,
      batcher: this.#batcher,
      reads: new HeavyReads(),
      strangers: strangers(),
      identify: async (token) => await identify?.(token),
    });
    return new Reader(client, socket);
  }
}

/** Lets the turn of the loop end, and with it what is sent at its end. */
export async function turn(): Promise<void> {
  await setImmediate();
}
