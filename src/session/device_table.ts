/** The line devices of a session, and whose message a message is. */
import type { LineDevice, TapiLine } from "./line.ts";

/** The devices found: there may be thousands. */
export class DeviceTable {
  readonly #byId = new Map<number, LineDevice>();
  readonly #byInstance = new Map<number, LineDevice>();
  /** Those whose lineOpen is under way, also after the device was removed. */
  readonly #opening = new Set<LineDevice>();
  /** The extensions of hunt groups' own lines; `undefined` if they may have changed. */
  #groups: ReadonlySet<string> | undefined;

  [Symbol.iterator](): Iterator<LineDevice> {
    return this.#byInstance.values();
  }

  /** Every line of every device. */
  *lines(): Iterable<TapiLine> {
    for (const { lines } of this) yield* lines;
  }

  /** Whether a line other than this one has the permanent id. */
  hasOther(line: TapiLine, permanentId: string): boolean {
    for (const { lines } of this) {
      for (const other of lines) {
        if (other !== line && other.identity.permanentId === permanentId) return true;
      }
    }
    return false;
  }

  /** Whether the extension is a hunt group's, by its own line. */
  isGroup(extension: string): boolean {
    this.#groups ??= new Set(
      [...this.lines()].filter(({ identity }) => identity.kind === "group").map(({ name }) => name),
    );
    return this.#groups.has(extension);
  }

  /** The device with this id; `undefined` if it is not known. */
  byId(deviceId: number): LineDevice | undefined {
    return this.#byId.get(deviceId);
  }

  byInstance(instance: number): LineDevice | undefined {
    return this.#byInstance.get(instance);
  }

  byHandle(handle: number): LineDevice | undefined {
    if (handle === 0) return undefined;
    return this.#byInstance.values().find((device) => device.handle === handle);
  }

  /** Adds a device, or notes that its lines may be others. */
  add(device: LineDevice): void {
    this.#groups = undefined;
    this.#byId.set(device.id, device);
    this.#byInstance.set(device.instance, device);
  }

  delete(device: LineDevice): void {
    this.#groups = undefined;
    this.#byId.delete(device.id);
    this.#byInstance.delete(device.instance);
  }

  /** Runs lineOpen for a device; until it returns, {@linkcode heardClose} reaches the device. */
  async opening<T>(device: LineDevice, task: () => Promise<T>): Promise<T> {
    this.#opening.add(device);
    try {
      return await task();
    } finally {
      this.#opening.delete(device);
    }
  }

  /** LINE_CLOSE named this handle: it may be that of a device that is being opened. */
  heardClose(handle: number): void {
    for (const device of this.#opening) device.heardClose(handle);
  }
}
