/** What an owner of a call asks for: checked at once, done a little later, told by LINE_REPLY. */
import { LINECALLPRIVILEGE, LINECALLSTATE, LINEERR } from "../tapi/constants.ts";
import type { Memory } from "../tapi/library.ts";
import { decodeText } from "../tapi/text.ts";
import { demand } from "./abilities.ts";
import { SPECIAL_NUMBERS, toNumber } from "./dial_plan.ts";
import { viewOf } from "./fill.ts";
import type { CallHandle } from "./handles.ts";
import { type Extension, type Leg, Refusal } from "./model.ts";
import type { Outcome } from "./requests.ts";
import { answerLater, type Service } from "./service.ts";

export const HANDLE_BYTES = 4;

export type Act = (
  handle: number,
  /** A LINECALLFEATURE_ bit that the call must have. */
  feature: number,
  deed: (call: CallHandle) => Outcome | void,
  memory?: {
    /** Where handles of new calls go. */
    readonly outCalls?: readonly Memory[];
    /** The number of somebody else: some numbers are special. */
    readonly destAddress?: Memory;
  },
) => Promise<number>;

/**
 * Requests that an owner makes of a call: refused at once where the call's state does not allow
 * them now, and with the LINE_REPLY where it does not any more.
 */
export function actOn({ handles, requests, switchboard, lacks }: Service): Act {
  return (handle, feature, deed, { outCalls = [], destAddress } = {}) =>
    answerLater(() => {
      const call = ownedCall(handles.call(handle));
      for (const memory of outCalls) viewOf(memory, HANDLE_BYTES);
      if ((feature & lacks.call) !== 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
      if (call.leg.state === LINECALLSTATE.IDLE) throw new Refusal(LINEERR.INVALCALLSTATE);
      demand(call.leg, feature);
      const number = destAddress === undefined ? "" : numberOf(destAddress);
      if (number === SPECIAL_NUMBERS.neverReplies) return requests.startSilent(call.line);
      return requests.start(call.line, () => {
        if (number === SPECIAL_NUMBERS.refused) throw new Refusal(LINEERR.CALLUNAVAIL);
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

/** @throws Refusal */
export function ownedCall(call: CallHandle): CallHandle {
  if (call.privilege !== LINECALLPRIVILEGE.OWNER) throw new Refusal(LINEERR.NOTOWNER);
  return call;
}

/**
 * The second call of a request must be an owned one of the same extension, in a fitting state.
 *
 * @throws Refusal
 */
export function checkPartner(
  call: CallHandle,
  extension: Extension | null,
  feature: number,
  wrongCall: number,
): void {
  if (ownedCall(call).leg.extension !== extension) throw new Refusal(wrongCall);
  demand(call.leg, feature);
}

/** @throws Refusal where it cannot be dialled. */
export function numberOf(address: Memory): string {
  return toNumber(decodeText(address));
}
