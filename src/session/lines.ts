/** The line devices: what each one is, whether it is wanted, and how it is opened. */
import type { Clock } from "../clock.ts";
import { describeError, logger } from "../log.ts";
import {
  LINEADDRESSSTATE,
  LINECALLPRIVILEGE,
  LINEDEVSTATE,
  LINEERR,
  LINEMEDIAMODE,
} from "../tapi/constants.ts";
import type { Tapi } from "../tapi/calls.ts";
import { TapiError } from "../tapi/errors.ts";
import { LineEntry } from "./handles.ts";

const log = logger("session");

const VOICE_MODES = LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE;
/** Line states that tell whether a line works, and its message lamp. */
const REPORTED_LINE_STATES = LINEDEVSTATE.CONNECTED | LINEDEVSTATE.DISCONNECTED |
  LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE |
  LINEDEVSTATE.MSGWAITON | LINEDEVSTATE.MSGWAITOFF;
const REPORTED_ADDRESS_STATES = LINEADDRESSSTATE.FORWARD;

/**
 * Asks a device what it is.
 *
 * @returns The line, or `undefined` where it is no voice line.
 * @throws TapiError when the device cannot be asked.
 */
export async function describeLine(
  tapi: Tapi,
  app: number,
  deviceId: number,
  clock: Clock,
): Promise<LineEntry | undefined> {
  const apiVersion = await tapi.negotiate(app, deviceId);
  const caps = await tapi.getDevCaps(app, deviceId, apiVersion);
  if ((caps.dwMediaModes & VOICE_MODES) === 0) return undefined;
  let address = "";
  let addressStates = 0;
  try {
    const addressCaps = await tapi.getAddressCaps(app, deviceId, 0, apiVersion);
    address = addressCaps.Address;
    addressStates = addressCaps.dwAddressStates;
  } catch (error) {
    // The line works without: it goes by its name.
    log.warn("Line device {deviceId} does not tell its address: {error}", {
      deviceId,
      error: describeError(error),
    });
  }
  return new LineEntry({
    deviceId,
    apiVersion,
    mediaModes: caps.dwMediaModes & (VOICE_MODES | LINEMEDIAMODE.UNKNOWN),
    lineStates: caps.dwLineStates & REPORTED_LINE_STATES,
    addressStates: addressStates & REPORTED_ADDRESS_STATES,
    extension: address || caps.LineName || String(deviceId),
    name: caps.LineName,
  }, clock);
}

/**
 * Opens a line as MONITOR: every call on it is seen, and none becomes the program's own until it is
 * commanded. Ownership of all calls could drop them when the line is closed.
 *
 * @param until Aborted when the line is not wanted any more.
 * @param ended Aborted when the session ends.
 * @throws TapiError when the line cannot be opened, or was closed again before this returned.
 */
export async function openLine(
  tapi: Tapi,
  app: number,
  line: LineEntry,
  until: AbortSignal,
  ended: AbortSignal,
): Promise<void> {
  const { deviceId, apiVersion, mediaModes, lineStates, addressStates } = line.device;
  until.throwIfAborted();
  const closedEarly = line.closedEarly = new Set<number>();
  let handle: number;
  try {
    handle = await tapi.open(
      app,
      deviceId,
      apiVersion,
      line.instance,
      LINECALLPRIVILEGE.MONITOR,
      mediaModes,
    );
  } finally {
    line.closedEarly = undefined;
  }
  if (closedEarly.has(handle)) throw new TapiError("lineOpenW", LINEERR.INVALLINEHANDLE);
  // With the session the handle dies, and its value may be another line's by now.
  if (until.aborted && !ended.aborted) await tapi.close(handle);
  until.throwIfAborted();
  line.opened(handle);
  try {
    await tapi.setStatusMessages(line.handle, lineStates, addressStates);
  } catch (error) {
    // Calls are reported all the same.
    log.warn("Line {line} does not report its status: {error}", {
      line: line.extension,
      error: describeError(error),
    });
  }
}
