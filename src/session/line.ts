/** Lines as TAPI has them: a line device is one HLINE, and each of its addresses is a line. */
import type { Clock } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { LineIdentity, LineStatus } from "../model/line.ts";
import { Semaphore } from "../semaphore.ts";
import { has, LINEDEVSTATE, LINEERR } from "../tapi/constants.ts";
import { TapiError } from "../tapi/errors.ts";
import { LineQueue } from "./line_queue.ts";

const log = logger("session");

/** How many functions may run on a line for commands: each takes a thread while the driver works. */
const MOST_COMMANDS = 2;

/** LINEADDRFEATURE_ and LINEFEATURE_ bits: everything that an address can do, and its device. */
export interface LineFeatures {
  readonly address: number;
  readonly line: number;
}

/** Everything that can ever be done on an address; 0 if the device does not report it. */
export interface AddressFeatures extends LineFeatures {
  /** LINEADDRESSCAPS.dwCallFeatures. */
  readonly call: number;
  /** LINEADDRESSCAPS.dwCallFeatures2. */
  readonly call2: number;
  /** LINEADDRESSCAPS.dwForwardModes. */
  readonly forwardModes: number;
  /** LINEADDRESSCAPS.dwAddrCapFlags. */
  readonly flags: number;
}

export class TapiLine {
  /** Functions that run for commands. */
  readonly commands: Semaphore = new Semaphore(MOST_COMMANDS);
  /** Changes of its forwarding, each of which begins with reading the one before. */
  readonly forwarding: Semaphore = new Semaphore(1);
  #identity: LineIdentity;
  #features: AddressFeatures;

  constructor(
    readonly device: LineDevice,
    readonly addressId: number,
    identity: LineIdentity,
    features: AddressFeatures,
  ) {
    this.#identity = identity;
    this.#features = features;
  }

  /** What clients know it by: one object for as long as the line is known. */
  get identity(): LineIdentity {
    return this.#identity;
  }

  /** The extension. */
  get name(): string {
    return this.#identity.line;
  }

  /** Everything that can ever be done; it changes if the driver says so. */
  get features(): AddressFeatures {
    return this.#features;
  }

  /** The driver reports other features than before. */
  refeature(features: AddressFeatures): void {
    this.#features = features;
  }

  /** Makes the permanent id unique, if the driver gives several lines the same one. */
  tellApart(taken: ReadonlySet<string>): void {
    let { permanentId } = this.#identity;
    if (taken.has(permanentId)) permanentId += `/${this.#identity.line}`;
    if (taken.has(permanentId)) permanentId += `#${this.device.id}`;
    if (permanentId !== this.#identity.permanentId) {
      this.#identity = { ...this.#identity, permanentId };
    }
  }
}

/** How a device is opened, from what it says of itself. */
export interface DeviceCaps {
  readonly apiVersion: number;
  /** LINEMEDIAMODE_ bits to open it with. */
  readonly mediaModes: number;
  /** LINEDEVSTATE_ and LINEADDRESSSTATE_ bits to ask for. */
  readonly lineStates: number;
  readonly addressStates: number;
}

/** What lineOpen has returned, and whether the device has taken it. */
interface OpenedHandle {
  readonly handle: number;
  readonly isTaken: boolean;
}

/** Everything that can be read again once the device's messages have been worked off. */
export interface Refresh {
  /** The commands that calls take. */
  readonly calls?: boolean;
  /** The commands that lines take, their forwarding, and the message lamp. */
  readonly status?: boolean;
  /** Everything that can ever be done. */
  readonly caps?: boolean;
}

export class LineDevice {
  /** The work that messages cause, in their order. */
  readonly queue: LineQueue;
  readonly #lines: TapiLine[] = [];
  #handle = 0;
  #status: LineStatus | "opening" = "opening";
  #error: string | undefined;
  /** While lineOpen is under way: handles that LINE_CLOSE named, which may overtake its return. */
  #closedEarly: Set<number> | undefined;
  #outOfService = false;
  #disconnected = false;
  #reportsInService = false;
  #reportsMessageWaiting = false;
  #refresh: Refresh | undefined;
  #closed = Promise.withResolvers<void>();

  /** @param id The device id, from 0. */
  constructor(readonly id: number, readonly caps: DeviceCaps, clock: Clock) {
    this.queue = new LineQueue({
      clock,
      onFailure: (error) =>
        log.error("Line {line}: {error}", { line: this.name, error: describeError(error) }),
      onOverflow: () =>
        log.error("Line {line}: its driver hangs; messages are discarded", { line: this.name }),
    });
  }

