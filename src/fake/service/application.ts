/** Applications of the fake telephony service, their open lines and their handles of calls. */
import type { Clock } from "../../clock.ts";
import { LINE } from "../../tapi/constants.ts";
import type { Extension } from "../exchange/extension.ts";
import type { Leg } from "../exchange/leg.ts";
import type { Device } from "./devices.ts";
import { type Message, MessageQueue } from "./message_queue.ts";

/** Request ids are far from 1: a program must bear it. */
const FIRST_REQUEST_ID = 0x10000;
const MOST_REQUEST_ID = 0x7fffffff;

/** The values of a message; the rest is {@linkcode NOTHING}. */
type Content = Pick<Message, "dwMessageID"> & Partial<Message>;

export const NOTHING = {
  hDevice: 0,
  dwCallbackInstance: 0n,
  dwParam1: 0,
  dwParam2: 0,
  dwParam3: 0,
} as const satisfies Omit<Message, "dwMessageID">;

/** An application that has initialised TAPI. */
export class Application {
  readonly queue: MessageQueue;
  #lastRequestId = FIRST_REQUEST_ID;

  constructor(readonly handle: number, clock: Clock) {
    this.queue = new MessageQueue(clock);
  }

  nextRequestId(): number {
    this.#lastRequestId = this.#lastRequestId % MOST_REQUEST_ID + 1;
    return this.#lastRequestId;
  }
}

export class OpenLine {
  readonly #calls = new Map<Leg, CallHandle>();
  #lineStates = 0;
  #addressStates = 0;

  /** @param privileges Bits of LINECALLPRIVILEGE. */
  constructor(
    readonly handle: number,
    readonly application: Application,
    readonly device: Device,
    readonly callbackInstance: bigint,
    readonly privileges: number,
  ) {}

  get calls(): Iterable<CallHandle> {
    return this.#calls.values();
  }

  callOf(leg: Leg): CallHandle | undefined {
    return this.#calls.get(leg);
  }

  add(call: CallHandle): void {
    this.#calls.set(call.leg, call);
  }

  remove({ leg }: CallHandle): void {
    this.#calls.delete(leg);
  }

  /** lineSetStatusMessages: bits of LINEDEVSTATE and of LINEADDRESSSTATE. */
  setStatusMessages(lineStates: number, addressStates: number): void {
    this.#lineStates = lineStates;
    this.#addressStates = addressStates;
  }

  /** A message of the line itself, unless it names another device. */
  toMessage(content: Content): Message {
    const { callbackInstance: dwCallbackInstance, handle: hDevice } = this;
    return { ...NOTHING, hDevice, dwCallbackInstance, ...content };
  }

  post(content: Content): void {
    this.application.queue.push(this.toMessage(content));
  }

  /** LINE_LINEDEVSTATE, if it was asked for. */
  postLineState(state: number, dwParam2 = 0, dwParam3 = 0): void {
    if ((this.#lineStates & state) === 0) return;
    this.post({ dwMessageID: LINE.LINEDEVSTATE, dwParam1: state, dwParam2, dwParam3 });
  }

  /** LINE_ADDRESSSTATE, with those of the states that were asked for. */
  postAddressState(extension: Extension, states: number): void {
    const dwParam1 = this.addressIdOf(extension);
    const dwParam2 = this.#addressStates & states;
    if (dwParam2 !== 0) this.post({ dwMessageID: LINE.ADDRESSSTATE, dwParam1, dwParam2 });
  }

  /** dwAddressID of an extension that the device has. */
  addressIdOf(extension: Extension): number {
    return this.device.addresses.indexOf(extension);
  }
}

export class CallHandle {
  #privilege: number;
  /** Messages that wait until the application has had the LINE_REPLY that gives it the handle. */
  #heldBack: Message[] | undefined;

  /** @param isKnown Whether the application knows the handle already. */
  constructor(
    readonly handle: number,
    readonly line: OpenLine,
    readonly leg: Leg,
    privilege: number,
    isKnown: boolean,
  ) {
    this.#privilege = privilege;
    if (!isKnown) this.#heldBack = [];
  }

  /** One of LINECALLPRIVILEGE. */
  get privilege(): number {
    return this.#privilege;
  }

  get isKnown(): boolean {
    return this.#heldBack === undefined;
  }

  setPrivilege(privilege: number): void {
    this.#privilege = privilege;
  }

  post(content: Content): void {
    const message = this.line.toMessage({ hDevice: this.handle, ...content });
    if (this.#heldBack === undefined) this.line.application.queue.push(message);
    else this.#heldBack.push(message);
  }

  /** The application knows the handle now: what was held back may come. */
  release(): void {
    const messages = this.#heldBack ?? [];
    this.#heldBack = undefined;
    for (const message of messages) this.line.application.queue.push(message);
  }
}
