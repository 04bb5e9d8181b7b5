/** The functions of the fake library that concern calls. */
import {
  LINE,
  LINECALLFEATURE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDIGITMODE,
  LINEERR,
  LINEPARKMODE,
} from "../tapi/constants.ts";
import { decodeText } from "../tapi/text.ts";
import { demand } from "./abilities.ts";
import { actOn, checkPartner, HANDLE_BYTES, numberOf, ownedCall } from "./acting.ts";
import { fillCallInfo, fillCallStatus } from "./call_info.ts";
import { consultationFunctions } from "./consultation_functions.ts";
import { SPECIAL_NUMBERS, TIMING } from "./dial_plan.ts";
import { viewOf } from "./fill.ts";
import { readForwards } from "./forward_list.ts";
import type { CallHandle } from "./handles.ts";
import { type Extension, Refusal } from "./model.ts";
import { checkParkAddress, writeParkAddress } from "./park_address.ts";
import { required } from "./requests.ts";
import { answerLater, type Complete, type Service } from "./service.ts";

const CAN = LINECALLFEATURE;
const DIGITS = /^[0-9A-Da-d*#,]+$/;
const DEFAULT_DIGIT_MS = 100;
const GENERATE_DONE = 1;

type CallFunctions = Omit<
  Complete,
  | "lineInitializeExW"
  | "lineShutdown"
  | "lineNegotiateAPIVersion"
  | "lineGetMessage"
  | "lineGetMessageNow"
  | "lineGetProviderListW"
  | "lineGetDevCapsW"
  | "lineGetAddressCapsW"
  | "lineGetAddressStatusW"
  | "lineGetLineDevStatusW"
  | "lineOpenW"
  | "lineClose"
  | "lineSetStatusMessages"
  | "lineGetNewCalls"
>;

export function callFunctions(service: Service): CallFunctions {
  const { handles, switchboard, quirks } = service;
  const act = actOn(service);
  const { colleagueAnswersMs } = TIMING;
  return {
    ...handleFunctions(service),
    ...lineRequests(service),
    ...consultationFunctions(service),
    lineDrop: (call) => act(call, CAN.DROP, ({ leg }) => switchboard.drop(leg)),
    lineAnswer: (call) => act(call, CAN.ANSWER, ({ leg }) => switchboard.answer(leg)),
    lineHold: (call) => act(call, CAN.HOLD, ({ leg }) => switchboard.hold(leg)),
    lineUnhold: (call) => act(call, CAN.UNHOLD, ({ leg }) => switchboard.unhold(leg)),
    lineSwapHold: (activeCall, heldCall) =>
      act(activeCall, CAN.SWAPHOLD, ({ leg, line }) => {
        const held = handles.call(heldCall);
        checkPartner(held, line.device.extension, CAN.SWAPHOLD, LINEERR.INVALCALLHANDLE);
        switchboard.swapHold(leg, held.leg);
      }),
    lineBlindTransferW: (call, destAddress) =>
      act(call, CAN.BLINDTRANSFER, ({ leg }) => {
        switchboard.blindTransfer(leg, numberOf(destAddress), colleagueAnswersMs);
      }, { destAddress }),
    lineParkW: (call, mode, address, outAddress) => {
      const directed = mode === LINEPARKMODE.DIRECTED;
      return act(call, CAN.PARK, ({ leg }) => {
        if (!directed && mode !== LINEPARKMODE.NONDIRECTED) {
          throw new Refusal(LINEERR.INVALPARKMODE);
        }
        const into = directed ? null : required(outAddress);
        if (into !== null) checkParkAddress(into, `${leg.extension.number}1`);
        const slot = switchboard.park(leg, directed ? numberOf(required(address)) : null);
        return into === null ? {} : {
          write: () => writeParkAddress(into, slot, quirks.parkAddressIsAscii()),
        };
      });
    },
    lineRedirectW: (call, destAddress) =>
      act(call, CAN.REDIRECT, ({ leg }) => {
        switchboard.redirect(leg, numberOf(destAddress), colleagueAnswersMs);
      }, { destAddress }),
    lineDialW: (call, destAddress) =>
      act(call, CAN.DIAL, ({ leg }) => {
        switchboard.dial(leg, numberOf(destAddress), colleagueAnswersMs);
      }, { destAddress }),
  };
}

/** The functions that answer at once. */
function handleFunctions(
  { handles, announcer, quirks, switchboard, lacks }: Service,
): Pick<
  CallFunctions,
  | "lineGetCallInfoW"
  | "lineGetCallStatus"
  | "lineSetCallPrivilege"
  | "lineDeallocateCall"
  | "lineGenerateDigitsW"
> {
  return {
    lineGetCallInfoW: (call, outInfo) =>
      answerLater(() => fillCallInfo(outInfo, handles.call(call), handles, quirks)),
    lineGetCallStatus: (call, outStatus) =>
      answerLater(() => fillCallStatus(outStatus, handles.call(call), quirks, lacks)),
    lineSetCallPrivilege: (call, privilege) =>
      answerLater(() => setPrivilege(handles.call(call), privilege, handles)),
    lineDeallocateCall: (call) => answerLater(() => handles.deallocate(handles.call(call))),
    lineGenerateDigitsW: (call, mode, digits, durationMs) =>
      answerLater(() => {
        const owned = ownedCall(handles.call(call));
        if ((CAN.GENERATEDIGITS & lacks.call) !== 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
        demand(owned.leg, CAN.GENERATEDIGITS);
        const modes: readonly number[] = [LINEDIGITMODE.DTMF, LINEDIGITMODE.PULSE];
        if (!modes.includes(mode)) throw new Refusal(LINEERR.INVALDIGITMODE);
        const text = digits === null ? "" : decodeText(digits);
        if (digits !== null && !DIGITS.test(text)) throw new Refusal(LINEERR.INVALDIGITS);
        const totalMs = text.length * (durationMs || DEFAULT_DIGIT_MS);
        switchboard.schedule.after(totalMs, () => {
          announcer.postToCall(owned, { dwMessageID: LINE.GENERATE, dwParam1: GENERATE_DONE });
        });
      }),
  };
}

/** The requests that a line makes, of which most bring it a call. */
function lineRequests(
  { handles, requests, switchboard }: Service,
): Pick<CallFunctions, "lineMakeCallW" | "lineUnparkW" | "linePickupW" | "lineForwardW"> {
  const { colleagueAnswersMs } = TIMING;
  return {
    lineMakeCallW: (line, outCall, destAddress) =>
      answerLater(() => {
        const open = handles.line(line);
        const extension = voiceOf(open.device.extension);
        viewOf(outCall, HANDLE_BYTES);
        const number = destAddress === null ? "" : numberOf(destAddress);
        if (number === SPECIAL_NUMBERS.neverReplies) return requests.startSilent(open);
        return requests.start(open, () => {
          if (number === SPECIAL_NUMBERS.refused) throw new Refusal(LINEERR.CALLUNAVAIL);
          const how = { initiator: open, answerAfterMs: colleagueAnswersMs };
          return { calls: [{ leg: switchboard.makeCall(extension, number, how), outCall }] };
        });
      }),
    lineUnparkW: (line, addressId, outCall, parkAddress) =>
      answerLater(() => {
        const open = handles.line(line);
        const extension = voiceOf(open.device.extension, addressId);
        viewOf(outCall, HANDLE_BYTES);
        const slot = numberOf(parkAddress);
        return requests.start(open, () => {
          const leg = switchboard.unpark(extension, slot, open);
          switchboard.limitTalk(leg.call);
          return { calls: [{ leg, outCall }] };
        });
      }),
    linePickupW: (line, addressId, outCall, destAddress, groupId) =>
      answerLater(() => {
        const open = handles.line(line);
        const extension = voiceOf(open.device.extension, addressId);
        viewOf(outCall, HANDLE_BYTES);
        const group = groupId === null ? extension.group : decodeText(groupId);
        const from = destAddress === null ? { group } : { number: numberOf(destAddress) };
        if ("group" in from && !isGroup(switchboard, group)) {
          throw new Refusal(LINEERR.INVALGROUPID);
        }
        return requests.start(open, () => {
          const leg = switchboard.pickup(extension, from, open);
          switchboard.limitTalk(leg.call);
          return { calls: [{ leg, outCall }] };
        });
      }),
    lineForwardW: (line, _all, addressId, forwardList, ringsNoAnswer, outConsultCall) =>
      answerLater(() => {
        const open = handles.line(line);
        const extension = voiceOf(open.device.extension, addressId);
        const out = viewOf(outConsultCall, HANDLE_BYTES);
        const forwards = forwardList === null ? [] : readForwards(forwardList);
        return requests.start(open, () => {
          if (ringsNoAnswer > 0) extension.ringsNoAnswer = ringsNoAnswer;
          switchboard.forward(extension, forwards);
          return { write: () => out.setUint32(0, 0, true) };
        });
      }),
  };
}

function setPrivilege(
  call: CallHandle,
  privilege: number,
  handles: Service["handles"],
): void {
  const { MONITOR, OWNER } = LINECALLPRIVILEGE;
  if (privilege !== MONITOR && privilege !== OWNER) throw new Refusal(LINEERR.INVALCALLPRIVILEGE);
  const idle = call.leg.state === LINECALLSTATE.IDLE;
  const soleOwner = call.privilege === OWNER && handles.countHandles(call.leg, OWNER) === 1;
  if (privilege === OWNER ? idle : soleOwner && !idle) throw new Refusal(LINEERR.INVALCALLSTATE);
  call.privilege = privilege;
}

function voiceOf(extension: Extension | null, addressId = 0): Extension {
  if (extension === null) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
  if (addressId !== 0) throw new Refusal(LINEERR.INVALADDRESSID);
  return extension;
}

function isGroup({ extensions }: Service["switchboard"], group: string): boolean {
  return [...extensions.values()].some((extension) => extension.group === group);
}
