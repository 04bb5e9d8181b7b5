/** The members of a leg's LINECALLINFO that can change. */
import { LINECALLORIGIN, LINECALLREASON } from "../../tapi/constants.ts";
import { NOBODY, type Party } from "./call.ts";

export interface LegInfo {
  /** dwCallID: of this leg alone, so that pages may use it as a key. */
  readonly callId: number;
  readonly relatedCallId: number;
  readonly origin: number;
  readonly reason: number;
  readonly caller: Party;
  readonly called: Party;
  readonly connected: Party;
  readonly redirecting: Party;
  readonly redirection: Party;
}

/** For a leg that makes a call. */
export const ORDINARY: Omit<LegInfo, "callId"> = {
  relatedCallId: 0,
  origin: LINECALLORIGIN.OUTBOUND,
  reason: LINECALLREASON.DIRECT,
  caller: NOBODY,
  called: NOBODY,
  connected: NOBODY,
  redirecting: NOBODY,
  redirection: NOBODY,
};

/** The values that a leg starts with; the rest is ordinary. */
export interface LegStart extends Partial<LegInfo> {
  readonly state: number;
  readonly stateMode?: number;
  /** The open line that asked for the leg; `null` when nobody did. */
  readonly initiator?: object | null;
}
