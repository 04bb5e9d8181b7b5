/** The devices found, as their drivers describe them now: which lines they are may change. */
import { describeError, logger } from "../../log.ts";
import type { TapiCall } from "../call.ts";
import type { CallFeed } from "../calls/feed.ts";
import type { SessionContext } from "../context.ts";
import type { DeviceDescription } from "../description.ts";
import { LineDevice } from "../line.ts";
import { describeDevice, unknownDevice } from "./describe.ts";
import { reportOpen } from "./report.ts";

const log = logger("session");

export class LineCatalogue {
  readonly #context: SessionContext;
  readonly #feed: CallFeed;
  readonly #wanted: (extension: string) => boolean;

  /** @param wanted Whether a line with this extension is to be opened. */
  constructor(context: SessionContext, feed: CallFeed, wanted: (extension: string) => boolean) {
    this.#context = context;
    this.#feed = feed;
    this.#wanted = wanted;
  }

  /**
   * Describes a device that is not open, and adds it if it is new.
   *
   * @returns `undefined` if it is not for voice, or none of its lines is wanted: then it is removed.
   * @throws TapiError if the device cannot be asked.
   */
  async describe(deviceId: number, until: AbortSignal): Promise<LineDevice | undefined> {
    const { devices, clock } = this.#context;
    const description = await describeDevice(this.#context, deviceId);
    if (until.aborted) return undefined;
    const known = devices.byId(deviceId);
    if (!this.#isWanted(description)) {
      if (known !== undefined) this.remove(known);
      return undefined;
    }
    // An address that does not answer now may still be what it was.
    if (known?.isDescribed && !description.isComplete) return known;
    const device = known ?? new LineDevice(deviceId, clock);
    this.#take(device, description, this.#wanted);
    return device;
  }

  /** The device, or what stands for it while its driver does not say what it is. */
  known(deviceId: number): LineDevice {
    const { devices, clock } = this.#context;
    const known = devices.byId(deviceId);
    if (known !== undefined) return known;
    const device = new LineDevice(deviceId, clock);
    this.#take(device, unknownDevice(deviceId), () => true);
    return device;
  }

  /**
   * The driver says that an open device's capabilities changed: describes it again. The calls of a line
   * that is another one now are that one's.
   *
   * @returns Whether it can stay open.
   */
  async describeAgain(device: LineDevice): Promise<boolean> {
    const { ended } = this.#context;
    const { handle, caps } = device;
    let description: DeviceDescription | undefined;
    try {
      description = await describeDevice(this.#context, device.id);
    } catch (error) {
      log.debug("Line {line} cannot be described again: {error}", {
        line: device.name,
        error: describeError(error),
      });
      return true;
    }
    if (description?.isComplete === false || device.handle !== handle || ended.aborted) return true;
    if (!this.#isWanted(description)) return false;
    if (description.caps.apiVersion !== caps.apiVersion) return false;
    const moved = this.#take(device, description, this.#wanted);
    await this.#feed.takeOver(device, moved);
    return true;
  }

  /** The device is gone, or its lines are not wanted any more. */
  remove(device: LineDevice): void {
    const { devices, onSignal } = this.#context;
    devices.delete(device);
    // After the end of its calls has been reported.
    this.#feed.lose(device, () => {
      for (const { identity } of device.lines) onSignal({ kind: "line-removed", line: identity });
    });
  }

  #isWanted(description: DeviceDescription | undefined): description is DeviceDescription {
    return description?.addresses.some(({ identity }) => this.#wanted(identity.line)) ?? false;
  }

  /** @returns The calls of lines that are others now; a device that is not open has none. */
  #take(
    device: LineDevice,
    description: DeviceDescription,
    wanted: (extension: string) => boolean,
  ): readonly TapiCall[] {
    const { devices, onSignal } = this.#context;
    const before = device.name;
    const { renamed, found, removed } = device.describe(description, wanted);
    devices.add(device);
    for (const { line, name } of renamed) {
      onSignal({ kind: "line-report", line: line.identity, name });
    }
    const replaced = found.flatMap(({ replaces }) => replaces ?? []);
    if (replaced.length > 0) {
      log.warn("Line {line} is now {now}", { line: before, now: device.name });
    }
    const moved = this.#feed.handOver([...removed, ...replaced]);
    for (const { identity } of removed) onSignal({ kind: "line-removed", line: identity });
    for (const { line, replaces } of found) {
      line.tellApart((permanentId) => devices.hasOther(line, permanentId));
      onSignal({ kind: "line-found", line: line.identity, replaces: replaces?.identity });
      if (device.handle !== 0) reportOpen(this.#context, line);
    }
    return moved;
  }
}
