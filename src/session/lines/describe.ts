/** Describes line devices: asks what each one is, before it is opened. */
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import { LINEADDRESSSTATE, LINEDEVSTATE, LINEMEDIAMODE } from "../../tapi/constants.ts";
import type { Tapi } from "../../tapi/calls.ts";
import { type AddressFeatures, LineDevice, TapiLine } from "../line.ts";

const log = logger("session");

const VOICE_MODES = LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE;
/** Line states that tell whether a line works, its message lamp, and what it can do. */
const REPORTED_LINE_STATES = LINEDEVSTATE.CONNECTED | LINEDEVSTATE.DISCONNECTED |
  LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE |
  LINEDEVSTATE.MSGWAITON | LINEDEVSTATE.MSGWAITOFF | LINEDEVSTATE.CAPSCHANGE;
const REPORTED_ADDRESS_STATES = LINEADDRESSSTATE.FORWARD | LINEADDRESSSTATE.CAPSCHANGE;
const FIRST_ADDRESS = 0;

type DevCaps = Awaited<ReturnType<Tapi["getDevCaps"]>>;
type AddressCaps = Awaited<ReturnType<Tapi["getAddressCaps"]>>;
type TapiApp = { readonly tapi: Tapi; readonly app: number };

/**
 * Asks a device what it is.
 *
 * @returns The device with its lines, or `undefined` if it is not for voice.
 * @throws TapiError if the device cannot be asked.
 */
export async function describeDevice(
  { tapi, app, clock }: TapiApp & { readonly clock: Clock },
  deviceId: number,
): Promise<LineDevice | undefined> {
  const apiVersion = await tapi.negotiate(app, deviceId);
  const caps = await tapi.getDevCaps(app, deviceId, apiVersion);
  if ((caps.dwMediaModes & VOICE_MODES) === 0) return undefined;
  const addressCaps = await readAddressCaps({ tapi, app }, deviceId, apiVersion);
  const device = new LineDevice(deviceId, {
    apiVersion,
    mediaModes: caps.dwMediaModes & (VOICE_MODES | LINEMEDIAMODE.UNKNOWN),
    lineStates: caps.dwLineStates & REPORTED_LINE_STATES,
    addressStates: (addressCaps?.dwAddressStates ?? 0) & REPORTED_ADDRESS_STATES,
  }, clock);
  const extension = addressCaps?.Address || caps.LineName || String(deviceId);
  const identity = {
    line: extension,
    name: caps.LineName,
    permanentId: permanentIdOf(caps, extension),
    provider: caps.ProviderInfo,
  };
  device.addLine(new TapiLine(device, FIRST_ADDRESS, identity, featuresOf(caps, addressCaps)));
  return device;
}

/**
 * Asks a device again what can ever be done on it.
 *
 * @throws TapiError if the device cannot be asked.
 */
export async function readFeatures(
  { tapi, app }: TapiApp,
  { id, caps: { apiVersion } }: LineDevice,
): Promise<AddressFeatures> {
  const caps = await tapi.getDevCaps(app, id, apiVersion);
  return featuresOf(caps, await readAddressCaps({ tapi, app }, id, apiVersion));
}

/** `undefined` if the device does not answer: the line works without, and goes by its name. */
async function readAddressCaps(
  { tapi, app }: TapiApp,
  deviceId: number,
  apiVersion: number,
): Promise<AddressCaps | undefined> {
  try {
    return await tapi.getAddressCaps(app, deviceId, FIRST_ADDRESS, apiVersion);
  } catch (error) {
    log.warn("Line device {deviceId} does not report its address: {error}", {
      deviceId,
      error: describeError(error),
    });
    return undefined;
  }
}

function featuresOf(caps: DevCaps, addressCaps: AddressCaps | undefined): AddressFeatures {
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
 * What a line keeps over restarts: its GUID if version 2.2 has one, else the driver and its
 * dwPermanentLineID, else, with a driver that numbers its lines all 0, its name and extension.
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
