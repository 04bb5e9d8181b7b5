/** `tapi2ws run`, and `tapi2ws` alone: serves until the process has to stop. */
import { systemClock } from "../clock.ts";
import { closeLogging, configureLogging, describeError, logger } from "../log.ts";
import { startProgram, VERSION } from "../program.ts";
import { openProvider } from "../provider.ts";
import { Reload } from "../settings/reload.ts";
import { type Config, ConfigError, isOpenToDial } from "../settings/settings.ts";

const log = logger("program");

/**
 * Starts the program, keeps its settings up to date, and stops it.
 *
 * @param readAgain Reads the settings once more, after their files changed.
 * @param stopped Resolves with the reason to stop, such as a signal's name.
 * @throws ConfigError, LibraryError or ListenError
 */
export async function run(
  config: Config,
  readAgain: () => Config,
  stopped: Promise<string>,
): Promise<void> {
  await startLogging(config);
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
      { host, port },
    );
  }
  using _ = new Reload({
    config,
    clock: systemClock,
    read: readAgain,
    apply: (config) => program.reconfigure(config),
  });
  log.info("Stopping: {reason}", { reason: await stopped });
  await program.stop();
  log.info("Stopped");
  await closeLogging();
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
