/**
 * The way of a call through the fake exchange: dialling, special numbers, ringing an extension,
 * forwarding, and the world outside.
 */
import {
  LINEBUSYMODE,
  LINECALLINFOSTATE,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE,
  LINEERR,
  LINEOFFERINGMODE,
  LINESPECIALINFO,
} from "../../tapi/constants.ts";
import {
  forwardOf,
  SPECIAL_NUMBERS,
  TIMING,
  UNCONDITIONAL,
  WHEN_BUSY,
  WHEN_UNANSWERED,
} from "./dial_plan.ts";
import { Refusal } from "../refusal.ts";
import { activeLeg, canFreeUp } from "./attention.ts";
import { Call, type End, NOBODY, Outside, type Party } from "./call.ts";
import type { Extension } from "./extension.ts";
import { Leg } from "./leg.ts";
import { callIdOf, type Legs, originOf } from "./legs.ts";
import type { Schedule } from "./schedule.ts";

/** A forward that leads to a forward and so on ends here. */
const MAX_FORWARDS = 5;

/** How a call looks at the extension where it arrives. */
interface Route {
  readonly reason: number;
  /** Without it, INTERNAL or EXTERNAL by who calls. */
  readonly origin?: number;
  /** The state the called leg starts in; without it OFFERING. */
  readonly firstState?: number;
  /** Rings although the extension is busy. */
  readonly callWaiting?: boolean;
  readonly redirectedBy?: Party;
  /** The party called at first, when the call was sent on from there. */
  readonly called?: Party;
  /** Whether an internal caller's leg has the same id, as with calls of a group. */
  readonly sharesId?: boolean;
  /** When a simulated colleague answers; without it nobody does. */
  readonly answerAfterMs?: number | undefined;
  readonly forwards?: number;
}

/** A call from outside. */
interface Incoming extends Omit<Route, "forwards" | "answerAfterMs"> {
  readonly from: Party;
  readonly to: string;
  /** The group that is called, whose line shows the call while it rings at its member. */
  readonly group?: Extension | undefined;
  /** Whether the caller id comes only after the first ring. */
  readonly lateCallerId?: boolean;
}

export class Routing {
  readonly #legs: Legs;
  readonly #schedule: Schedule;

  /** @param extensions By their numbers. */
  constructor(
    readonly extensions: ReadonlyMap<string, Extension>,
    legs: Legs,
    schedule: Schedule,
  ) {
    this.#legs = legs;
    this.#schedule = schedule;
  }

  /** A call from outside arrives. */
  ring(incoming: Incoming): Call {
    const call = new Call();
    const outside = new Outside(call, incoming.from, incoming.lateCallerId !== true);
    call.add(outside);
    if (incoming.lateCallerId === true) {
      this.#schedule.after(TIMING.lateCallerIdMs, () => outside.reveal());
    }
    const { group } = incoming;
    if (group === undefined) this.arrive(call, incoming.to, incoming);
    else {
      this.arrive(call, incoming.to, { ...incoming, called: group.party });
      this.#ringBeside(group, call);
    }
    return call;
  }

  /**
   * An extension goes off hook and dials; with an empty number it waits in DIALTONE.
   *
   * @param initiator Whoever asks for it, if somebody does.
   * @param answerAfterMs When a simulated colleague answers; without it nobody does.
   * @throws Refusal
   */
  makeCall(
    extension: Extension,
    number: string,
    initiator: object | null = null,
    answerAfterMs?: number,
  ): Leg {
    if (activeLeg(this.#legs.of(extension)) !== undefined) throw new Refusal(LINEERR.CALLUNAVAIL);
    const leg = this.#legs.goOffHook(extension, initiator);
    if (number !== "") this.dial(leg, number, answerAfterMs);
    return leg;
  }

  /** Dials on a leg in DIALTONE. */
  dial(leg: Leg, number: string, answerAfterMs?: number): void {
    const called: Party = this.extensions.get(number)?.party ??
      { number, name: "", presentation: "shown" };
    leg.learn({ called }, LINECALLINFOSTATE.CALLEDID);
    leg.stayFor(TIMING.dialToneMs, () => {
      leg.enter(LINECALLSTATE.DIALING);
      leg.stayFor(TIMING.dialingMs, () => {
        leg.enter(LINECALLSTATE.PROCEEDING);
        leg.stayFor(TIMING.proceedingMs, () => {
          this.arrive(leg.call, number, { reason: LINECALLREASON.DIRECT, answerAfterMs });
        });
      });
    });
  }

  /** Sends a ringing call elsewhere. */
  redirect(leg: Leg, to: string, answerAfterMs?: number): void {
    this.#divert(leg, to, { reason: LINECALLREASON.REDIRECT, answerAfterMs });
  }

  /** Sends the other end elsewhere, without asking there first. */
  blindTransfer(leg: Leg, to: string, answerAfterMs?: number): void {
    const { TRANSFER: reason } = LINECALLREASON;
    leg.finish();
    this.arrive(leg.call, to, { reason, redirectedBy: leg.party, answerAfterMs });
  }

  /** Ends a call that a client handles after a while, so that none stays for good. */
  limitTalk(call: Call): void {
    this.#schedule.after(TIMING.talkMs, () => {
      const outside = call.ends.find((end) => end instanceof Outside);
      const [, called] = call.ends;
      if (outside !== undefined) outside.hangUp();
      else if (called instanceof Leg) called.drop();
    });
  }

