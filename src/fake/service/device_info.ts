/** The structs that describe a device, its address and their status. */
import { ALL_STATES } from "../../tapi/call_states.ts";
import {
  LINEADDRCAPFLAGS,
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
} from "../../tapi/constants.ts";
import { encodeForwards } from "../../tapi/forward_list.ts";
import type { Memory } from "../../tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINEADDRESSSTATUS,
  LINEDEVCAPS,
  LINEDEVSTATUS,
  LINEPROVIDERENTRY,
  LINEPROVIDERLIST,
} from "../../tapi/structs.ts";
import { encodeText } from "../../tapi/text.ts";
import {
  ADDRESS_FEATURES,
  ADDRESS_STATES,
  addressFeatures,
  CALL_FEATURES,
  CALL_FEATURES_2,
  FORWARD_MODES,
  type Lacks,
  LINE_FEATURES,
  LINE_STATES,
  lineFeatures,
} from "../exchange/abilities.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Leg } from "../exchange/leg.ts";
import type { Device } from "./devices.ts";
import { fill } from "./fill.ts";

const PROVIDER_INFO = "Tapi2Ws fake exchange";
const MOST_HELD_CALLS = 8;
const MOST_CONFERENCE_MEMBERS = 8;
const MOST_FORWARD_ENTRIES = 8;
const PERMANENT_PROVIDER_ID = 1;
const PROVIDER_FILENAME = "tapi2wsfake.tsp";
const PARTY_FLAGS = LINECALLPARTYID.BLOCKED | LINECALLPARTYID.NAME | LINECALLPARTYID.ADDRESS |
  LINECALLPARTYID.UNKNOWN | LINECALLPARTYID.UNAVAIL;
const DIGIT_MODES = LINEDIGITMODE.PULSE | LINEDIGITMODE.DTMF;

export function fillDevCaps(into: Memory, device: Device): void {
  const isVoice = device.addresses.length > 0;
  fill(LINEDEVCAPS, into, {
    ProviderInfo: PROVIDER_INFO,
    SwitchInfo: isVoice ? "Fake exchange" : "",
    dwPermanentLineID: device.permanentId,
    LineName: device.name,
    dwStringFormat: STRINGFORMAT.UNICODE,
    dwAddressModes: LINEADDRESSMODE.ADDRESSID,
    dwNumAddresses: Math.max(device.addresses.length, 1),
    dwBearerModes: isVoice ? LINEBEARERMODE.VOICE : LINEBEARERMODE.DATA,
    dwMaxRate: 64_000,
    dwMediaModes: device.mediaModes,
    dwGenerateDigitModes: isVoice ? DIGIT_MODES : 0,
    dwMaxNumActiveCalls: 1,
    dwRingModes: 1,
    dwLineStates: LINE_STATES,
    dwLineFeatures: isVoice ? LINE_FEATURES : 0,
    PermanentLineGuid: guidOf(device),
  });
}

/** @param extension At the address; none where the device carries no voice. */
export function fillAddressCaps(
  into: Memory,
  device: Device,
  extension: Extension | undefined,
  lacks: Lacks,
): void {
  fill(LINEADDRESSCAPS, into, {
    dwLineDeviceID: device.id,
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
    dwMaxForwardEntries: MOST_FORWARD_ENTRIES,
    dwMinFwdNumRings: 1,
    dwMaxFwdNumRings: 12,
    dwConnectedModes: LINECONNECTEDMODE.ACTIVE | LINECONNECTEDMODE.INACTIVE,
    dwOfferingModes: LINEOFFERINGMODE.ACTIVE,
    dwAvailableMediaModes: device.mediaModes,
    ...extension && {
      Address: extension.number,
      dwAddrCapFlags: extension.isGroup ? LINEADDRCAPFLAGS.QUEUE | LINEADDRCAPFLAGS.ACDGROUP : 0,
      dwCallFeatures: CALL_FEATURES & ~lacks.call,
      dwCallFeatures2: CALL_FEATURES_2 & ~lacks.call2,
      dwAddressFeatures: ADDRESS_FEATURES & ~lacks.address,
      dwTransferModes: LINETRANSFERMODE.TRANSFER | LINETRANSFERMODE.CONFERENCE,
      dwParkModes: LINEPARKMODE.DIRECTED | LINEPARKMODE.NONDIRECTED,
      dwForwardModes: FORWARD_MODES,
    },
  });
}

/** @param extension At the address, and its legs; none where the device carries no voice. */
export function fillAddressStatus(
  into: Memory,
  extension: Extension | undefined,
  legs: readonly Leg[],
  lacks: Lacks,
): void {
  const forwards = (extension?.forwards ?? [])
    .map((forward) => ({ caller: "", countryCode: 0, ...forward }));
  fill(LINEADDRESSSTATUS, into, {
    ...countCalls(legs),
    dwNumInUse: legs.length > 0 ? 1 : 0,
    dwAddressFeatures: extension === undefined ? 0 : addressFeatures(legs) & ~lacks.address,
    dwNumRingsNoAnswer: extension?.ringsNoAnswer ?? 0,
    dwForwardNumEntries: forwards.length,
    Forward: encodeForwards(forwards, LINEADDRESSSTATUS.size),
  });
}

/** @param legs Of every address. */
export function fillDevStatus(
  into: Memory,
  { addresses, mediaModes }: Device,
  legs: readonly Leg[],
  openCount: number,
): void {
  const { CONNECTED, INSERVICE, MSGWAIT } = LINEDEVSTATUSFLAGS;
  fill(LINEDEVSTATUS, into, {
    ...countCalls(legs),
    dwNumOpens: openCount,
    dwOpenMediaModes: mediaModes,
    dwLineFeatures: addresses.length === 0 ? 0 : lineFeatures(legs),
    dwDevStatusFlags: CONNECTED |
      (addresses.every(({ isInService }) => isInService) ? INSERVICE : 0) |
      (addresses.some(({ isMessageWaiting }) => isMessageWaiting) ? MSGWAIT : 0),
    dwAvailableMediaModes: mediaModes & LINEMEDIAMODE.INTERACTIVEVOICE,
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

function countCalls(
  legs: readonly Leg[],
): Record<"dwNumActiveCalls" | "dwNumOnHoldCalls" | "dwNumOnHoldPendCalls", number> {
  const { ONHOLD, ONHOLDPENDCONF, ONHOLDPENDTRANSFER } = LINECALLSTATE;
  const pending = ONHOLDPENDCONF | ONHOLDPENDTRANSFER;
  return {
    dwNumActiveCalls: legs.filter(({ isActive }) => isActive).length,
    dwNumOnHoldCalls: legs.filter(({ state }) => state === ONHOLD).length,
    dwNumOnHoldPendCalls: legs.filter(({ state }) => (state & pending) !== 0).length,
  };
}

function guidOf({ permanentId }: Device): Uint8Array {
  const guid = new Uint8Array(16).fill(0x2d);
  new DataView(guid.buffer).setUint32(0, permanentId, true);
  return guid;
}
