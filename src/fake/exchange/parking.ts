/** The calls that are parked, at slots and at extensions. */
import { LINECALLREASON, LINECALLSTATE, LINEERR } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import { freeUp } from "./attention.ts";
import type { Call } from "./call.ts";
import type { Extension } from "./extension.ts";
import type { Leg } from "./leg.ts";
import { type Legs, originOf } from "./legs.ts";
import type { Routing } from "./routing.ts";
import type { Schedule } from "./schedule.ts";

/** A parked call comes back to who parked it. */
const RECALL_MS = 30_000;
const SLOTS_OF_AN_EXTENSION = 9;

interface Parked {
  readonly call: Call;
  readonly parker: Extension;
  /** How the call shows at the extension that it is parked at. */
  readonly marker: Leg | undefined;
}

export class Parking {
  readonly #legs: Legs;
  readonly #routing: Routing;
  readonly #schedule: Schedule;
  readonly #parked = new Map<string, Parked>();

  constructor(legs: Legs, routing: Routing, schedule: Schedule) {
    this.#legs = legs;
    this.#routing = routing;
    this.#schedule = schedule;
  }

  /**
   * Parks a call at a slot or at an extension, or where the exchange likes.
   *
   * @returns Where it is parked.
   * @throws Refusal
   */
  park(leg: Leg, at: string | undefined): string {
    const slot = at ?? this.#freeSlot(leg.extension);
    if (slot === undefined || slot === "") throw new Refusal(LINEERR.RESOURCEUNAVAIL);
    if (this.#parked.has(slot)) throw new Refusal(LINEERR.INVALADDRESS);
    const { call, extension: parker, peer } = leg;
    leg.finish();
    const host = this.#routing.extensions.get(slot);
    const marker = host === undefined || peer === undefined
      ? undefined
      : this.#legs.add(host, call, {
        state: LINECALLSTATE.ONHOLD,
        origin: originOf(peer),
        reason: LINECALLREASON.PARKED,
        caller: peer.party,
        called: host.party,
        redirecting: parker.party,
      });
    const parked = { call, parker, marker };
    this.#parked.set(slot, parked);
    this.#schedule.after(RECALL_MS, () => {
      if (this.#parked.get(slot) !== parked) return;
      this.#free(slot, parked);
      const { REMINDER: reason } = LINECALLREASON;
      this.#routing.arrive(call, parker.number, { reason, callWaiting: true });
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
    freeUp(this.#legs.of(extension));
    this.#free(slot, parked);
    return this.#legs.take(extension, waiting, LINECALLREASON.UNPARK, initiator);
  }

  /** Forgets every parked call. */
  clear(): void {
    this.#parked.clear();
  }

  #free(slot: string, { marker }: Parked): void {
    this.#parked.delete(slot);
    marker?.enter(LINECALLSTATE.IDLE);
  }

  /** As on real exchanges: the extension and one more digit. */
  #freeSlot({ number }: Extension): string | undefined {
    for (let digit = 1; digit <= SLOTS_OF_AN_EXTENSION; digit++) {
      if (!this.#parked.has(`${number}${digit}`)) return `${number}${digit}`;
    }
    return undefined;
  }
}
