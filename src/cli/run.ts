/** `tapi2ws run`, and `tapi2ws` alone: serves clients until the process has to stop. */
import process from "node:process";
import type { NumberPort } from "../bus/ports.ts";
import { systemClock } from "../clock.ts";
import { closeLogging, configureLogging, describeError, logger } from "../log.ts";
import { loadNumbers } from "../numbers/load.ts";
import { startGateway } from "../gateway.ts";
import { type Serving, startProgram, VERSION } from "../program.ts";
import { openProvider } from "../provider.ts";
import { Reload } from "../settings/reload.ts";
import { SettingsError } from "../settings/setting.ts";
import { isOpenToDial, type Settings } from "../settings/settings.ts";

const log = logger("program");

/** The life of a process that serves clients. */
export interface Lifecycle {
  /** Resolves with the reason to stop, such as a signal's name. */
  stopped(): Promise<string>;
  /** Called when the port listens. */
  running(): void;
  /** Called before clients and lines are closed. */
  stopping(): void;
}

/**
 * Starts the program, applies changes of its settings, and stops it.
 *
 * @throws SettingsError, LibraryError or ListenError
 */
export async function run(
  readSettings: (before?: Settings) => Settings,
  lifecycle: Lifecycle,
): Promise<void> {
  const settings = readSettings();
  const numbers = await loadNumbers(settings.numbers);
  // Log, audit and journal have numbers and names. Windows has no modes: there the folder protects them.
  if (process.platform !== "win32") process.umask(0o077);
  await startLogging(settings);
  const stopped = lifecycle.stopped();
  const { program, description } = await start(settings, numbers);
  lifecycle.running();
  const { host, port } = program.server;
  log.info("Tapi2Ws {version} listens on {host}:{port}", { version: VERSION, host, port });
  log.info("Calls come from {provider}", { provider: description });
  if (settings.journal !== undefined && settings.provider !== "nats") {
    const { file, days } = settings.journal;
    log.info("Finished calls are kept in {file}, for {days} days", { file, days });
  }
  if (isOpenToDial(settings)) {
    log.warn(
      "Anyone who can reach {host}:{port} can dial; [anonymous] in the settings restricts it",
      { host, port },
    );
  }
  using _ = new Reload({
    settings,
    clock: systemClock,
    read: readSettings,
    apply: (settings) => program.reconfigure(settings),
  });
  log.info("Stopping: {reason}", { reason: await stopped });
  lifecycle.stopping();
  await program.stop();
  log.info("Stopped");
  await closeLogging();
}

async function start(
  settings: Settings,
  numbers: NumberPort,
): Promise<{ readonly program: Serving; readonly description: string }> {
  const { provider, nats } = settings;
  if (provider === "nats" && nats !== undefined) {
    const description = `the sites on ${nats.servers.join(", ")}`;
    return { program: await startGateway(settings, nats), description };
  }
  const { library, description, simulation } = await openProvider(settings);
  const program = startProgram(settings, library, systemClock, simulation, numbers);
  return { program, description };
}

async function startLogging({ log: options, audit }: Settings): Promise<void> {
  try {
    await configureLogging(options, audit.file);
  } catch (error) {
    throw new SettingsError(
      `Cannot use --log-file = ${JSON.stringify(options.file)}: ${describeError(error)}`,
      { cause: error },
    );
  }
}
