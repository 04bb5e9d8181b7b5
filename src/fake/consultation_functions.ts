/** The functions of the fake library that begin consultations, and make transfers and conferences of them. */
import { LINECALLFEATURE, LINEERR, LINETRANSFERMODE } from "../tapi/constants.ts";
import { actOn, checkPartner } from "./acting.ts";
import { Refusal } from "./model.ts";
import type { Complete, Service } from "./service.ts";

const CAN = LINECALLFEATURE;

export type ConsultationFunctions = Pick<
  Complete,
  | "lineSetupTransferW"
  | "lineCompleteTransfer"
  | "lineSetupConferenceW"
  | "linePrepareAddToConferenceW"
  | "lineAddToConference"
>;

export function consultationFunctions(service: Service): ConsultationFunctions {
  const { handles, switchboard } = service;
  const act = actOn(service);
  return {
    lineSetupTransferW: (call, outCall) =>
      act(call, CAN.SETUPTRANSFER, ({ leg, line }) => ({
        calls: [{ leg: switchboard.consult(leg, line), outCall }],
      }), { outCalls: [outCall] }),
    lineSetupConferenceW: (call, _line, outConference, outConsult) =>
      act(call, CAN.SETUPCONF, ({ leg, line }) => {
        const { conference, consultation } = switchboard.beginConference(leg, line);
        return {
          calls: [
            { leg: conference, outCall: outConference },
            { leg: consultation, outCall: outConsult },
          ],
        };
      }, { outCalls: [outConference, outConsult] }),
    linePrepareAddToConferenceW: (call, outCall) =>
      act(call, CAN.PREPAREADDCONF, ({ leg, line }) => ({
        calls: [{ leg: switchboard.consult(leg, line), outCall }],
      }), { outCalls: [outCall] }),
    lineCompleteTransfer: (call, consultCall, outCall, mode) =>
      act(call, CAN.COMPLETETRANSF, ({ leg, line }) => {
        const consultation = handles.call(consultCall);
        const { extension } = line.device;
        checkPartner(consultation, extension, CAN.COMPLETETRANSF, LINEERR.INVALCONSULTCALLHANDLE);
        switch (mode) {
          case LINETRANSFERMODE.TRANSFER:
            return switchboard.completeTransfer(leg, consultation.leg);
          case LINETRANSFERMODE.CONFERENCE:
            return { calls: [{ leg: switchboard.confer(leg, consultation.leg, line), outCall }] };
          default:
            throw new Refusal(LINEERR.INVALTRANSFERMODE);
        }
      }, { outCalls: [outCall] }),
    lineAddToConference: (conferenceCall, consultCall) =>
      act(conferenceCall, CAN.ADDTOCONF, ({ leg, line }) => {
        const consultation = handles.call(consultCall);
        const { extension } = line.device;
        checkPartner(consultation, extension, CAN.ADDTOCONF, LINEERR.INVALCONSULTCALLHANDLE);
        switchboard.addToConference(leg, consultation.leg);
      }),
  };
}
