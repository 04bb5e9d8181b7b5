/** A route of the HTTP side: what it is given, and the parts of the program that it can use. */
import type { JournalPort, Simulation, StatusPort } from "../../bus/ports.ts";
import type { Clock } from "../../clock.ts";
import type { HeavyReads } from "../access/heavy_reads.ts";
import type { Identity } from "../access/identity.ts";
import type { Provenance } from "../access/origins.ts";
import { monitorRefusal } from "../access/permissions.ts";
import type { CommandContext } from "../commands.ts";
import { type ConnectedClients, hostOf, type Places } from "../net/connected_clients.ts";
import type { FeedContext } from "../v2/feed.ts";
import { failure } from "./answers.ts";

export interface RouteContext extends CommandContext, FeedContext {
  readonly version: string;
  readonly status: StatusPort;
  /** Seconds that the process has been serving. */
  readonly uptimeSeconds: () => number;
  readonly clock: Clock;
  readonly maxUnsentBytes: number;
  readonly limits: { readonly messageBytes: number; readonly requestSeconds: number };
  /** `undefined`: the journal is off. */
  readonly journal?: JournalPort | undefined;
  /** The simulated exchange; `undefined` on a real phone system. */
  readonly simulation?: Simulation | undefined;
  readonly clients: ConnectedClients;
  readonly places: Places;
  readonly reads: HeavyReads;
  /** Whether pages may use the server. */
  readonly permits: (page: Provenance) => boolean;
}

/** A request and its sender. */
export interface Visit {
  readonly request: Request;
  readonly url: URL;
  /** For log lines. */
  readonly address: string;
  readonly identity: Identity;
}

/** Without a connection, whoever comes from one address may read one page at a time. */
export function readerOf(
  { identity, address }: Visit,
): { readonly identity: Identity; readonly reader: string } {
  return { identity, reader: hostOf(address) };
}

export type Handler = (visit: Visit, context: RouteContext) => Response | Promise<Response>;

/** Handlers by method; HEAD is GET without the body. */
export type Route = Readonly<Partial<Record<"GET" | "POST", Handler>>>;

/** The same handler, for identities that may monitor. */
export function monitored(handler: Handler): Handler {
  return (visit, context) => {
    const refused = monitorRefusal(visit.identity);
    return refused === undefined ? handler(visit, context) : failure(refused);
  };
}
