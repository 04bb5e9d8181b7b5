/** Extensions that join the call of another one, or hear it. */
import { LINECALLREASON, LINECALLSTATE, LINECONNECTEDMODE, LINEERR } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import { activeLeg, freeUp } from "./attention.ts";
import { Call } from "./call.ts";
import type { Extension } from "./extension.ts";
import type { Leg } from "./leg.ts";
import type { Legs } from "./legs.ts";
import type { Routing } from "./routing.ts";
import type { Schedule } from "./schedule.ts";

/** How soon the end of the other call is noticed. */
const FOLLOW_MS = 250;

export class Supervision {
  readonly #legs: Legs;
  readonly #routing: Routing;
  readonly #schedule: Schedule;

  constructor(legs: Legs, routing: Routing, schedule: Schedule) {
    this.#legs = legs;
    this.#routing = routing;
    this.#schedule = schedule;
  }

  /** Joins the call of another extension; calls that one if it has none. @throws Refusal */
  intrude(extension: Extension, target: Extension): void {
    const talk = this.#talkOf(target);
    if (talk === undefined) this.#routing.makeCall(extension, target.number);
    else this.#join(extension, talk, LINECALLREASON.INTRUDE);
  }

  /** Breaks in on the extension that a call has found busy. @throws Refusal if that does not talk. */
  breakIn(busy: Leg, target: Extension | undefined): void {
    const talk = target && this.#talkOf(target);
    if (talk === undefined) throw new Refusal(LINEERR.OPERATIONFAILED);
    busy.enter(LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVE);
    this.#follow(talk, busy);
  }

  /** Hears the call of another extension. @throws Refusal if it has none. */
  listen(extension: Extension, target: Extension): void {
    const talk = this.#talkOf(target);
    if (talk === undefined) throw new Refusal(LINEERR.OPERATIONFAILED);
    this.#join(extension, talk, LINECALLREASON.DIRECT);
  }

  #talkOf(target: Extension): Leg | undefined {
    const leg = activeLeg(this.#legs.of(target));
    return leg?.state === LINECALLSTATE.CONNECTED ? leg : undefined;
  }

  /** A call of its own, which nothing ties to the one that is heard; it ends with that one. */
  #join(extension: Extension, talk: Leg, reason: number): void {
    freeUp(this.#legs.of(extension));
    const leg = this.#legs.join(extension, new Call(), {
      state: LINECALLSTATE.CONNECTED,
      stateMode: LINECONNECTEDMODE.ACTIVE,
      reason,
      caller: extension.party,
      called: talk.party,
      connected: talk.party,
    });
    this.#follow(talk, leg);
  }

  #follow(talk: Leg, leg: Leg): void {
    this.#schedule.after(FOLLOW_MS, () => {
      if (leg.hasEnded) return;
      if (talk.hasEnded) leg.drop();
      else this.#follow(talk, leg);
    });
  }
}
