/** Lines as TAPI has them: a line device is one HLINE, and each of its addresses is a line. */
import type { Clock } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { LineIdentity, LineStatus } from "../model/line.ts";
import { Semaphore } from "../semaphore.ts";
import { LINEERR } from "../tapi/constants.ts";
import { TapiError } from "../tapi/errors.ts";
import {
  type AddressDescription,
  type AddressFeatures,
  type DeviceCaps,
  type DeviceDescription,
  NO_CAPS,
} from "./description.ts";
import { LineAgent } from "./agent.ts";
import { DeviceService } from "./device_service.ts";
import { LineQueue } from "./line_queue.ts";
import { PendingRefresh } from "./pending_refresh.ts";
import { VendorClaim } from "./vendors/claim.ts";

const log = logger("session");

/** How many functions may run on a line for commands: each takes a thread while the driver works. */
const MOST_COMMANDS = 2;

/** A call that is being made: its handle has not come yet. */
export interface PendingCall {
  /** Whether a drop is to be carried out as soon as it has. */
  isDropped: boolean;
}

export class TapiLine {
  /** Functions that run for commands. */
  readonly commands: Semaphore = new Semaphore(MOST_COMMANDS);
  /** Changes of its settings, each of which begins with reading the one before. */
  readonly settings: Semaphore = new Semaphore(1);
  /** The vendor that it belongs to, if it is one that the program knows. */
  readonly claim: VendorClaim = new VendorClaim();
  /** The ACD agent that works at it, if there is one. */
  readonly agent: LineAgent = new LineAgent();
  /** Calls that are being dialled. */
  readonly pendingCalls = new Set<PendingCall>();
  readonly addressId: number;
  /** The permanent id as the driver has it: two lines may share it. */
  readonly #givenId: string;
  #identity: LineIdentity;
  #label: string;
  #features: AddressFeatures;
  #lastSlot = 0;

  constructor(readonly device: LineDevice, description: AddressDescription) {
    this.addressId = description.addressId;
    this.#givenId = description.identity.permanentId;
    this.#identity = description.identity;
    this.#label = description.identity.name;
    this.#features = description.features;
  }

  /** Its names for clients: one object for as long as the line is known. */
  get identity(): LineIdentity {
    return this.#identity;
  }

  /** The extension. */
  get name(): string {
    return this.#identity.line;
  }

  /** Whether its device is open, and its address has not become another line. */
  get isOpen(): boolean {
    return this.device.handle !== 0 && this.device.lines.includes(this);
  }

  /** Everything that can ever be done; it changes if the driver says so. */
  get features(): AddressFeatures {
    return this.#features;
  }

  /** Whether the description is about this line, with whatever label and features. */
  isDescribedBy({ addressId, identity }: AddressDescription): boolean {
    const { provider, kind } = this.#identity;
    return addressId === this.addressId && identity.line === this.name &&
      identity.permanentId === this.#givenId && identity.provider === provider &&
      identity.kind === kind;
  }

