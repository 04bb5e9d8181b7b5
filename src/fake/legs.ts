/** The legs of the pretend exchange: how they come to be, change state, lose their peer and end. */
import {
  LINECALLINFOSTATE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDEVSTATE,
  LINEDIALTONEMODE,
  LINEDISCONNECTMODE,
  LINEERR,
} from "../tapi/constants.ts";
import type { Clock } from "../clock.ts";
import { Schedule } from "./schedule.ts";
import {
  activeLeg,
  type Call,
  canFreeUp,
  type End,
  type Extension,
  extensionParty,
  hasEnded,
  isHeld,
  isRinging,
  type Leg,
  type LegInfo,
  NOBODY,
  type Outside,
  type Party,
  partyOf,
  peerOf,
  Refusal,
  type SwitchboardListener,
} from "./model.ts";

/** Who drops a call hears nothing more; who is left behind hears a tone before the call is IDLE. */
const DROPPED_TO_IDLE_MS = 200;
const LOST_TO_IDLE_MS = 800;
const RING_CYCLE_MS = 4000;

/** What a leg may start with other than the ordinary. */
export type LegStart =
  & { readonly state: number }
  & Partial<Omit<Leg, "kind" | "extension" | "call" | "callId" | "members" | "stateSinceMs">>;

export interface LegsOptions {
  readonly clock: Clock;
  /** In the order of their numbers. */
  readonly extensions: readonly Extension[];
  readonly firstCallId: number;
}

export class Legs {
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Every timer of the exchange. */
  readonly schedule: Schedule;
  readonly #listeners = new Set<SwitchboardListener>();
  #nextCallId: number;

  constructor(options: LegsOptions) {
    this.extensions = new Map(options.extensions.map((each) => [each.number, each]));
    this.schedule = new Schedule(options.clock);
    this.#nextCallId = options.firstCallId;
  }

  watch(listener: SwitchboardListener): void {
    this.#listeners.add(listener);
  }

  /** Cancels what is still to happen and forgets every call, without a word to anybody. */
  reset(): void {
    this.schedule.cancelAll();
    for (const extension of this.extensions.values()) {
      extension.legs.clear();
      extension.forwards = [];
      extension.messageWaiting = false;
      extension.inService = true;
    }
  }

  /** Switches the message lamp of an extension. */
  setMessageWaiting(extension: Extension, isOn: boolean): void {
    if (extension.messageWaiting === isOn) return;
    extension.messageWaiting = isOn;
    this.#announceState(extension, isOn ? LINEDEVSTATE.MSGWAITON : LINEDEVSTATE.MSGWAITOFF);
  }

  /** The driver loses the exchange behind an extension's line, or has it again. Calls go on. */
  setInService(extension: Extension, isInService: boolean): void {
    if (extension.inService === isInService) return;
    extension.inService = isInService;
    const { INSERVICE, OUTOFSERVICE } = LINEDEVSTATE;
    this.#announceState(extension, isInService ? INSERVICE : OUTOFSERVICE);
  }

  /** Ends the leg from its own side; dropping one that rings rejects the call. */
  drop(leg: Leg): void {
    if (leg.state === LINECALLSTATE.DISCONNECTED) return this.setState(leg, LINECALLSTATE.IDLE);
    const peer = peerOf(leg);
    const peerMode = isRinging(leg) ? LINEDISCONNECTMODE.REJECT : LINEDISCONNECTMODE.NORMAL;
    const members = [...leg.members];
    this.release(leg, LINEDISCONNECTMODE.NORMAL, DROPPED_TO_IDLE_MS);
    for (const member of members) this.drop(member);
    if (peer !== undefined) this.lose(peer, peerMode);
  }

  /** Somebody outside hangs up. */
  hangUp(outside: Outside): void {
    const peer = peerOf(outside);
    this.leave(outside);
    if (peer !== undefined) this.lose(peer, LINEDISCONNECTMODE.NORMAL);
  }

  protected after(delayMs: number, callback: () => void): void {
    this.schedule.after(delayMs, callback);
  }

  /** Lets `next` happen unless the leg has left `state` by then. */
  protected afterIn(leg: Leg, state: number, delayMs: number, next: () => void): void {
    this.after(delayMs, () => {
      if (leg.state === state) next();
    });
  }

  protected addLeg(extension: Extension, call: Call, start: LegStart): Leg {
    const leg: Leg = {
      kind: "leg",
      extension,
      call,
      callId: this.#nextCallId,
      relatedCallId: 0,
      stateMode: 0,
      stateSinceMs: this.schedule.clock.nowMs(),
      origin: LINECALLORIGIN.OUTBOUND,
      reason: LINECALLREASON.DIRECT,
      caller: NOBODY,
      called: NOBODY,
      connected: NOBODY,
      redirecting: NOBODY,
      redirection: NOBODY,
      initiator: null,
      consultationFor: null,
      conference: null,
      members: new Set(),
      ...start,
    };
    this.#nextCallId = this.#nextCallId === 0xffffffff ? 1 : this.#nextCallId + 1;
    extension.legs.add(leg);
    for (const listener of this.#listeners) {
      listener.legAdded(leg);
      listener.callCountChanged(extension);
    }
    if (leg.state === LINECALLSTATE.OFFERING) this.#ring(leg, 0);
    return leg;
  }

