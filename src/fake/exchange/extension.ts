/** The extensions of the fake exchange: who they are, and what is set for them. */
import { LINEDEVSTATE, LINEERR, LINEFORWARDMODE } from "../../tapi/constants.ts";
import { Refusal } from "../refusal.ts";
import type { Party } from "./call.ts";
import { firstSettings, type PhoneSettings } from "./phone.ts";

const RINGS_NO_ANSWER = 3;

/** Sends the calls of an extension elsewhere. */
export interface Forward {
  /** One LINEFORWARDMODE_ bit. */
  readonly mode: number;
  /** Empty: nowhere, do not disturb. */
  readonly to: string;
}

const DO_NOT_DISTURB: Forward = { mode: LINEFORWARDMODE.UNCOND, to: "" };

/** Hears of every change at an extension. */
export interface ExtensionListener {
  forwardChanged(extension: Extension): void;
  settingsChanged(extension: Extension): void;
  /** @param state The LINEDEVSTATE_ bit that became true. */
  lineStateChanged(extension: Extension, state: number): void;
}

export class Extension {
  readonly #listener: ExtensionListener;
  /** The hunt groups that it is in at first. */
  readonly #memberOf = new Set<string>();
  #settings: PhoneSettings;
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
    this.#settings = this.#atFirst();
  }

  /** How it is shown to others. */
  get party(): Party {
    return { number: this.number, name: this.name, presentation: "shown" };
  }

  get settings(): PhoneSettings {
    return this.#settings;
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

  /** Whether calls are refused: forwarded to nowhere. */
  get doNotDisturb(): boolean {
    return this.#forwards.some(isDoNotDisturb);
  }

  setDoNotDisturb(isOn: boolean): void {
    if (isOn === this.doNotDisturb) return;
    const others = this.#forwards.filter((forward) => !isDoNotDisturb(forward));
    this.forward(isOn ? [DO_NOT_DISTURB, ...others] : others);
  }

  /** Sets where its calls go; an empty list: nowhere else. */
  forward(forwards: readonly Forward[], ringsNoAnswer = this.#ringsNoAnswer): void {
    this.#forwards = forwards;
    this.#ringsNoAnswer = ringsNoAnswer;
    this.#listener.forwardChanged(this);
  }

  /** Makes it a member of a hunt group, from the first on. */
  addTo(group: string): void {
    if (this.#memberOf.has(group)) return;
    this.#memberOf.add(group);
    this.set({ groups: new Map([...this.#settings.groups, [group, true]]) });
  }

  /**
   * Joins a hunt group that it is a member of, or leaves it for a while.
   *
   * @param group Its number; "" for every one.
   * @throws Refusal where it is no member.
   */
  enableGroup(group: string, isEnabled: boolean): void {
    const { groups } = this.#settings;
    if (group !== "" && !groups.has(group)) throw new Refusal(LINEERR.OPERATIONFAILED);
    const changed = [...groups].map(([number, was]): [string, boolean] => [
      number,
      group === "" || number === group ? isEnabled : was,
    ]);
    this.set({ groups: new Map(changed) });
  }

  /** Whether calls of a hunt group may ring here: it is a member that is there. */
  takesCallsOf(group: string): boolean {
    return this.#settings.groups.get(group) === true && !this.doNotDisturb;
  }

  set(changes: Partial<PhoneSettings>): void {
    this.#settings = { ...this.#settings, ...changes };
    this.#listener.settingsChanged(this);
  }

  /** Sets the messages in the mailbox, and with them the lamp. */
  setMessages(unreadMessages: number, readMessages: number): void {
    this.set({ unreadMessages, readMessages });
    this.setMessageWaiting(unreadMessages > 0);
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
    this.#settings = this.#atFirst();
    this.#forwards = [];
    this.#ringsNoAnswer = RINGS_NO_ANSWER;
    this.#isMessageWaiting = false;
    this.#isInService = true;
  }

  #atFirst(): PhoneSettings {
    const groups = new Map([...this.#memberOf].map((group) => [group, true]));
    return { ...firstSettings(this.isGroup ? "" : this.number), groups };
  }
}

function isDoNotDisturb({ mode, to }: Forward): boolean {
  return mode === DO_NOT_DISTURB.mode && to === DO_NOT_DISTURB.to;
}
