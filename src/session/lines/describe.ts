/** Describes line devices: asks what each one is, before it is opened. */
import { describeError, logger } from "../../log.ts";
import {
  LINEADDRCAPFLAGS,
  LINEADDRESSSTATE,
  LINEDEVSTATE,
  LINEMEDIAMODE,
} from "../../tapi/constants.ts";
import type { Tapi } from "../../tapi/calls.ts";
import type { SessionContext } from "../context.ts";
import {
  type AddressDescription,
  type DeviceDescription,
  NO_CAPS,
  NO_FEATURES,
} from "../description.ts";

const log = logger("session");

const VOICE_MODES = LINEMEDIAMODE.INTERACTIVEVOICE | LINEMEDIAMODE.AUTOMATEDVOICE;
/** Line states that report whether a line works, its message lamp, and its capabilities. */
const REPORTED_LINE_STATES = LINEDEVSTATE.CONNECTED | LINEDEVSTATE.DISCONNECTED |
  LINEDEVSTATE.INSERVICE | LINEDEVSTATE.OUTOFSERVICE |
  LINEDEVSTATE.MSGWAITON | LINEDEVSTATE.MSGWAITOFF | LINEDEVSTATE.CAPSCHANGE |
  LINEDEVSTATE.DEVSPECIFIC;
const REPORTED_ADDRESS_STATES = LINEADDRESSSTATE.FORWARD | LINEADDRESSSTATE.CAPSCHANGE;
/** Flags of an address at which calls wait for the members of a group. */
const GROUP = LINEADDRCAPFLAGS.ACDGROUP | LINEADDRCAPFLAGS.QUEUE;
/** More addresses than any device has: a driver that claims more is not believed. */
const MOST_ADDRESSES = 64;

type DevCaps = Awaited<ReturnType<Tapi["getDevCaps"]>>;
type AddressCaps = Awaited<ReturnType<Tapi["getAddressCaps"]>>;

/**
 * Asks a device what it is.
 *
 * @returns `undefined` if the device is not for voice.
 * @throws TapiError if the device cannot be asked.
 */
export async function describeDevice(
  { tapi, app, isGroup, vendors }: Pick<SessionContext, "tapi" | "app" | "isGroup" | "vendors">,
  deviceId: number,
): Promise<DeviceDescription | undefined> {
  const apiVersion = await tapi.negotiate(app, deviceId);
  const caps = await tapi.getDevCaps(app, deviceId, apiVersion);
  if (!isForVoice(caps)) return undefined;
  const count = Math.min(Math.max(caps.dwNumAddresses, 1), MOST_ADDRESSES);
  const read: (AddressCaps | undefined)[] = [];
  for (let addressId = 0; addressId < count; addressId++) {
    read.push(await readAddressCaps(tapi, app, deviceId, addressId, apiVersion));
  }
  // Their guide says to ask for every state, whatever the device reports.
  const isVendors = vendors.some((vendor) => vendor.isDriver(caps.ProviderInfo));
  const states = read.reduce((all, address) => all | (address?.dwAddressStates ?? 0), 0);
  return {
    caps: {
      apiVersion,
      mediaModes: caps.dwMediaModes & (VOICE_MODES | LINEMEDIAMODE.UNKNOWN),
      lineStates: (caps.dwLineStates | (isVendors ? LINEDEVSTATE.DEVSPECIFIC : 0)) &
        REPORTED_LINE_STATES,
      addressStates: states & REPORTED_ADDRESS_STATES,
    },
    addresses: read.flatMap((address, addressId) =>
      // Without a text, the address has no extension: its calls count as the first one's.
      addressId > 0 && !address?.Address
        ? []
        : describeAddress(deviceId, caps, addressId, address, isGroup)
    ),
    isComplete: read.every((address) => address !== undefined),
  };
}

/** Stands for a device that cannot be described, so that clients see it and its error. */
export function unknownDevice(deviceId: number): DeviceDescription {
  const name = `device ${deviceId}`;
  return {
    caps: NO_CAPS,
    addresses: [{
      addressId: 0,
      identity: { line: name, name: "", permanentId: name, provider: "", kind: "extension" },
      features: NO_FEATURES,
    }],
    isComplete: false,
  };
}

/** Some drivers report UNKNOWN alone, and have voice calls all the same. */
function isForVoice({ dwMediaModes }: DevCaps): boolean {
  return (dwMediaModes & VOICE_MODES) !== 0 || dwMediaModes === LINEMEDIAMODE.UNKNOWN;
}

/** `undefined` if the device does not answer: the line works without, and goes by its name. */
async function readAddressCaps(
  tapi: Tapi,
  app: number,
  deviceId: number,
  addressId: number,
  apiVersion: number,
): Promise<AddressCaps | undefined> {
  try {
    return await tapi.getAddressCaps(app, deviceId, addressId, apiVersion);
  } catch (error) {
    log.warn("Line device {deviceId} does not report its address {addressId}: {error}", {
      deviceId,
      addressId,
      error: describeError(error),
    });
    return undefined;
  }
}

function describeAddress(
  deviceId: number,
  caps: DevCaps,
  addressId: number,
  address: AddressCaps | undefined,
  isGroup: (extension: string) => boolean,
): AddressDescription {
  const line = address?.Address || caps.LineName || String(deviceId);
  const ofDevice = permanentIdOf(caps, line);
  return {
    addressId,
    identity: {
      line,
      name: caps.LineName,
      permanentId: addressId === 0 ? ofDevice : `${ofDevice}:${addressId}`,
      provider: caps.ProviderInfo,
      kind: isGroup(line) || ((address?.dwAddrCapFlags ?? 0) & GROUP) !== 0 ? "group" : "extension",
    },
    features: {
      line: caps.dwLineFeatures,
      address: address?.dwAddressFeatures ?? 0,
      call: address?.dwCallFeatures ?? 0,
      call2: address?.dwCallFeatures2 ?? 0,
      forwardModes: address?.dwForwardModes ?? 0,
      parkModes: address?.dwParkModes ?? 0,
      transferModes: address?.dwTransferModes ?? 0,
      completionModes: address?.dwCallCompletionModes ?? 0,
      flags: address?.dwAddrCapFlags ?? 0,
      settable: caps.dwSettableDevStatus,
    },
  };
}

/**
 * An id that a device keeps over restarts: its GUID if version 2.2 has one, else the driver and its
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
