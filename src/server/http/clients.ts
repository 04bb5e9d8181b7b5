/** The connected clients, for administrators. */
import type { Dialect } from "../../bus/ports.ts";
import { permitsEverywhere } from "../access/identity.ts";
import { isoTime } from "../v2/frames.ts";
import { failure, json } from "./answers.ts";
import type { RouteContext, Visit } from "./route.ts";

interface ClientObject {
  readonly id: number;
  /** The name of its identity. */
  readonly name: string;
  readonly address: string;
  readonly dialect: Dialect;
  /** The extensions that it subscribed to; `null`: every one that it may monitor. */
  readonly lines: readonly string[] | null;
  /** Bytes that it has not read yet. */
  readonly unsentBytes: number;
  /** ISO 8601, UTC, with milliseconds. */
  readonly connectedAt: string;
}

/** Answers `GET /api/v2/clients`. Addresses are hidden from identities that see some lines only. */
export function connectedClients({ identity }: Visit, { clients }: RouteContext): Response {
  if (!permitsEverywhere(identity, "monitor")) {
    return failure({ code: "not_permitted", message: "You may not see who is connected" });
  }
  return json(
    200,
    Array.from(clients, (client): ClientObject => ({
      id: client.id,
      name: client.identity.name,
      address: client.address,
      dialect: client.dialect,
      lines: client.subscribedLines,
      unsentBytes: client.unsentBytes,
      connectedAt: isoTime(client.connectedAtMs),
    })),
  );
}
