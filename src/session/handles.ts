/** The handles that the session holds: lines with their HLINE, calls with their HCALL. */
import { describeError, logger } from "../log.ts";
import { Lane } from "./lane.ts";
import type { CallKey, Line } from "./signals.ts";

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
}

/** A voice line of the session. */
export class LineEntry implements Line {
  readonly extension: string;
  readonly name: string;
  /** HLINE; 0 unless open. */
  handle = 0;
  status: "opening" | "open" | "closed" | "failed" = "opening";
  /** The calls whose handles are valid. */
  readonly calls = new Set<CallEntry>();
  readonly lane: Lane;

  constructor(readonly device: Device) {
    this.extension = device.extension;
    this.name = device.name;
    this.lane = new Lane((error) =>
      log.error("Line {line}: {error}", { line: this.extension, error: describeError(error) })
    );
  }

  /** dwCallbackInstance: tells the line's messages even before lineOpen has returned the handle. */
  get instance(): number {
    return this.device.deviceId + 1;
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
}

/** The calls whose handles are valid: each HCALL once, and the program's own key for it. */
export class CallTable {
  readonly #byHandle = new Map<number, CallEntry>();
  readonly #byKey = new Map<CallKey, CallEntry>();
  #lastKey = 0;

  byHandle(handle: number): CallEntry | undefined {
    return this.#byHandle.get(handle);
  }

  byKey(key: CallKey): CallEntry | undefined {
    return this.#byKey.get(key);
  }

  get size(): number {
    return this.#byHandle.size;
  }

  /** The entry of a handle, made where there is none: several messages may tell of one call first. */
  upsert(line: LineEntry, handle: number, owned: boolean): CallEntry {
    const known = this.#byHandle.get(handle);
    if (known !== undefined && known.line === line) {
      known.owned ||= owned;
      return known;
    }
    if (known !== undefined) this.delete(known);
    const entry: CallEntry = { key: ++this.#lastKey as CallKey, handle, line, owned, ended: false };
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
