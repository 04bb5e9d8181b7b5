/** The composition root: settings -> provider -> session -> state -> bus -> server, journal, metrics. */
import process from "node:process";
import denoJson from "../deno.json" with { type: "json" };
import { EventBus } from "./bus/bus.ts";
import type { CommandPort, NumberPort, ServiceStatus, Simulation, StatePort } from "./bus/ports.ts";
import { type Clock, systemClock } from "./clock.ts";
import { CallNames } from "./directory/call_names.ts";
import { Journal } from "./journal/journal.ts";
import { describeError, logger } from "./log.ts";
import type { ProcessLoad } from "./metrics/catalogue.ts";
import { Metrics } from "./metrics/metrics.ts";
import { traced } from "./metrics/trace.ts";
import { Numbers } from "./numbers/numbers.ts";
import { type RunningServer, startServer } from "./server/server.ts";
import { Supervisor } from "./session/supervisor.ts";
import { type Settings, telephonyOf } from "./settings/settings.ts";
import { Dispatch } from "./state/dispatch.ts";
import { Silence } from "./state/silence.ts";
import { statusOf } from "./state/status.ts";
import { Tracker } from "./state/tracker.ts";
import type { TapiLibrary } from "./tapi/library.ts";

export const VERSION: string = denoJson.version;

const log = logger("program");

/** How long clients have to close; the session takes up to 4.5 s to stop in the same time. */
const CLIENTS_GOODBYE_MS = 1000;

/**
 * The number of threads that Deno has for nonblocking functions of a library. On Windows, one of
 * them is the service control manager's for as long as the service runs.
 *
 * @see https://github.com/denoland/deno/blob/main/runtime/tokio_util.rs
 */
export const BLOCKING_THREADS: number = Deno.build.os === "windows"
  ? 4 * navigator.hardwareConcurrency - 1
  : 32;

/** The running program. */
export interface Program {
  readonly server: RunningServer;
  /** Resolves after every line has been tried. */
  readonly linesTried: Promise<void>;
  /** How many calls and call handles are live; tests check that none is left. */
  readonly live: { readonly calls: number; readonly handles: number };
  /** The current calls and lines. */
  readonly state: StatePort;
  /** Executes commands. */
  readonly commands: CommandPort;
  /**
   * Applies the access rules, the certificate, the directory and the links of changed settings.
   *
   * @throws Error when they cannot be used; nothing changes then.
   */
  reconfigure(settings: Settings): void;
  /** Closes clients with 1001, closes the lines and shuts TAPI down, in less than 5 s. */
  stop(): Promise<void>;
}

/**
 * Wires the parts together and starts them.
 *
 * @throws ListenError when the port is not available; nothing runs then.
 */
export function startProgram(
  settings: Settings,
  library: TapiLibrary,
  clock: Clock = systemClock,
  simulation?: Simulation,
  numbers: NumberPort = new Numbers(),
): Program {
  const silence = new Silence(clock);
  const status = (): ServiceStatus => {
    const { status: directory } = callNames;
    return {
      ...statusOf(supervisor, silence, clock),
      ...directory !== undefined && { directory },
    };
  };
  const metrics: Metrics = new Metrics({
    version: VERSION,
    runtimeVersion: Deno.version.deno,
    status,
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
  const tracker = new Tracker(bus, clock, numbers);
  const supervisor = new Supervisor({
    library,
    blockingThreads: BLOCKING_THREADS,
    clock,
    ...telephonyOf(settings),
    onSignal: (signal) => {
      if ("heardAtMs" in signal) metrics.drained(clock.uptimeMs() - signal.heardAtMs);
      tracker.receive(signal);
      silence.receive(signal);
    },
    onMessages: (count) => metrics.messagesCame(count),
    onTapiError: (name) => metrics.tapiFailed(name),
  });
  const commands = traced(new Dispatch(supervisor), VERSION);
  const callNames: CallNames = new CallNames(settings.directory, {
    bus,
    port: tracker,
    clock,
    simulation,
    toE164: (number) => numbers.read(number, "written").e164,
    onResult: (source, result) => metrics.lookedUp(source, result),
  });
  const journal = settings.journal && new Journal({ ...settings.journal, bus, clock });
  using unlessServed = new DisposableStack();
  unlessServed.use(callNames);
  if (journal !== undefined) unlessServed.defer(() => journal.stop());
  const server = startServer({
    ...settings,
    ownNames: [Deno.hostname()],
    version: VERSION,
    clock,
    bus,
    state: tracker,
    commands,
    numbers,
    journal,
    metrics,
    status: { status },
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
    reconfigure({ rules, tls, directory, links }) {
      server.setRules(rules);
      server.setLinks(links);
      callNames.reconfigure(directory);
      if (tls !== undefined) server.setKeyPair(tls);
    },
    async stop() {
      await Promise.all([server.stop(CLIENTS_GOODBYE_MS), supervisor.stop()]);
      tracker.stop();
      callNames[Symbol.dispose]();
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