  /** Takes a newer description. @returns The new label, if it is another one. */
  redescribe({ identity, features }: AddressDescription): string | undefined {
    this.#features = features;
    if (identity.name === this.#label) return undefined;
    this.#label = identity.name;
    return identity.name;
  }

  /** Makes the permanent id unique, if the driver gives several lines the same one. */
  tellApart(isTaken: (permanentId: string) => boolean): void {
    let { permanentId } = this.#identity;
    if (isTaken(permanentId)) permanentId += `/${this.name}`;
    if (isTaken(permanentId)) permanentId += `#${this.device.id}`;
    if (permanentId !== this.#identity.permanentId) {
      this.#identity = { ...this.#identity, permanentId };
    }
  }

  /** A slot to park a call in, for a switch that does not choose one: the extension and a digit. */
  nextSlot(): string {
    this.#lastSlot = this.#lastSlot % 9 + 1;
    return `${this.name}${this.#lastSlot}`;
  }
}

/** Changes that another description of a device has brought. */
export interface Redescription {
  /** Lines that have another label. */
  readonly renamed: readonly { readonly line: TapiLine; readonly name: string }[];
  /** Lines that are new, and those that they replace at their addresses. */
  readonly found: readonly { readonly line: TapiLine; readonly replaces: TapiLine | undefined }[];
  /** Lines whose addresses are not there any more, or not wanted. */
  readonly removed: readonly TapiLine[];
}

/** The handle that lineOpen has returned, and whether the device has taken it. */
interface OpenedHandle {
  readonly handle: number;
  readonly isTaken: boolean;
}

export class LineDevice {
  /** The work that messages cause, in their order. */
  readonly queue: LineQueue;
  readonly service: DeviceService = new DeviceService();
  readonly refresh: PendingRefresh = new PendingRefresh();
  #lines: readonly TapiLine[] = [];
  /** The addresses that nobody wants: their calls are not reported. */
  #unwanted: ReadonlySet<number> = new Set();
  #caps: DeviceCaps = NO_CAPS;
  #handle = 0;
  /** Without a handle. */
  #status: Exclude<LineStatus, "open" | "out_of_service"> | "opening" = "opening";
  #error: string | undefined;
  /** While lineOpen is under way: handles that LINE_CLOSE named, which may overtake its return. */
  #closedEarly: Set<number> | undefined;
  #closed = Promise.withResolvers<void>();

  /** @param id The device id, from 0. */
  constructor(readonly id: number, clock: Clock) {
    this.queue = new LineQueue({
      clock,
      onFailure: (error) =>
        log.error("Line {line}: {error}", { line: this.name, error: describeError(error) }),
      onOverflow: () =>
        log.error("Line {line}: its driver hangs; messages are discarded", { line: this.name }),
    });
  }

  /** The addresses whose calls are reported. */
  get lines(): readonly TapiLine[] {
    return this.#lines;
  }

  get caps(): DeviceCaps {
    return this.#caps;
  }

  /** Whether its driver has said what it is. */
  get isDescribed(): boolean {
    return this.#caps.apiVersion !== 0;
  }

  /** The line of an address; the first for one that the device does not have, none if unwanted. */
  lineAt(addressId: number): TapiLine | undefined {
    if (this.#unwanted.has(addressId)) return undefined;
    return this.#lines.find((line) => line.addressId === addressId) ?? this.#lines[0];
  }

  /** Whether a call of the device may be on one of several addresses. */
  get hasAddresses(): boolean {
    return this.#lines.length + this.#unwanted.size > 1;
  }

  /**
   * Takes the driver's description of the device. A line that is described as before stays the same
   * object.
   *
   * @param wanted Whether a line with this extension is wanted.
   */
  describe(
    { caps, addresses }: DeviceDescription,
    wanted: (extension: string) => boolean,
  ): Redescription {
    this.#caps = caps;
    const before = this.#lines;
    const at = (addressId: number) => before.find((line) => line.addressId === addressId);
    const isWanted = ({ identity }: AddressDescription) => wanted(identity.line);
    const renamed: Redescription["renamed"][number][] = [];
    const found: Redescription["found"][number][] = [];
    this.#lines = addresses.filter(isWanted).map((address) => {
      const known = at(address.addressId);
      if (known?.isDescribedBy(address)) {
        const name = known.redescribe(address);
        if (name !== undefined) renamed.push({ line: known, name });
        return known;
      }
      const line = new TapiLine(this, address);
      found.push({ line, replaces: known });
      return line;
    });
    this.#unwanted = new Set(
      addresses.filter((address) => !isWanted(address)).map(({ addressId }) => addressId),
    );
    const removed = before.filter(({ addressId }) =>
      this.#lines.every((line) => line.addressId !== addressId)
    );
    return { renamed, found, removed };
  }

  /** The extensions, for the log. */
  get name(): string {
    return this.#lines.map(({ name }) => name).join(", ") || `device ${this.id}`;
  }

  /** Its driver's name; "" if the driver does not say it. */
  get provider(): string {
    return this.#lines[0]?.identity.provider ?? "";
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
    if (this.#handle === 0) return this.#status;
    return this.service.isUp ? "open" : "out_of_service";
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
    this.#error = undefined;
    this.service.reset();
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
}
