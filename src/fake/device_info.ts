/** The structs that describe a device, its address and their status. */
import { ALL_STATES } from "../tapi/call_states.ts";
import {
  LINEADDRESSMODE,
  LINEADDRESSSHARING,
  LINEBEARERMODE,
  LINEBUSYMODE,
  LINECALLPARTYID,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDEVSTATUSFLAGS,
  LINEDIALTONEMODE,
  LINEDIGITMODE,
  LINEDISCONNECTMODE,
  LINEMEDIAMODE,
  LINEOFFERINGMODE,
  LINEPARKMODE,
  LINESPECIALINFO,
  LINETRANSFERMODE,
  STRINGFORMAT,
} from "../tapi/constants.ts";
import type { Memory } from "../tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINEADDRESSSTATUS,
  LINEDEVCAPS,
  LINEDEVSTATUS,
  LINEFORWARD,
  LINEPROVIDERENTRY,
  LINEPROVIDERLIST,
} from "../tapi/structs.ts";
import { encodeText } from "../tapi/text.ts";
import {
  ADDRESS_FEATURES,
  ADDRESS_STATES,
  addressFeatures,
  CALL_FEATURES,
  CALL_FEATURES_2,
  FORWARD_MODES,
  LINE_FEATURES,
  LINE_STATES,
  lineFeatures,
} from "./abilities.ts";
import { type Device, PROVIDER_INFO } from "./devices.ts";
import { fill } from "./fill.ts";
import { type Extension, type Forward, isActive } from "./model.ts";
import type { Lacks } from "./service.ts";

const MOST_HELD_CALLS = 8;
const MOST_CONFERENCE_MEMBERS = 8;
const MOST_FORWARD_ENTRIES = 8;
const PERMANENT_PROVIDER_ID = 1;
const PROVIDER_FILENAME = "tapi2wsfake.tsp";
const PARTY_FLAGS = LINECALLPARTYID.BLOCKED | LINECALLPARTYID.NAME | LINECALLPARTYID.ADDRESS |
  LINECALLPARTYID.UNKNOWN | LINECALLPARTYID.UNAVAIL;
const DIGIT_MODES = LINEDIGITMODE.PULSE | LINEDIGITMODE.DTMF;

export function fillDevCaps(into: Memory, device: Device): void {
  const voice = device.extension !== null;
  fill(LINEDEVCAPS, into, {
    ProviderInfo: PROVIDER_INFO,
    SwitchInfo: voice ? "Pretend exchange" : "",
    dwPermanentLineID: device.permanentId,
    LineName: device.name,
    dwStringFormat: STRINGFORMAT.UNICODE,
    dwAddressModes: LINEADDRESSMODE.ADDRESSID,
    dwNumAddresses: 1,
    dwBearerModes: voice ? LINEBEARERMODE.VOICE : LINEBEARERMODE.DATA,
    dwMaxRate: 64_000,
    dwMediaModes: device.mediaModes,
    dwGenerateDigitModes: voice ? DIGIT_MODES : 0,
    dwMaxNumActiveCalls: 1,
    dwRingModes: 1,
    dwLineStates: LINE_STATES,
    dwLineFeatures: voice ? LINE_FEATURES : 0,
    PermanentLineGuid: guidOf(device),
  });
}

export function fillAddressCaps(
  into: Memory,
  deviceId: number,
  device: Device,
  lacks: Lacks,
): void {
  const voice = device.extension !== null;
  fill(LINEADDRESSCAPS, into, {
    dwLineDeviceID: deviceId,
    Address: device.extension?.number ?? "",
    dwAddressSharing: LINEADDRESSSHARING.PRIVATE,
    dwAddressStates: ADDRESS_STATES,
    dwCallerIDFlags: PARTY_FLAGS,
    dwCalledIDFlags: PARTY_FLAGS,
    dwConnectedIDFlags: PARTY_FLAGS,
    dwRedirectionIDFlags: PARTY_FLAGS,
    dwRedirectingIDFlags: PARTY_FLAGS,
    dwCallStates: ALL_STATES,
    dwDialToneModes: LINEDIALTONEMODE.INTERNAL,
    dwBusyModes: LINEBUSYMODE.STATION,
    dwSpecialInfo: LINESPECIALINFO.NOCIRCUIT,
    dwDisconnectModes: LINEDISCONNECTMODE.NORMAL | LINEDISCONNECTMODE.REJECT |
      LINEDISCONNECTMODE.PICKUP | LINEDISCONNECTMODE.FORWARDED | LINEDISCONNECTMODE.BUSY |
      LINEDISCONNECTMODE.UNREACHABLE,
    dwMaxNumActiveCalls: 1,
    dwMaxNumOnHoldCalls: MOST_HELD_CALLS,
    dwMaxNumOnHoldPendingCalls: 1,
    dwMaxNumConference: MOST_CONFERENCE_MEMBERS,
    dwMaxNumTransConf: MOST_CONFERENCE_MEMBERS,
    dwCallFeatures: voice ? CALL_FEATURES & ~lacks.call : 0,
    dwTransferModes: voice ? LINETRANSFERMODE.TRANSFER | LINETRANSFERMODE.CONFERENCE : 0,
    dwParkModes: voice ? LINEPARKMODE.DIRECTED | LINEPARKMODE.NONDIRECTED : 0,
    dwForwardModes: voice ? FORWARD_MODES : 0,
    dwMaxForwardEntries: MOST_FORWARD_ENTRIES,
    dwMinFwdNumRings: 1,
    dwMaxFwdNumRings: 12,
    dwAddressFeatures: voice ? ADDRESS_FEATURES & ~lacks.address : 0,
    dwCallFeatures2: voice ? CALL_FEATURES_2 & ~lacks.call2 : 0,
    dwConnectedModes: LINECONNECTEDMODE.ACTIVE,
    dwOfferingModes: LINEOFFERINGMODE.ACTIVE,
    dwAvailableMediaModes: device.mediaModes,
  });
}

