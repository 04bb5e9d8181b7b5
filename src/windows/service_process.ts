/**
 * This process as a Windows service: its connection to the service control manager (SCM), which gets
 * its state and asks it to stop.
 *
 * The SCM calls from threads of its own and waits for the answer. The callbacks only record the
 * request; states are reported from the event loop.
 *
 * @see https://learn.microsoft.com/windows/win32/services/service-programs
 */
import { encodeText } from "../tapi/text.ts";
import { ERROR, SERVICE } from "./constants.ts";
import { SERVICE_STATUS, SERVICE_TABLE_ENTRYW } from "./structs.ts";
import type { Windows } from "./windows.ts";

/** The addresses of two functions that the SCM calls. */
export interface ServiceCallbacks {
  /** LPSERVICE_MAIN_FUNCTIONW */
  readonly main: bigint;
  /** LPHANDLER_FUNCTION_EX */
  readonly handler: bigint;
  /** Sets the listener for their calls. Its handler returns an ERROR_ code. */
  listen(to: { serviceMain(): void; handler(control: number): number }): void;
}

/** How often progress is reported while the process starts or stops. */
const CHECKPOINT_MS = 2000;
/** How long the SCM waits for the next report. */
const WAIT_HINT_MS = 15_000;
/** How long the SCM can take to release the process after the last report. */
const RELEASE_MS = 2000;

/** The process was not started by the SCM. */
export class NotAServiceError extends Error {
  override readonly name = "NotAServiceError";
}

/** The connection to the SCM. */
export class ServiceProcess {
  /** Resolves when the SCM accepts the process as the service. @throws NotAServiceError */
  readonly connected: Promise<void>;
  /** Resolves with the control that asks the process to end: `STOP` or `PRESHUTDOWN`. */
  readonly stopRequested: Promise<string>;
  readonly #windows: Windows;
  /** The handle to report states with. */
  readonly #handle: Promise<bigint>;
  /** Settles when the SCM releases the process. */
  readonly #released: Promise<unknown>;
  #state: number = SERVICE.START_PENDING;
  #checkPoint = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** Reports are sent one after the other. */
  #reports: Promise<unknown> = Promise.resolve();

  /** Connects; a service must do so within 30 seconds of its start. */
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
    // The SCM can read the table and the name for the life of the process.
    const entry = { lpServiceName: windows.keep(encodeText(name)), lpServiceProc: callbacks.main };
    const table = new Uint8Array(2 * SERVICE_TABLE_ENTRYW.size);
    table.set(SERVICE_TABLE_ENTRYW.write(entry));
    this.#released = advapi32.StartServiceCtrlDispatcherW(windows.keep(table)).then(() =>
      // No effect if the SCM has accepted the process before.
      handle.reject(new NotAServiceError("Windows did not start this process as a service"))
    );
    this.connected = handle.promise.then(() => this.#enter(SERVICE.START_PENDING));
    // It can fail before anyone waits for it.
    this.connected.catch(() => {});
  }

  /** Reports that the service is running. */
  running(): void {
    this.#enter(SERVICE.RUNNING);
  }

  /** Reports that the service is stopping. */
  stopping(): void {
    this.#enter(SERVICE.STOP_PENDING);
  }

  /**
   * Reports that the service has stopped. The process must exit after this.
   *
   * @param exitCode The service-specific error; 0 when it was asked to stop.
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
