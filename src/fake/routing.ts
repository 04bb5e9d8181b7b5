/**
 * Where a call goes in the pretend exchange: dialling, the special numbers, ringing an extension,
 * forwarding, answering, and the world outside.
 */
import {
  LINEBUSYMODE,
  LINECALLINFOSTATE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE,
  LINEERR,
  LINEOFFERINGMODE,
  LINESPECIALINFO,
} from "../tapi/constants.ts";
import {
  forwardOf,
  SPECIAL_NUMBERS,
  TIMING,
  UNCONDITIONAL,
  WHEN_BUSY,
  WHEN_UNANSWERED,
} from "./dial_plan.ts";
import { Legs } from "./legs.ts";
import {
  activeLeg,
  type Call,
  canFreeUp,
  type End,
  type Extension,
  extensionParty,
  hasEnded,
  isRinging,
  type Leg,
  NOBODY,
  type Outside,
  type Party,
  partyOf,
  peerOf,
  Refusal,
} from "./model.ts";

/** A forward that leads to a forward and so on ends here. */
const MAX_FORWARDS = 5;

/** What a call that arrives somewhere looks like there. */
export interface Route {
  readonly reason: number;
  /** Without it, INTERNAL or EXTERNAL by who calls. */
  readonly origin?: number;
  /** The state the called leg starts in; without it OFFERING. */
  readonly firstState?: number;
  /** Rings although the extension is busy. */
  readonly callWaiting?: boolean;
  readonly redirectedBy?: Party;
  /** Who was called at first, where that is not who the call has come to. */
  readonly called?: Party;
  /** When a pretend colleague answers; without it nobody does. */
  readonly answerAfterMs?: number;
  readonly forwards?: number;
}

/** A call from outside. */
export interface Incoming extends Omit<Route, "forwards" | "answerAfterMs"> {
  readonly from: Party;
  readonly to: string;
  /** Whether the caller id comes only after the first ring. */
  readonly lateCallerId?: boolean;
}

/** A call that an extension makes. */
export interface Outgoing {
  readonly initiator?: object;
  readonly answerAfterMs?: number;
}

