/** The doctor's checks of what connects several servers. */
import { systemClock } from "../clock.ts";
import type { Difference } from "../nats/streams.ts";
import type { NatsSettings } from "../settings/nats.ts";
import { type Finding, fine, note, wrong } from "./findings.ts";

/** Commands are judged by the sites' own clocks; only what people read differs. */
const MOST_APART_MS = 2000;

/** None for a server that stands alone. */
export async function checkNats(nats: NatsSettings | undefined): Promise<Finding[]> {
  if (nats === undefined) return [];
  // Imported on demand: a server that stands alone never loads it.
  const { examine } = await import("../nats/examine.ts");
  const { servers, site, wantsTls, roots, credentials, replicas } = nats;
  const isGateway = site === undefined;
  const name = site ?? "gateway";
  const clock = systemClock;
  const { connection, streams, sites, clocks } = await examine(
    { servers, name, wantsTls, roots, credentials, clock },
    isGateway,
    replicas,
  );
  const about = "NATS";
  if (connection instanceof Error) {
    const advice = "Check nats.servers, the firewall, nats.ca, and nats.nkey or nats.creds.";
    return [wrong(about, `${servers.join(", ")}: ${connection.message}`, advice)];
  }
  const refused = "Give the user the rights that the manual lists, and start NATS with JetStream.";
  return [
    fine(about, `connected to ${servers.join(", ")}${wantsTls ? " over TLS" : ""}`),
    ...streams instanceof Error
      ? [wrong("streams", streams.message, refused)]
      : streams.size < 2
      ? [note("streams", "they are not made yet", "Start a gateway: it makes them.")]
      : [
        fine("streams", [...streams.keys()].join(", ")),
        ...[...streams.values()].flat().map(ofDifference),
      ],
    sites instanceof Error
      ? wrong("sites", sites.message, refused)
      : fine("sites", sites.map(({ site, state }) => `${site} ${state}`).join(", ") || "none yet"),
    ...Array.from(clocks, ([site, aheadMs]) => {
      const seconds = Math.round(Math.abs(aheadMs) / 1000);
      const message = seconds * 1000 < MOST_APART_MS
        ? "as here"
        : `${seconds} s ${aheadMs > 0 ? "ahead" : "behind"}`;
      return message === "as here"
        ? fine(`clock of ${site}`, message)
        : note(`clock of ${site}`, message, "Synchronise the clocks of both machines.");
    }),
  ];
}

function ofDifference({ stream, field, found, wanted, isHarmless }: Difference): Finding {
  const message = `${field} is ${found} instead of ${wanted}`;
  const advice = isHarmless
    ? "Leave it if it is meant; otherwise change the stream with the NATS tools."
    : "Stop sites and gateways, and delete the stream: a gateway makes it anew.";
  return (isHarmless ? note : wrong)(`stream ${stream}`, message, advice);
}
