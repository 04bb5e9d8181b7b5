/** The parts of the program and the settings that the server works with. */
import type { EventBus } from "../bus/bus.ts";
import type {
  CommandPort,
  JournalPort,
  MetricsPort,
  Simulation,
  StatePort,
  StatusPort,
} from "../bus/ports.ts";
import type { Clock } from "../clock.ts";
import type { LineType } from "../model/line.ts";
import type { AccessRules } from "../settings/access_rules.ts";
import type { ConnectionLimits } from "./net/connected_clients.ts";
import type { KeyPair } from "./net/listener.ts";

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly lineType: LineType;
  readonly maxUnsentBytes: number;
  /** A client that answers no ping for so long is closed. */
  readonly clientTimeoutSeconds: number;
  readonly limits: ConnectionLimits & {
    readonly commandsPerSecond: number;
    readonly messageBytes: number;
    readonly requestSeconds: number;
  };
  /** How many events the bus remembers. */
  readonly historyLength: number;
  readonly rules: AccessRules;
  /** For https and wss; http and ws when left out. */
  readonly tls?: KeyPair | undefined;
  /** The machine's own names. */
  readonly ownNames: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly commands: CommandPort;
  /** `undefined`: the journal is off. */
  readonly journal?: JournalPort | undefined;
  readonly metrics?: MetricsPort | undefined;
  readonly status: StatusPort;
  /** The simulated exchange; `undefined` on a real phone system. */
  readonly simulation?: Simulation | undefined;
}
