/** `tapi2ws service`: installs Tapi2Ws as a Windows service, and controls it. */
import { SettingsError } from "../settings/setting.ts";
import { ERROR } from "../windows/constants.ts";
import { foldersOf } from "../windows/folders.ts";
import { SERVICE_NAME } from "../windows/names.ts";
import { EventLog } from "../windows/event_log.ts";
import { Service } from "../windows/service.ts";
import { type Windows, WindowsError } from "../windows/windows.ts";
import type { Invocation, Outcome } from "./invocation.ts";
import { install } from "./install.ts";
import { run } from "./run.ts";
import {
  describeState,
  ServiceCommandError,
  startAndWait,
  stopIfRunning,
} from "./service_control.ts";

/** The subcommands of `tapi2ws service`. */
export const SERVICE_VERBS = ["install", "uninstall", "start", "stop", "status"] as const;

/** How each is executed. */
const VERBS: Readonly<
  Record<
    (typeof SERVICE_VERBS)[number],
    (windows: Windows, invocation: Invocation) => Outcome | Promise<Outcome>
  >
> = { install, uninstall, start, stop, status };

/** @throws SettingsError, ServiceCommandError, WindowsError, and what {@linkcode run} throws. */
export async function executeService(invocation: Invocation): Promise<Outcome> {
  const { operand, windows, flags } = invocation;
  if (windows === undefined) throw new ServiceCommandError("Only Windows has services");
  if (operand === "run") {
    await run(invocation.readSettings, invocation.lifecycle);
    return { exitCode: 0 };
  }
  const verb = SERVICE_VERBS.find((verb) => verb === operand);
  if (verb === undefined) {
    throw new SettingsError(
      `Cannot use service ${operand}: expected one of ${SERVICE_VERBS.join(", ")}`,
    );
  }
  const known = verb === "install" ? ["config", "account"] : [];
  for (const name of flags.keys()) {
    if (known.includes(name)) continue;
    throw new SettingsError(
      `Cannot use --${name} here: the service reads its settings from the settings file`,
    );
  }
  try {
    return await VERBS[verb](windows, invocation);
  } catch (error) {
    if (error instanceof WindowsError && error.code === ERROR.ACCESS_DENIED) {
      throw new ServiceCommandError(
        `Cannot ${verb} the service without administrator rights: ` +
          'open the terminal with "Run as administrator"',
      );
    }
    throw error;
  }
}

async function uninstall(windows: Windows): Promise<Outcome> {
  const service = new Service(windows, SERVICE_NAME);
  if (service.state() === undefined) {
    return { text: `There is no service ${SERVICE_NAME}`, exitCode: 0 };
  }
  await stopIfRunning(service);
  service.uninstall();
  new EventLog(windows, SERVICE_NAME).uninstall();
  const { program, data } = foldersOf(windows);
  const text = `The service ${SERVICE_NAME} is uninstalled.
Its files are still in ${program} and ${data}
To remove its firewall rule: netsh advfirewall firewall delete rule name=${SERVICE_NAME}`;
  return { text, exitCode: 0 };
}

async function start(windows: Windows): Promise<Outcome> {
  const service = installed(windows);
  const wasRunning = service.state()?.state === "running";
  await startAndWait(windows, service);
  return {
    text: wasRunning ? "The service is already running" : "The service is running",
    exitCode: 0,
  };
}

async function stop(windows: Windows): Promise<Outcome> {
  const service = installed(windows);
  const wasRunning = await stopIfRunning(service);
  return {
    text: wasRunning ? "The service has stopped" : "The service is not running",
    exitCode: 0,
  };
}

function status(windows: Windows): Outcome {
  const service = installed(windows);
  const [state, config] = [service.state(), service.config()];
  const text = [
    ["state", state && describeState(windows, state)],
    ["start", config?.startType],
    ["account", config?.account],
    ["command", config?.commandLine],
  ].map(([name = "", value = ""]) => `${name.padEnd(9)}${value}`).join("\n");
  return { text, exitCode: state?.state === "running" ? 0 : 1 };
}

function installed(windows: Windows): Service {
  const service = new Service(windows, SERVICE_NAME);
  if (service.state() !== undefined) return service;
  throw new ServiceCommandError(
    `There is no service ${SERVICE_NAME}: install it with tapi2ws service install`,
  );
}
