/**
 * A Windows service as the service control manager (SCM) has it: installs, changes, starts, stops and
 * queries it.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winsvc/
 */
import { encodeText } from "../tapi/text.ts";
import { ERROR, SC, SC_MANAGER, SERVICE } from "./constants.ts";
import { furtherSetup, type ServiceSetup } from "./service_setup.ts";
import { QUERY_SERVICE_CONFIGW, SERVICE_STATUS, SERVICE_STATUS_PROCESS } from "./structs.ts";
import { cell, type Windows, WindowsError } from "./windows.ts";

/** The state of a service. */
export interface ServiceState {
  readonly state: "stopped" | "starting" | "stopping" | "running" | "paused";
  /** 0 when it is not running. */
  readonly processId: number;
  /** Why it ended: an ERROR_ code; 1066 stands for the service-specific code. */
  readonly exitCode: number;
  readonly specificExitCode: number;
  /** How long the next report can take. */
  readonly waitHintMs: number;
}

/** The configuration of a service. */
export interface ServiceConfig {
  readonly commandLine: string;
  readonly account: string;
  readonly startType: "automatic" | "manual" | "disabled" | "other";
}

const STATES = [
  "stopped",
  "stopped",
  "starting",
  "stopping",
  "running",
  "starting",
  "stopping",
  "paused",
] as const;

const START_TYPES: Readonly<Record<number, ServiceConfig["startType"]>> = {
  [SERVICE.AUTO_START]: "automatic",
  [SERVICE.DEMAND_START]: "manual",
  [SERVICE.DISABLED]: "disabled",
};

/** The documented maximum of a QUERY_SERVICE_CONFIGW with its texts. */
const CONFIG_BYTES = 8192;
const LOOK_AGAIN_MS = 100;

/** One service, which need not exist. */
export class Service {
  readonly #windows: Windows;

  constructor(windows: Windows, readonly name: string) {
    this.#windows = windows;
  }

  /** @throws WindowsError when this process has no right to install services. */
  checkRights(): void {
    this.#manager(SC_MANAGER.CONNECT | SC_MANAGER.CREATE_SERVICE)[Symbol.dispose]();
  }

  /**
   * Creates the service, or changes the existing one.
   *
   * @returns Whether it is new.
   * @throws WindowsError
   */
  install(setup: ServiceSetup): boolean {
    using manager = this.#manager(SC_MANAGER.CONNECT | SC_MANAGER.CREATE_SERVICE);
    using existing = this.#openOrNot(manager, SERVICE.CHANGE_CONFIG | SERVICE.START);
    if (existing !== undefined) {
      this.#change(existing, setup);
      this.#setUpFurther(existing, setup);
      return false;
    }
    using created = this.#create(manager, setup);
    this.#setUpFurther(created, setup);
    return true;
  }

  /** Deletes the service, which must have stopped. @returns Whether it existed. @throws WindowsError */
  uninstall(): boolean {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#openOrNot(manager, DELETE);
    if (service === undefined) return false;
    this.#windows.check("DeleteService", this.#windows.advapi32.DeleteService(service.handle));
    return true;
  }

  /** Starts the service; returns before it is running. @throws WindowsError */
  start(): void {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#open(manager, SERVICE.START);
    const { advapi32 } = this.#windows;
    this.#windows.check("StartServiceW", advapi32.StartServiceW(service.handle, 0, null));
  }

