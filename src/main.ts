/**
 * Composition root and command line: configuration -> provider -> session -> calls -> bus -> server,
 * signals, exit code.
 */
import process from "node:process";
import denoJson from "../deno.json" with { type: "json" };
import { EventBus } from "./bus/bus.ts";
import type { CommandPort } from "./bus/commands.ts";
import type { Simulation } from "./bus/simulation.ts";
import type { StatePort } from "./bus/state.ts";
import { Dispatch } from "./state/dispatch.ts";
import { statusOf } from "./state/status.ts";
import { Tracker } from "./state/tracker.ts";
import { type Clock, systemClock } from "./clock.ts";
import {
  type Config,
  ConfigError,
  type ConfigSources,
  isOpenToDial,
  isWanted,
  readInvocation,
  readRunConfig,
} from "./settings/settings.ts";
import { helpText } from "./cli/command_line.ts";
import { diagnose } from "./cli/doctor.ts";
import { listLines } from "./cli/lines.ts";
import { newToken } from "./cli/token.ts";
import type { ProcessLoad } from "./metrics/catalogue.ts";
import { Metrics } from "./metrics/metrics.ts";
import { traced } from "./metrics/trace.ts";
import { Journal } from "./journal/journal.ts";
import { closeLogging, configureLogging, describeError, logger } from "./log.ts";
import { openProvider } from "./provider.ts";
import { Reload } from "./settings/reload.ts";
import { ListenError } from "./server/net/listen_error.ts";
import { type RunningServer, startServer } from "./server/server.ts";
import { Supervisor } from "./session/supervisor.ts";
import { LibraryError, type TapiLibrary } from "./tapi/library.ts";

export const VERSION: string = denoJson.version;

const log = logger("main");

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
  reconfigure(config: Config): void;
  /** Clients get 1001, lines are closed, TAPI is shut down; takes less than 5 s. */
  stop(): Promise<void>;
}

/**
 * Wires the parts together and starts them.
 *
 * @throws ListenError when the port cannot be had; then nothing runs.
 */
export function startProgram(
  config: Config,
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
    config.historyLength,
    (event, tookMs) => metrics.delivered(event, tookMs),
  );
  const tracker = new Tracker(bus, clock);
  const supervisor = new Supervisor({
    library,
    blockingThreads: BLOCKING_THREADS,
    clock,
    wanted: (extension) => isWanted(config, extension),
    replyTimeoutMs: config.replyTimeoutSeconds * 1000,
    onSignal: (signal) => {
      if ("heardAtMs" in signal) metrics.drained(clock.uptimeMs() - signal.heardAtMs);
      tracker.receive(signal);
    },
    onMessages: (count) => metrics.messagesCame(count),
    onTapiError: (name) => metrics.tapiFailed(name),
  });
  const commands = traced(new Dispatch(supervisor), VERSION);
  const journal = config.journal && new Journal({ ...config.journal, bus, clock });
  using unlessServed = new DisposableStack();
  if (journal !== undefined) unlessServed.defer(() => journal.stop());
  const server = startServer({
    ...config,
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

async function startLogging({ log: options, audit }: Config): Promise<void> {
  try {
    await configureLogging(options, audit.file);
  } catch (error) {
    throw new ConfigError(
      `Cannot use --log-file = ${JSON.stringify(options.file)}: ${describeError(error)}`,
      { cause: error },
    );
  }
}

/** The signals that end the program: Ctrl-C, Ctrl-Break and a closed console, or SIGTERM. */
function stopSignal(): Promise<Deno.Signal> {
  const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
    ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
    : ["SIGINT", "SIGTERM"];
  return new Promise((resolve) => {
    for (const signal of signals) Deno.addSignalListener(signal, () => resolve(signal));
  });
}

function besideTheProgram(file: string): string {
  return Deno.execPath().replace(/[^\\/]*$/, file);
}

function readTextFile(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function run(config: Config, read: () => Config): Promise<void> {
  const stopped = stopSignal();
  const { library, description, simulation } = await openProvider(config);
  const program = startProgram(config, library, systemClock, simulation);
  const { host, port } = program.server;
  log.info("Tapi2Ws {version} listens on {host}:{port}", { version: VERSION, host, port });
  log.info("Calls come from {provider}", { provider: description });
  if (config.journal !== undefined) {
    const { file, days } = config.journal;
    log.info("Finished calls are kept in {file}, for {days} days", { file, days });
  }
  if (isOpenToDial(config)) {
    log.warn(
      "Anyone who reaches {host}:{port} may dial; [anonymous] in the settings changes that",
      {
        host,
        port,
      },
    );
  }
  using _ = new Reload({
    config,
    clock: systemClock,
    read,
    apply: (config) => program.reconfigure(config),
  });
  log.info("Stopping: {signal}", { signal: await stopped });
  await program.stop();
  log.info("Stopped");
}

/** Runs the command line. @returns The exit code: 0, 1 what cannot be had, 2 what cannot be used. */
async function main(args: readonly string[]): Promise<number> {
  const sources: ConfigSources = {
    args,
    env: (name) => Deno.env.get(name),
    os: Deno.build.os,
    defaultFile: Deno.build.standalone ? besideTheProgram("tapi2ws.toml") : undefined,
    defaultJournal: Deno.build.standalone ? besideTheProgram("tapi2ws-journal.sqlite") : undefined,
    readTextFile,
  };
  try {
    const invocation = readInvocation(sources);
    switch (invocation.kind) {
      case "help":
        return say(helpText());
      case "version":
        return say(`tapi2ws ${VERSION}`);
      case "token":
        return say(newToken(invocation.name));
      case "lines":
        return say(await listLines(invocation, BLOCKING_THREADS));
      case "doctor": {
        const { text, healthy } = await diagnose(invocation, BLOCKING_THREADS);
        return say(text), healthy ? 0 : 1;
      }
      case "run":
        await startLogging(invocation.config);
        await run(invocation.config, () => readRunConfig(sources));
        await closeLogging();
        return 0;
    }
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    // deno-lint-ignore no-console -- one clear line, also where logging is not configured
    console.error(`tapi2ws: ${describeError(error)}`);
    return code;
  }
}

/** Prints what a command came to. @returns Exit code 0. */
function say(text: string): 0 {
  // deno-lint-ignore no-console -- what a command prints is its result
  console.log(text);
  return 0;
}

function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof ConfigError) return 2;
  if (error instanceof ListenError || error instanceof LibraryError) return 1;
  return undefined;
}

// Exits although a function of the library may hang on its thread for ever.
if (import.meta.main) Deno.exit(await main(Deno.args));
