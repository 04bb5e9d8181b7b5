/** The line devices: what each one is, whether it is wanted, and how it is opened. */
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import {
  LINEADDRESSSTATE,
  LINECALLPRIVILEGE,
  LINEDEVSTATE,
  LINEERR,
  LINEMEDIAMODE,
} from "../../tapi/constants.ts";
import type { Tapi } from "../../tapi/calls.ts";
import { TapiError } from "../../tapi/errors.ts";
import { type DeviceFeatures, LineEntry } from "../handles.ts";

const log = logger("session");

const VOICE_MODES = LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE;
/** Line states that tell whether a line works, its message lamp, and what it can do. */
const REPORTED_LINE_STATES = LINEDEVSTATE.CONNECTED | LINEDEVSTATE.DISCONNECTED |
  LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE |
  LINEDEVSTATE.MSGWAITON | LINEDEVSTATE.MSGWAITOFF | LINEDEVSTATE.CAPSCHANGE;
const REPORTED_ADDRESS_STATES = LINEADDRESSSTATE.FORWARD | LINEADDRESSSTATE.CAPSCHANGE;

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
  const addressCaps = await readAddressCaps(tapi, app, deviceId, apiVersion);
  const extension = addressCaps?.Address || caps.LineName || String(deviceId);
  return new LineEntry({
    deviceId,
    apiVersion,
    mediaModes: caps.dwMediaModes & (VOICE_MODES | LINEMEDIAMODE.UNKNOWN),
    lineStates: caps.dwLineStates & REPORTED_LINE_STATES,
    addressStates: (addressCaps?.dwAddressStates ?? 0) & REPORTED_ADDRESS_STATES,
    extension,
    name: caps.LineName,
    permanentId: permanentIdOf(caps, extension),
    provider: caps.ProviderInfo,
    features: featuresOf(caps, addressCaps),
  }, clock);
}

/**
 * Asks a device anew what can ever be done on it.
 *
 * @throws TapiError when the device cannot be asked.
 */
export async function readFeatures(
  tapi: Tapi,
  app: number,
  { device: { deviceId, apiVersion } }: LineEntry,
): Promise<DeviceFeatures> {
  const caps = await tapi.getDevCaps(app, deviceId, apiVersion);
  return featuresOf(caps, await readAddressCaps(tapi, app, deviceId, apiVersion));
}

type DevCaps = Awaited<ReturnType<Tapi["getDevCaps"]>>;
type AddressCaps = Awaited<ReturnType<Tapi["getAddressCaps"]>>;

/** `undefined` where the device does not tell: the line works without, and goes by its name. */
async function readAddressCaps(
  tapi: Tapi,
  app: number,
  deviceId: number,
  apiVersion: number,
): Promise<AddressCaps | undefined> {
  try {
    return await tapi.getAddressCaps(app, deviceId, 0, apiVersion);
  } catch (error) {
    log.warn("Line device {deviceId} does not tell its address: {error}", {
      deviceId,
      error: describeError(error),
    });
    return undefined;
  }
}

function featuresOf(caps: DevCaps, addressCaps: AddressCaps | undefined): DeviceFeatures {
  return {
    line: caps.dwLineFeatures,
    address: addressCaps?.dwAddressFeatures ?? 0,
    call: addressCaps?.dwCallFeatures ?? 0,
    call2: addressCaps?.dwCallFeatures2 ?? 0,
    forwardModes: addressCaps?.dwForwardModes ?? 0,
    flags: addressCaps?.dwAddrCapFlags ?? 0,
  };
}

/**
 * What a line keeps over restarts: its GUID where version 2.2 has one, else the provider and its
 * dwPermanentLineID, else, with a provider that numbers its lines all 0, what it is called.
 */
function permanentIdOf(caps: DevCaps, extension: string): string {
  const { PermanentLineGuid: guid, dwPermanentLineID: id, ProviderInfo: provider } = caps;
  if (guid.some((byte) => byte !== 0)) return guidText(guid);
  return id === 0 ? `${provider}:${caps.LineName}:${extension}` : `${provider}:${id}`;
}

/** A GUID as Windows writes it: the first three of its parts are numbers, least byte first. */
function guidText(guid: Uint8Array): string {
  const hex = (from: number, to: number) => guid.slice(from, to).toHex();
  const number = (from: number, to: number) => guid.slice(from, to).reverse().toHex();
  return [number(0, 4), number(4, 6), number(6, 8), hex(8, 10), hex(10, 16)].join("-");
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
