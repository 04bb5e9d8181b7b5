/** The composition root: settings -> provider -> session -> state -> bus -> server, journal, metrics. */
import process from "node:process";
import denoJson from "../deno.json" with { type: "json" };
import { EventBus } from "./bus/bus.ts";
import type { CommandPort, NumberPort, ServiceStatus, Simulation, StatePort } from "./bus/ports.ts";
import { type Clock, systemClock } from "./clock.ts";
import { CallNames } from "./directory/call_names.ts";
import { Journal } from "./journal/journal.ts";
import { describeError, logger } from "./log.ts";
import type { MetricSources, ProcessLoad } from "./metrics/catalogue.ts";
import { Metrics } from "./metrics/metrics.ts";
import { traced } from "./metrics/trace.ts";
import { Numbers } from "./numbers/numbers.ts";
import { type RunningServer, startServer } from "./server/server.ts";
import { Supervisor } from "./session/supervisor.ts";
import type { NatsSettings } from "./settings/nats.ts";
import { type Settings, telephonyOf } from "./settings/settings.ts";
import { Dispatch } from "./state/dispatch.ts";
import { Silence } from "./state/silence.ts";
import { statusOf } from "./state/status.ts";
import { Tracker } from "./state/tracker.ts";
import type { TapiLibrary } from "./tapi/library.ts";
import type { LinkOptions } from "./nats/link.ts";
import type { Site, SiteOptions } from "./nats/site.ts";
import { matchesAny } from "./patterns.ts";

export const VERSION: string = denoJson.version;

const log = logger("program");

/** How long clients have to close; the session takes up to 4.5 s to stop in the same time. */
export const CLIENTS_GOODBYE_MS = 1000;

/**
 * The number of threads that Deno has for nonblocking functions of a library. On Windows, one of
 * them is the service control manager's for as long as the service runs.
 *
 * @see https://github.com/denoland/deno/blob/main/runtime/tokio_util.rs
 */
export const BLOCKING_THREADS: number = Deno.build.os === "windows"
  ? 4 * navigator.hardwareConcurrency - 1
  : 32;

/** A program that serves clients. */
export interface Serving {
  readonly server: RunningServer;
  /** The current calls and lines. */
  readonly state: StatePort;
  /**
   * Applies the access rules, the certificate, the directory and the links of changed settings.
   *
   * @throws Error when they cannot be used; nothing changes then.
   */
  reconfigure(settings: Settings): void;
  /** Closes clients with 1001, closes the lines and shuts TAPI down, in less than 5 s. */
  stop(): Promise<void>;
}

/** The running program on a phone system. */
export interface Program extends Serving {
  /** Resolves after every line has been tried. */
  readonly linesTried: Promise<void>;
  /** How many calls and call handles are live; tests check that none is left. */
  readonly live: { readonly calls: number; readonly handles: number };
  /** Executes commands. */
  readonly commands: CommandPort;
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
  let site: Site | undefined;
  const silence = new Silence(clock);
  const status = (): ServiceStatus => {
    const { status: directory } = callNames;
    return {
      ...statusOf(supervisor, silence, clock),
      ...site !== undefined && { nats: site.status },
      ...directory !== undefined && { directory },
    };
  };
  const metrics: Metrics = new Metrics({
    ...processSources(clock),
    status,
    load: () => server.load,
    journal: () => journal,
  });
  const bus = newBus(settings, metrics);
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
    names: callNames,
    journal,
    metrics,
    status: { status },
    ...simulation !== undefined && { simulation },
  });
  unlessServed.move();
  const linesTried = supervisor.start();
  let { rules } = settings;
  let isStopping = false;
  let opening: Promise<void> | undefined;
  const { nats } = settings;
  if (nats?.site !== undefined && nats.number !== undefined) {
    const { site: name, number } = nats;
    // Not before the lines are known: those that are missing then count as removed.
    void linesTried.then(() => {
      if (isStopping) return;
      opening = openSite({
        link: linkOf(nats, name, clock),
        site: name,
        number,
        replicas: nats.replicas,
        bus,
        state: tracker,
        clock,
        isShown: (line) => matchesAny(nats.grant.lines, line),
        journal: journal !== undefined && nats.grant.can.includes("monitor")
          ? { port: journal, lines: nats.grant.lines }
          : undefined,
        execute: (command, { gateway, identity, address }) =>
          server.execute(command, {
            identity: {
              ...nats.grant,
              name: `${identity} by the gateway ${gateway}`,
              dial: {
                allow: nats.grant.dial?.allow ?? rules.dial.allow,
                deny: nats.grant.dial?.deny ?? rules.dial.deny,
              },
            },
            address,
          }),
      }).then((opened) => void (site = opened));
    });
  }
  return {
    server,
    linesTried,
    state: tracker,
    commands,
    get live() {
      return { calls: tracker.size, handles: supervisor.session?.calls.size ?? 0 };
    },
    reconfigure(settings) {
      reconfigure(server, settings);
      ({ rules } = settings);
      callNames.reconfigure(settings.directory);
    },
    async stop() {
      isStopping = true;
      await Promise.all([server.stop(CLIENTS_GOODBYE_MS), supervisor.stop()]);
      tracker.stop();
      callNames[Symbol.dispose]();
      await opening;
      await site?.stop();
      journal?.stop();
    },
  };
}

/** Imported on demand: a server that stands alone never loads it. */
async function openSite(options: SiteOptions): Promise<Site> {
  const { Site } = await import("./nats/site.ts");
  return new Site(options);
}

/** Applies what can change while a server runs. @throws Error if it cannot be used */
export function reconfigure(server: RunningServer, { rules, tls, links }: Settings): void {
  server.setRules(rules);
  server.setLinks(links);
  if (tls !== undefined) server.setKeyPair(tls);
}

/** @param name Of the site; of all gateways alike. */
export function linkOf(nats: NatsSettings, name: string, clock: Clock): LinkOptions {
  const { servers, wantsTls, roots, credentials } = nats;
  return { servers, name, wantsTls, roots, credentials, clock };
}

/** The metrics of the process itself. */
export function processSources(
  clock: Clock,
): Pick<MetricSources, "version" | "runtimeVersion" | "process" | "nowMs"> {
  return {
    version: VERSION,
    runtimeVersion: Deno.version.deno,
    process: processLoad,
    nowMs: () => clock.nowMs(),
  };
}

/** A bus whose events are measured. */
export function newBus({ historyLength }: Settings, metrics: Metrics): EventBus {
  return new EventBus(
    (error) => log.error("A listener failed: {error}", { error: describeError(error) }),
    historyLength,
    (event, tookMs) => metrics.delivered(event, tookMs),
  );
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
