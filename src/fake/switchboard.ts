/**
 * The pretend exchange: extensions 201 and up, calls among them and with the world outside, and
 * what people do with calls: hold, transfer, confer, park, pick up. It knows TAPI's numbers, but no
 * bytes and no handles. Time is injected.
 */
import {
  LINECALLINFOSTATE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE,
  LINEERR,
} from "../tapi/constants.ts";
import {
  type Call,
  type End,
  type Extension,
  extensionParty,
  isRinging,
  type Leg,
  partyOf,
  peerOf,
  Refusal,
} from "./model.ts";
import { type Route, Routing } from "./routing.ts";

/** A parked call comes back to who parked it. */
const PARK_RECALL_MS = 30_000;
const SLOTS_OF_AN_EXTENSION = 9;

interface Parked {
  readonly call: Call;
  readonly parker: Extension;
  /** How the call shows at the extension it is parked at. */
  readonly marker: Leg | null;
}

export class Switchboard extends Routing {
  readonly #parked = new Map<string, Parked>();

  override reset(): void {
    super.reset();
    this.#parked.clear();
  }

  hold(leg: Leg): void {
    const conference = leg.members.size > 0;
    this.setState(leg, conference ? LINECALLSTATE.ONHOLDPENDCONF : LINECALLSTATE.ONHOLD);
  }

  /** A conference that is none, because nobody was added to it, ends with its being held. */
  unhold(leg: Leg): void {
    this.setState(leg, LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE);
    if (leg.members.size === 1) this.endConference(leg);
  }

  /** The active call and the held one change places. */
  swapHold(active: Leg, held: Leg): void {
    const heldState = held.state;
    this.setState(active, heldState);
    this.unhold(held);
  }

  /** Sends the other end elsewhere, without asking there first. */
  blindTransfer(leg: Leg, to: string, answerAfterMs?: number): void {
    const { call, extension } = leg;
    this.finish(leg);
    const route: Route = {
      reason: LINECALLREASON.TRANSFER,
      redirectedBy: extensionParty(extension),
      ...(answerAfterMs === undefined ? {} : { answerAfterMs }),
    };
    this.arrive(call, to, route);
  }

  /** Holds a call, or a conference, and goes off hook to ask somebody else. */
  consult(leg: Leg, initiator: object | null): Leg {
    const conference = leg.members.size > 0;
    const { ONHOLDPENDCONF, ONHOLDPENDTRANSFER } = LINECALLSTATE;
    this.setState(leg, conference ? ONHOLDPENDCONF : ONHOLDPENDTRANSFER);
    return this.goOffHook(leg.extension, {
      initiator,
      consultationFor: leg,
      relatedCallId: leg.callId,
    });
  }

  /** Connects the other ends of both calls with each other. */
  completeTransfer(held: Leg, consultation: Leg): void {
    const remaining = peerOf(held);
    const target = peerOf(consultation);
    this.finish(consultation);
    this.finish(held);
    if (remaining === undefined || target === undefined) {
      const left: End | undefined = remaining ?? target;
      if (left !== undefined) this.lose(left, LINEDISCONNECTMODE.NORMAL);
      return;
    }
    const { call } = remaining;
    call.takenOver ||= target.call.takenOver;
    target.call.ends = [];
    target.call = call;
    call.ends = [remaining, target];
    if (target.kind === "leg") this.#showTransfer(target, remaining, held.extension);
    this.showRedirected(remaining, extensionParty(held.extension), partyOf(target));
    if (target.kind === "leg" && isRinging(target)) {
      this.progress(remaining, LINECALLSTATE.RINGBACK);
    } else this.connect(call);
  }

  /** Makes a conference of both calls. */
  confer(first: Leg, second: Leg, initiator: object | null): Leg {
    const conference = this.#newConference(first, LINECALLSTATE.CONNECTED, initiator);
    conference.call.takenOver ||= second.call.takenOver;
    this.#join(conference, second);
    return conference;
  }

  /** A call becomes the first of a conference, which waits for somebody who is asked. */
  beginConference(first: Leg, initiator: object | null): { conference: Leg; consultation: Leg } {
    const conference = this.#newConference(first, LINECALLSTATE.ONHOLDPENDCONF, initiator);
    const consultation = this.goOffHook(first.extension, {
      initiator,
      consultationFor: conference,
      relatedCallId: conference.callId,
    });
    return { conference, consultation };
  }

  /** One more takes part in a conference. */
  addToConference(conference: Leg, consultation: Leg): void {
    this.#join(conference, consultation);
    this.unhold(conference);
  }

