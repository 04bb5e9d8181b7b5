/**
 * The fake exchange: extensions 201 and up, calls among them and with the world outside, and what
 * people do with calls. It knows TAPI's numbers, but no bytes and no handles. Time is injected.
 */
import type { Clock } from "../../clock.ts";
import { LINECALLREASON, LINEDISCONNECTMODE, LINEERR } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import { freeUp } from "./attention.ts";
import { Consultations } from "./consultations.ts";
import { Extension, type ExtensionListener } from "./extension.ts";
import type { Leg, LegListener } from "./leg.ts";
import { Legs } from "./legs.ts";
import { Parking } from "./parking.ts";
import { Routing } from "./routing.ts";
import { Schedule } from "./schedule.ts";

/** Who sits at the first extensions. */
const NAMES = [
  "Anna Brandt",
  "Ben Carter",
  "Chiara Conti",
  "David Okafor",
  "Наталья Орлова 🎧",
  "Emre Yılmaz",
  "Sales",
  "Reception",
];
/** Group 1 has the first four extensions, and so on. */
const PICKUP_GROUP_SIZE = 4;
/** Above this many, three digits would run into the special numbers. */
const MOST_WITH_THREE_DIGITS = 500;

/** Who is told what happens at the exchange. */
export type ExchangeListener = ExtensionListener & LegListener;

export class Exchange {
  /** By their numbers, and in that order. */
  readonly extensions: ReadonlyMap<string, Extension>;
  /** Every timer of the exchange. */
  readonly schedule: Schedule;
  readonly legs: Legs;
  readonly routing: Routing;
  readonly consultations: Consultations;
  readonly parking: Parking;

  /** @param extensionCount Extensions are 201 and up; 20001 and up where there are more than 500. */
  constructor(clock: Clock, extensionCount: number, listener: ExchangeListener) {
    this.extensions = createExtensions(extensionCount, listener);
    this.schedule = new Schedule(clock);
    this.legs = new Legs(this.schedule, listener);
    this.routing = new Routing(this.extensions, this.legs, this.schedule);
    this.consultations = new Consultations(this.legs);
    this.parking = new Parking(this.legs, this.routing, this.schedule);
  }

  /**
   * An extension answers a call that rings at another one.
   *
   * @param from Which extension, or any of a pickup group.
   * @throws Refusal
   */
  pickup(
    extension: Extension,
    from: { readonly number: string } | { readonly group: string },
    initiator: object | null,
  ): Leg {
    const isMeant = (other: Extension) =>
      other !== extension &&
      ("number" in from ? other.number === from.number : other.group === from.group);
    const ringing = this.extensions.values().filter(isMeant)
      .flatMap((other) => this.legs.of(other)).find(({ isRinging }) => isRinging);
    const caller = ringing?.peer;
    if (ringing === undefined || caller === undefined) throw new Refusal(LINEERR.OPERATIONFAILED);
    freeUp(this.legs.of(extension));
    ringing.release(LINEDISCONNECTMODE.PICKUP);
    return this.legs.take(extension, caller, LINECALLREASON.PICKUP, initiator);
  }

  /** Cancels what is still to happen and forgets every call, without a word to anybody. */
  reset(): void {
    this.schedule.cancelAll();
    this.legs.clear();
    this.parking.clear();
    for (const extension of this.extensions.values()) extension.reset();
  }
}

function createExtensions(count: number, listener: ExtensionListener): Map<string, Extension> {
  const first = count > MOST_WITH_THREE_DIGITS ? 20001 : 201;
  const extensions = Array.from({ length: count }, (_, i) => {
    const group = String(Math.floor(i / PICKUP_GROUP_SIZE) + 1);
    return new Extension(String(first + i), NAMES[i] ?? `User ${first + i}`, group, listener);
  });
  return new Map(extensions.map((extension) => [extension.number, extension]));
}
