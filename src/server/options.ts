/** The server's options: its settings, and the parts of the program that it works with. */
import type { EventBus } from "../bus/bus.ts";
import type { JournalPort, Simulation, StatusPort } from "../bus/ports.ts";
import type { Clock } from "../clock.ts";
import type { Settings } from "../settings/settings.ts";
import type { CommandContext } from "./commands.ts";

type ServerSettings =
  & Pick<Settings, "host" | "port" | "rules" | "limits" | "lineType">
  & Pick<Settings, "maxUnsentBytes" | "clientTimeoutSeconds" | "historyLength">
  & Partial<Pick<Settings, "tls" | "links">>;

export interface ServerOptions extends ServerSettings, Omit<CommandContext, "strangers"> {
  /** The machine's own names. */
  readonly ownNames: readonly string[];
  readonly version: string;
  readonly clock: Clock;
  readonly bus: EventBus;
  /** `undefined`: the journal is off. */
  readonly journal?: JournalPort | undefined;
  readonly status: StatusPort;
  /** Whether clients can be served at present; always when left out. */
  readonly isReady?: (() => boolean) | undefined;
  /** The simulated exchange; `undefined` on a real phone system. */
  readonly simulation?: Simulation | undefined;
}
