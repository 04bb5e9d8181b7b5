/** The functions of the fake library that concern calls. */
import {
  LINE,
  LINEADDRESSMODE,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDIGITMODE,
  LINEERR,
  LINEPARKMODE,
  LINETRANSFERMODE,
} from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { LINECALLPARAMS } from "../../tapi/structs.ts";
import { decodeText } from "../../tapi/text.ts";
import { DRIVERS } from "../drivers.ts";
import { demand } from "../exchange/abilities.ts";
import { TIMING } from "../exchange/dial_plan.ts";
import type { Leg } from "../exchange/leg.ts";
import { Refusal } from "../refusal.ts";
import type { CallHandle } from "./application.ts";
import { fillCallInfo, fillCallStatus } from "./call_info.ts";
import { checkFeature, extensionAt } from "./devices.ts";
import { viewOf } from "./fill.ts";
import { readForwards } from "./forward_list.ts";
import { checkParkAddress, writeParkAddress } from "./park_address.ts";
import { HANDLE_BYTES, numberOf, ownedCall, partnerOf } from "./requests.ts";
import { functionsOf } from "./service.ts";

const CAN = LINECALLFEATURE;
const { colleagueAnswersMs: ANSWER_MS } = TIMING;
const DIGITS = /^[0-9A-Da-d*#,]+$/;
const DEFAULT_DIGIT_MS = 100;
const GENERATE_DONE = 1;

/** The functions that answer at once. */
export const handleFunctions = functionsOf(({ exchange, handles, lacks, quirks }) => ({
  lineGetCallInfoW: (call, outInfo) => fillCallInfo(outInfo, handles.call(call), handles, quirks),
  lineGetCallStatus: (call, outStatus) =>
    fillCallStatus(outStatus, handles.call(call), quirks, lacks),
  lineSetCallPrivilege(handle, privilege) {
    const { MONITOR, OWNER } = LINECALLPRIVILEGE;
    const call = handles.call(handle);
    if (privilege !== MONITOR && privilege !== OWNER) throw new Refusal(LINEERR.INVALCALLPRIVILEGE);
    const isIdle = call.leg.state === LINECALLSTATE.IDLE;
    const isSoleOwner = call.privilege === OWNER && handles.countHandles(call.leg, OWNER) === 1;
    if (privilege === OWNER ? isIdle : isSoleOwner && !isIdle) {
      throw new Refusal(LINEERR.INVALCALLSTATE);
    }
    call.setPrivilege(privilege);
  },
  lineDeallocateCall: (call) => handles.deallocate(handles.call(call)),
  lineGenerateDigitsW(handle, mode, digits, durationMs) {
    const call = ownedCall(handles.call(handle));
    if ((CAN.GENERATEDIGITS & lacks.call) !== 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
    demand(call.leg, CAN.GENERATEDIGITS);
    if (mode !== LINEDIGITMODE.DTMF && mode !== LINEDIGITMODE.PULSE) {
      throw new Refusal(LINEERR.INVALDIGITMODE);
    }
    const text = digits === null ? "" : decodeText(digits);
    if (digits !== null && !DIGITS.test(text)) throw new Refusal(LINEERR.INVALDIGITS);
    exchange.schedule.after(text.length * (durationMs || DEFAULT_DIGIT_MS), () => {
      call.post({ dwMessageID: LINE.GENERATE, dwParam1: GENERATE_DONE });
    });
  },
}));

/** The requests that a line makes, of which most bring it a call. */
export const lineRequests = functionsOf(({ exchange, handles, requests }) => {
  const { parking, routing } = exchange;
  return {
    lineMakeCallW(line, outCall, destAddress, _country, callParams) {
      const open = handles.line(line);
      const extension = extensionAt(open.device, addressIdIn(callParams));
      viewOf(outCall, HANDLE_BYTES);
      const number = destAddress === null ? "" : numberOf(destAddress);
      return requests.startTo(open, number, () => ({
        calls: [{ leg: routing.makeCall(extension, number, open, ANSWER_MS), outCall }],
      }));
    },
    lineUnparkW(line, addressId, outCall, parkAddress) {
      const open = handles.line(line);
      const extension = extensionAt(open.device, addressId);
      viewOf(outCall, HANDLE_BYTES);
      const slot = numberOf(parkAddress);
      return requests.start(open, () => {
        const leg = parking.unpark(extension, slot, open);
        routing.limitTalk(leg.call);
        return { calls: [{ leg, outCall }] };
      });
    },
    linePickupW(line, addressId, outCall, destAddress, groupId) {
      const open = handles.line(line);
      checkFeature(open.device, LINEADDRFEATURE.PICKUP);
      const extension = extensionAt(open.device, addressId);
      viewOf(outCall, HANDLE_BYTES);
      const pickupGroup = groupId === null ? extension.pickupGroup : decodeText(groupId);
      const from = destAddress === null ? { pickupGroup } : { number: numberOf(destAddress) };
      const isGroup = exchange.extensions.values()
        .some((other) => other.pickupGroup === pickupGroup);
      if (destAddress === null && !isGroup) throw new Refusal(LINEERR.INVALGROUPID);
      return requests.start(open, () => {
        const leg = exchange.pickup(extension, from, open);
        routing.limitTalk(leg.call);
        return { calls: [{ leg, outCall }] };
      });
    },
    lineForwardW(line, _all, addressId, forwardList, ringsNoAnswer, outConsultCall) {
      const open = handles.line(line);
      checkFeature(open.device, LINEADDRFEATURE.FORWARD);
      const extension = extensionAt(open.device, addressId);
      const out = viewOf(outConsultCall, HANDLE_BYTES);
      const forwards = forwardList === null ? [] : readForwards(forwardList);
      return requests.start(open, () => {
        extension.forward(forwards, ringsNoAnswer || undefined);
        return { write: () => out.setUint32(0, 0, true) };
      });
    },
  };
});

/** The requests that an owner of a call makes. */
export const callRequests = functionsOf(({ exchange, quirks, requests }) => {
  const { legs, parking, routing } = exchange;
  return {
    lineDrop: (call) => requests.act(call, CAN.DROP, ({ leg }) => leg.drop()),
    lineAnswer: (call) => requests.act(call, CAN.ANSWER, ({ leg }) => legs.answer(leg)),
    lineHold: (call) => requests.act(call, CAN.HOLD, ({ leg }) => leg.hold()),
    lineUnhold: (call) => requests.act(call, CAN.UNHOLD, ({ leg }) => leg.unhold()),
    lineDialW: (call, destAddress) =>
      requests.act(call, CAN.DIAL, ({ leg }) => {
        routing.dial(leg, numberOf(destAddress), ANSWER_MS);
      }, { destAddress }),
    lineRedirectW: (call, destAddress) =>
      requests.act(call, CAN.REDIRECT, ({ leg }) => {
        routing.redirect(leg, numberOf(destAddress), ANSWER_MS);
      }, { destAddress }),
    lineBlindTransferW: (call, destAddress) =>
      requests.act(call, CAN.BLINDTRANSFER, ({ leg }) => {
        routing.blindTransfer(leg, numberOf(destAddress), ANSWER_MS);
      }, { destAddress }),
    lineParkW(call, mode, address, outAddress) {
      const { DIRECTED, NONDIRECTED } = LINEPARKMODE;
      return requests.act(call, CAN.PARK, ({ leg, line }) => {
        if (mode === DIRECTED) return void parking.park(leg, numberOf(required(address)));
        const isKnown = (mode & DRIVERS[line.device.driver].parkModes) !== 0;
        if (!isKnown || mode !== NONDIRECTED) throw new Refusal(LINEERR.INVALPARKMODE);
        const into = required(outAddress);
        checkParkAddress(into, `${leg.extension.number}1`);
        const slot = parking.park(leg, undefined);
        return { write: () => writeParkAddress(into, slot, quirks.parkAddressIsAscii()) };
      });
    },
  };
});

/** The requests that join two calls, or begin to. */
export const joiningRequests = functionsOf(({ exchange, handles, requests }) => {
  const { consultations } = exchange;
  /** A call or a conference is held, and somebody else is consulted. */
  const consult = (call: number, feature: number, outCall: Memory) =>
    requests.act(call, feature, ({ leg, line }) => ({
      calls: [{ leg: consultations.begin(leg, line), outCall }],
    }), { outCalls: [outCall] });
  return {
    lineSwapHold: (activeCall, heldCall) =>
      requests.act(activeCall, CAN.SWAPHOLD, (active) => {
        const { INVALCALLHANDLE } = LINEERR;
        const held = partnerOf(active, handles.call(heldCall), CAN.SWAPHOLD, INVALCALLHANDLE);
        active.leg.swapWith(held);
      }),
    lineSetupTransferW: (call, outCall) => consult(call, CAN.SETUPTRANSFER, outCall),
    linePrepareAddToConferenceW: (call, outCall) => consult(call, CAN.PREPAREADDCONF, outCall),
    lineSetupConferenceW: (call, _line, outConference, outConsult) =>
      requests.act(call, CAN.SETUPCONF, ({ leg, line }) => {
        const { conference, consultation } = consultations.beginConference(leg, line);
        return {
          calls: [
            { leg: conference, outCall: outConference },
            { leg: consultation, outCall: outConsult },
          ],
        };
      }, { outCalls: [outConference, outConsult] }),
    lineCompleteTransfer: (call, consultCall, outCall, mode) =>
      requests.act(call, CAN.COMPLETETRANSF, (held) => {
        const consultation = consultationOf(held, handles.call(consultCall), CAN.COMPLETETRANSF);
        switch (mode) {
          case LINETRANSFERMODE.TRANSFER:
            return consultations.transfer(held.leg, consultation);
          case LINETRANSFERMODE.CONFERENCE: {
            const leg = consultations.confer(held.leg, consultation, held.line);
            return { calls: [{ leg, outCall }] };
          }
          default:
            throw new Refusal(LINEERR.INVALTRANSFERMODE);
        }
      }, { outCalls: [outCall] }),
    lineAddToConference: (conferenceCall, consultCall) =>
      requests.act(conferenceCall, CAN.ADDTOCONF, (conference) => {
        const consultation = consultationOf(conference, handles.call(consultCall), CAN.ADDTOCONF);
        consultations.add(conference.leg, consultation);
      }),
  };
});

/** The address that a LINECALLPARAMS names; the first where it names none. */
function addressIdIn(callParams: Memory | null): number {
  if (callParams === null) return 0;
  const { dwAddressID, dwAddressMode } = LINECALLPARAMS.decode(callParams);
  return dwAddressMode === LINEADDRESSMODE.ADDRESSID ? dwAddressID : 0;
}

/** @throws Refusal */
function consultationOf(held: CallHandle, second: CallHandle, feature: number): Leg {
  return partnerOf(held, second, feature, LINEERR.INVALCONSULTCALLHANDLE);
}

/** @throws Refusal where the application does not give what it must. */
function required<T>(argument: T | null): T {
  if (argument === null) throw new Refusal(LINEERR.INVALPOINTER);
  return argument;
}
