/** The messages that wait for one application, and its lineGetMessage calls that wait for them. */
import { LINEERR } from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { LINEMESSAGE } from "../../tapi/structs.ts";
import type { Clock } from "../../clock.ts";

export interface Message {
  readonly hDevice: number;
  readonly dwMessageID: number;
  readonly dwCallbackInstance: bigint;
  readonly dwParam1: number;
  /** A LONG in a LINE_REPLY: negative where the request failed. */
  dwParam2: number;
  readonly dwParam3: number;
  /** Happens when the application gets the message. */
  onDelivered?: () => void;
}

interface Waiter {
  readonly into: Memory;
  readonly resolve: (result: number) => void;
  cancelTimer: () => void;
}

const INFINITE = 0xffffffff;
/** Taken messages are cut off once they are this many, so that taking one costs the same always. */
const MOST_TAKEN = 1024;

export class MessageQueue {
  readonly #clock: Clock;
  #messages: Message[] = [];
  #taken = 0;
  readonly #waiters: Waiter[] = [];
  #corked = false;
  #shutDown = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  push(message: Message): void {
    this.#messages.push(message);
    this.#serve();
  }

  /** Delivers nothing while `change` runs, so that it may complete what it has pushed. */
  cork(change: () => void): void {
    this.#corked = true;
    try {
      change();
    } finally {
      this.#corked = false;
      this.#serve();
    }
  }

  /** lineGetMessage. */
  wait(into: Memory, timeoutMs: number): Promise<number> {
    const now = this.takeNow(into);
    if (now === 0 || timeoutMs === 0 || this.#shutDown) return Promise.resolve(now);
    return new Promise((resolve) => {
      const waiter: Waiter = { into, resolve, cancelTimer: () => {} };
      this.#waiters.push(waiter);
      if (timeoutMs === INFINITE) return;
      const timer = this.#clock.setTimeout(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        resolve(LINEERR.OPERATIONFAILED | 0);
      }, timeoutMs);
      waiter.cancelTimer = () => this.#clock.clearTimeout(timer);
    });
  }

  /** lineGetMessage with timeout 0. */
  takeNow(into: Memory): number {
    if (this.#shutDown) return LINEERR.INVALAPPHANDLE | 0;
    return this.#deliver(into) ? 0 : LINEERR.OPERATIONFAILED | 0;
  }

  /** lineShutdown: ends every lineGetMessage that waits. */
  shutDown(): void {
    this.#shutDown = true;
    for (const { resolve, cancelTimer } of this.#waiters.splice(0)) {
      cancelTimer();
      resolve(LINEERR.INVALAPPHANDLE | 0);
    }
  }

  #serve(): void {
    while (!this.#corked && this.#taken < this.#messages.length) {
      const waiter = this.#waiters.shift();
      if (waiter === undefined) return;
      waiter.cancelTimer();
      this.#deliver(waiter.into);
      waiter.resolve(0);
    }
  }

  #deliver(into: Memory): boolean {
    const message = this.#messages[this.#taken];
    if (message === undefined) return false;
    if (++this.#taken === MOST_TAKEN) {
      this.#messages = this.#messages.slice(MOST_TAKEN);
      this.#taken = 0;
    }
    LINEMESSAGE.encode(into, {
      hDevice: message.hDevice,
      dwMessageID: message.dwMessageID,
      dwParam1: message.dwParam1,
      dwParam2: message.dwParam2,
      dwParam3: message.dwParam3,
    });
    const { dwCallbackInstance, dwParam2 } = LINEMESSAGE.fields;
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    view.setBigUint64(dwCallbackInstance.offset, message.dwCallbackInstance, true);
    // C widens a LONG with its sign.
    if (message.dwParam2 < 0) view.setUint32(dwParam2.offset + 4, 0xffffffff, true);
    message.onDelivered?.();
    return true;
  }
}
