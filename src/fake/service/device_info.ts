/** The structs that describe a device, its address and their status. */
import { ALL_STATES } from "../../tapi/call_states.ts";
import {
  LINEADDRCAPFLAGS,
  LINEADDRESSMODE,
  LINEADDRESSSHARING,
  LINEADDRFEATURE,
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
  lineFeatures,
} from "../exchange/abilities.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Leg } from "../exchange/leg.ts";
import { DRIVERS, lacksOf } from "../drivers.ts";
import { avayaBlock } from "./avaya_block.ts";
import type { Device } from "./devices.ts";
import { fill } from "./fill.ts";

const MOST_HELD_CALLS = 8;
/** LINECALLCOMPLCOND_BUSY. */
const BUSY_CONDITION = 0x1;
const MOST_CONFERENCE_MEMBERS = 8;
const MOST_FORWARD_ENTRIES = 8;
const PERMANENT_PROVIDER_ID = 1;
const PROVIDER_FILENAME = "tapi2wsfake.tsp";
const PARTY_FLAGS = LINECALLPARTYID.BLOCKED | LINECALLPARTYID.NAME | LINECALLPARTYID.ADDRESS |
  LINECALLPARTYID.UNKNOWN | LINECALLPARTYID.UNAVAIL;
const DIGIT_MODES = LINEDIGITMODE.PULSE | LINEDIGITMODE.DTMF;

export function fillDevCaps(into: Memory, device: Device): void {
  const isVoice = device.addresses.length > 0;
  const { providerInfo, switchInfo, lineFeatures, lineStates, settableStatus } =
    DRIVERS[device.driver];
  fill(LINEDEVCAPS, into, {
    ProviderInfo: providerInfo,
    SwitchInfo: isVoice ? switchInfo : "",
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
    dwLineStates: lineStates,
    dwLineFeatures: isVoice ? lineFeatures : 0,
    dwSettableDevStatus: isVoice ? settableStatus : 0,
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
  const { completionModes, parkModes } = DRIVERS[device.driver];
  const { call, call2, address } = lacksOf(lacks, device.driver);
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
      dwCallFeatures: CALL_FEATURES & ~call,
      dwCallFeatures2: CALL_FEATURES_2 & ~call2,
      dwAddressFeatures: ADDRESS_FEATURES & ~address,
      dwTransferModes: LINETRANSFERMODE.TRANSFER | LINETRANSFERMODE.CONFERENCE,
      dwParkModes: parkModes,
      dwMaxCallCompletions: completionModes === 0 ? 0 : 1,
      dwCallCompletionConds: completionModes === 0 ? 0 : BUSY_CONDITION,
      dwCallCompletionModes: completionModes,
      dwForwardModes: canForward(device) ? FORWARD_MODES : 0,
    },
  });
}

/** @param extension At the address, and its legs; none where the device carries no voice. */
export function fillAddressStatus(
  into: Memory,
  device: Device,
  extension: Extension | undefined,
  legs: readonly Leg[],
  lacks: Lacks,
): void {
  const forwards = (canForward(device) && extension?.forwards || [])
    .map((forward) => ({ caller: "", countryCode: 0, ...forward }));
  fill(LINEADDRESSSTATUS, into, {
    ...countCalls(legs),
    dwNumInUse: legs.length > 0 ? 1 : 0,
    dwAddressFeatures: extension === undefined
      ? 0
      : addressFeatures(legs) & ~lacksOf(lacks, device.driver).address,
    dwNumRingsNoAnswer: extension?.ringsNoAnswer ?? 0,
    dwForwardNumEntries: forwards.length,
    Forward: encodeForwards(forwards, LINEADDRESSSTATUS.size),
  });
}

/** @param legs Of every address. */
export function fillDevStatus(
  into: Memory,
  { addresses, driver, mediaModes }: Device,
  legs: readonly Leg[],
  openCount: number,
): void {
  const { hasBlock, lineFeatures: features } = DRIVERS[driver];
  const [extension] = addresses;
  const { CONNECTED, INSERVICE, MSGWAIT } = LINEDEVSTATUSFLAGS;
  fill(LINEDEVSTATUS, into, {
    ...countCalls(legs),
    dwNumOpens: openCount,
    dwOpenMediaModes: mediaModes,
    dwLineFeatures: addresses.length === 0 ? 0 : lineFeatures(legs) & features,
    dwDevStatusFlags: CONNECTED |
      (addresses.every(({ isInService }) => isInService) ? INSERVICE : 0) |
      (!hasBlock && addresses.some(({ isMessageWaiting }) => isMessageWaiting) ? MSGWAIT : 0),
    ...hasBlock && extension && { DevSpecific: avayaBlock(extension) },
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

function canForward({ driver }: Device): boolean {
  return (DRIVERS[driver].lacks.address & LINEADDRFEATURE.FORWARD) === 0;
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