  /**
   * Parks a call at a slot or at an extension, or where the exchange likes.
   *
   * @returns Where it is parked.
   * @throws Refusal
   */
  park(leg: Leg, at: string | null): string {
    const slot = at ?? this.#freeSlot(leg.extension);
    if (slot === undefined || slot === "") throw new Refusal(LINEERR.RESOURCEUNAVAIL);
    if (this.#parked.has(slot)) throw new Refusal(LINEERR.INVALADDRESS);
    const { call, extension: parker } = leg;
    const peer = peerOf(leg);
    this.finish(leg);
    const host = this.extensions.get(slot);
    const marker = host === undefined || peer === undefined ? null : this.addLeg(host, call, {
      state: LINECALLSTATE.ONHOLD,
      origin: originOf(peer),
      reason: LINECALLREASON.PARKED,
      caller: partyOf(peer),
      called: extensionParty(host),
      redirecting: extensionParty(parker),
    });
    const parked = { call, parker, marker };
    this.#parked.set(slot, parked);
    this.after(PARK_RECALL_MS, () => {
      if (this.#parked.get(slot) !== parked) return;
      this.#takeFromSlot(slot, parked);
      this.arrive(call, parker.number, { reason: LINECALLREASON.REMINDER, callWaiting: true });
    });
    return slot;
  }

  /**
   * Takes a parked call.
   *
   * @throws Refusal
   */
  unpark(extension: Extension, slot: string, initiator: object | null): Leg {
    const parked = this.#parked.get(slot);
    if (parked === undefined) throw new Refusal(LINEERR.INVALADDRESS);
    const [waiting] = parked.call.ends;
    if (waiting === undefined) throw new Refusal(LINEERR.OPERATIONFAILED);
    this.freeUp(extension);
    this.#takeFromSlot(slot, parked);
    return this.#take(extension, waiting, LINECALLREASON.UNPARK, initiator);
  }

  /**
   * Answers a call that rings at another extension.
   *
   * @param from Which extension, or any of a pickup group.
   * @throws Refusal
   */
  pickup(
    extension: Extension,
    from: { readonly number: string } | { readonly group: string },
    initiator: object | null,
  ): Leg {
    const ringing = this.#ringingLeg(extension, from);
    const caller = ringing && peerOf(ringing);
    if (ringing === undefined || caller === undefined) throw new Refusal(LINEERR.OPERATIONFAILED);
    this.freeUp(extension);
    this.release(ringing, LINEDISCONNECTMODE.PICKUP, 0);
    return this.#take(extension, caller, LINECALLREASON.PICKUP, initiator);
  }

  /** A new leg of `extension` that is connected with `peer` at once. */
  #take(extension: Extension, peer: End, reason: number, initiator: object | null): Leg {
    const leg = this.addLeg(extension, peer.call, {
      state: LINECALLSTATE.CONNECTED,
      stateMode: LINECONNECTEDMODE.ACTIVE,
      origin: originOf(peer),
      reason,
      caller: partyOf(peer),
      called: extensionParty(extension),
      relatedCallId: peer.kind === "leg" ? peer.callId : 0,
      initiator,
    });
    peer.call.ends.push(leg);
    this.connect(peer.call);
    return leg;
  }

  #showTransfer(target: Leg, remaining: End, transferrer: Extension): void {
    const changes = {
      caller: partyOf(remaining),
      redirecting: extensionParty(transferrer),
      redirection: extensionParty(target.extension),
      reason: LINECALLREASON.TRANSFER,
      relatedCallId: remaining.kind === "leg" ? remaining.callId : 0,
    };
    const { CALLERID, REASON, REDIRECTINGID, REDIRECTIONID, RELATEDCALLID } = LINECALLINFOSTATE;
    const changed = CALLERID | REASON | REDIRECTINGID | REDIRECTIONID | RELATEDCALLID;
    this.setInfo(target, changes, changed);
  }

  #newConference(first: Leg, state: number, initiator: object | null): Leg {
    const { extension } = first;
    const call: Call = { ends: [], takenOver: first.call.takenOver };
    const conference = this.addLeg(extension, call, {
      state,
      stateMode: state === LINECALLSTATE.CONNECTED ? LINECONNECTEDMODE.ACTIVE : 0,
      origin: LINECALLORIGIN.CONFERENCE,
      relatedCallId: first.callId,
      caller: extensionParty(extension),
      initiator,
    });
    call.ends.push(conference);
    this.#join(conference, first);
    return conference;
  }

  #join(conference: Leg, member: Leg): void {
    conference.members.add(member);
    member.conference = conference;
    this.setInfo(member, { relatedCallId: conference.callId }, LINECALLINFOSTATE.RELATEDCALLID);
    this.setState(member, LINECALLSTATE.CONFERENCED);
  }

  #takeFromSlot(slot: string, parked: Parked): void {
    this.#parked.delete(slot);
    if (parked.marker !== null) this.setState(parked.marker, LINECALLSTATE.IDLE);
  }

  /** As on real exchanges: the extension and one more digit. */
  #freeSlot(extension: Extension): string | undefined {
    for (let digit = 1; digit <= SLOTS_OF_AN_EXTENSION; digit++) {
      const slot = `${extension.number}${digit}`;
      if (!this.#parked.has(slot)) return slot;
    }
    return undefined;
  }

  #ringingLeg(
    except: Extension,
    from: { readonly number: string } | { readonly group: string },
  ): Leg | undefined {
    const isMeant = (extension: Extension) =>
      "number" in from ? extension.number === from.number : extension.group === from.group;
    for (const extension of this.extensions.values()) {
      if (extension === except || !isMeant(extension)) continue;
      for (const leg of extension.legs) if (isRinging(leg)) return leg;
    }
    return undefined;
  }
}

function originOf(peer: End): number {
  return peer.kind === "leg" ? LINECALLORIGIN.INTERNAL : LINECALLORIGIN.EXTERNAL;
}
