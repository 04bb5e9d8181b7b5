/** The composition root: settings -> provider -> session -> state -> bus -> server, journal, metrics. */
import process from "node:process";
import denoJson from "../deno.json" with { type: "json" };
import { EventBus } from "./bus/bus.ts";
import type { CommandPort, Simulation, StatePort } from "./bus/ports.ts";
import { type Clock, systemClock } from "./clock.ts";
import { Journal } from "./journal/journal.ts";
import { describeError, logger } from "./log.ts";
import type { ProcessLoad } from "./metrics/catalogue.ts";
import { Metrics } from "./metrics/metrics.ts";
import { traced } from "./metrics/trace.ts";
import { type RunningServer, startServer } from "./server/server.ts";
import { Supervisor } from "./session/supervisor.ts";
import { isWanted, type Settings } from "./settings/settings.ts";
import { Dispatch } from "./state/dispatch.ts";
import { statusOf } from "./state/status.ts";
import { Tracker } from "./state/tracker.ts";
import type { TapiLibrary } from "./tapi/library.ts";

export const VERSION: string = denoJson.version;

const log = logger("program");

/** How long clients may take for their goodbyes; the session's stop takes its 4.5 s meanwhile. */
const CLIENTS_GOODBYE_MS = 1000;

/**
 * The threads that Deno has for nonblocking functions of a library.
 *
 * @see https://github.com/denoland/deno/blob/main/runtime/tokio_util.rs
 */
export const BLOCKING_THREADS: number = Deno.build.os === "windows"
  ? 4 * navigator.hardwareConcurrency
  : 32;

/** The program, running. */
export interface Program {
  readonly server: RunningServer;
  /** Settled when every line has been tried. */
  readonly linesTried: Promise<void>;
  /** Live calls and call handles: for those who check that nothing is left. */
  readonly live: { readonly calls: number; readonly handles: number };
  /** What is the case now. */
  readonly state: StatePort;
  /** Carries commands out. */
  readonly commands: CommandPort;
  /**
   * From now on the rules and the certificate of these settings hold; the others with the next start.
   *
   * @throws Error when they cannot be used: nothing changes.
   */
  reconfigure(settings: Settings): void;
  /** Clients get 1001, lines are closed, TAPI is shut down; takes less than 5 s. */
  stop(): Promise<void>;
}

/**
 * Wires the parts together and starts them.
 *
 * @throws ListenError when the port cannot be had; then nothing runs.
 */
export function startProgram(
  settings: Settings,
  library: TapiLibrary,
  clock: Clock = systemClock,
  simulation?: Simulation,
): Program {
  const metrics: Metrics = new Metrics({
    version: VERSION,
    runtimeVersion: Deno.version.deno,
    status: () => statusOf(supervisor, clock),
    load: () => server.load,
    journal: () => journal,
    process: processLoad,
    nowMs: () => clock.nowMs(),
  });
  const bus = new EventBus(
    (error) => log.error("A listener failed: {error}", { error: describeError(error) }),
    settings.historyLength,
    (event, tookMs) => metrics.delivered(event, tookMs),
  );
  const tracker = new Tracker(bus, clock);
  const supervisor = new Supervisor({
    library,
    blockingThreads: BLOCKING_THREADS,
    clock,
    wanted: (extension) => isWanted(settings, extension),
    replyTimeoutMs: settings.replyTimeoutSeconds * 1000,
    onSignal: (signal) => {
      if ("heardAtMs" in signal) metrics.drained(clock.uptimeMs() - signal.heardAtMs);
      tracker.receive(signal);
    },
    onMessages: (count) => metrics.messagesCame(count),
    onTapiError: (name) => metrics.tapiFailed(name),
  });
  const commands = traced(new Dispatch(supervisor), VERSION);
  const journal = settings.journal && new Journal({ ...settings.journal, bus, clock });
  using unlessServed = new DisposableStack();
  if (journal !== undefined) unlessServed.defer(() => journal.stop());
  const server = startServer({
    ...settings,
    ownNames: [Deno.hostname()],
    version: VERSION,
    clock,
    bus,
    state: tracker,
    commands,
    journal,
    metrics,
    status: { status: () => statusOf(supervisor, clock) },
    ...simulation !== undefined && { simulation },
  });
  unlessServed.move();
  const linesTried = supervisor.start();
  return {
    server,
    linesTried,
    state: tracker,
    commands,
    get live() {
      return { calls: tracker.size, handles: supervisor.session?.calls.size ?? 0 };
    },
    reconfigure({ rules, tls }) {
      server.rule(rules);
      if (tls !== undefined) server.renew(tls);
    },
    async stop() {
      await Promise.all([server.stop(CLIENTS_GOODBYE_MS), supervisor.stop()]);
      journal?.stop();
    },
  };
}

function processLoad(): ProcessLoad {
  const { rss, heapUsed } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    cpuSeconds: (user + system) / 1e6,
  };
}
