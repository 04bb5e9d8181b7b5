/** Which dialect a request for a WebSocket asks for, and the clients that speak it. */
import { LINE_TYPES, type LineType } from "../model/line.ts";
import { HeavyReads } from "./access/heavy_reads.ts";
import type { Identities } from "./access/identities.ts";
import type { Strangers } from "./access/strangers.ts";
import { ClassicClient, type ClassicContext, type ClassicSubscription } from "./classic/client.ts";
import { ClassicEncoder } from "./classic/messages.ts";
import type { ClientFactory } from "./net/sockets.ts";
import type { ServerOptions } from "./options.ts";
import { protocolsOf, V2_PROTOCOL } from "./sub_protocols.ts";
import { Batcher } from "./v2/batch.ts";
import { V2Client, type V2Context } from "./v2/client.ts";
import type { V2Encoder } from "./v2/frames.ts";

/** Further lines of a query are ignored. */
const MOST_LINES = 1000;

/** v2 for a client that offers its sub-protocol, else classic. */
export function dialectChooser(
  options: ServerOptions & { readonly strangers: Strangers },
  encoder: V2Encoder,
  identities: Identities,
): (request: Request) => ClientFactory {
  const { maxUnsentBytes, clientTimeoutSeconds, historyLength, lineType } = options;
  const { messageBytes, commandsPerSecond } = options.limits;
  const classic: ClassicContext = { ...options, encoder: new ClassicEncoder() };
  const v2: V2Context = {
    ...options,
    limits: {
      maxUnsentBytes,
      clientTimeoutSeconds,
      historyLength,
      messageBytes,
      commandsPerSecond,
    },
    encoder,
    batcher: new Batcher(),
    reads: new HeavyReads(),
    identify: (token) => identities.identify(token),
  };
  const v2Clients: ClientFactory = {
    protocol: V2_PROTOCOL,
    create: (socket, client) => new V2Client(socket, client, v2),
  };
  return ({ headers, url }) => {
    if (protocolsOf(headers).includes(V2_PROTOCOL)) return v2Clients;
    const wanted = subscriptionOf(new URL(url).searchParams, lineType);
    return { create: (socket, client) => new ClassicClient(socket, client, classic, wanted) };
  };
}

/** The query of a classic connection: `?line=201&line=202&lineType=string&site=berlin`. */
function subscriptionOf(query: URLSearchParams, defaultLineType: LineType): ClassicSubscription {
  const asked = query.get("lineType");
  const lineType = LINE_TYPES.find((type) => type === asked) ?? defaultLineType;
  const lines = query.getAll("line").filter((line) => line !== "").slice(0, MOST_LINES);
  const site = query.get("site") ?? "";
  if (site !== "") return { lineType, beginning: `${site}/`, lines: linesOf(site, lines) };
  return lines.length === 0 ? { lineType } : { lineType, lines };
}

function linesOf(site: string, lines: readonly string[]): string[] {
  return (lines.length === 0 ? ["*"] : lines).map((line) => `${site}/${line}`);
}
