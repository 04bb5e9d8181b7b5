/** Lines of a session that no library has: for tests of what lines and calls own. */
import type { Clock } from "../../src/clock.ts";
import type { Placeholders } from "../../src/session/calls/info.ts";
import { type DeviceDescription, NO_FEATURES } from "../../src/session/description.ts";
import { LineDevice, type TapiLine } from "../../src/session/line.ts";
import { ManualClock } from "./clock.ts";

/** How a device that reports no feature describes itself, with an address for each extension. */
export function descriptionOf(id: number, ...extensions: readonly string[]): DeviceDescription {
  return {
    caps: { apiVersion: 0x00020002, mediaModes: 0, lineStates: 0, addressStates: 0 },
    addresses: extensions.map((extension, addressId) => ({
      addressId,
      identity: {
        line: extension,
        name: `Line ${extension}`,
        permanentId: addressId === 0 ? `provider:${id}` : `provider:${id}/${addressId}`,
        provider: "provider",
        kind: "extension",
      },
      features: NO_FEATURES,
    })),
    isComplete: true,
  };
}

/** Settings that name no text in place of a number. */
export const NO_PLACEHOLDERS: Placeholders = { withheld: new Set(), unavailable: new Set() };

/** Device 1 as it is described; every line is wanted unless said otherwise. */
export function describedDevice(
  description: DeviceDescription,
  wanted: (extension: string) => boolean = () => true,
): LineDevice {
  const device = new LineDevice(1, new ManualClock());
  device.describe(description, wanted);
  return device;
}

/** A device that reports no feature, with the one line that its id makes: 1 has 201. */
export function deviceOf(id: number, clock: Clock = new ManualClock()): LineDevice {
  const device = new LineDevice(id, clock);
  device.describe(descriptionOf(id, String(200 + id)), () => true);
  return device;
}

/** The line of a {@linkcode deviceOf} this id. */
export function lineOfDevice(id: number): TapiLine {
  const [line] = deviceOf(id).lines;
  if (line === undefined) throw new TypeError("the device has no line");
  return line;
}
