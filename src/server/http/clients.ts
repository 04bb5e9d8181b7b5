/** Who is connected, for those who look after the server. */
import type { Dialect } from "../../bus/ports.ts";
import { monitorRefusal } from "../access/permissions.ts";
import { hearsEverything } from "../access/identity.ts";
import { isoTime } from "../v2/frames.ts";
import { failure, json } from "./answers.ts";
import type { RoutesOptions, Visit } from "./route.ts";

/** A connected client. */
interface ClientObject {
  readonly id: number;
  /** Of its identity. */
  readonly name: string;
  readonly address: string;
  readonly dialect: Dialect;
  /** The extensions it chose to hear; `null`: every one that it may. */
  readonly lines: readonly string[] | null;
  /** Bytes that it has not taken yet. */
  readonly unsentBytes: number;
  /** ISO 8601, UTC, with milliseconds. */
  readonly connectedAt: string;
}

/** Answers `GET /api/v2/clients`; addresses are nothing for one who may see a few lines only. */
export function connectedClients({ identity }: Visit, { clients }: RoutesOptions): Response {
  const refused = monitorRefusal(identity);
  if (refused !== undefined) return failure(refused);
  if (!hearsEverything(identity)) {
    return failure({ code: "not_permitted", message: "You may not see who is connected" });
  }
  return json(
    200,
    Array.from(clients, (client): ClientObject => ({
      id: client.id,
      name: client.identity.name,
      address: client.address,
      dialect: client.dialect,
      lines: client.chosenLines,
      unsentBytes: client.unsentBytes,
      connectedAt: isoTime(client.connectedAtMs),
    })),
  );
}
