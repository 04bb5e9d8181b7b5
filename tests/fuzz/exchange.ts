/**
 * The hostile exchange behind the library: its mood, the messages that wait, the requests that owe a
 * reply. Everything in it follows from the seed and the clock.
 */
import type { Random } from "../../src/fake/random.ts";
import { LINE, LINECALLPRIVILEGE, LINEDEVSTATE, LINEERR } from "../../src/tapi/constants.ts";
import type { Memory } from "../../src/tapi/library.ts";
import { LINEMESSAGE } from "../../src/tapi/structs.ts";
import type { HabitName } from "./habits.ts";
import type { ManualClock } from "../support/clock.ts";
import { anyDword } from "./bytes.ts";
import { type CallHabits, type GivenCall, type GivenLine, Ledger } from "./ledger.ts";

/** How often things go wrong: once in so many times. */
export interface Mood {
  /** A function answers with an error, or with a number above 0 that means nothing. */
  readonly errors: number;
  /** A struct lies. */
  readonly lies: number;
  /** A function takes its time. */
  readonly delays: number;
  /** A function does not return before {@linkcode Exchange.calmDown}. */
  readonly hangs: number;
}

const NEVER = Infinity;
const CALM: Mood = { errors: NEVER, lies: NEVER, delays: NEVER, hangs: NEVER };
const MOODS: readonly Mood[] = [
  CALM,
  { errors: 50, lies: 3, delays: 10, hangs: NEVER },
  { errors: 4, lies: 1, delays: 4, hangs: 500 },
  { errors: 20, lies: 2, delays: 1, hangs: 200 },
  { errors: 1, lies: 1, delays: 10, hangs: NEVER },
];
/** Errors by which a session may end are rare among the others: there is more to try in a session. */
const ERRORS: readonly number[] = [
  LINEERR.OPERATIONFAILED,
  LINEERR.RESOURCEUNAVAIL,
  LINEERR.NOMEM,
  LINEERR.INVALCALLHANDLE,
  LINEERR.STRUCTURETOOSMALL,
  LINEERR.NODEVICE,
  LINEERR.NOTOWNER,
  0x80000000,
  0xc0000001,
  0xffffffff,
];
const FATAL_ERRORS = [LINEERR.REINIT, LINEERR.UNINITIALIZED, LINEERR.SERVICE_NOT_RUNNING] as const;
const LONGEST_DELAY_MS = 20_000;
const FIRST_HANDLE = 0x80010000;
const FIRST_REQUEST_ID = 0x10000;

export interface Message {
  readonly hDevice?: number;
  readonly dwMessageID: number;
  readonly dwCallbackInstance?: number;
  readonly dwParam1?: number;
  readonly dwParam2?: number;
  readonly dwParam3?: number;
}

/** How a call is announced. */
export interface Announcement {
  readonly privilege?: number;
  readonly addressId?: number;
  /** What its driver says of it from the beginning. */
  readonly is?: Partial<Pick<GivenCall, "state"> & CallHabits>;
}

/** What a request of the program gives it with its LINE_REPLY. */
export interface Outcome {
  /** Where the handles of the calls that it made go, and which they are. */
  readonly outs?: readonly { readonly memory: Memory; readonly handle: number }[];
  /** Writes what else there is. */
  readonly write?: () => void;
}

/** A request of the program that owes it a LINE_REPLY. */
export interface OwedReply extends Outcome {
  readonly requestId: number;
  readonly line: GivenLine;
}

export class Exchange {
  readonly ledger: Ledger;
  mood: Mood = CALM;
  /** Devices that there are, by id. */
  readonly devices = new Set<number>();
  app = 0;
  /** Messages delivered so far. */
  delivered = 0;
  /** Structs filled so far. */
  structs = 0;
  /** The extensions of devices, by id: one for each address. */
  readonly extensions = new Map<number, readonly string[]>();
  /** The feature bits that the driver reports of everything; chance decides where it is undefined. */
  features: number | undefined;
  /** Initialisations that are followed by a REINIT. */
  reinits = 0;
  /** What the next request for a call meets. */
  making: "a late reply" | "no handle" | undefined;
  /** How often each habit was played. */
  readonly habits = new Map<HabitName, number>();
  readonly owed = new Map<number, OwedReply>();
  readonly #queue: { readonly message: Message; readonly is: Announcement["is"] }[] = [];
  readonly #hanging = new Set<() => void>();
  #waiting: (() => void) | undefined;
  #lastHandle = FIRST_HANDLE;
  #lastRequestId = FIRST_REQUEST_ID;

