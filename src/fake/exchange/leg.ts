/** A leg: a call as one extension has it, which is what TAPI calls a call. */
import { ENDED_STATES, HELD_STATES, RINGING_STATES } from "../../tapi/call_states.ts";
import {
  LINECALLINFOSTATE,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE,
} from "../../tapi/constants.ts";
import { type Call, End, NOBODY, type Party } from "./call.ts";
import type { Extension } from "./extension.ts";
import { type LegInfo, type LegStart, ORDINARY } from "./leg_info.ts";
import type { Schedule } from "./schedule.ts";

/** From DISCONNECTED to IDLE: for the side that drops the call, and for the one that hears a tone. */
const DROPPED_TO_IDLE_MS = 200;
const LOST_TO_IDLE_MS = 800;

/** States in which a call does not have the attention of the person at the telephone. */
const PASSIVE_STATES = HELD_STATES | ENDED_STATES | RINGING_STATES | LINECALLSTATE.CONFERENCED |
  LINECALLSTATE.UNKNOWN;

/** Hears of every change of a leg. */
export interface LegListener {
  /** A leg exists now, in its first state. */
  legAdded(leg: Leg): void;
  legStateChanged(leg: Leg): void;
  /** @param changed LINECALLINFOSTATE_ bits. */
  legInfoChanged(leg: Leg, changed: number): void;
  /** The telephone rings once more; `count` starts at 0. */
  rang(extension: Extension, count: number): void;
  callCountChanged(extension: Extension, count: number): void;
}

/** The parts of the exchange that a leg works with. */
interface LegSurroundings {
  /** The legs of its extension that are not IDLE. */
  readonly siblings: Set<Leg>;
  readonly schedule: Schedule;
  readonly listener: LegListener;
  /** Makes the telephone ring until the leg does not any more. */
  ring(leg: Leg): void;
}

export class Leg extends End {
  readonly initiator: object | null;
  /** Its dwCallID at first. */
  readonly firstCallId: number;
  readonly #surroundings: LegSurroundings;
  #state: number;
  #stateMode: number;
  #stateSinceMs: number;
  #info: LegInfo;
  /** The leg that shows the call, too, while this one rings. */
  #companion: Leg | undefined;
  #isCompanion = false;
  #conference: Leg | undefined;
  readonly #members = new Set<Leg>();

  /** The leg exists from now on, but is no end of the call yet. */
  constructor(
    readonly extension: Extension,
    call: Call,
    { state, stateMode = 0, initiator = null, ...info }: LegStart & { readonly callId: number },
    surroundings: LegSurroundings,
  ) {
    super(call);
    this.initiator = initiator;
    this.#surroundings = surroundings;
    this.#state = state;
    this.#stateMode = stateMode;
    this.#stateSinceMs = surroundings.schedule.clock.nowMs();
    this.#info = { ...ORDINARY, ...info };
    this.firstCallId = info.callId;
    const { listener, siblings } = surroundings;
    siblings.add(this);
    listener.legAdded(this);
    listener.callCountChanged(extension, siblings.size);
    if (state === LINECALLSTATE.OFFERING) surroundings.ring(this);
  }

  /** One of LINECALLSTATE. */
  get state(): number {
    return this.#state;
  }

  /** dwParam2 of LINE_CALLSTATE, for states that have modes. */
  get stateMode(): number {
    return this.#stateMode;
  }

  get stateSinceMs(): number {
    return this.#stateSinceMs;
  }

  get info(): LegInfo {
    return this.#info;
  }

  /** The conference that it takes part in. */
  get conference(): Leg | undefined {
    return this.#conference;
  }

  /** Whether it is a conference. */
  get isConference(): boolean {
    return this.#members.size > 0;
  }

  /** The legs of its extension that are not IDLE. */
  get siblings(): ReadonlySet<Leg> {
    return this.#surroundings.siblings;
  }

  /** Whether its telephone has no part in the call that it shows: nothing can be done with it. */
  get isOnlooker(): boolean {
    const isInactive = this.#state === LINECALLSTATE.CONNECTED &&
      this.#stateMode === LINECONNECTEDMODE.INACTIVE;
    return this.#isCompanion || isInactive;
  }

