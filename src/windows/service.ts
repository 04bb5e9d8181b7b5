/**
 * The services of Windows, as the service control manager (SCM) keeps them: installing, changing,
 * starting, stopping and looking at one.
 *
 * @see https://learn.microsoft.com/windows/win32/api/winsvc/
 */
import { encodeText } from "../tapi/text.ts";
import { ERROR, SC, SC_MANAGER, SERVICE } from "./constants.ts";
import { furtherSetup, type ServiceSetup } from "./service_setup.ts";
import { QUERY_SERVICE_CONFIGW, SERVICE_STATUS, SERVICE_STATUS_PROCESS } from "./structs.ts";
import { cell, type Windows, WindowsError } from "./windows.ts";

/** What the SCM says of a service. */
export interface ServiceState {
  readonly state: "stopped" | "starting" | "stopping" | "running" | "paused";
  /** 0: it does not run. */
  readonly processId: number;
  /** Why it ended: an ERROR_ code, or 1066 with a code of the service's own. */
  readonly exitCode: number;
  readonly specificExitCode: number;
  /** So long it may take to its next report, in milliseconds. */
  readonly waitHintMs: number;
}

/** How a service is configured, as far as it is of interest. */
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

/** The largest QUERY_SERVICE_CONFIGW that there can be. */
const CONFIG_BYTES = 8192;
const LOOK_AGAIN_MS = 100;

/** One service, there or not. */
export class Service {
  readonly #windows: Windows;

  constructor(windows: Windows, readonly name: string) {
    this.#windows = windows;
  }

  /** @throws WindowsError where this process may not install services. */
  checkRights(): void {
    this.#manager(SC_MANAGER.CONNECT | SC_MANAGER.CREATE_SERVICE)[Symbol.dispose]();
  }

  /**
   * Sets it up; where it is there, as it is to be from now on.
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

  /** Takes it away; it must have stopped. @returns Whether it was there. @throws WindowsError */
  uninstall(): boolean {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#openOrNot(manager, DELETE);
    if (service === undefined) return false;
    this.#windows.check("DeleteService", this.#windows.advapi32.DeleteService(service.handle));
    return true;
  }

  /** Asks the SCM to start it, which it answers before it runs. @throws WindowsError */
  start(): void {
    using manager = this.#manager(SC_MANAGER.CONNECT);
    using service = this.#open(manager, SERVICE.START);
    const { advapi32 } = this.#windows;
    this.#windows.check("StartServiceW", advapi32.StartServiceW(service.handle, 0, null));
  }

  /** Asks it to stop, which it answers before it has. @throws WindowsError */
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

  /** @returns `undefined` where there is no such service. @throws WindowsError */
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
   * Waits while it starts or stops.
   *
   * @param patienceMs How long to wait at most.
   * @returns How it is then.
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

  /** @returns `undefined` where there is no such service. @throws WindowsError */
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
        SERVICE.WIN32_OWN_PROCESS,
        SERVICE.AUTO_START,
        SERVICE.ERROR_NORMAL,
        encodeText(setup.commandLine),
        null,
        null,
        dependencies(setup),
        encodeText(setup.account),
        setup.password === undefined ? null : encodeText(setup.password),
      ),
    );
  }

  #change({ handle }: Handle, setup: ServiceSetup): void {
    const fn = "ChangeServiceConfigW";
    this.#windows.check(
      fn,
      this.#windows.advapi32[fn](
        handle,
        SERVICE.WIN32_OWN_PROCESS,
        SERVICE.AUTO_START,
        SERVICE.ERROR_NORMAL,
        encodeText(setup.commandLine),
        null,
        null,
        dependencies(setup),
        encodeText(setup.account),
        // "" is the password of accounts that have none; NULL would leave an older one.
        encodeText(setup.password ?? ""),
        encodeText(setup.displayName),
      ),
    );
  }

  #setUpFurther({ handle }: Handle, setup: ServiceSetup): void {
    using arena = this.#windows.arena();
    const fn = "ChangeServiceConfig2W";
    for (const [level, info] of furtherSetup(setup, arena)) {
      const code = this.#windows.errorOf(this.#windows.advapi32[fn](handle, level, info));
      // Wine does not know every level; Windows has had them since 2008.
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

/** A list of texts that each end with a NUL, and one more. */
function dependencies(setup: ServiceSetup): Uint8Array<ArrayBuffer> {
  return encodeText(setup.dependencies.map((name) => `${name}\0`).join(""));
}

/** The standard right DELETE of winnt.h. */
const DELETE = 0x10000;

/** A SC_HANDLE, closed at the end of the block that uses it. */
interface Handle extends Disposable {
  readonly handle: bigint;
}
