/** Lines of a session that no library has: for tests of what lines and calls own. */
import type { Clock } from "../../src/clock.ts";
import { LineDevice, TapiLine } from "../../src/session/line.ts";
import { ManualClock } from "./clock.ts";

/** A device that reports no feature, with the one line that its id makes: 1 has 201. */
export function deviceOf(id: number, clock: Clock = new ManualClock()): LineDevice {
  const device = new LineDevice(id, {
    apiVersion: 0x00020002,
    mediaModes: 0,
    lineStates: 0,
    addressStates: 0,
  }, clock);
  const extension = String(200 + id);
  device.addLine(
    new TapiLine(device, 0, {
      line: extension,
      name: `Line ${extension}`,
      permanentId: `provider:${id}`,
      provider: "provider",
    }, { address: 0, line: 0, call: 0, call2: 0, forwardModes: 0, flags: 0 }),
  );
  return device;
}

/** The line of a {@linkcode deviceOf} this id. */
export function lineOfDevice(id: number): TapiLine {
  const [line] = deviceOf(id).lines;
  if (line === undefined) throw new TypeError("the device has no line");
  return line;
}