  /** Its addresses. */
  get lines(): readonly TapiLine[] {
    return this.#lines;
  }

  addLine(line: TapiLine): void {
    this.#lines.push(line);
  }

  /** The extension of its first address, for the log. */
  get name(): string {
    return this.#lines[0]?.name ?? `device ${this.id}`;
  }

  /** dwCallbackInstance: identifies its messages even before lineOpen has returned the handle. */
  get instance(): number {
    return this.id + 1;
  }

  /** HLINE; 0 unless open. */
  get handle(): number {
    return this.#handle;
  }

  get status(): LineStatus | "opening" {
    return this.#status;
  }

  /** The symbolic TAPI error that keeps the device from being open. */
  get error(): string | undefined {
    return this.#error;
  }

  /** Whether calls on it can be reported: messages may overtake lineOpen's return. */
  get takesCalls(): boolean {
    return this.#handle !== 0 || this.#closedEarly !== undefined;
  }

  /** Settled when the device, which is open, is closed. */
  get whenClosed(): Promise<void> {
    return this.#closed.promise;
  }

  /**
   * Runs lineOpen. The device is open in the turn in which it returns, because messages about its
   * calls may follow at once; unless `until` is aborted: then the handle is the caller's to close.
   *
   * @throws TapiError if LINE_CLOSE has already named it.
   */
  async open(lineOpen: () => Promise<number>, until: AbortSignal): Promise<OpenedHandle> {
    const closedEarly = this.#closedEarly = new Set<number>();
    let handle: number;
    try {
      handle = await lineOpen();
    } finally {
      this.#closedEarly = undefined;
    }
    if (closedEarly.has(handle)) throw new TapiError("lineOpenW", LINEERR.INVALLINEHANDLE);
    if (until.aborted) return { handle, isTaken: false };
    this.#handle = handle;
    this.#status = "open";
    this.#error = undefined;
    this.#outOfService = this.#disconnected = false;
    this.#closed = Promise.withResolvers();
    return { handle, isTaken: true };
  }

  /** LINE_CLOSE named this handle; whose it is shows when lineOpen returns. */
  heardClose(handle: number): void {
    this.#closedEarly?.add(handle);
  }

  /** The handle is dead, or will not come. */
  closed(): void {
    this.#handle = 0;
    this.#status = "closed";
    this.#closed.resolve();
  }

  failed(error: unknown): void {
    this.#status = "failed";
    this.#error = error instanceof TapiError ? error.codeName : describeError(error);
  }

  /** Takes the LINEDEVSTATE_ bits of a message. @returns Whether its status has changed. */
  heardState(states: number): boolean {
    if (has(states, LINEDEVSTATE.INSERVICE)) this.#outOfService = false;
    if (has(states, LINEDEVSTATE.CONNECTED)) this.#disconnected = false;
    if (has(states, LINEDEVSTATE.OUTOFSERVICE)) this.#outOfService = true;
    if (has(states, LINEDEVSTATE.DISCONNECTED)) this.#disconnected = true;
    return this.#updateStatus();
  }

  /** Takes LINEDEVSTATUSFLAGS_INSERVICE. @returns Whether its status has changed. */
  readInService(inService: boolean): boolean {
    // A driver that never sets the flag says nothing by not setting it.
    this.#reportsInService ||= inService;
    if (this.#reportsInService) this.#outOfService = !inService;
    return this.#updateStatus();
  }

  /**
   * Takes LINEDEVSTATUSFLAGS_MSGWAIT.
   *
   * @returns Whether the lamp is on; `undefined` if the driver never sets the flag.
   */
  readMessageWaiting(isLit: boolean): boolean | undefined {
    this.#reportsMessageWaiting ||= isLit;
    return this.#reportsMessageWaiting ? isLit : undefined;
  }

  /** Notes what is to be read again. @returns Whether nothing was noted before. */
  demandRefresh(what: Refresh): boolean {
    const noted = this.#refresh;
    this.#refresh = {
      calls: (noted?.calls || what.calls) ?? false,
      status: (noted?.status || what.status) ?? false,
      caps: (noted?.caps || what.caps) ?? false,
    };
    return noted === undefined;
  }

  takeRefresh(): Refresh | undefined {
    const noted = this.#refresh;
    this.#refresh = undefined;
    return noted;
  }

  #updateStatus(): boolean {
    const inService = !this.#outOfService && !this.#disconnected;
    if (this.#handle === 0 || inService === (this.#status === "open")) return false;
    this.#status = inService ? "open" : "out_of_service";
    return true;
  }
}
