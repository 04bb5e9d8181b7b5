/** What applications hold of the fake telephony service: application, line and call handles. */
import { LINEERR } from "../tapi/constants.ts";
import type { Clock } from "../clock.ts";
import type { Device } from "./devices.ts";
import { type Message, MessageQueue } from "./message_queue.ts";
import { type Extension, type Leg, Refusal } from "./model.ts";

/** An application that has initialised TAPI. */
export interface App {
  readonly handle: number;
  readonly queue: MessageQueue;
  readonly lines: Set<OpenLine>;
  lastRequestId: number;
}

export interface OpenLine {
  readonly handle: number;
  readonly app: App;
  readonly deviceId: number;
  readonly device: Device;
  readonly callbackInstance: bigint;
  readonly privileges: number;
  readonly mediaModes: number;
  /** What lineSetStatusMessages asked for. */
  lineStates: number;
  addressStates: number;
  readonly calls: Map<Leg, CallHandle>;
}

export interface CallHandle {
  readonly handle: number;
  readonly line: OpenLine;
  readonly leg: Leg;
  privilege: number;
  /** Messages that wait until the application has had the LINE_REPLY that gives it the handle. */
  heldBack: Message[] | null;
}

/** Handles use their highest bit and requests are far from 1: a program must bear both. */
const FIRST_HANDLE = 0x80010001;
const HANDLE_STEP = 0x11;
const FIRST_REQUEST_ID = 0x10000;

/** The tables of what applications hold. */
export class Handles {
  readonly #apps = new Map<number, App>();
  readonly #lines = new Map<number, OpenLine>();
  readonly #linesOf = new Map<Extension, Set<OpenLine>>();
  readonly #calls = new Map<number, CallHandle>();
  #nextHandle = FIRST_HANDLE;

  constructor(readonly devices: readonly Device[], readonly clock: Clock) {}

  get appCount(): number {
    return this.#apps.size;
  }

  get callHandleCount(): number {
    return this.#calls.size;
  }

  openApp(): App {
    const app: App = {
      handle: this.#newHandle(),
      queue: new MessageQueue(this.clock),
      lines: new Set(),
      lastRequestId: FIRST_REQUEST_ID,
    };
    this.#apps.set(app.handle, app);
    return app;
  }

  closeApp(app: App): void {
    for (const line of app.lines) this.closeLine(line);
    this.#apps.delete(app.handle);
    app.queue.shutDown();
  }

  /** @throws Refusal */
  app(handle: number): App {
    return found(this.#apps.get(handle), LINEERR.INVALAPPHANDLE);
  }

  /** @throws Refusal */
  line(handle: number): OpenLine {
    return found(this.#lines.get(handle), LINEERR.INVALLINEHANDLE);
  }

  /** @throws Refusal */
  call(handle: number): CallHandle {
    return found(this.#calls.get(handle), LINEERR.INVALCALLHANDLE);
  }

  /** @throws Refusal */
  device(deviceId: number): Device {
    return found(this.devices[deviceId], LINEERR.BADDEVICEID);
  }

  isOpen(line: OpenLine): boolean {
    return this.#lines.has(line.handle);
  }

  openLine(
    opening: Pick<
      OpenLine,
      "app" | "deviceId" | "device" | "callbackInstance" | "privileges" | "mediaModes"
    >,
  ): OpenLine {
    const line: OpenLine = {
      ...opening,
      handle: this.#newHandle(),
      lineStates: 0,
      addressStates: 0,
      calls: new Map(),
    };
    this.#lines.set(line.handle, line);
    line.app.lines.add(line);
    const { extension } = line.device;
    if (extension !== null) {
      const lines = this.#linesOf.get(extension) ?? new Set();
      this.#linesOf.set(extension, lines.add(line));
    }
    return line;
  }

  closeLine(line: OpenLine): void {
    for (const { handle } of line.calls.values()) this.#calls.delete(handle);
    line.calls.clear();
    this.#lines.delete(line.handle);
    line.app.lines.delete(line);
    if (line.device.extension !== null) this.#linesOf.get(line.device.extension)?.delete(line);
  }

  linesOf(extension: Extension): Iterable<OpenLine> {
    return this.#linesOf.get(extension) ?? [];
  }

  addCall(line: OpenLine, leg: Leg, privilege: number, announced: boolean): CallHandle {
    const heldBack = announced ? null : [];
    const call: CallHandle = { handle: this.#newHandle(), line, leg, privilege, heldBack };
    this.#calls.set(call.handle, call);
    line.calls.set(leg, call);
    return call;
  }

  deallocate(call: CallHandle): void {
    this.#calls.delete(call.handle);
    call.line.calls.delete(call.leg);
  }

  /** How many handles of the leg's call have this privilege. */
  countHandles(leg: Leg, privilege: number): number {
    let count = 0;
    for (const line of this.linesOf(leg.extension)) {
      if (line.calls.get(leg)?.privilege === privilege) count++;
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
