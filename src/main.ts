/**
 * Composition root and command line: configuration -> provider -> session -> calls -> bus -> server,
 * signals, exit code.
 */
import process from "node:process";
import denoJson from "../deno.json" with { type: "json" };
import { EventBus } from "./bus/bus.ts";
import type { CommandPort } from "./bus/commands.ts";
import type { Rehearsal } from "./bus/rehearsal.ts";
import type { StatePort } from "./bus/state.ts";
import type { ServiceStatus } from "./bus/status.ts";
import { Dispatch } from "./calls/dispatch.ts";
import { Tracker } from "./calls/tracker.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type Config, ConfigError, readInvocation } from "./config.ts";
import { closeLogging, configureLogging, describeError, logger } from "./log.ts";
import type { ProcessLoad } from "./figures/catalogue.ts";
import { Figures } from "./figures/figures.ts";
import { traced } from "./figures/trace.ts";
import { Journal } from "./journal/journal.ts";
import { helpText } from "./options.ts";
import { ListenError, type RunningServer, startServer } from "./server/server.ts";
import type { LineEntry } from "./session/handles.ts";
import { Supervisor } from "./session/supervisor.ts";
import { matchesAny } from "./patterns.ts";
import { LibraryError, openTapi32, type TapiLibrary } from "./tapi/library.ts";

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
  rehearsal?: Rehearsal,
): Program {
  const figures: Figures = new Figures({
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
    (event, tookMs) => figures.delivered(event, tookMs),
  );
  const tracker = new Tracker(bus, clock);
  const supervisor = new Supervisor({
    library,
    blockingThreads: BLOCKING_THREADS,
    clock,
    wanted: (extension) => config.lines.length === 0 || matchesAny(config.lines, extension),
    replyTimeoutMs: config.replyTimeoutSeconds * 1000,
    onSignal: (signal) => {
      if ("heardAtMs" in signal) figures.drained(clock.uptimeMs() - signal.heardAtMs);
      tracker.receive(signal);
    },
    onMessages: (count) => figures.messagesCame(count),
    onTapiError: (name) => figures.tapiFailed(name),
  });
  const commands = traced(new Dispatch(supervisor), VERSION);
  const journal = config.journal && new Journal({ ...config.journal, bus, clock });
  using unlessServed = new DisposableStack();
  if (journal !== undefined) unlessServed.defer(() => journal.stop());
  const server = startServer({
    ...config,
    version: VERSION,
    clock,
    bus,
    state: tracker,
    commands,
    journal,
    figures,
    status: { status: () => statusOf(supervisor, clock) },
    ...rehearsal !== undefined && { rehearsal },
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

function statusOf(supervisor: Supervisor, clock: Clock): ServiceStatus {
  const { session, lastMessageAtMs, lastProbeAtMs, hanging } = supervisor;
  const ageSeconds = (atMs: number | undefined) =>
    atMs === undefined ? null : (clock.uptimeMs() - atMs) / 1000;
  const lines = [...session?.lines ?? []];
  const count = (status: LineEntry["status"]) =>
    lines.filter((line) => line.status === status).length;
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
    troubles: lines.flatMap(({ extension, status, error }) =>
      status === "open" || status === "opening"
        ? []
        : [{ line: extension, status, ...error !== undefined && { error } }]
    ),
    hanging: hanging.map(({ fn, line, sinceMs }) => ({
      fn,
      ...line !== undefined && { line },
      forSeconds: (clock.uptimeMs() - sinceMs) / 1000,
    })),
  };
}

async function startLogging({ log: options }: Config): Promise<void> {
  try {
    await configureLogging(options);
  } catch (error) {
    throw new ConfigError(
      `Cannot use --log-file = ${JSON.stringify(options.file)}: ${describeError(error)}`,
      { cause: error },
    );
  }
}

/** Where calls come from, and what the log says of it. */
interface Provider {
  readonly library: TapiLibrary;
  readonly description: string;
  /** What makes its telephones ring, where they are not there. */
  readonly rehearsal?: Rehearsal;
}

/** Opens what the configuration names: TAPI, or the built-in exchange. */
async function openProvider(config: Config): Promise<Provider> {
  if (config.provider === "tapi32") {
    return { library: openTapi32(config.tapiLibrary), description: config.tapiLibrary };
  }
  // Imported only when it is asked for: a server with a telephone system never loads it.
  const { createFakeTapi } = await import("./fake/library.ts");
  const { parseScenario } = await import("./fake/scenario.ts");
  const { extensions, rate: callsPerMinute, seed, scenario: path } = config.fake;
  const seeded = seed === undefined ? {} : { seed };
  if (path === undefined) {
    const fake = createFakeTapi({ extensions, callsPerMinute, ...seeded });
    const { rehearsal } = fake;
    return {
      library: fake,
      description: `the fake exchange with the seed ${fake.seed}`,
      rehearsal,
    };
  }
  try {
    const scenario = parseScenario(Deno.readTextFileSync(path), path);
    const fake = createFakeTapi({ extensions, scenario, ...seeded });
    const { rehearsal } = fake;
    return { library: fake, description: `the fake exchange playing ${path}`, rehearsal };
  } catch (error) {
    throw new ConfigError(`Cannot use --fake-scenario = "${path}": ${describeError(error)}`, {
      cause: error,
    });
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

async function run(config: Config): Promise<void> {
  const stopped = stopSignal();
  const { library, description, rehearsal } = await openProvider(config);
  const program = startProgram(config, library, systemClock, rehearsal);
  const { host, port } = program.server;
  log.info("Tapi2Ws {version} listens on {host}:{port}", { version: VERSION, host, port });
  log.info("Calls come from {provider}", { provider: description });
  if (config.journal !== undefined) {
    const { file, days } = config.journal;
    log.info("Finished calls are kept in {file}, for {days} days", { file, days });
  }
  log.info("Stopping: {signal}", { signal: await stopped });
  await program.stop();
  log.info("Stopped");
}

/** Runs the command line. @returns The exit code: 0, 1 what cannot be had, 2 what cannot be used. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const invocation = readInvocation({
      args,
      env: (name) => Deno.env.get(name),
      os: Deno.build.os,
      defaultFile: Deno.build.standalone ? besideTheProgram("tapi2ws.toml") : undefined,
      defaultJournal: Deno.build.standalone
        ? besideTheProgram("tapi2ws-journal.sqlite")
        : undefined,
      readTextFile,
    });
    // deno-lint-ignore no-console -- what --help and --version print is their result
    if (invocation.kind === "help") return console.log(helpText()), 0;
    // deno-lint-ignore no-console -- as above
    if (invocation.kind === "version") return console.log(`tapi2ws ${VERSION}`), 0;
    await startLogging(invocation.config);
    await run(invocation.config);
    await closeLogging();
    return 0;
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined) throw error;
    // deno-lint-ignore no-console -- one clear line, also where logging is not configured
    console.error(`tapi2ws: ${describeError(error)}`);
    return code;
  }
}

function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof ConfigError) return 2;
  if (error instanceof ListenError || error instanceof LibraryError) return 1;
  return undefined;
}

// Exits although a function of the library may hang on its thread for ever.
if (import.meta.main) Deno.exit(await main(Deno.args));