  /** The call, which has one end, finds its way to `number`. */
  arrive(call: Call, number: string, route: Route): void {
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
        return end.progress(LINECALLSTATE.RINGBACK);
      default:
        return this.#ringOutside(end, number);
    }
  }

  #arriveAt(extension: Extension, caller: End, route: Route): void {
    const member = extension.isGroup ? this.#freeMemberOf(extension) : undefined;
    if (member !== undefined) {
      this.#offer(member, caller, { ...route, called: extension.party, sharesId: true });
      return this.#ringBeside(extension, caller.call);
    }
    const always = forwardOf(extension, caller, UNCONDITIONAL);
    const busy = route.callWaiting !== true && !extension.isGroup &&
      [...this.#legs.of(extension)].some(({ hasEnded }) => !hasEnded);
    if (always !== undefined) {
      this.#forwardTo(always, LINECALLREASON.FWDUNCOND, extension, caller, route);
    } else if (busy) {
      const elsewhere = forwardOf(extension, caller, WHEN_BUSY) ?? "";
      this.#forwardTo(elsewhere, LINECALLREASON.FWDBUSY, extension, caller, route);
    } else {
      this.#offer(extension, caller, extension.isGroup ? { ...route, sharesId: true } : route);
    }
  }

  /** Calls of a group without one wait at its own line. */
  #freeMemberOf({ number }: Extension): Extension | undefined {
    return this.extensions.values().find((extension) =>
      extension.takesCallsOf(number) && this.#legs.of(extension).size === 0
    );
  }

  /** The group's own line shows the call, by the same id, while it rings at the member. */
  #ringBeside(group: Extension, call: Call): void {
    const member = call.ends.findLast((end) => end instanceof Leg && end.isRinging);
    if (!(member instanceof Leg) || member.extension === group) return;
    const { info, state, stateMode } = member;
    member.ringBeside(this.#legs.add(group, call, { ...info, state, stateMode }));
  }

  #forwardTo(to: string, reason: number, by: Extension, caller: End, route: Route): void {
    const forwards = (route.forwards ?? 0) + 1;
    if (to === "" || forwards > MAX_FORWARDS) return this.#meetBusy(caller);
    const { party: redirectedBy } = by;
    const called = route.called ?? redirectedBy;
    this.arrive(caller.call, to, { ...route, reason, redirectedBy, called, forwards });
  }

  #offer(extension: Extension, caller: End, route: Route): void {
    const { firstState = LINECALLSTATE.OFFERING, redirectedBy } = route;
    const { party: self } = extension;
    const leg = this.#legs.join(extension, caller.call, {
      state: firstState,
      stateMode: FIRST_STATE_MODES.get(firstState) ?? 0,
      origin: route.origin ?? originOf(caller),
      reason: route.reason,
      relatedCallId: callIdOf(caller),
      caller: caller.party,
      called: route.called ?? self,
      redirecting: redirectedBy ?? NOBODY,
      redirection: redirectedBy === undefined ? NOBODY : self,
      ...route.sharesId && caller instanceof Leg &&
        { callId: caller.info.callId, relatedCallId: 0 },
    });
    if (redirectedBy !== undefined) caller.showRedirected(redirectedBy, self);
    caller.progress(LINECALLSTATE.RINGBACK);

    if (firstState === LINECALLSTATE.CONNECTED) caller.call.connect();
    if (firstState === LINECALLSTATE.UNKNOWN) {
      leg.stayFor(TIMING.unknownMs, () => {
        leg.enter(LINECALLSTATE.OFFERING, LINEOFFERINGMODE.ACTIVE);
      });
    }
    const elsewhere = forwardOf(extension, caller, WHEN_UNANSWERED);
    if (elsewhere !== undefined) this.#waitToForward(leg, elsewhere, route);
    else if (route.answerAfterMs !== undefined) this.#waitToAnswer(leg, route.answerAfterMs);
  }

  /** An extension whose unanswered calls go elsewhere never answers by itself. */
  #waitToForward(leg: Leg, to: string, route: Route): void {
    this.#schedule.after(leg.extension.ringsNoAnswer * TIMING.ringMs, () => {
      const { FWDNOANSWER: reason } = LINECALLREASON;
      if (leg.isRinging && to !== "") this.#divert(leg, to, { ...route, reason });
    });
  }

  #waitToAnswer(leg: Leg, afterMs: number): void {
    this.#schedule.after(afterMs, () => {
      if (leg.isRinging && canFreeUp(leg.siblings)) this.#legs.answer(leg);
      this.limitTalk(leg.call);
    });
  }

  /** A ringing leg loses its call to another number. */
  #divert(leg: Leg, to: string, route: Route): void {
    const { called } = leg.info;
    leg.release(LINEDISCONNECTMODE.FORWARDED);
    this.arrive(leg.call, to, { ...route, redirectedBy: leg.party, called });
  }

  #ringOutside(caller: End, number: string): void {
    // A call between two outside does not concern any extension any more.
    if (!(caller instanceof Leg)) return caller.leave();
    caller.progress(LINECALLSTATE.RINGBACK);
    const { call } = caller;
    this.#schedule.after(TIMING.outsideAnswersMs, () => {
      if (caller.hasEnded || caller.call !== call || call.ends.length !== 1) return;
      call.add(new Outside(call, { number, name: "", presentation: "shown" }));
      call.connect();
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
    caller.progress(state, stateMode);
    if (caller instanceof Leg && caller.state === state) {
      caller.stayFor(TIMING.busyToneMs, () => caller.lose(disconnectMode));
    } else caller.lose(disconnectMode);
  }
}

const FIRST_STATE_MODES: ReadonlyMap<number, number> = new Map([
  [LINECALLSTATE.OFFERING, LINEOFFERINGMODE.ACTIVE],
  [LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE],
]);
