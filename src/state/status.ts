/** How the connection to the telephony service is doing, from what the supervisor knows. */
import type { ServiceStatus } from "../bus/ports.ts";
import type { Clock } from "../clock.ts";
import type { TapiLine } from "../session/line.ts";
import type { Supervisor } from "../session/supervisor.ts";
import type { Silence } from "./silence.ts";

export function statusOf(
  supervisor: Supervisor,
  silence: Silence,
  clock: Clock,
): ServiceStatus {
  const { session, lastMessageAtMs, lastProbeAtMs, hanging } = supervisor;
  const ageSeconds = (atMs: number | undefined) =>
    atMs === undefined ? null : (clock.uptimeMs() - atMs) / 1000;
  const lines = [...session?.lines ?? []];
  const count = (status: TapiLine["device"]["status"]) =>
    lines.filter(({ device }) => device.status === status).length;
  return {
    provider: session === undefined ? "down" : "up",
    lines: {
      open: count("open"),
      closed: count("closed"),
      failed: count("failed"),
      outOfService: count("out_of_service"),
    },
    lastMessageAgeSeconds: ageSeconds(lastMessageAtMs),
    lastProbeAgeSeconds: ageSeconds(lastProbeAtMs),
    silentForSeconds: silence.seconds,
    troubles: lines.flatMap(({ name, device: { status, error } }) =>
      status === "open" || status === "opening"
        ? []
        : [{ line: name, status, ...error !== undefined && { error } }]
    ),
    hanging: hanging.map(({ fn, line, sinceMs }) => ({
      fn,
      ...line !== undefined && { line },
      forSeconds: (clock.uptimeMs() - sinceMs) / 1000,
    })),
  };
}