  get isHeld(): boolean {
    return (this.#state & HELD_STATES) !== 0;
  }

  get hasEnded(): boolean {
    return (this.#state & ENDED_STATES) !== 0;
  }

  get isRinging(): boolean {
    return (this.#state & RINGING_STATES) !== 0;
  }

  /** Whether it has the attention of the person at the telephone. */
  get isActive(): boolean {
    return (this.#state & PASSIVE_STATES) === 0 && !this.isOnlooker;
  }

  get party(): Party {
    return this.extension.party;
  }

  enter(state: number, mode = 0): void {
    if (this.#state === LINECALLSTATE.IDLE || this.#state === state) return;
    const { listener, schedule, siblings } = this.#surroundings;
    const wasRinging = this.isRinging;
    if ((state & RINGING_STATES) === 0) {
      const { FORWARDED } = LINEDISCONNECTMODE;
      this.#companion?.lose(state === LINECALLSTATE.DISCONNECTED ? mode : FORWARDED);
    }
    this.#state = state;
    this.#stateMode = mode;
    this.#stateSinceMs = schedule.clock.nowMs();
    listener.legStateChanged(this);
    if (state === LINECALLSTATE.OFFERING && !wasRinging) this.#surroundings.ring(this);
    if (state === LINECALLSTATE.IDLE) {
      siblings.delete(this);
      listener.callCountChanged(this.extension, siblings.size);
    }
  }

  /** @param changed The LINECALLINFOSTATE_ bits that stand for `changes`. */
  learn(changes: Partial<LegInfo>, changed: number): void {
    if (this.#state === LINECALLSTATE.IDLE) return;
    this.#info = { ...this.#info, ...changes };
    this.#surroundings.listener.legInfoChanged(this, changed);
  }

  /** Lets `next` happen unless the leg has left its state by then. */
  stayFor(ms: number, next: () => void): void {
    const state = this.#state;
    this.#surroundings.schedule.after(ms, () => {
      if (this.#state === state) next();
    });
  }

  /** The telephone alerts, but nobody has answered. */
  accept(): void {
    this.enter(LINECALLSTATE.ACCEPTED);
  }

  /** Somebody answers at another telephone that shares the line. */
  answeredElsewhere(): void {
    this.enter(LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.INACTIVE);
  }

  /** Another leg shows the call for as long as this one rings. */
  ringBeside(companion: Leg): void {
    this.#companion = companion;
    companion.#isCompanion = true;
  }

  hold(): void {
    const { ONHOLD, ONHOLDPENDCONF } = LINECALLSTATE;
    this.enter(this.isConference ? ONHOLDPENDCONF : ONHOLD);
  }

  /** A conference to which nobody was added ends when it is taken back. */
  unhold(): void {
    this.#talk();
    if (this.#members.size === 1) this.#endConference();
  }

  /** The active call and a held one of the extension change places. */
  swapWith(held: Leg): void {
    this.enter(held.state);
    held.unhold();
  }

  /** Ends the leg from its own side; dropping one that rings rejects the call. */
  drop(): void {
    const { NORMAL, REJECT } = LINEDISCONNECTMODE;
    if (this.#state === LINECALLSTATE.DISCONNECTED) return this.enter(LINECALLSTATE.IDLE);
    const { peer } = this;
    const peerMode = this.isRinging ? REJECT : NORMAL;
    const members = [...this.#members];
    this.release(NORMAL, DROPPED_TO_IDLE_MS);
    for (const member of members) member.drop();
    peer?.lose(peerMode);
  }

  /** It takes no part any more: DISCONNECTED, and IDLE a little later. */
  release(mode: number, idleAfterMs = 0): void {
    this.leave();
    this.enter(LINECALLSTATE.DISCONNECTED, mode);
    this.#surroundings.schedule.after(idleAfterMs, () => this.enter(LINECALLSTATE.IDLE));
  }

  /** It is IDLE at once, as after a transfer. */
  finish(): void {
    this.leave();
    this.enter(LINECALLSTATE.IDLE);
  }

  override lose(mode: number): void {
    if (!this.hasEnded) this.release(mode, LOST_TO_IDLE_MS);
  }

  override progress(state: number, mode = 0): void {
    if (!this.isHeld && this.#state !== LINECALLSTATE.CONFERENCED) this.enter(state, mode);
  }

  override connected(): void {
    this.progress(LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE);
    const { peer } = this;
    if (peer !== undefined) this.learn({ connected: peer.party }, LINECALLINFOSTATE.CONNECTEDID);
  }

  override peerRevealed(caller: Party): void {
    const { CALLERID, CONNECTEDID, DISPLAY } = LINECALLINFOSTATE;
    this.learn({ caller }, CALLERID | DISPLAY);
    if (this.#info.connected !== NOBODY) this.learn({ connected: caller }, CONNECTEDID);
    this.#companion?.peerRevealed(caller);
  }

  override showRedirected(redirecting: Party, redirection: Party): void {
    const { REDIRECTINGID, REDIRECTIONID } = LINECALLINFOSTATE;
    this.learn({ redirecting, redirection }, REDIRECTINGID | REDIRECTIONID);
  }

  override leave(): void {
    super.leave();
    if (this.#conference !== undefined) this.#conference.#lose(this);
  }

  /** Takes part in a conference from now on, which is a leg of the same extension. */
  join(conference: Leg): void {
    conference.#members.add(this);
    this.#conference = conference;
    const { callId: relatedCallId } = conference.info;
    this.learn({ relatedCallId }, LINECALLINFOSTATE.RELATEDCALLID);
    this.enter(LINECALLSTATE.CONFERENCED);
  }

  #lose(member: Leg): void {
    this.#members.delete(member);
    member.#conference = undefined;
    if (!this.hasEnded && this.#members.size <= 1) this.#endConference();
  }

  /** Two cannot confer: the last one left is an ordinary call again. */
  #endConference(): void {
    for (const last of this.#members) {
      last.#conference = undefined;
      if (this.isHeld) last.enter(LINECALLSTATE.ONHOLD);
      else last.#talk();
    }
    this.#members.clear();
    this.enter(LINECALLSTATE.IDLE);
  }

  #talk(): void {
    this.enter(LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE);
  }
}
