/**
 * The fake exchange: extensions 201 and up, calls among them and with the world outside, and what
 * people do with calls. It knows TAPI's numbers, but no bytes and no handles. Time is injected.
 */
import type { Clock } from "../../clock.ts";
import { LINECALLREASON, LINEDISCONNECTMODE, LINEERR } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import { freeUp } from "./attention.ts";
import type { FakeDriver } from "../../model/simulation.ts";
import { Consultations } from "./consultations.ts";
import { Extension, type ExtensionListener } from "./extension.ts";
import type { Leg, LegListener } from "./leg.ts";
import { Legs } from "./legs.ts";
import { Parking } from "./parking.ts";
import { Routing } from "./routing.ts";
import { Schedule } from "./schedule.ts";
import { Supervision } from "./supervision.ts";

/** The people at the first extensions. */
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

/** A telephone, or what else TAPI has a line device for: the line of a group. */
export interface Telephone {
  /** The numbers of its addresses. */
  readonly addresses: readonly string[];
  /** The name of the person or group that uses it. */
  readonly name: string;
  readonly isGroup: boolean;
  /** With a group: the extensions at which its calls ring. */
  readonly members?: readonly string[] | undefined;
  /** The driver that shows it to applications; the exchange's usual one when left out. */
  readonly driver?: FakeDriver | undefined;
}

/** Hears of everything that happens at the exchange. */
export interface ExchangeListener extends ExtensionListener, LegListener {
  /** @param extensions One for each address. */
  telephoneAdded(extensions: readonly Extension[], driver: FakeDriver): void;
}

export class Exchange {
  readonly #listener: ExchangeListener;
  readonly #driver: FakeDriver;
  readonly #extensions = new Map<string, Extension>();
  /** The members of each group, by its number. */
  readonly #members = new Map<string, readonly string[]>();
  /** Every timer of the exchange. */
  readonly schedule: Schedule;
  readonly legs: Legs;
  readonly routing: Routing;
  readonly consultations: Consultations;
  readonly parking: Parking;
  readonly supervision: Supervision;

  /** @param driver Of telephones that name none. */
  constructor(clock: Clock, listener: ExchangeListener, driver: FakeDriver) {
    this.#listener = listener;
    this.#driver = driver;
    this.schedule = new Schedule(clock);
    this.legs = new Legs(this.schedule, listener);
    this.routing = new Routing(this.#extensions, this.legs, this.schedule);
    this.consultations = new Consultations(this.legs);
    this.parking = new Parking(this.legs, this.routing, this.schedule);
    this.supervision = new Supervision(this.legs, this.routing, this.schedule);
  }

  /** By their numbers. */
  get extensions(): ReadonlyMap<string, Extension> {
    return this.#extensions;
  }

  /** Adds telephones of people: 201 and up, or 20001 and up where they are more than 500. */
  addExtensions(count: number): void {
    const first = count > MOST_WITH_THREE_DIGITS ? 20001 : 201;
    for (let i = 0; i < count; i++) {
      const name = NAMES[i] ?? `User ${first + i}`;
      const pickupGroup = String(Math.floor(i / PICKUP_GROUP_SIZE) + 1);
      this.addTelephone({ addresses: [String(first + i)], name, isGroup: false }, pickupGroup);
    }
  }

  /** Adds a telephone, unless one of its numbers is there already. */
  addTelephone(telephone: Telephone, pickupGroup = ""): void {
    const { addresses, name, isGroup, members = [], driver = this.#driver } = telephone;
    if (addresses.some((number) => this.#extensions.has(number))) return;
    const added = addresses.map((number) =>
      new Extension(number, name, pickupGroup, isGroup, this.#listener)
    );
    for (const extension of added) this.#extensions.set(extension.number, extension);
    for (const number of addresses) if (isGroup) this.#members.set(number, members);
    for (const [group, numbers] of this.#members) {
      for (const number of numbers) this.#extensions.get(number)?.addTo(group);
    }
    this.#listener.telephoneAdded(added, driver);
  }

  /**
   * An extension answers a call that rings at another one.
   *
   * @param from Which extension, or any of a pickup group.
   * @throws Refusal
   */
  pickup(
    extension: Extension,
    from: { readonly number: string } | { readonly pickupGroup: string },
    initiator: object | null,
  ): Leg {
    const isMeant = (other: Extension) =>
      other !== extension &&
      ("number" in from ? other.number === from.number : other.pickupGroup === from.pickupGroup);
    const ringing = this.extensions.values().filter(isMeant)
      .flatMap((other) => this.legs.of(other)).find(({ isOnlooker, isRinging }) =>
        isRinging && !isOnlooker
      );
    const caller = ringing?.peer;
    if (ringing === undefined || caller === undefined) throw new Refusal(LINEERR.OPERATIONFAILED);
    freeUp(this.legs.of(extension));
    ringing.release(LINEDISCONNECTMODE.PICKUP);
    return this.legs.take(extension, caller, LINECALLREASON.PICKUP, initiator);
  }

  /** A user is at one telephone only. */
  logIn(user: string, extension: Extension): void {
    for (const other of this.#extensions.values()) {
      if (other !== extension && other.settings.user === user) other.set({ user: "" });
    }
    extension.set({ user });
  }

  /** Cancels what is still to happen and forgets every call, without a word to anybody. */
  reset(): void {
    this.schedule.cancelAll();
    this.legs.clear();
    this.parking.clear();
    for (const extension of this.extensions.values()) extension.reset();
  }
}
