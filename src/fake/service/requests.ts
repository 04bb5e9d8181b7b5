/** Asynchronous requests: an id at once, the deed a little later, and one LINE_REPLY. */
import { LINE, LINECALLPRIVILEGE, LINECALLSTATE, LINEERR } from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { decodeText } from "../../tapi/text.ts";
import { demand, type Lacks } from "../exchange/abilities.ts";
import { lacksOf } from "../drivers.ts";
import { SPECIAL_NUMBERS, toNumber } from "../exchange/dial_plan.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Leg } from "../exchange/leg.ts";
import { Refusal } from "../refusal.ts";
import type { CallHandle, OpenLine } from "./application.ts";
import { viewOf, writeU32 } from "./fill.ts";
import type { Handles } from "./handles.ts";
import type { Message } from "./message_queue.ts";
import type { Quirks } from "./quirks.ts";

export const HANDLE_BYTES = 4;

/** The results of a request, which the application gets with its LINE_REPLY. */
export interface Outcome {
  /** New calls, and where their handles go. */
  readonly calls?: readonly { readonly leg: Leg; readonly outCall: Memory }[];
  /** Writes whatever else is to be written. */
  readonly write?: () => void;
}

/** The arguments of a request besides the call. */
interface Arguments {
  /** The memory for the handles of new calls. */
  readonly outCalls?: readonly Memory[];
  /** The number of somebody else: some numbers are special. */
  readonly destAddress?: Memory;
}

export class Requests {
  readonly #exchange: Exchange;
  readonly #handles: Handles;
  readonly #quirks: Quirks;
  readonly #lacks: Lacks;

  constructor(exchange: Exchange, handles: Handles, quirks: Quirks, lacks: Lacks) {
    this.#exchange = exchange;
    this.#handles = handles;
    this.#quirks = quirks;
    this.#lacks = lacks;
  }

  /**
   * Starts a request that an owner makes about a call. It is refused at once if the call's state does
   * not allow it, and with the LINE_REPLY if it does not any more by then.
   *
   * @param feature A LINECALLFEATURE_ bit that the call must have.
   * @returns The request id.
   * @throws Refusal
   */
  act(
    handle: number,
    feature: number,
    deed: (call: CallHandle) => Outcome | void,
    { outCalls = [], destAddress }: Arguments = {},
  ): number {
    const call = ownedCall(this.#handles.call(handle));
    const { leg, line } = call;
    for (const memory of outCalls) viewOf(memory, HANDLE_BYTES);
    const { call: lacks } = lacksOf(this.#lacks, line.device.driver);
    if ((feature & lacks) !== 0) throw new Refusal(LINEERR.OPERATIONUNAVAIL);
    if (leg.state === LINECALLSTATE.IDLE) throw new Refusal(LINEERR.INVALCALLSTATE);
    demand(leg, feature);
    return this.startTo(line, destAddress === undefined ? "" : numberOf(destAddress), () => {
      demand(leg, feature);
      this.#takeOver(leg);
      return deed(call);
    });
  }

  /** As {@linkcode start}, for a request that is about a number, of which some are special. */
  startTo(line: OpenLine, number: string, deed: () => Outcome | void): number {
    if (number === SPECIAL_NUMBERS.neverReplies) return line.application.nextRequestId();
    return this.start(line, () => {
      if (number === SPECIAL_NUMBERS.refused) throw new Refusal(LINEERR.CALLUNAVAIL);
      return deed();
    });
  }

  /**
   * Carries the deed out after a while; what it throws as a {@linkcode Refusal} fails the request.
   *
   * @returns The request id.
   */
  start(line: OpenLine, deed: () => Outcome | void): number {
    const requestId = line.application.nextRequestId();
    const delayMs = this.#quirks.actDelayMs();
    if (delayMs === 0) this.#carryOut(line, requestId, deed);
    else {
      this.#exchange.schedule.after(delayMs, () => this.#carryOut(line, requestId, deed));
    }
    return requestId;
  }

  /** From its first command on, a call is the client's: it ends when the far end has had enough. */
  #takeOver({ call }: Leg): void {
    if (call.isTakenOver) return;
    call.takeOver();
    this.#exchange.routing.limitTalk(call);
  }

  #carryOut(line: OpenLine, requestId: number, deed: () => Outcome | void): void {
    // lineClose and lineShutdown swallow what is outstanding.
    if (!this.#handles.isOpen(line)) return;
    const { queue } = line.application;
    const reply = line.toMessage({ hDevice: 0, dwMessageID: LINE.REPLY, dwParam1: requestId });
    const lateMs = this.#quirks.replyLateMs();
    if (lateMs === 0) {
      // Queued first and completed after, so that the reply comes before the events of the deed.
      queue.cork(() => {
        queue.push(reply);
        complete(reply, line, deed);
      });
    } else {
      complete(reply, line, deed);
      this.#exchange.schedule.after(lateMs, () => {
        if (this.#handles.isOpen(line)) queue.push(reply);
      });
    }
  }
}

/** The reply brings what comes of the deed, when it is delivered. */
function complete(reply: Message, line: OpenLine, deed: () => Outcome | void): void {
  try {
    const { calls = [], write } = deed() ?? {};
    const made = calls.map(({ leg, outCall }) => ({ call: line.callOf(leg), outCall }));
    reply.onDelivered = () => {
      write?.();
      for (const { call, outCall } of made) {
        if (call === undefined) continue;
        writeU32(outCall, call.handle);
        call.release();
      }
    };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    reply.dwParam2 = error.code | 0;
  }
}

/** @throws Refusal */
export function ownedCall(call: CallHandle): CallHandle {
  if (call.privilege !== LINECALLPRIVILEGE.OWNER) throw new Refusal(LINEERR.NOTOWNER);
  return call;
}

/**
 * The second call of a request must be an owned one of the first one's extension, in a fitting state.
 *
 * @param wrongCall The LINEERR_ code for one of another extension.
 * @throws Refusal
 */
export function partnerOf(
  { leg: { extension } }: CallHandle,
  second: CallHandle,
  feature: number,
  wrongCall: number,
): Leg {
  const { leg } = ownedCall(second);
  if (leg.extension !== extension) throw new Refusal(wrongCall);
  demand(leg, feature);
  return leg;
}

/** @throws Refusal where it cannot be dialled. */
export function numberOf(address: Memory): string {
  return toNumber(decodeText(address));
}
