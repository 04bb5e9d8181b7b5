/** The tables of the handles that applications hold. */
import type { Clock } from "../../clock.ts";
import { LINEERR } from "../../tapi/constants.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Leg } from "../exchange/leg.ts";
import { Refusal } from "../refusal.ts";
import { Application, CallHandle, OpenLine } from "./application.ts";
import type { Device } from "./devices.ts";

/** Handles use their highest bit: a program must bear it. */
const FIRST_HANDLE = 0x80010001;
const HANDLE_STEP = 0x11;

export class Handles {
  readonly #clock: Clock;
  readonly #applications = new Map<number, Application>();
  readonly #lines = new Map<number, OpenLine>();
  readonly #linesOf = new Map<Extension, Set<OpenLine>>();
  readonly #calls = new Map<number, CallHandle>();
  #nextHandle = FIRST_HANDLE;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get applications(): Iterable<Application> {
    return this.#applications.values();
  }

  get hasApplication(): boolean {
    return this.#applications.size > 0;
  }

  get callCount(): number {
    return this.#calls.size;
  }

  addApplication(): Application {
    const application = new Application(this.#newHandle(), this.#clock);
    this.#applications.set(application.handle, application);
    return application;
  }

  closeApplication(application: Application): void {
    for (const line of this.#lines.values()) {
      if (line.application === application) this.closeLine(line);
    }
    this.#applications.delete(application.handle);
    application.queue.shutDown();
  }

  /** @throws Refusal */
  application(handle: number): Application {
    return found(this.#applications.get(handle), LINEERR.INVALAPPHANDLE);
  }

  /** @throws Refusal */
  line(handle: number): OpenLine {
    return found(this.#lines.get(handle), LINEERR.INVALLINEHANDLE);
  }

  /** @throws Refusal */
  call(handle: number): CallHandle {
    return found(this.#calls.get(handle), LINEERR.INVALCALLHANDLE);
  }

  isOpen(line: OpenLine): boolean {
    return this.#lines.has(line.handle);
  }

  /** @param privileges Bits of LINECALLPRIVILEGE. */
  openLine(
    application: Application,
    device: Device,
    callbackInstance: bigint,
    privileges: number,
  ): OpenLine {
    const handle = this.#newHandle();
    const line = new OpenLine(handle, application, device, callbackInstance, privileges);
    this.#lines.set(handle, line);
    for (const extension of device.addresses) {
      const lines = this.#linesOf.get(extension) ?? new Set();
      this.#linesOf.set(extension, lines.add(line));
    }
    return line;
  }

  closeLine(line: OpenLine): void {
    for (const call of line.calls) this.deallocate(call);
    this.#lines.delete(line.handle);
    for (const extension of line.device.addresses) this.#linesOf.get(extension)?.delete(line);
  }

  /** The open lines on which the calls of an extension are. */
  linesOf(extension: Extension): ReadonlySet<OpenLine> {
    return this.#linesOf.get(extension) ?? new Set();
  }

  /** @param isKnown Whether the application is told the handle now, not with a LINE_REPLY. */
  addCall(line: OpenLine, leg: Leg, privilege: number, isKnown: boolean): CallHandle {
    const call = new CallHandle(this.#newHandle(), line, leg, privilege, isKnown);
    this.#calls.set(call.handle, call);
    line.add(call);
    return call;
  }

  deallocate(call: CallHandle): void {
    this.#calls.delete(call.handle);
    call.line.remove(call);
  }

  /** How many handles of the leg have this privilege. */
  countHandles(leg: Leg, privilege: number): number {
    let count = 0;
    for (const line of this.linesOf(leg.extension)) {
      if (line.callOf(leg)?.privilege === privilege) count++;
    }
    return count;
  }

  #newHandle(): number {
    const handle = this.#nextHandle;
    this.#nextHandle = (handle + HANDLE_STEP) >>> 0 || FIRST_HANDLE;
    return handle;
  }
}

function found<T>(value: T | undefined, code: number): T {
  if (value === undefined) throw new Refusal(code);
  return value;
}
