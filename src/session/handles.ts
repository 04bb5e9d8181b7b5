/** The handles that the session holds: lines with their HLINE, calls with their HCALL. */
import type { Clock } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import type { LineFeatures } from "./commands/abilities.ts";
import { Semaphore } from "./semaphore.ts";
import { LineQueue } from "./line_queue.ts";
import type { CallKey, Line, LineStatus } from "./signals.ts";

const log = logger("session");

/** What a line device says of itself before it is opened. */
export interface Device {
  readonly deviceId: number;
  readonly apiVersion: number;
  readonly mediaModes: number;
  readonly lineStates: number;
  readonly addressStates: number;
  readonly extension: string;
  readonly name: string;
  readonly permanentId: string;
  readonly provider: string;
  readonly features: DeviceFeatures;
}

/** What can ever be done on a device; 0 where it does not tell. */
export interface DeviceFeatures extends LineFeatures {
  /** LINEADDRESSCAPS.dwCallFeatures. */
  readonly call: number;
  /** LINEADDRESSCAPS.dwCallFeatures2. */
  readonly call2: number;
  /** LINEADDRESSCAPS.dwForwardModes. */
  readonly forwardModes: number;
  /** LINEADDRESSCAPS.dwAddrCapFlags. */
  readonly flags: number;
}

/** What is to be read again when the line's messages have been worked off. */
export interface Refresh {
  /** What can be done with the line's calls. */
  calls: boolean;
  /** What can be done on the line, where its calls go, and its message lamp. */
  status: boolean;
  /** What can ever be done. */
  caps: boolean;
}

/** A voice line of the session. */
export class LineEntry implements Line {
  readonly extension: string;
  readonly name: string;
  permanentId: string;
  readonly provider: string;
  /** What can ever be done; changes where the provider says so. */
  features: DeviceFeatures;
  /** HLINE; 0 unless open. */
  handle = 0;
  status: LineStatus | "opening" = "opening";
  /** The symbolic TAPI error that keeps the line from being open. */
  error: string | undefined;
  /** Commands that are under way on the line. */
  readonly actions = new Semaphore();
  /** Changes of where its calls go: each begins with what is so. */
  readonly forwarding = new Semaphore();
  /** While lineOpen is under way: the handles that LINE_CLOSE named, which may overtake its return. */
  closedEarly: Set<number> | undefined;
  /** What the provider reported of the line; two things, each of which keeps it out of service. */
  readonly reports = { outOfService: false, disconnected: false };
  /** Whether LINEDEVSTATUS ever said "in service": some providers never set it. */
  tellsService = false;
  /** Whether LINEDEVSTATUS ever said that the message lamp is on: some providers never do. */
  tellsMessageWaiting = false;
  /** What waits to be read again. */
  refresh: Refresh | undefined;
  /** The calls whose handles are valid. */
  readonly calls = new Set<CallEntry>();
  readonly queue: LineQueue;
  #closed = Promise.withResolvers<void>();

  constructor(readonly device: Device, clock: Clock) {
    this.extension = device.extension;
    this.name = device.name;
    this.permanentId = device.permanentId;
    this.provider = device.provider;
    this.features = device.features;
    this.queue = new LineQueue({
      clock,
      onFailure: (error) =>
        log.error("Line {line}: {error}", { line: this.extension, error: describeError(error) }),
      onOverflow: () =>
        log.error("Line {line}: its provider hangs, and messages are passed over", {
          line: this.extension,
        }),
    });
  }

  /** dwCallbackInstance: tells the line's messages even before lineOpen has returned the handle. */
  get instance(): number {
    return this.device.deviceId + 1;
  }

  /** Whether calls on it can be told of: messages may overtake lineOpen's return. */
  get takesCalls(): boolean {
    return this.handle !== 0 || this.closedEarly !== undefined;
  }

  /** Gets a permanent id of its own, where its provider gives several lines the same. */
  tellApart(others: readonly LineEntry[]): void {
    const isTaken = () => others.some((other) => other.permanentId === this.permanentId);
    if (isTaken()) this.permanentId += `/${this.extension}`;
    if (isTaken()) this.permanentId += `#${this.device.deviceId}`;
  }

  opened(handle: number): void {
    this.handle = handle;
    this.status = "open";
    this.error = undefined;
    this.reports.outOfService = this.reports.disconnected = false;
    this.#closed = Promise.withResolvers();
  }

  /** The handle is no longer valid. */
  closed(): void {
    this.handle = 0;
    this.status = "closed";
    this.#closed.resolve();
  }

  /** Settled when the line, which is open, is closed. */
  get whenClosed(): Promise<void> {
    return this.#closed.promise;
  }
}

/** A call for which the program has a handle. */
export interface CallEntry {
  readonly key: CallKey;
  /** HCALL; valid as long as the entry is in the table. */
  readonly handle: number;
  readonly line: LineEntry;
  /** Whether the program is an owner of the call, not only a monitor. */
  owned: boolean;
  /** Whether IDLE was told: nothing can follow, whatever the provider sends. */
  ended: boolean;
  /** The LINECALLSTATE last told, 0 before the first. */
  state: number;
  /** What LINE_CALLSTATE added to the state; 0 where it added nothing. */
  mode: number;
  /** When the provider last said something of the call. */
  heardAtMs: number;
}

/** The calls whose handles are valid: each HCALL once, and the program's own key for it. */
export class CallTable {
  readonly #byHandle = new Map<number, CallEntry>();
  readonly #byKey = new Map<CallKey, CallEntry>();
  readonly #nextKey: () => CallKey;

  /** @param nextKey Makes the key of a call; keys are never used twice, in no session. */
  constructor(nextKey: () => CallKey) {
    this.#nextKey = nextKey;
  }

  byHandle(handle: number): CallEntry | undefined {
    return this.#byHandle.get(handle);
  }

  byKey(key: CallKey): CallEntry | undefined {
    return this.#byKey.get(key);
  }

  get size(): number {
    return this.#byHandle.size;
  }

  [Symbol.iterator](): Iterator<CallEntry> {
    return this.#byKey.values();
  }

  /** The entry of a handle, made where there is none: several messages may tell of one call first. */
  upsert(line: LineEntry, handle: number, owned: boolean, heardAtMs: number): CallEntry {
    const known = this.#byHandle.get(handle);
    if (known !== undefined && known.line === line) {
      known.owned ||= owned;
      return known;
    }
    if (known !== undefined) this.delete(known);
    const entry: CallEntry = {
      key: this.#nextKey(),
      handle,
      line,
      owned,
      ended: false,
      state: 0,
      mode: 0,
      heardAtMs,
    };
    this.#byHandle.set(handle, entry);
    this.#byKey.set(entry.key, entry);
    line.calls.add(entry);
    return entry;
  }

  /**
   * Forgets a call, before its handle is given back: TAPI may use the handle's value again at once.
   *
   * @returns Whether it was there still.
   */
  delete(entry: CallEntry): boolean {
    if (!this.#byKey.delete(entry.key)) return false;
    this.#byHandle.delete(entry.handle);
    entry.line.calls.delete(entry);
    return true;
  }
}
