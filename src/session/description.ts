/** Line devices and their addresses as drivers describe them, before they are opened. */
import type { LineIdentity } from "../model/line.ts";

/** LINEADDRFEATURE_ and LINEFEATURE_ bits: everything that an address can do, and its device. */
export interface LineFeatures {
  readonly address: number;
  readonly line: number;
}

/** No feature of an address or its device. */
export const NO_LINE_FEATURES: LineFeatures = { address: 0, line: 0 };

/** Everything that can ever be done on an address; 0 if the device does not report it. */
export interface AddressFeatures extends LineFeatures {
  /** LINEADDRESSCAPS.dwCallFeatures. */
  readonly call: number;
  /** LINEADDRESSCAPS.dwCallFeatures2. */
  readonly call2: number;
  /** LINEADDRESSCAPS.dwForwardModes. */
  readonly forwardModes: number;
  /** LINEADDRESSCAPS.dwParkModes. */
  readonly parkModes: number;
  /** LINEADDRESSCAPS.dwTransferModes. */
  readonly transferModes: number;
  /** LINEADDRESSCAPS.dwCallCompletionModes. */
  readonly completionModes: number;
  /** LINEADDRESSCAPS.dwAddrCapFlags. */
  readonly flags: number;
  /** LINEDEVCAPS.dwSettableDevStatus: LINEDEVSTATUSFLAGS_ bits. */
  readonly settable: number;
}

/** For an address of which nothing is reported. */
export const NO_FEATURES: AddressFeatures = {
  ...NO_LINE_FEATURES,
  call: 0,
  call2: 0,
  forwardModes: 0,
  parkModes: 0,
  transferModes: 0,
  completionModes: 0,
  flags: 0,
  settable: 0,
};

/** An address as the driver describes it. */
export interface AddressDescription {
  readonly addressId: number;
  readonly identity: LineIdentity;
  readonly features: AddressFeatures;
}

/** How a device is opened, from what it says of itself. */
export interface DeviceCaps {
  readonly apiVersion: number;
  /** LINEMEDIAMODE_ bits to open it with. */
  readonly mediaModes: number;
  /** LINEDEVSTATE_ and LINEADDRESSSTATE_ bits to ask for. */
  readonly lineStates: number;
  readonly addressStates: number;
}

/** For a device that has not been described. */
export const NO_CAPS: DeviceCaps = {
  apiVersion: 0,
  mediaModes: 0,
  lineStates: 0,
  addressStates: 0,
};

/** A device as its driver describes it. */
export interface DeviceDescription {
  readonly caps: DeviceCaps;
  readonly addresses: readonly AddressDescription[];
  /** Whether every address was described: otherwise what was known before is more to be believed. */
  readonly isComplete: boolean;
}