export function fillAddressStatus(
  into: Memory,
  extension: Extension | null,
  lacks: Lacks,
): void {
  const counts = countCalls(extension);
  fill(LINEADDRESSSTATUS, into, {
    ...counts,
    dwNumInUse: extension === null ? 0 : extension.legs.size > 0 ? 1 : 0,
    dwAddressFeatures: extension === null ? 0 : addressFeatures(extension) & ~lacks.address,
    dwNumRingsNoAnswer: extension?.ringsNoAnswer ?? 0,
    dwForwardNumEntries: extension?.forwards.length ?? 0,
    Forward: encodeForwards(extension?.forwards ?? [], LINEADDRESSSTATUS.size),
  });
}

export function fillDevStatus(into: Memory, device: Device, openCount: number): void {
  const { extension } = device;
  fill(LINEDEVSTATUS, into, {
    ...countCalls(extension),
    dwNumOpens: openCount,
    dwOpenMediaModes: device.mediaModes,
    dwLineFeatures: extension === null ? 0 : lineFeatures(extension),
    dwDevStatusFlags: LINEDEVSTATUSFLAGS.CONNECTED |
      (extension?.inService === false ? 0 : LINEDEVSTATUSFLAGS.INSERVICE) |
      (extension?.messageWaiting ? LINEDEVSTATUSFLAGS.MSGWAIT : 0),
    dwAvailableMediaModes: device.mediaModes & LINEMEDIAMODE.INTERACTIVEVOICE,
  });
}

export function fillProviderList(into: Memory): void {
  const filename = encodeText(PROVIDER_FILENAME);
  const list = new Uint8Array(LINEPROVIDERENTRY.size + filename.length);
  LINEPROVIDERENTRY.encode(list, {
    dwPermanentProviderID: PERMANENT_PROVIDER_ID,
    dwProviderFilenameSize: filename.length,
    dwProviderFilenameOffset: LINEPROVIDERLIST.size + LINEPROVIDERENTRY.size,
  });
  list.set(filename, LINEPROVIDERENTRY.size);
  fill(LINEPROVIDERLIST, into, { dwNumProviders: 1, ProviderList: list });
}

/** LINEFORWARD entries and their texts, for a place `base` bytes from the struct's start. */
function encodeForwards(forwards: readonly Forward[], base: number): Uint8Array {
  const texts = forwards.map(({ to }) => to === "" ? new Uint8Array(0) : encodeText(to));
  const entriesBytes = forwards.length * LINEFORWARD.size;
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + text.length, entriesBytes));
  let end = entriesBytes;
  forwards.forEach(({ mode }, i) => {
    const text = texts[i] ?? new Uint8Array(0);
    LINEFORWARD.encode(bytes.subarray(i * LINEFORWARD.size), {
      dwForwardMode: mode,
      dwDestAddressSize: text.length,
      dwDestAddressOffset: text.length === 0 ? 0 : base + end,
    });
    bytes.set(text, end);
    end += text.length;
  });
  return bytes;
}

function countCalls(
  extension: Extension | null,
): Record<"dwNumActiveCalls" | "dwNumOnHoldCalls" | "dwNumOnHoldPendCalls", number> {
  const legs = [...extension?.legs ?? []];
  const pending = LINECALLSTATE.ONHOLDPENDCONF | LINECALLSTATE.ONHOLDPENDTRANSFER;
  return {
    dwNumActiveCalls: legs.filter(isActive).length,
    dwNumOnHoldCalls: legs.filter(({ state }) => state === LINECALLSTATE.ONHOLD).length,
    dwNumOnHoldPendCalls: legs.filter(({ state }) => (state & pending) !== 0).length,
  };
}

function guidOf({ permanentId }: Device): Uint8Array {
  const guid = new Uint8Array(16).fill(0x2d);
  new DataView(guid.buffer).setUint32(0, permanentId, true);
  return guid;
}
