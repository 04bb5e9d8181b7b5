/** Starts and stops the Windows service, and explains why it does not run. */
import { ERROR } from "../windows/constants.ts";
import type { Service, ServiceState } from "../windows/service.ts";
import type { Windows } from "../windows/windows.ts";

/** How long to wait for the service to start or stop. */
const PATIENCE_MS = 40_000;

/** The service cannot be installed or controlled. The message is for the administrator. */
export class ServiceCommandError extends Error {
  override readonly name = "ServiceCommandError";
}

/** Starts the service and waits until it is running. @throws ServiceCommandError when it does not start. */
export async function startAndWait(windows: Windows, service: Service): Promise<void> {
  // A service that is already starting or running is left alone.
  if (service.state()?.state === "stopped") service.start();
  const state = await service.settled(PATIENCE_MS);
  if (state?.state === "running") return;
  throw new ServiceCommandError(
    `The service does not start: ${state && describeState(windows, state)}. ` +
      "The Application log of Windows has the reason",
  );
}

/** @returns Whether it was running. @throws ServiceCommandError when it does not stop. */
export async function stopIfRunning(service: Service): Promise<boolean> {
  // A service that is starting cannot be stopped yet.
  const before = await service.settled(PATIENCE_MS);
  if (before?.state !== "running") return false;
  service.stop();
  const state = await service.settled(PATIENCE_MS);
  if (state?.state === "stopped") return true;
  throw new ServiceCommandError(`The service does not stop: it is still ${state?.state}`);
}

/** Why the service ended, by its exit code. */
const REASONS: Readonly<Record<number, string>> = {
  1: "the port, the TAPI library or something else is not available",
  2: "a setting cannot be used",
};

/** Advice on an error of the service control manager. */
const ADVICE: Readonly<Record<number, string>> = {
  [ERROR.SERVICE_LOGON_FAILED]:
    'give the account the right "Log on as a service" (secpol.msc), and check its password',
  [ERROR.SERVICE_DEPENDENCY_FAIL]: "the service Telephony (TapiSrv) does not start",
  [ERROR.PROCESS_ABORTED]: "it crashed, or its process was ended",
};

/** The state of the service in words, with the reason if it ended. */
export function describeState(windows: Windows, state: ServiceState): string {
  const { exitCode, specificExitCode } = state;
  if (state.state !== "stopped") return `${state.state}, process ${state.processId}`;
  if (exitCode === 0) return "stopped";
  if (exitCode === ERROR.SERVICE_NEVER_STARTED) return "stopped, not started yet";
  const reason = exitCode === ERROR.SERVICE_SPECIFIC_ERROR
    ? REASONS[specificExitCode] ?? `exit code ${specificExitCode}`
    : ADVICE[exitCode] ?? windows.failure("the service", exitCode).message;
  return `stopped: ${reason}`;
}
