/** The line devices of a session, and whose message a message is. */
import type { LineDevice, TapiLine } from "./line.ts";

/** The devices found: there may be thousands. */
export class DeviceTable {
  readonly #byId = new Map<number, LineDevice>();
  readonly #byInstance = new Map<number, LineDevice>();
  /** Those whose lineOpen is under way, also after the device was removed. */
  readonly #opening = new Set<LineDevice>();

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

  add(device: LineDevice): void {
    this.#byId.set(device.id, device);
    this.#byInstance.set(device.instance, device);
  }

  delete(device: LineDevice): void {
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
