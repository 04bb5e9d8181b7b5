/** What a route is given, and what it may use. */
import type { Simulation, StatusPort } from "../../bus/ports.ts";
import type { Clock } from "../../clock.ts";
import type { ConnectedClients } from "../net/connected_clients.ts";
import type { Identity } from "../access/identity.ts";
import type { V2Encoder } from "../v2/frames.ts";
import type { Ports } from "../v2/perform.ts";

/** What the HTTP side needs of the program. */
export interface RoutesOptions extends Ports {
  readonly version: string;
  readonly status: StatusPort;
  /** Seconds that the process has been serving. */
  readonly uptimeSeconds: () => number;
  readonly clock: Clock;
  readonly maxUnsentBytes: number;
  readonly limits: { readonly messageBytes: number; readonly requestSeconds: number };
  readonly encoder: V2Encoder;
  /** The pretend exchange; none on a real telephone system. */
  readonly simulation?: Simulation | undefined;
  /** Those that are connected, by whatever way. */
  readonly clients: ConnectedClients;
}

/** A request, and who sends it. */
export interface Visit {
  readonly request: Request;
  readonly url: URL;
  /** Whom log lines name. */
  readonly address: string;
  readonly identity: Identity;
}

export type Handler = (visit: Visit, options: RoutesOptions) => Response | Promise<Response>;

/** By method; HEAD is GET without the body. */
export type Route = Readonly<Partial<Record<"GET" | "POST", Handler>>>;
