/** The functions of the fake library that concern calls. */
import {
  LINE,
  LINECALLFEATURE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDIGITMODE,
  LINEERR,
  LINEPARKMODE,
  LINETRANSFERMODE,
} from "../tapi/constants.ts";
import type { Memory } from "../tapi/library.ts";
import { decodeText } from "../tapi/text.ts";
import { demand } from "./abilities.ts";
import { fillCallInfo, fillCallStatus } from "./call_info.ts";
import { SPECIAL_NUMBERS, TIMING, toNumber } from "./dial_plan.ts";
import { viewOf } from "./fill.ts";
import { readForwards } from "./forward_list.ts";
import type { CallHandle } from "./handles.ts";
import { type Extension, type Leg, Refusal } from "./model.ts";
import { checkParkAddress, writeParkAddress } from "./park_address.ts";
import { type Outcome, required } from "./requests.ts";
import { answerLater, type Complete, type Service } from "./service.ts";

const CAN = LINECALLFEATURE;
const HANDLE_BYTES = 4;
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
        switchboard.blindTransfer(leg, textOf(destAddress), colleagueAnswersMs);
      }),
    lineSetupTransferW: (call, outCall) =>
      act(call, CAN.SETUPTRANSFER, ({ leg, line }) => ({
        leg: switchboard.consult(leg, line),
        outCall,
      }), outCall),
    linePrepareAddToConferenceW: (call, outCall) =>
      act(call, CAN.PREPAREADDCONF, ({ leg, line }) => ({
        leg: switchboard.consult(leg, line),
        outCall,
      }), outCall),
    lineCompleteTransfer: (call, consultCall, outCall, mode) =>
      act(call, CAN.COMPLETETRANSF, ({ leg, line }) => {
        const consultation = handles.call(consultCall);
        const { extension } = line.device;
        checkPartner(consultation, extension, CAN.COMPLETETRANSF, LINEERR.INVALCONSULTCALLHANDLE);
        switch (mode) {
          case LINETRANSFERMODE.TRANSFER:
            return switchboard.completeTransfer(leg, consultation.leg);
          case LINETRANSFERMODE.CONFERENCE:
            return { leg: switchboard.confer(leg, consultation.leg, line), outCall };
          default:
            throw new Refusal(LINEERR.INVALTRANSFERMODE);
        }
      }, outCall),
    lineAddToConference: (conferenceCall, consultCall) =>
      act(conferenceCall, CAN.ADDTOCONF, ({ leg, line }) => {
        const consultation = handles.call(consultCall);
        const { extension } = line.device;
        checkPartner(consultation, extension, CAN.ADDTOCONF, LINEERR.INVALCONSULTCALLHANDLE);
        switchboard.addToConference(leg, consultation.leg);
      }),
    lineParkW: (call, mode, address, outAddress) => {
      const directed = mode === LINEPARKMODE.DIRECTED;
      return act(call, CAN.PARK, ({ leg }) => {
        if (!directed && mode !== LINEPARKMODE.NONDIRECTED) {
          throw new Refusal(LINEERR.INVALPARKMODE);
        }
        const into = directed ? null : required(outAddress);
        if (into !== null) checkParkAddress(into, `${leg.extension.number}1`);
        const slot = switchboard.park(leg, directed ? textOf(required(address)) : null);
        return into === null ? {} : {
          write: () => writeParkAddress(into, slot, quirks.parkAddressIsAscii()),
        };
      });
    },
    lineRedirectW: (call, destAddress) =>
      act(call, CAN.REDIRECT, ({ leg }) => {
        switchboard.redirect(leg, textOf(destAddress), colleagueAnswersMs);
      }),
    lineDialW: (call, destAddress) =>
      act(call, CAN.DIAL, ({ leg }) => {
        switchboard.dial(leg, textOf(destAddress), colleagueAnswersMs);
      }),
  };
}

/** The functions that answer at once. */
function handleFunctions(
  { handles, announcer, quirks, switchboard }: Service,
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
      answerLater(() => fillCallStatus(outStatus, handles.call(call), quirks)),
    lineSetCallPrivilege: (call, privilege) =>
      answerLater(() => setPrivilege(handles.call(call), privilege, handles)),
    lineDeallocateCall: (call) => answerLater(() => handles.deallocate(handles.call(call))),
    lineGenerateDigitsW: (call, mode, digits, durationMs) =>
      answerLater(() => {
        const owned = ownedCall(handles.call(call));
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
        const number = destAddress === null ? "" : textOf(destAddress);
        if (number === SPECIAL_NUMBERS.neverReplies) return requests.startSilent(open);
        return requests.start(open, () => {
          if (number === SPECIAL_NUMBERS.refused) throw new Refusal(LINEERR.CALLUNAVAIL);
          const how = { initiator: open, answerAfterMs: colleagueAnswersMs };
          return { leg: switchboard.makeCall(extension, number, how), outCall };
        });
      }),
    lineUnparkW: (line, addressId, outCall, parkAddress) =>
      answerLater(() => {
        const open = handles.line(line);
        const extension = voiceOf(open.device.extension, addressId);
        viewOf(outCall, HANDLE_BYTES);
        const slot = textOf(parkAddress);
        return requests.start(open, () => {
          const leg = switchboard.unpark(extension, slot, open);
          switchboard.limitTalk(leg.call);
          return { leg, outCall };
        });
      }),
    linePickupW: (line, addressId, outCall, destAddress) =>
      answerLater(() => {
        const open = handles.line(line);
        const extension = voiceOf(open.device.extension, addressId);
        viewOf(outCall, HANDLE_BYTES);
        const from = destAddress === null ? "" : textOf(destAddress);
        return requests.start(open, () => {
          const leg = switchboard.pickup(extension, from, open);
          switchboard.limitTalk(leg.call);
          return { leg, outCall };
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

type Act = (
  handle: number,
  feature: number,
  deed: (call: CallHandle) => Outcome | void,
  outCall?: Memory,
) => Promise<number>;

/**
 * Requests that an owner makes of a call: refused at once where the call's state does not allow
 * them now, and with the LINE_REPLY where it does not any more.
 */
function actOn({ handles, requests, switchboard }: Service): Act {
  return (handle, feature, deed, outCall) =>
    answerLater(() => {
      const call = ownedCall(handles.call(handle));
      if (outCall !== undefined) viewOf(outCall, HANDLE_BYTES);
      if (call.leg.state === LINECALLSTATE.IDLE) throw new Refusal(LINEERR.INVALCALLSTATE);
      demand(call.leg, feature);
      return requests.start(call.line, () => {
        demand(call.leg, feature);
        takeOver(call.leg, switchboard);
        return deed(call);
      });
    });
}

/** From its first command on, a call is the client's: it ends when the far end has had enough. */
function takeOver(leg: Leg, switchboard: Service["switchboard"]): void {
  if (leg.call.takenOver) return;
  leg.call.takenOver = true;
  switchboard.limitTalk(leg.call);
}

function ownedCall(call: CallHandle): CallHandle {
  if (call.privilege !== LINECALLPRIVILEGE.OWNER) throw new Refusal(LINEERR.NOTOWNER);
  return call;
}

/** The second call of a request must be an owned one of the same extension, in a fitting state. */
function checkPartner(
  call: CallHandle,
  extension: Extension | null,
  feature: number,
  wrongCall: number,
): void {
  if (ownedCall(call).leg.extension !== extension) throw new Refusal(wrongCall);
  demand(call.leg, feature);
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

function textOf(address: Memory): string {
  return toNumber(decodeText(address));
}
