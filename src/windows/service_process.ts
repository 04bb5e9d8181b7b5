/**
 * The process as a Windows service: connected to the service control manager (SCM), which is told the
 * true state and asks the process to stop.
 *
 * The SCM calls on threads of its own and waits. Its calls only note what was asked; states are
 * reported from the event loop.
 *
 * @see https://learn.microsoft.com/windows/win32/services/service-programs
 */
import { encodeText } from "../tapi/text.ts";
import { ERROR, SERVICE } from "./constants.ts";
import { SERVICE_STATUS, SERVICE_TABLE_ENTRYW } from "./structs.ts";
import type { Windows } from "./windows.ts";

/** Two functions that the SCM can call, by their addresses. */
export interface ServiceCallbacks {
  /** LPSERVICE_MAIN_FUNCTIONW */
  readonly main: bigint;
  /** LPHANDLER_FUNCTION_EX */
  readonly handler: bigint;
  /** Hands their calls on from now on. The handler answers an ERROR_ code. */
  listen(to: { serviceMain(): void; handler(control: number): number }): void;
}

/** While the process starts or stops, the SCM hears of it so often. */
const CHECKPOINT_MS = 2000;
/** The SCM waits so long for the next report. */
const WAIT_HINT_MS = 15_000;
/** The SCM may take so long to let the process go after the last report. */
const RELEASE_MS = 2000;

/** The process was not started by the SCM. */
export class NotAServiceError extends Error {
  override readonly name = "NotAServiceError";
}

/** The connection to the SCM. */
export class ServiceProcess {
  /** Resolves when the SCM has taken the process for the service. @throws NotAServiceError */
  readonly connected: Promise<void>;
  /** Resolves with the control that asks the process to end: `STOP` or `PRESHUTDOWN`. */
  readonly stopRequested: Promise<string>;
  readonly #windows: Windows;
  /** Reports states; the SCM hands it out. */
  readonly #handle: Promise<bigint>;
  /** Settled when the SCM lets the process go. */
  readonly #released: Promise<unknown>;
  #state: number = SERVICE.START_PENDING;
  #checkPoint = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Reports go out one after the other. */
  #reports: Promise<unknown> = Promise.resolve();

  /** Connects; Windows gives a process 30 seconds for that. */
  constructor(windows: Windows, callbacks: ServiceCallbacks, name: string) {
    const { advapi32 } = this.#windows = windows;
    const handle = Promise.withResolvers<bigint>();
    const stop = Promise.withResolvers<string>();
    this.#handle = handle.promise;
    this.stopRequested = stop.promise;
    callbacks.listen({
      serviceMain() {
        const fn = "RegisterServiceCtrlHandlerExW";
        try {
          const registered = advapi32[fn](encodeText(name), callbacks.handler, 0n);
          handle.resolve(windows.check(fn, registered));
        } catch (error) {
          handle.reject(error);
        }
      },
      handler(control) {
        if (control === SERVICE.CONTROL_STOP) stop.resolve("STOP");
        else if (control === SERVICE.CONTROL_PRESHUTDOWN) stop.resolve("PRESHUTDOWN");
        else if (control !== SERVICE.CONTROL_INTERROGATE) return ERROR.CALL_NOT_IMPLEMENTED;
        return 0;
      },
    });
    // The SCM reads the table and the name as long as the process lives.
    const entry = { lpServiceName: windows.keep(encodeText(name)), lpServiceProc: callbacks.main };
    const table = new Uint8Array(2 * SERVICE_TABLE_ENTRYW.size);
    table.set(SERVICE_TABLE_ENTRYW.write(entry));
    this.#released = advapi32.StartServiceCtrlDispatcherW(windows.keep(table)).then(() =>
      // Without effect where the SCM has called before.
      handle.reject(new NotAServiceError("Windows did not start this process as a service"))
    );
    this.connected = handle.promise.then(() => this.#enter(SERVICE.START_PENDING));
  }

  /** The service does its work. */
  running(): void {
    this.#enter(SERVICE.RUNNING);
  }

  /** The service is on its way to its end. */
  stopping(): void {
    this.#enter(SERVICE.STOP_PENDING);
  }

  /**
   * The service has ended: the process has nothing to do any more but to exit.
   *
   * @param exitCode Why it could not go on; 0: it was asked to stop.
   */
  async stopped(exitCode: number): Promise<void> {
    this.#enter(SERVICE.STOPPED, exitCode);
    await this.#reports;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise((resolve) => timer = setTimeout(resolve, RELEASE_MS));
    await Promise.race([this.#released, late]);
    clearTimeout(timer);
  }

  #enter(state: number, exitCode = 0): void {
    clearInterval(this.#timer);
    this.#state = state;
    this.#checkPoint = 0;
    this.#report(exitCode);
    if (state === SERVICE.START_PENDING || state === SERVICE.STOP_PENDING) {
      this.#timer = setInterval(() => this.#report(), CHECKPOINT_MS);
    }
  }

  #report(exitCode = 0): void {
    const state = this.#state;
    const isPending = state === SERVICE.START_PENDING || state === SERVICE.STOP_PENDING;
    const status = SERVICE_STATUS.write({
      dwServiceType: SERVICE.WIN32_OWN_PROCESS,
      dwCurrentState: state,
      dwControlsAccepted: state === SERVICE.RUNNING
        ? SERVICE.ACCEPT_STOP | SERVICE.ACCEPT_PRESHUTDOWN
        : 0,
      dwWin32ExitCode: exitCode === 0 ? 0 : ERROR.SERVICE_SPECIFIC_ERROR,
      dwServiceSpecificExitCode: exitCode,
      dwCheckPoint: isPending ? ++this.#checkPoint : 0,
      dwWaitHint: isPending ? WAIT_HINT_MS : 0,
    });
    const { SetServiceStatus } = this.#windows.advapi32;
    this.#reports = this.#reports.then(async () => SetServiceStatus(await this.#handle, status));
  }
}
