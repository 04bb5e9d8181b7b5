/** Executes the command line of this process: its settings, its signals or service, its exit code. */
import { describeError, logger } from "../log.ts";
import type { WindowsRights } from "../rights.ts";
import { ListenError } from "../server/net/listen_error.ts";
import { SettingsError } from "../settings/setting.ts";
import type { SettingsSources } from "../settings/settings.ts";
import { LibraryError } from "../tapi/library.ts";
import { EventLog } from "../windows/event_log.ts";
import { foldersOf } from "../windows/folders.ts";
import { SERVICE_NAME } from "../windows/names.ts";
import { NotAServiceError, type ServiceProcess } from "../windows/service_process.ts";
import { WindowsError } from "../windows/windows.ts";
import { execute } from "./command_line.ts";
import type { Lifecycle } from "./run.ts";
import { ServiceCommandError } from "./service_control.ts";

const log = logger("service");

/** The usual path of TAPI's library, for help on other systems. */
const TAPI_LIBRARY = "C:\\Windows\\System32\\tapi32.dll";

/**
 * @param rights `undefined` on systems other than Windows.
 * @param service The connection to the service control manager, when Windows started the process.
 * @returns The exit code: 0; 1 when something is unavailable, 2 when a setting cannot be used.
 */
export async function main(
  args: readonly string[],
  rights: WindowsRights | undefined,
  service: ServiceProcess | undefined,
): Promise<number> {
  const windows = rights?.windows;
  const eventLog = service && windows && new EventLog(windows, SERVICE_NAME);
  if (eventLog !== undefined) reportCrashes(eventLog);
  try {
    await service?.connected;
    const { text, exitCode } = await execute(args, sourcesOf(args, rights), {
      windows,
      lifecycle: service === undefined ? ON_CONSOLE : asService(service),
    });
    // deno-lint-ignore no-console -- the result of a command
    if (text !== undefined) console.log(text);
    await service?.stopped(exitCode);
    return exitCode;
  } catch (error) {
    const exitCode = exitCodeOf(error);
    if (exitCode === undefined) {
      eventLog?.error(stackOf(error));
      throw error;
    }
    // deno-lint-ignore no-console -- one clear line, also before logging is configured
    console.error(`tapi2ws: ${describeError(error)}`);
    if (service !== undefined && !(error instanceof NotAServiceError)) {
      log.error("{error}", { error: describeError(error) });
      eventLog?.error(describeError(error));
      await service.stopped(exitCode);
    }
    return exitCode;
  }
}

function exitCodeOf(error: unknown): 1 | 2 | undefined {
  if (error instanceof SettingsError) return 2;
  const unavailable = [
    ListenError,
    LibraryError,
    NotAServiceError,
    ServiceCommandError,
    WindowsError,
  ];
  return unavailable.some((kind) => error instanceof kind) ? 1 : undefined;
}

function sourcesOf(args: readonly string[], rights: WindowsRights | undefined): SettingsSources {
  const beside = Deno.execPath().replace(/[^\\/]*$/, "");
  const folders = rights && foldersOf(rights.windows);
  const isInstalled = args[0] === "service" ||
    beside.toLowerCase() === `${folders?.program}\\`.toLowerCase();
  const standalone = Deno.build.standalone ? beside : undefined;
  const folder = isInstalled && folders !== undefined ? `${folders.data}\\` : standalone;
  return {
    env: (name) => Deno.env.get(name),
    os: Deno.build.os,
    tapiLibrary: rights?.tapi32Path ?? TAPI_LIBRARY,
    isInstalled,
    dataFile: (name) => folder === undefined ? undefined : `${folder}${name}`,
    readTextFile(path) {
      try {
        return Deno.readTextFileSync(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    },
  };
}

/** The signals that end the program: Ctrl-C, Ctrl-Break and a closed console, or SIGTERM. */
const ON_CONSOLE: Lifecycle = {
  stopped() {
    const signals: readonly Deno.Signal[] = Deno.build.os === "windows"
      ? ["SIGINT", "SIGBREAK", "SIGHUP", "SIGTERM"]
      : ["SIGINT", "SIGTERM"];
    return new Promise((resolve) => {
      for (const signal of signals) Deno.addSignalListener(signal, () => resolve(signal));
    });
  },
  running() {},
  stopping() {},
};

/** Without signals: Windows ends a process that handles them before its service has stopped. */
function asService(service: ServiceProcess): Lifecycle {
  return {
    stopped: () => service.stopRequested,
    running: () => service.running(),
    stopping: () => service.stopping(),
  };
}

/** A service has no standard error, where Deno prints uncaught errors. */
function reportCrashes(eventLog: EventLog): void {
  addEventListener("error", ({ error }) => eventLog.error(stackOf(error)));
  addEventListener("unhandledrejection", ({ reason }) => eventLog.error(stackOf(reason)));
}

function stackOf(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}
