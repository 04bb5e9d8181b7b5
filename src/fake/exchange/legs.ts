/** The legs of every extension, and how they come to be. */
import {
  LINECALLINFOSTATE,
  LINECALLORIGIN,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDIALTONEMODE,
} from "../../tapi/constants.ts";
import { freeUp } from "./attention.ts";
import { Call, type End, Outside } from "./call.ts";
import type { Extension } from "./extension.ts";
import { Leg, type LegListener } from "./leg.ts";
import type { LegStart } from "./leg_info.ts";
import type { Schedule } from "./schedule.ts";

const FIRST_CALL_ID = 0x1a2b;
const RING_CYCLE_MS = 4000;

export class Legs {
  readonly #schedule: Schedule;
  readonly #listener: LegListener;
  readonly #byExtension = new Map<Extension, Set<Leg>>();
  #nextCallId = FIRST_CALL_ID;

  constructor(schedule: Schedule, listener: LegListener) {
    this.#schedule = schedule;
    this.#listener = listener;
  }

  /** Those of an extension that are not IDLE. */
  of(extension: Extension): ReadonlySet<Leg> {
    return this.#siblings(extension);
  }

  /** A new leg, which is no end of the call yet. */
  add(extension: Extension, call: Call, start: LegStart): Leg {
    return new Leg(extension, call, { callId: this.#newCallId(), ...start }, {
      siblings: this.#siblings(extension),
      schedule: this.#schedule,
      listener: this.#listener,
      ring: (leg) => this.#ring(leg, 0),
    });
  }

  /** A new leg at an end of the call. */
  join(extension: Extension, call: Call, start: LegStart): Leg {
    const leg = this.add(extension, call, start);
    call.add(leg);
    return leg;
  }

  /** Answers a leg that rings; what its extension was busy with is put on hold. @throws Refusal */
  answer(leg: Leg): void {
    freeUp(leg.siblings);
    leg.call.connect();
  }

  /** The call goes by another dwCallID from now on. */
  changeCallId(leg: Leg, callId = this.#newCallId()): void {
    leg.learn({ callId }, LINECALLINFOSTATE.CALLID);
  }

  /** A new leg in DIALTONE, in a call of its own. */
  goOffHook(extension: Extension, initiator: object | null, relatedCallId = 0): Leg {
    return this.join(extension, new Call(), {
      state: LINECALLSTATE.DIALTONE,
      stateMode: LINEDIALTONEMODE.INTERNAL,
      caller: extension.party,
      initiator,
      relatedCallId,
    });
  }

  /**
   * An extension takes a call that another one has, or had: a new leg, connected at once with the
   * end that is left.
   */
  take(extension: Extension, peer: End, reason: number, initiator: object | null): Leg {
    const leg = this.join(extension, peer.call, {
      state: LINECALLSTATE.CONNECTED,
      stateMode: LINECONNECTEDMODE.ACTIVE,
      origin: originOf(peer),
      reason,
      caller: peer.party,
      called: extension.party,
      relatedCallId: callIdOf(peer),
      initiator,
    });
    peer.call.connect();
    return leg;
  }

  /** Forgets them all, without a word to anybody. */
  clear(): void {
    for (const siblings of this.#byExtension.values()) siblings.clear();
  }

  #ring(leg: Leg, count: number): void {
    this.#listener.rang(leg.extension, count);
    this.#schedule.after(RING_CYCLE_MS, () => {
      if (leg.isRinging) this.#ring(leg, count + 1);
    });
  }

  #newCallId(): number {
    const callId = this.#nextCallId;
    this.#nextCallId = callId === 0xffffffff ? 1 : callId + 1;
    return callId;
  }

  #siblings(extension: Extension): Set<Leg> {
    const found = this.#byExtension.get(extension) ?? new Set();
    this.#byExtension.set(extension, found);
    return found;
  }
}

/** For a call that the end makes. */
export function originOf(end: End): number {
  return end instanceof Outside ? LINECALLORIGIN.EXTERNAL : LINECALLORIGIN.INTERNAL;
}

/** 0 for somebody outside, whose call has no id here. */
export function callIdOf(end: End): number {
  return end instanceof Leg ? end.info.callId : 0;
}
