/** The structs that describe a call. */
import { ALL_STATES } from "../../tapi/call_states.ts";
import {
  LINEBEARERMODE,
  LINECALLPARTYID,
  LINECALLPRIVILEGE,
  LINEMEDIAMODE,
} from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { LINECALLINFO, LINECALLSTATUS } from "../../tapi/structs.ts";
import { callFeatures, callFeatures2, type Lacks } from "../exchange/abilities.ts";
import { lacksOf } from "../drivers.ts";
import type { Party } from "../exchange/call.ts";
import type { CallHandle } from "./application.ts";
import { fill } from "./fill.ts";
import type { Handles } from "./handles.ts";
import type { InfoQuirks, Quirks } from "./quirks.ts";

const VOICE_RATE = 64_000;

const TEXTS = ["CallerID", "CallerIDName", "CalledID", "CalledIDName"] as const;

export function fillCallInfo(
  into: Memory,
  call: CallHandle,
  handles: Handles,
  quirks: Quirks,
): void {
  const { leg, line } = call;
  const { info } = leg;
  const odd = quirks.infoOf(leg);
  const [dwCallerIDFlags, CallerID, CallerIDName] = describe(info.caller, odd);
  const [dwCalledIDFlags, CalledID, CalledIDName] = describe(info.called, odd);
  const [dwConnectedIDFlags, ConnectedID, ConnectedIDName] = describe(info.connected, odd);
  const [dwRedirectionIDFlags, RedirectionID, RedirectionIDName] = describe(info.redirection, odd);
  const [dwRedirectingIDFlags, RedirectingID, RedirectingIDName] = describe(info.redirecting, odd);
  fill(LINECALLINFO, into, {
    hLine: line.handle,
    dwLineDeviceID: line.device.id,
    dwAddressID: line.addressIdOf(leg.extension),
    dwBearerMode: LINEBEARERMODE.VOICE,
    dwRate: VOICE_RATE,
    dwMediaMode: LINEMEDIAMODE.INTERACTIVEVOICE,
    dwCallID: info.callId,
    dwRelatedCallID: info.relatedCallId,
    dwCallStates: ALL_STATES,
    dwOrigin: info.origin,
    dwReason: info.reason,
    dwNumOwners: handles.countHandles(leg, LINECALLPRIVILEGE.OWNER),
    dwNumMonitors: handles.countHandles(leg, LINECALLPRIVILEGE.MONITOR),
    dwCallerIDFlags,
    CallerID,
    CallerIDName,
    dwCalledIDFlags,
    CalledID,
    CalledIDName,
    dwConnectedIDFlags,
    ConnectedID,
    ConnectedIDName,
    dwRedirectionIDFlags,
    RedirectionID,
    RedirectionIDName,
    dwRedirectingIDFlags,
    RedirectingID,
    RedirectingIDName,
    DevSpecific: new Uint8Array(odd.devSpecificBytes).fill(0xd5),
  }, !quirks.polite);
  if (odd.oddSizes) shortenTexts(into);
}

export function fillCallStatus(
  into: Memory,
  call: CallHandle,
  quirks: Quirks,
  lacks: Lacks,
): void {
  const { leg, line: { device }, privilege } = call;
  const { call: lacksCall, call2 } = lacksOf(lacks, device.driver);
  const isTold = privilege === LINECALLPRIVILEGE.OWNER || !quirks.hidesFeatures(leg);
  fill(LINECALLSTATUS, into, {
    dwCallState: (leg.state | quirks.vendorBits()) >>> 0,
    dwCallStateMode: leg.stateMode,
    dwCallPrivilege: privilege,
    dwCallFeatures: isTold ? callFeatures(leg) & ~lacksCall : 0,
    dwCallFeatures2: isTold ? callFeatures2(leg) & ~call2 : 0,
    tStateEntryTime: toSystemTime(leg.stateSinceMs),
  });
}

/** A party as a dw…IDFlags, a number and a name. */
function describe(party: Party, odd: InfoQuirks): [flags: number, number: string, name: string] {
  const { ADDRESS, BLOCKED, NAME, UNAVAIL, UNKNOWN } = LINECALLPARTYID;
  const { number, name, presentation } = party;
  const present = (number === "" ? 0 : ADDRESS) | (name === "" ? 0 : NAME);
  switch (presentation) {
    case "withheld":
      if (odd.revealsWithheld) return [BLOCKED | present, number, name];
      return [BLOCKED, "", ""];
    case "pending":
      return [UNKNOWN, "", ""];
    case "unavailable":
      return [UNAVAIL, "", ""];
    case "shown":
      return present === 0
        ? [UNAVAIL, "", ""]
        : [present, withGarbage(number, odd), withGarbage(name, odd)];
  }
}

function withGarbage(text: string, { garbage }: InfoQuirks): string {
  return text === "" ? "" : text + garbage;
}

/** Takes a byte off the sizes of the texts. */
function shortenTexts(info: Memory): void {
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  for (const member of TEXTS) {
    const { offset } = LINECALLINFO.fields[member];
    const size = view.getUint32(offset, true);
    if (size > 0) view.setUint32(offset, size - 1, true);
  }
}

function toSystemTime(ms: number): Uint8Array {
  const time = new Date(ms);
  const words = [
    time.getUTCFullYear(),
    time.getUTCMonth() + 1,
    time.getUTCDay(),
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
    time.getUTCMilliseconds(),
  ];
  const bytes = new Uint8Array(words.length * 2);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => view.setUint16(i * 2, word, true));
  return bytes;
}
