/** The composition root of a gateway: NATS -> bus -> server, metrics. */
import { type Clock, systemClock } from "./clock.ts";
import { Metrics } from "./metrics/metrics.ts";
import { traced } from "./metrics/trace.ts";
import { Numbers } from "./numbers/numbers.ts";
import {
  CLIENTS_GOODBYE_MS,
  linkOf,
  newBus,
  processSources,
  reconfigure,
  type Serving,
  VERSION,
} from "./program.ts";
import { startServer } from "./server/server.ts";
import type { NatsSettings } from "./settings/nats.ts";
import type { Settings } from "./settings/settings.ts";

/** The running program on other servers: a gateway. */
export interface GatewayProgram extends Serving {
  /** Whether it knows every site, so that clients can be served. */
  readonly isReady: boolean;
}

/**
 * Starts a gateway: it has no lines of its own, and shows those of all sites.
 *
 * @throws ListenError when the port is not available; nothing runs then.
 */
export async function startGateway(
  settings: Settings,
  nats: NatsSettings,
  clock: Clock = systemClock,
): Promise<GatewayProgram> {
  // Imported on demand: a server that stands alone never loads it.
  const { Gateway } = await import("./nats/gateway.ts");
  const metrics: Metrics = new Metrics({
    ...processSources(clock),
    status: () => gateway.status(),
    load: () => server.load,
    journal: () => undefined,
  });
  const bus = newBus(settings, metrics);
  const gateway = new Gateway({
    link: linkOf(nats, "gateway", clock),
    name: Deno.hostname(),
    replicas: nats.replicas,
    historyLength: settings.historyLength,
    replyTimeoutMs: settings.replyTimeoutSeconds * 1000,
    bus,
    clock,
    onUnready: () => server.sendAway("the gateway is not ready"),
  });
  await using unlessServed = new AsyncDisposableStack();
  unlessServed.defer(() => gateway.stop());
  const server = startServer({
    ...settings,
    ownNames: [Deno.hostname()],
    version: VERSION,
    clock,
    bus,
    state: gateway,
    commands: traced(gateway.commands, VERSION),
    journal: gateway.journal,
    // Numbers are those of each site: its own rules are for them.
    numbers: new Numbers(),
    metrics,
    status: gateway,
    isReady: () => gateway.isReady,
  });
  gateway.start();
  unlessServed.move();
  return {
    server,
    state: gateway,
    get isReady() {
      return gateway.isReady;
    },
    reconfigure: (settings) => reconfigure(server, settings),
    async stop() {
      await server.stop(CLIENTS_GOODBYE_MS);
      await gateway.stop();
    },
  };
}