export class Routing extends Legs {
  /** A call from outside arrives. */
  ring(incoming: Incoming): Call {
    const call: Call = { ends: [], takenOver: false };
    const known = incoming.lateCallerId !== true;
    const outside: Outside = { kind: "outside", call, party: incoming.from, known };
    call.ends.push(outside);
    if (!known) this.after(TIMING.lateCallerIdMs, () => this.#passOnCallerId(outside));
    this.arrive(call, incoming.to, incoming);
    return call;
  }

  /**
   * An extension goes off hook and dials; with an empty number it waits in DIALTONE.
   *
   * @throws Refusal
   */
  makeCall(extension: Extension, number: string, outgoing: Outgoing = {}): Leg {
    if (activeLeg(extension) !== undefined) throw new Refusal(LINEERR.CALLUNAVAIL);
    const leg = this.goOffHook(extension, { initiator: outgoing.initiator ?? null });
    if (number !== "") this.dial(leg, number, outgoing.answerAfterMs);
    return leg;
  }

  /** Dials on a leg in DIALTONE. */
  dial(leg: Leg, number: string, answerAfterMs?: number): void {
    const reached = this.extensions.get(number);
    const called: Party = reached === undefined
      ? { number, name: "", presentation: "shown" }
      : extensionParty(reached);
    const route: Route = {
      reason: LINECALLREASON.DIRECT,
      ...(answerAfterMs === undefined ? {} : { answerAfterMs }),
    };
    this.setInfo(leg, { called }, LINECALLINFOSTATE.CALLEDID);
    this.afterIn(leg, LINECALLSTATE.DIALTONE, TIMING.dialToneMs, () => {
      this.setState(leg, LINECALLSTATE.DIALING);
      this.afterIn(leg, LINECALLSTATE.DIALING, TIMING.dialingMs, () => {
        this.setState(leg, LINECALLSTATE.PROCEEDING);
        this.afterIn(leg, LINECALLSTATE.PROCEEDING, TIMING.proceedingMs, () => {
          this.arrive(leg.call, number, route);
        });
      });
    });
  }

  /** The called extension alerts, but nobody has answered. */
  accept(leg: Leg): void {
    this.setState(leg, LINECALLSTATE.ACCEPTED);
  }

  /** Answers a ringing leg; what the extension was busy with is put on hold. */
  answer(leg: Leg): void {
    this.freeUp(leg.extension);
    this.connect(leg.call);
  }

  /** Sends a ringing call elsewhere. */
  redirect(leg: Leg, to: string, answerAfterMs?: number): void {
    this.#divert(leg, to, {
      reason: LINECALLREASON.REDIRECT,
      ...(answerAfterMs === undefined ? {} : { answerAfterMs }),
    });
  }

  /** Sets where the calls of an extension go; an empty list: nowhere else. */
  forward(extension: Extension, forwards: readonly Extension["forwards"][number][]): void {
    extension.forwards = forwards;
    this.announceForward(extension);
  }

  /** Far ends get tired of a call that a client handles, so that none lasts for ever. */
  limitTalk(call: Call): void {
    this.after(TIMING.talkMs, () => {
      const outside = call.ends.find((end) => end.kind === "outside");
      const [, called] = call.ends;
      if (outside !== undefined) this.hangUp(outside);
      else if (called?.kind === "leg") this.drop(called);
    });
  }

  /** The call, which has one end, finds its way to `number`. */
  protected arrive(call: Call, number: string, route: Route): void {
    const [end] = call.ends;
    if (end === undefined) return;
    const extension = this.extensions.get(number);
    if (extension !== undefined) return this.#arriveAt(extension, end, route);
    switch (number) {
      case SPECIAL_NUMBERS.busy:
        return this.#meetBusy(end);
      case SPECIAL_NUMBERS.refused:
      case SPECIAL_NUMBERS.unobtainable:
        return this.#meetSpecialInfo(end);
      case SPECIAL_NUMBERS.neverAnswers:
        return this.progress(end, LINECALLSTATE.RINGBACK);
      default:
        return this.#ringOutside(end, number);
    }
  }

  #arriveAt(extension: Extension, caller: End, route: Route): void {
    const always = forwardOf(extension, caller, UNCONDITIONAL);
    const busy = route.callWaiting !== true && extension.legs.size > 0 &&
      [...extension.legs].some((leg) => !hasEnded(leg));
    if (always !== undefined) {
      this.#forwardTo(always, LINECALLREASON.FWDUNCOND, extension, caller, route);
    } else if (busy) {
      const elsewhere = forwardOf(extension, caller, WHEN_BUSY) ?? "";
      this.#forwardTo(elsewhere, LINECALLREASON.FWDBUSY, extension, caller, route);
    } else {
      this.#offer(extension, caller, route);
    }
  }

  #forwardTo(to: string, reason: number, by: Extension, caller: End, route: Route): void {
    const forwards = (route.forwards ?? 0) + 1;
    if (to === "" || forwards > MAX_FORWARDS) return this.#meetBusy(caller);
    const redirectedBy = extensionParty(by);
    const called = route.called ?? redirectedBy;
    this.arrive(caller.call, to, { ...route, reason, redirectedBy, called, forwards });
  }

  #offer(extension: Extension, caller: End, route: Route): void {
    const internal = caller.kind === "leg";
    const firstState = route.firstState ?? LINECALLSTATE.OFFERING;
    const self = extensionParty(extension);
    const leg = this.addLeg(extension, caller.call, {
      state: firstState,
      stateMode: firstStateMode(firstState),
      origin: route.origin ?? (internal ? LINECALLORIGIN.INTERNAL : LINECALLORIGIN.EXTERNAL),
      reason: route.reason,
      relatedCallId: internal ? caller.callId : 0,
      caller: partyOf(caller),
      called: route.called ?? self,
      redirecting: route.redirectedBy ?? NOBODY,
      redirection: route.redirectedBy === undefined ? NOBODY : self,
    });
    caller.call.ends.push(leg);
    if (route.redirectedBy !== undefined) this.showRedirected(caller, route.redirectedBy, self);
    this.progress(caller, LINECALLSTATE.RINGBACK);

    if (firstState === LINECALLSTATE.CONNECTED) this.connect(caller.call);
    if (firstState === LINECALLSTATE.UNKNOWN) {
      this.afterIn(leg, firstState, TIMING.unknownMs, () => {
        this.setState(leg, LINECALLSTATE.OFFERING, LINEOFFERINGMODE.ACTIVE);
      });
    }
    const elsewhere = forwardOf(extension, caller, WHEN_UNANSWERED);
    if (elsewhere !== undefined) this.#waitToForward(leg, elsewhere, route);
    else if (route.answerAfterMs !== undefined) this.#waitToAnswer(leg, route.answerAfterMs);
  }

  /** Whose calls go elsewhere when nobody answers does not answer. */
  #waitToForward(leg: Leg, to: string, route: Route): void {
    this.after(leg.extension.ringsNoAnswer * TIMING.ringMs, () => {
      const { FWDNOANSWER: reason } = LINECALLREASON;
      if (isRinging(leg) && to !== "") this.#divert(leg, to, { ...route, reason });
    });
  }

  #waitToAnswer(leg: Leg, afterMs: number): void {
    this.after(afterMs, () => {
      if (isRinging(leg) && canFreeUp(leg.extension)) this.answer(leg);
      this.limitTalk(leg.call);
    });
  }

  /** A ringing leg loses its call to another number. */
  #divert(leg: Leg, to: string, route: Route): void {
    const { call, called } = leg;
    const redirectedBy = extensionParty(leg.extension);
    this.release(leg, LINEDISCONNECTMODE.FORWARDED, 0);
    this.arrive(call, to, { ...route, redirectedBy, called });
  }

  #ringOutside(caller: End, number: string): void {
    // A call between two outside does not concern any extension any more.
    if (caller.kind === "outside") return this.leave(caller);
    this.progress(caller, LINECALLSTATE.RINGBACK);
    const { call } = caller;
    this.after(TIMING.outsideAnswersMs, () => {
      if (hasEnded(caller) || caller.call !== call || call.ends.length !== 1) return;
      const party: Party = { number, name: "", presentation: "shown" };
      call.ends.push({ kind: "outside", call, party, known: true });
      this.connect(call);
      this.limitTalk(call);
    });
  }

  #meetBusy(caller: End): void {
    this.#fail(caller, LINECALLSTATE.BUSY, LINEBUSYMODE.STATION, LINEDISCONNECTMODE.BUSY);
  }

  #meetSpecialInfo(caller: End): void {
    const { SPECIALINFO } = LINECALLSTATE;
    this.#fail(caller, SPECIALINFO, LINESPECIALINFO.NOCIRCUIT, LINEDISCONNECTMODE.UNREACHABLE);
  }

  /** The caller hears a tone for a while; who cannot hear it is gone at once. */
  #fail(caller: End, state: number, stateMode: number, disconnectMode: number): void {
    this.progress(caller, state, stateMode);
    if (caller.kind === "leg" && caller.state === state) {
      this.afterIn(caller, state, TIMING.busyToneMs, () => this.lose(caller, disconnectMode));
    } else this.lose(caller, disconnectMode);
  }

  #passOnCallerId(outside: Outside): void {
    outside.known = true;
    const peer = peerOf(outside);
    if (peer?.kind !== "leg") return;
    const changed = LINECALLINFOSTATE.CALLERID | LINECALLINFOSTATE.DISPLAY;
    this.setInfo(peer, { caller: outside.party }, changed);
    if (peer.connected !== NOBODY) {
      this.setInfo(peer, { connected: outside.party }, LINECALLINFOSTATE.CONNECTEDID);
    }
  }
}

function firstStateMode(state: number): number {
  if (state === LINECALLSTATE.OFFERING) return LINEOFFERINGMODE.ACTIVE;
  return state === LINECALLSTATE.CONNECTED ? LINECONNECTEDMODE.ACTIVE : 0;
}