  /** Asks the service to stop; returns before it has stopped. @throws WindowsError */
  stop(): void {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#open(manager, SERVICE.STOP);
    const status = new Uint8Array(SERVICE_STATUS.size);
    const { advapi32 } = this.#windows;
    this.#windows.check(
      "ControlService",
      advapi32.ControlService(service.handle, SERVICE.CONTROL_STOP, status),
    );
  }

  /** @returns `undefined` when there is no such service. @throws WindowsError */
  state(): ServiceState | undefined {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#openOrNot(manager, SERVICE.QUERY_STATUS);
    if (service === undefined) return undefined;
    const bytes = new Uint8Array(SERVICE_STATUS_PROCESS.size);
    const fn = "QueryServiceStatusEx";
    const { advapi32 } = this.#windows;
    const level = SC.STATUS_PROCESS_INFO;
    this.#windows.check(
      fn,
      advapi32[fn](service.handle, level, bytes, bytes.length, cell(4)),
    );
    const status = SERVICE_STATUS_PROCESS.read(bytes);
    return {
      state: STATES[status.dwCurrentState] ?? "stopped",
      processId: status.dwProcessId,
      exitCode: status.dwWin32ExitCode,
      specificExitCode: status.dwServiceSpecificExitCode,
      waitHintMs: status.dwWaitHint,
    };
  }

  /**
   * Waits while the service is starting or stopping.
   *
   * @param patienceMs How long to wait at most.
   * @returns Its state then.
   * @throws WindowsError
   */
  async settled(patienceMs: number): Promise<ServiceState | undefined> {
    const endMs = performance.now() + patienceMs;
    for (;;) {
      const state = this.state();
      const isPending = state?.state === "starting" || state?.state === "stopping";
      if (!isPending || performance.now() >= endMs) return state;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** @returns `undefined` when there is no such service. @throws WindowsError */
  config(): ServiceConfig | undefined {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#openOrNot(manager, SERVICE.QUERY_CONFIG);
    if (service === undefined) return undefined;
    const windows = this.#windows;
    using arena = windows.arena();
    const address = arena.allocate(CONFIG_BYTES);
    const fn = "QueryServiceConfigW";
    windows.check(fn, windows.advapi32[fn](service.handle, address, CONFIG_BYTES, cell(4)));
    const config = QUERY_SERVICE_CONFIGW.read(
      windows.bytesAt(address, QUERY_SERVICE_CONFIGW.size),
    );
    return {
      commandLine: windows.textAt(config.lpBinaryPathName),
      account: windows.textAt(config.lpServiceStartName),
      startType: START_TYPES[config.dwStartType] ?? "other",
    };
  }

  #create(manager: Handle, setup: ServiceSetup): Handle {
    const { advapi32 } = this.#windows;
    return this.#handle(
      "CreateServiceW",
      advapi32.CreateServiceW(
        manager.handle,
        encodeText(this.name),
        encodeText(setup.displayName),
        SERVICE.CHANGE_CONFIG | SERVICE.START,
        ...configuration(setup),
      ),
    );
  }

  #change({ handle }: Handle, setup: ServiceSetup): void {
    const fn = "ChangeServiceConfigW";
    this.#windows.check(
      fn,
      this.#windows.advapi32[fn](
        handle,
        ...configuration(setup),
        encodeText(setup.displayName),
      ),
    );
  }

  #setUpFurther({ handle }: Handle, setup: ServiceSetup): void {
    using arena = this.#windows.arena();
    const fn = "ChangeServiceConfig2W";
    for (const [level, info] of furtherSetup(setup, arena)) {
      const code = this.#windows.errorOf(this.#windows.advapi32[fn](handle, level, info));
      // Wine does not have every level; Windows does.
      if (code !== 0 && code !== ERROR.INVALID_LEVEL) throw this.#windows.failure(fn, code);
    }
  }

  #manager(access: number): Handle {
    return this.#handle(
      "OpenSCManagerW",
      this.#windows.advapi32.OpenSCManagerW(null, null, access),
    );
  }

  #open(manager: Handle, access: number): Handle {
    const { advapi32 } = this.#windows;
    const handle = advapi32.OpenServiceW(manager.handle, encodeText(this.name), access);
    return this.#handle("OpenServiceW", handle);
  }

  #openOrNot(manager: Handle, access: number): Handle | undefined {
    try {
      return this.#open(manager, access);
    } catch (error) {
      const isAbsent = error instanceof WindowsError && error.code === ERROR.SERVICE_DOES_NOT_EXIST;
      if (isAbsent) return undefined;
      throw error;
    }
  }

  #handle(fn: string, handle: bigint): Handle {
    this.#windows.check(fn, handle);
    const { advapi32 } = this.#windows;
    return { handle, [Symbol.dispose]: () => advapi32.CloseServiceHandle(handle) };
  }
}

/** Service names, each with a NUL at its end; encodeText adds the last one. */
/** The parameters from dwServiceType to lpPassword, in the order of both functions. */
function configuration({ commandLine, dependencies, account, password }: ServiceSetup) {
  return [
    SERVICE.WIN32_OWN_PROCESS,
    SERVICE.AUTO_START,
    SERVICE.ERROR_NORMAL,
    encodeText(commandLine),
    null,
    null,
    encodeText(dependencies.map((name) => `${name}\0`).join("")),
    encodeText(account),
    password === null ? null : encodeText(password),
  ] as const;
}

/** The standard right DELETE of winnt.h. */
const DELETE = 0x10000;

/** A SC_HANDLE, closed at the end of the block with `using`. */
interface Handle extends Disposable {
  readonly handle: bigint;
}
