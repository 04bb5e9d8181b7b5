/** Our server on the real bus, as the subject of a benchmark: publishes call events. */
import { Numbers } from "../../src/numbers/numbers.ts";
import { EventBus } from "../../src/bus/bus.ts";
import type { EventDraft } from "../../src/model/event.ts";
import { systemClock } from "../../src/clock.ts";
import { Metrics } from "../../src/metrics/metrics.ts";
import { configureLogging } from "../../src/log.ts";
import { startServer } from "../../src/server/server.ts";
import { settingsOf } from "../support/settings.ts";
import { QUIET_STATUS } from "./quiet_status.ts";
import { IDLE_TIMEOUT_SECONDS, serveSubject } from "./subject.mjs";

// As in life, but for the lines that would run into the benchmark's table.
await configureLogging({ level: "warning", format: "text", file: undefined, maskNumbers: true });

/** As the program's own. */
const HISTORY_LENGTH = 10_000;

const guard = Deno.args.includes("guarded");
const { rules, limits } = settingsOf();
const metrics: Metrics = new Metrics({
  version: "bench",
  runtimeVersion: Deno.version.deno,
  status: () => QUIET_STATUS,
  load: () => server.load,
  journal: () => undefined,
  process: () => ({ residentBytes: 0, heapUsedBytes: 0, cpuSeconds: 0 }),
  nowMs: () => systemClock.nowMs(),
});
const bus = new EventBus(
  (error) => {
    throw error;
  },
  HISTORY_LENGTH,
  (event, tookMs) => metrics.delivered(event, tookMs),
);
const server = startServer({
  // Everyone comes from one address here.
  limits: { ...limits, connectionsPerAddress: limits.connections, guard },
  rules,
  ownNames: [],
  host: "127.0.0.1",
  port: 0,
  lineType: "number",
  maxUnsentBytes: 4 * 1024 * 1024,
  historyLength: HISTORY_LENGTH,
  clientTimeoutSeconds: IDLE_TIMEOUT_SECONDS,
  version: "bench",
  clock: systemClock,
  bus,
  numbers: new Numbers(),
  state: { provider: "up", lines: () => [], calls: () => [], call: () => undefined },
  commands: {
    execute: () => Promise.resolve({ ok: true, outcome: {} }),
    lineOf: () => undefined,
  },
  status: { status: () => QUIET_STATUS },
  metrics,
});
serveSubject<EventDraft>({
  port: server.port,
  clients: () => server.clients,
  publish: (event) => bus.publish(event),
});
