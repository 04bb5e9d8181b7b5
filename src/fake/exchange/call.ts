/** Calls of the fake exchange and what is at their ends: legs of extensions, and telephones outside. */
import { LINEDISCONNECTMODE } from "../../tapi/constants.ts";

/** A person, as one end of a call is shown to the other. */
export interface Party {
  readonly number: string;
  readonly name: string;
  /** Withheld: passed on by the network, but not to be shown. Pending: it comes later. */
  readonly presentation: "shown" | "withheld" | "pending" | "unavailable";
}

export const NOBODY: Party = { number: "", name: "", presentation: "unavailable" };
const NOT_YET_KNOWN: Party = { number: "", name: "", presentation: "pending" };

/** A connection in the exchange. While it is set up, parked or diverted it has one end only. */
export class Call {
  #ends: readonly End[] = [];
  #isTakenOver: boolean;

  constructor(isTakenOver = false) {
    this.#isTakenOver = isTakenOver;
  }

  get ends(): readonly End[] {
    return this.#ends;
  }

  /** Whether a client has acted on it, so that simulated people leave it alone. */
  get isTakenOver(): boolean {
    return this.#isTakenOver;
  }

  takeOver(): void {
    this.#isTakenOver = true;
  }

  add(end: End): void {
    this.#ends = [...this.#ends, end];
  }

  remove(end: End): void {
    this.#ends = this.#ends.filter((other) => other !== end);
  }

  /** Lets both ends talk. */
  connect(): void {
    for (const end of this.#ends) end.connected();
  }
}

/** Either end of a call. What a leg is shown, somebody outside is not. */
export abstract class End {
  #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  get call(): Call {
    return this.#call;
  }

  get peer(): End | undefined {
    return this.#call.ends.find((other) => other !== this);
  }

  /** How it is shown to the other end. */
  abstract get party(): Party;

  /** The other end has gone. @param mode Of LINEDISCONNECTMODE. */
  abstract lose(mode: number): void;

  /** How far the call has come. @param mode Of the state. */
  progress(_state: number, _mode?: number): void {}

  /** Both ends can talk, unless this one is on hold or in a conference. */
  connected(): void {}

  /** The network has passed the number of the other end on. */
  peerRevealed(_party: Party): void {}

  /** The call was sent elsewhere: who did it, and where it is now. */
  showRedirected(_redirecting: Party, _redirection: Party): void {}

  /** Takes no part in its call any more. */
  leave(): void {
    this.#call.remove(this);
  }

  moveTo(call: Call): void {
    this.#call.remove(this);
    this.#call = call;
    call.add(this);
  }
}

/** A telephone beyond the exchange. */
export class Outside extends End {
  readonly #party: Party;
  #isKnown: boolean;

  /** @param isKnown Whether the network has passed the number on yet. */
  constructor(call: Call, party: Party, isKnown = true) {
    super(call);
    this.#party = party;
    this.#isKnown = isKnown;
  }

  get party(): Party {
    return this.#isKnown ? this.#party : NOT_YET_KNOWN;
  }

  /** Its number gets known. */
  reveal(): void {
    this.#isKnown = true;
    this.peer?.peerRevealed(this.#party);
  }

  override lose(): void {
    this.leave();
  }

  hangUp(): void {
    const { peer } = this;
    this.leave();
    peer?.lose(LINEDISCONNECTMODE.NORMAL);
  }
}