  constructor(readonly random: Random, readonly clock: ManualClock, problems: string[]) {
    this.ledger = new Ledger(problems);
  }

  newHandle(): number {
    return ++this.#lastHandle;
  }

  /** A handle for a new call, often one that was given back just now. */
  newCallHandle(): number {
    const freed = this.random.oneIn(2) ? this.ledger.takeFreed() : undefined;
    return freed ?? this.newHandle();
  }

  newRequestId(): number {
    return ++this.#lastRequestId;
  }

  /** A habit has been played. */
  played(habit: HabitName): void {
    this.habits.set(habit, (this.habits.get(habit) ?? 0) + 1);
  }

  changeMood(): void {
    this.mood = this.random.pick(MOODS);
  }

  /** From now on it is an exchange as it should be; functions that hung return. */
  calmDown(): void {
    this.mood = CALM;
    for (const goOn of this.#hanging) goOn();
    this.#hanging.clear();
  }

  /** An error, or a number that means nothing; `undefined` where the function does what it should. */
  failure(): number | undefined {
    const { random, mood } = this;
    if (!random.oneIn(mood.errors)) return undefined;
    const code = random.oneIn(30) ? random.pick(FATAL_ERRORS) : random.pick(ERRORS);
    return (random.oneIn(10) ? anyDword(random) | 0x80000000 : code) | 0;
  }

  /** Lets `act` happen now or later, as the mood is. */
  async inTime(act: () => number): Promise<number> {
    const { random, mood, clock } = this;
    if (random.oneIn(mood.hangs)) {
      await new Promise<void>((resolve) => this.#hanging.add(resolve));
    } else if (random.oneIn(mood.delays)) {
      const delayMs = random.oneIn(10) ? random.between(1000, LONGEST_DELAY_MS) : 1;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, delayMs));
    }
    return act();
  }

  /** Queues a message for the program, if TAPI is initialised. */
  post(message: Message, is?: Announcement["is"]): void {
    if (this.app === 0) return;
    this.#queue.push({ message, is });
    this.#waiting?.();
  }

  postState(
    line: GivenLine,
    handle: number,
    state: number,
    { privilege = 0, mode = 0 } = {},
  ): void {
    this.post({
      hDevice: handle,
      dwMessageID: LINE.CALLSTATE,
      dwCallbackInstance: line.instance,
      dwParam1: state,
      dwParam2: mode,
      dwParam3: privilege,
    });
  }

  postNewCall(
    line: GivenLine,
    handle: number,
    { privilege = LINECALLPRIVILEGE.MONITOR, addressId = 0, is }: Announcement = {},
  ): void {
    const message = {
      hDevice: line.handle,
      dwMessageID: LINE.APPNEWCALL,
      dwCallbackInstance: line.instance,
      dwParam1: addressId,
      dwParam2: handle,
      dwParam3: privilege,
    };
    this.post(message, is);
  }

  postReply(requestId: number, result: number): void {
    this.post({ dwMessageID: LINE.REPLY, dwParam1: requestId, dwParam2: result });
  }

  /** The driver reports that a line is lost in both ways, and its return once. */
  loseService({ handle, instance }: GivenLine): void {
    const { OUTOFSERVICE, DISCONNECTED, INSERVICE } = LINEDEVSTATE;
    for (const dwParam1 of [OUTOFSERVICE | DISCONNECTED, INSERVICE]) {
      this.post({
        hDevice: handle,
        dwMessageID: LINE.LINEDEVSTATE,
        dwCallbackInstance: instance,
        dwParam1,
      });
    }
  }

  /** The driver closes a line: its handles are dead before the program can know. */
  closeLine(line: GivenLine): void {
    line.valid = false;
    this.post({
      hDevice: line.handle,
      dwMessageID: LINE.CLOSE,
      dwCallbackInstance: line.instance,
    });
  }

