/** Which dialect a connection speaks, and the clients that speak it. */
import type { EventBus } from "../bus/bus.ts";
import type { CommandPort, JournalPort, MetricsPort, StatePort } from "../bus/ports.ts";
import { ClassicEncoder, type LineType } from "./classic/messages.ts";
import { ClassicClient } from "./classic/client.ts";
import type { Authenticator } from "./access/identity.ts";
import { protocolsOf, V2_PROTOCOL } from "./close_codes.ts";
import type { Dialect } from "./net/sockets.ts";
import { Batcher } from "./v2/batch.ts";
import { V2Client } from "./v2/client.ts";
import type { V2Encoder } from "./v2/frames.ts";

export interface DialectOptions {
  readonly lineType: LineType;
  readonly maxUnsentBytes: number;
  readonly clientTimeoutSeconds: number;
  readonly historyLength: number;
  readonly limits: { readonly commandsPerSecond: number; readonly messageBytes: number };
  readonly version: string;
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly commands: CommandPort;
  readonly journal?: JournalPort | undefined;
  readonly metrics?: MetricsPort | undefined;
}

export interface Dialects {
  readonly v2: Dialect;
  /** With what the URL asks for. */
  classic(url: URL): Dialect;
}

export function dialectsOf(
  options: DialectOptions,
  encoder: V2Encoder,
  authenticator: Authenticator,
): Dialects {
  const { bus, state, commands, journal, metrics, version } = options;
  const { maxUnsentBytes, clientTimeoutSeconds, historyLength } = options;
  const { messageBytes, commandsPerSecond } = options.limits;
  const ports = { bus, state, commands, metrics };
  const classic = { ...ports, encoder: new ClassicEncoder() };
  const v2 = {
    ...ports,
    journal,
    version,
    limits: {
      maxUnsentBytes,
      clientTimeoutSeconds,
      historyLength,
      messageBytes,
      commandsPerSecond,
    },
    encoder,
    batcher: new Batcher(),
    authenticator,
  };
  return {
    v2: (socket, client) => new V2Client(socket, { ...v2, ...client }),
    classic: ({ searchParams }) => {
      const wish = wishOf(searchParams, options.lineType);
      return (socket, client) => new ClassicClient(socket, { ...classic, ...client, ...wish });
    },
  };
}

export function speaksV2({ headers }: Request): boolean {
  return protocolsOf(headers).includes(V2_PROTOCOL);
}

/** What a classic connection's query asks for: `?line=201&line=202&lineType=string`. */
function wishOf(
  query: URLSearchParams,
  defaultLineType: LineType,
): { lineType: LineType; lines?: string[] } {
  const asked = query.get("lineType");
  const lineType = asked === "string" || asked === "number" ? asked : defaultLineType;
  const lines = query.getAll("line").filter((line) => line !== "");
  return lines.length === 0 ? { lineType } : { lineType, lines };
}
