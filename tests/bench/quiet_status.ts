/** The status of a measured server: read when somebody asks, which nobody does in a benchmark. */
import type { ServiceStatus } from "../../src/bus/ports.ts";

export const QUIET_STATUS: ServiceStatus = {
  provider: "up",
  lines: { open: 0, closed: 0, failed: 0, outOfService: 0 },
  lastMessageAgeSeconds: null,
  lastProbeAgeSeconds: null,
  silentForSeconds: null,
  troubles: [],
  hanging: [],
};