  /** The device is gone, and its line with it. */
  removeDevice(deviceId: number): void {
    this.devices.delete(deviceId);
    for (const line of this.ledger.openLines) if (line.deviceId === deviceId) line.valid = false;
    this.post({ dwMessageID: LINE.REMOVE, dwParam1: deviceId });
  }

  /** Gives the program what its request has brought about. */
  handOver(line: GivenLine, { outs = [], write }: Outcome): void {
    write?.();
    for (const { memory, handle } of outs) {
      new DataView(memory.buffer).setUint32(0, handle, true);
      this.ledger.give(handle, line);
    }
  }

  /** lineGetMessage's wait. */
  wait(app: number, memory: Memory, timeoutMs: number): Promise<number> {
    this.ledger.deliveredIsHandled();
    const now = this.take(app, memory);
    if (now !== (LINEERR.OPERATIONFAILED | 0)) return Promise.resolve(now);
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting = undefined;
        this.clock.clearTimeout(timer);
        resolve(this.take(app, memory));
      };
      const timer = this.clock.setTimeout(done, timeoutMs);
      this.#waiting = done;
    });
  }

  /** Delivers the next message, if there is one. */
  take(app: number, memory: Memory): number {
    if (app !== this.app) return LINEERR.INVALAPPHANDLE | 0;
    const next = this.#queue.shift();
    if (next === undefined) return LINEERR.OPERATIONFAILED | 0;
    this.#write(memory, next.message);
    this.#note(next.message, next.is);
    this.delivered++;
    return 0;
  }

  /** lineShutdown: handles are dead at once, however long the function takes. */
  shutDown(app: number): void {
    this.ledger.shutDown(app);
    if (app !== this.app) return;
    this.app = 0;
    this.owed.clear();
    this.#queue.length = 0;
    this.#waiting?.();
  }

  #write(memory: Memory, message: Message): void {
    LINEMESSAGE.encode(memory, {
      hDevice: 0,
      dwCallbackInstance: 0,
      dwParam1: 0,
      dwParam2: 0,
      dwParam3: 0,
      ...message,
    });
    // The upper halves of the parameters mean nothing.
    const view = new DataView(memory.buffer);
    for (const { offset, size } of Object.values(LINEMESSAGE.fields)) {
      if (size === 8) view.setUint32(offset + 4, anyDword(this.random), true);
    }
  }

  /** Keeps account of what a message reports to the program. */
  #note(message: Message, is: Announcement["is"]): void {
    const { ledger } = this;
    const { hDevice = 0, dwCallbackInstance = 0, dwParam1 = 0, dwParam2 = 0, dwParam3 = 0 } =
      message;
    switch (message.dwMessageID) {
      case LINE.APPNEWCALL: {
        ledger.give(dwParam2, ledger.lineOf(dwCallbackInstance, hDevice));
        const call = ledger.call(dwParam2);
        if (call !== undefined) Object.assign(call, is);
        break;
      }
      case LINE.CALLSTATE: {
        // One of a line that is dead and one of its successor look alike.
        if (dwParam3 !== 0) this.#giveByInstance(hDevice, dwCallbackInstance);
        const call = ledger.call(hDevice);
        const state = dwParam1 & 0xffffff;
        if (call !== undefined) call.state = state;
        ledger.hear(hDevice, state);
        break;
      }
      case LINE.CLOSE: {
        const line = ledger.line(hDevice);
        if (line?.end === "no") this.#end(line);
        break;
      }
      case LINE.REMOVE:
        for (const line of ledger.openLines) {
          if (line.deviceId !== dwParam1) continue;
          line.removed = true;
          this.#end(line);
        }
        break;
      case LINE.REPLY:
        this.#noteReply(dwParam1, dwParam2);
    }
  }

  #giveByInstance(handle: number, instance: number): void {
    const line = this.ledger.openLines.findLast((open) => open.instance === instance);
    this.ledger.give(handle, line);
  }

  #end(line: GivenLine): void {
    line.valid = false;
    line.end = "delivered";
  }

  #noteReply(requestId: number, result: number): void {
    const owed = this.owed.get(requestId);
    if (owed === undefined) return;
    this.owed.delete(requestId);
    if (result === 0) this.handOver(owed.line, owed);
  }
}
