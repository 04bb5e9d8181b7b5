/** The extensions of the fake exchange: who they are, and what is set for them. */
import { LINEDEVSTATE } from "../../tapi/constants.ts";
import type { Party } from "./call.ts";

const RINGS_NO_ANSWER = 3;

/** Sends the calls of an extension elsewhere. */
export interface Forward {
  /** One LINEFORWARDMODE_ bit. */
  readonly mode: number;
  /** Empty: nowhere, do not disturb. */
  readonly to: string;
}

/** Hears of every change at an extension. */
export interface ExtensionListener {
  forwardChanged(extension: Extension): void;
  /** @param state The LINEDEVSTATE_ bit that became true. */
  lineStateChanged(extension: Extension, state: number): void;
}

export class Extension {
  readonly #listener: ExtensionListener;
  #forwards: readonly Forward[] = [];
  #ringsNoAnswer = RINGS_NO_ANSWER;
  #isMessageWaiting = false;
  #isInService = true;

  /**
   * @param name Of the person who uses it.
   * @param pickupGroup "" where it is in none.
   * @param isGroup Whether it is the line of a group, whose calls ring at a member.
   */
  constructor(
    readonly number: string,
    readonly name: string,
    readonly pickupGroup: string,
    readonly isGroup: boolean,
    listener: ExtensionListener,
  ) {
    this.#listener = listener;
  }

  /** How it is shown to others. */
  get party(): Party {
    return { number: this.number, name: this.name, presentation: "shown" };
  }

  get forwards(): readonly Forward[] {
    return this.#forwards;
  }

  /** Rings before a call is taken for unanswered. */
  get ringsNoAnswer(): number {
    return this.#ringsNoAnswer;
  }

  /** Whether the message lamp is on. */
  get isMessageWaiting(): boolean {
    return this.#isMessageWaiting;
  }

  /** Whether the line's driver can reach the exchange. */
  get isInService(): boolean {
    return this.#isInService;
  }

  /** Sets where its calls go; an empty list: nowhere else. */
  forward(forwards: readonly Forward[], ringsNoAnswer = this.#ringsNoAnswer): void {
    this.#forwards = forwards;
    this.#ringsNoAnswer = ringsNoAnswer;
    this.#listener.forwardChanged(this);
  }

  setMessageWaiting(isOn: boolean): void {
    if (this.#isMessageWaiting === isOn) return;
    this.#isMessageWaiting = isOn;
    const { MSGWAITOFF, MSGWAITON } = LINEDEVSTATE;
    this.#listener.lineStateChanged(this, isOn ? MSGWAITON : MSGWAITOFF);
  }

  /** The driver loses the exchange, or has it again. Calls go on. */
  setInService(isInService: boolean): void {
    if (this.#isInService === isInService) return;
    this.#isInService = isInService;
    const { INSERVICE, OUTOFSERVICE } = LINEDEVSTATE;
    this.#listener.lineStateChanged(this, isInService ? INSERVICE : OUTOFSERVICE);
  }

  /** As it was at first, without a word to anybody. */
  reset(): void {
    this.#forwards = [];
    this.#ringsNoAnswer = RINGS_NO_ANSWER;
    this.#isMessageWaiting = false;
    this.#isInService = true;
  }
}
