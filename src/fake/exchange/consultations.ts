/** Consultations, and the transfers and conferences that they become. */
import {
  LINECALLINFOSTATE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE,
} from "../../tapi/constants.ts";
import { Call, type End } from "./call.ts";
import type { Extension } from "./extension.ts";
import { Leg } from "./leg.ts";
import { callIdOf, type Legs } from "./legs.ts";

export class Consultations {
  readonly #legs: Legs;

  constructor(legs: Legs) {
    this.#legs = legs;
  }

  /** Holds a call, or a conference, and goes off hook to ask somebody else. */
  begin(leg: Leg, initiator: object | null): Leg {
    const { ONHOLDPENDCONF, ONHOLDPENDTRANSFER } = LINECALLSTATE;
    leg.enter(leg.isConference ? ONHOLDPENDCONF : ONHOLDPENDTRANSFER);
    return this.#legs.goOffHook(leg.extension, initiator, leg.info.callId);
  }

  /** A call becomes the first of a conference, which waits for somebody who is asked. */
  beginConference(first: Leg, initiator: object | null): { conference: Leg; consultation: Leg } {
    const conference = this.#newConference(first, LINECALLSTATE.ONHOLDPENDCONF, 0, initiator);
    const { extension, info } = conference;
    const consultation = this.#legs.goOffHook(extension, initiator, info.callId);
    return { conference, consultation };
  }

  /** Connects the other ends of both calls with each other. */
  transfer(held: Leg, consultation: Leg): void {
    const { extension, peer: remaining } = held;
    const target = consultation.peer;
    consultation.finish();
    held.finish();
    if (remaining === undefined || target === undefined) {
      (remaining ?? target)?.lose(LINEDISCONNECTMODE.NORMAL);
      return;
    }
    const { call } = remaining;
    if (target.call.isTakenOver) call.takeOver();
    target.moveTo(call);
    if (target instanceof Leg) showTransfer(target, remaining, extension);
    remaining.showRedirected(extension.party, target.party);
    if (target instanceof Leg && target.isRinging) remaining.progress(LINECALLSTATE.RINGBACK);
    else call.connect();
  }

  /** Makes a conference of both calls. */
  confer(first: Leg, second: Leg, initiator: object | null): Leg {
    const { CONNECTED } = LINECALLSTATE;
    const conference = this.#newConference(first, CONNECTED, LINECONNECTEDMODE.ACTIVE, initiator);
    if (second.call.isTakenOver) conference.call.takeOver();
    second.join(conference);
    return conference;
  }

  /** One more takes part in a conference. */
  add(conference: Leg, consultation: Leg): void {
    consultation.join(conference);
    conference.unhold();
  }

  #newConference(first: Leg, state: number, stateMode: number, initiator: object | null): Leg {
    const { call, extension, info } = first;
    const conference = this.#legs.join(extension, new Call(call.isTakenOver), {
      state,
      stateMode,
      origin: LINECALLORIGIN.CONFERENCE,
      relatedCallId: info.callId,
      caller: extension.party,
      initiator,
    });
    first.join(conference);
    return conference;
  }
}

function showTransfer(target: Leg, remaining: End, transferrer: Extension): void {
  const { CALLERID, REASON, REDIRECTINGID, REDIRECTIONID, RELATEDCALLID } = LINECALLINFOSTATE;
  target.learn({
    caller: remaining.party,
    redirecting: transferrer.party,
    redirection: target.party,
    reason: LINECALLREASON.TRANSFER,
    relatedCallId: callIdOf(remaining),
  }, CALLERID | REASON | REDIRECTINGID | REDIRECTIONID | RELATEDCALLID);
}