  protected setState(leg: Leg, state: number, mode = 0): void {
    if (leg.state === LINECALLSTATE.IDLE || leg.state === state) return;
    const wasRinging = isRinging(leg);
    leg.state = state;
    leg.stateMode = mode;
    leg.stateSinceMs = this.schedule.clock.nowMs();
    for (const listener of this.#listeners) listener.legStateChanged(leg);
    if (state === LINECALLSTATE.OFFERING && !wasRinging) this.#ring(leg, 0);
    if (state === LINECALLSTATE.IDLE) {
      leg.extension.legs.delete(leg);
      for (const listener of this.#listeners) listener.callCountChanged(leg.extension);
    }
  }

  /** @param changed The LINECALLINFOSTATE_ bits that stand for `changes`. */
  protected setInfo(
    leg: Leg,
    changes: Partial<LegInfo>,
    changed: number,
  ): void {
    if (leg.state === LINECALLSTATE.IDLE) return;
    Object.assign(leg, changes);
    for (const listener of this.#listeners) listener.legInfoChanged(leg, changed);
  }

  /** Whoever has a call that was sent elsewhere learns who did it, and where it is now. */
  protected showRedirected(end: End, redirecting: Party, redirection: Party): void {
    if (end.kind === "outside") return;
    const { REDIRECTINGID, REDIRECTIONID } = LINECALLINFOSTATE;
    this.setInfo(end, { redirecting, redirection }, REDIRECTINGID | REDIRECTIONID);
  }

  #announceState(extension: Extension, state: number): void {
    for (const listener of this.#listeners) listener.lineStateChanged(extension, state);
  }

  protected announceForward(extension: Extension): void {
    for (const listener of this.#listeners) listener.forwardChanged(extension);
  }

  /** A new leg in DIALTONE, in a call of its own. */
  protected goOffHook(
    extension: Extension,
    how: { initiator: object | null; consultationFor?: Leg; relatedCallId?: number },
  ): Leg {
    const call: Call = { ends: [], takenOver: false };
    const leg = this.addLeg(extension, call, {
      state: LINECALLSTATE.DIALTONE,
      stateMode: LINEDIALTONEMODE.INTERNAL,
      caller: extensionParty(extension),
      ...how,
    });
    call.ends.push(leg);
    return leg;
  }

  /**
   * Puts what the extension is busy with on hold.
   *
   * @throws Refusal when that cannot be held.
   */
  protected freeUp(extension: Extension): void {
    if (!canFreeUp(extension)) throw new Refusal(LINEERR.CALLUNAVAIL);
    const active = activeLeg(extension);
    if (active !== undefined) this.setState(active, LINECALLSTATE.ONHOLD);
  }

  /** Shows the caller how far the call has come. */
  protected progress(end: End, state: number, mode = 0): void {
    if (end.kind === "outside" || isHeld(end) || end.state === LINECALLSTATE.CONFERENCED) return;
    this.setState(end, state, mode);
  }

  /** Lets both ends talk, but for those that are on hold or in a conference. */
  protected connect(call: Call): void {
    for (const end of call.ends) {
      if (end.kind === "outside") continue;
      const peer = peerOf(end);
      if (!isHeld(end) && end.state !== LINECALLSTATE.CONFERENCED) {
        this.setState(end, LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE);
      }
      if (peer !== undefined) {
        this.setInfo(end, { connected: partyOf(peer) }, LINECALLINFOSTATE.CONNECTEDID);
      }
    }
  }

  /** The leg takes no part any more: DISCONNECTED, and IDLE a little later. */
  protected release(leg: Leg, mode: number, idleAfterMs: number): void {
    this.leave(leg);
    this.setState(leg, LINECALLSTATE.DISCONNECTED, mode);
    this.after(idleAfterMs, () => this.setState(leg, LINECALLSTATE.IDLE));
  }

  /** The leg is IDLE at once, as after a transfer. */
  protected finish(leg: Leg): void {
    this.leave(leg);
    this.setState(leg, LINECALLSTATE.IDLE);
  }

  /** The other end has gone. */
  protected lose(end: End, mode: number): void {
    if (end.kind === "outside") this.leave(end);
    else if (!hasEnded(end)) this.release(end, mode, LOST_TO_IDLE_MS);
  }

  /** Takes an end out of its call and out of its conference. */
  protected leave(end: End): void {
    end.call.ends = end.call.ends.filter((other) => other !== end);
    if (end.kind === "leg" && end.conference !== null) this.#leaveConference(end, end.conference);
  }

  #leaveConference(member: Leg, conference: Leg): void {
    conference.members.delete(member);
    member.conference = null;
    if (!hasEnded(conference) && conference.members.size <= 1) this.endConference(conference);
  }

  /** Two cannot confer: the last one left is an ordinary call again. */
  protected endConference(conference: Leg): void {
    const isHeldConference = isHeld(conference);
    for (const last of conference.members) {
      last.conference = null;
      if (isHeldConference) this.setState(last, LINECALLSTATE.ONHOLD);
      else this.setState(last, LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE);
    }
    conference.members.clear();
    this.setState(conference, LINECALLSTATE.IDLE);
  }

  #ring(leg: Leg, count: number): void {
    for (const listener of this.#listeners) listener.rang(leg.extension, count);
    this.after(RING_CYCLE_MS, () => {
      if (isRinging(leg)) this.#ring(leg, count + 1);
    });
  }
}
