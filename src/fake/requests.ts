/** Asynchronous requests: an id at once, the deed a little later, and one LINE_REPLY. */
import { LINE, LINEERR } from "../tapi/constants.ts";
import type { Memory } from "../tapi/library.ts";
import type { Announcer } from "./announcer.ts";
import type { Schedule } from "./schedule.ts";
import { writeU32 } from "./fill.ts";
import type { CallHandle, Handles, OpenLine } from "./handles.ts";
import type { Message } from "./message_queue.ts";
import { type Leg, Refusal } from "./model.ts";
import type { Quirks } from "./quirks.ts";

/** A new call, and where its handle goes. */
export interface NewCall {
  readonly leg: Leg;
  readonly outCall: Memory;
}

/** What a request has brought about, for the application to get with its LINE_REPLY. */
export interface Outcome {
  readonly calls?: readonly NewCall[];
  /** Writes whatever else is to be written. */
  readonly write?: () => void;
}

const MOST_REQUEST_ID = 0x7fffffff;

export class Requests {
  readonly #handles: Handles;
  readonly #announcer: Announcer;
  readonly #schedule: Schedule;
  readonly #quirks: Quirks;

  constructor(handles: Handles, announcer: Announcer, schedule: Schedule, quirks: Quirks) {
    this.#handles = handles;
    this.#announcer = announcer;
    this.#schedule = schedule;
    this.#quirks = quirks;
  }

  /**
   * Carries `act` out after a while; what it throws as a {@linkcode Refusal} fails the request.
   *
   * @returns The request id.
   */
  start(line: OpenLine, act: () => Outcome | void): number {
    const requestId = this.startSilent(line);
    const delayMs = this.#quirks.actDelayMs();
    if (delayMs === 0) this.#carryOut(line, requestId, act);
    else this.#schedule.after(delayMs, () => this.#carryOut(line, requestId, act));
    return requestId;
  }

  /** A request that nothing comes of, not even a LINE_REPLY. */
  startSilent({ app }: OpenLine): number {
    app.lastRequestId = app.lastRequestId % MOST_REQUEST_ID + 1;
    return app.lastRequestId;
  }

  #carryOut(line: OpenLine, requestId: number, act: () => Outcome | void): void {
    // lineClose and lineShutdown swallow what is outstanding.
    if (!this.#handles.isOpen(line)) return;
    const reply: Message = {
      hDevice: 0,
      dwMessageID: LINE.REPLY,
      dwCallbackInstance: line.callbackInstance,
      dwParam1: requestId,
      dwParam2: 0,
      dwParam3: 0,
    };
    const { queue } = line.app;
    const lateMs = this.#quirks.replyLateMs();
    if (lateMs === 0) {
      // Queued first and completed after, so that the reply comes before the events of the deed.
      queue.cork(() => {
        queue.push(reply);
        this.#complete(reply, line, act);
      });
    } else {
      this.#complete(reply, line, act);
      this.#schedule.after(lateMs, () => {
        if (this.#handles.isOpen(line)) queue.push(reply);
      });
    }
  }

  #complete(reply: Message, line: OpenLine, act: () => Outcome | void): void {
    try {
      const { calls = [], write } = act() ?? {};
      const made = calls.map(({ leg, outCall }) => ({ call: line.calls.get(leg), outCall }));
      reply.onDelivered = () => {
        write?.();
        for (const { call, outCall } of made) {
          if (call !== undefined) this.#handOver(call, outCall);
        }
      };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply.dwParam2 = error.code | 0;
    }
  }

  /** The application gets the handle of the call that it asked for. */
  #handOver(call: CallHandle, outCall: Memory): void {
    writeU32(outCall, call.handle);
    this.#announcer.release(call);
  }
}

/** An argument that the application must give. */
export function required<T>(argument: T | null): T {
  if (argument === null) throw new Refusal(LINEERR.INVALPOINTER);
  return argument;
}
