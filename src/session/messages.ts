/**
 * What a message means: whose it is, and the signals it becomes. Each line's messages are worked off in
 * their order, in the line's lane.
 */
import { describeError, logger } from "../log.ts";
import type { LineMessage, Tapi } from "../tapi/calls.ts";
import { LINE, LINECALLPRIVILEGE, LINECALLSTATE } from "../tapi/constants.ts";
import type { CallEntry, CallTable, LineEntry } from "./handles.ts";
import type { Replies } from "./replies.ts";
import { type CallInfo, callStateName, type Signal, toCallInfo } from "./signals.ts";

const log = logger("session");

/** Messages kept for calls that are being made and whose handle is not known yet. */
const MOST_UNCLAIMED = 1000;

const IDLE = callStateName(LINECALLSTATE.IDLE);

/** The part of the session that messages concern. */
export interface MessageContext {
  readonly tapi: Tapi;
  /** By callback instance. */
  readonly lines: ReadonlyMap<number, LineEntry>;
  readonly calls: CallTable;
  readonly replies: Replies;
  readonly stopping: AbortSignal;
  readonly onSignal: (signal: Signal) => void;
}

export class MessageHandler {
  readonly #context: MessageContext;
  /** Messages for handles that a call being made may turn out to have. */
  #unclaimed: LineMessage[] = [];

  constructor(context: MessageContext) {
    this.#context = context;
  }

  /** Decides whose a message is, in the turn in which it came; the line's lane does the rest. */
  handle(message: LineMessage): void {
    const { hDevice, dwParam1, dwParam2, dwParam3 } = message;
    switch (message.dwMessageID) {
      case LINE.REPLY:
        if (!this.#context.replies.settle(dwParam1, dwParam2)) {
          log.debug("LINE_REPLY {requestId} belongs to no request", { requestId: dwParam1 });
        }
        if (this.#context.replies.outstanding === 0) this.#unclaimed = [];
        break;
      case LINE.APPNEWCALL: {
        const line = this.#lineOf(message);
        if (line !== undefined) {
          this.#context.calls.upsert(line, dwParam2, dwParam3 === LINECALLPRIVILEGE.OWNER);
        }
        break;
      }
      case LINE.CALLSTATE: {
        const entry = this.#callOf(message);
        if (entry !== undefined) {
          entry.line.lane.add(() => this.signalState(entry, dwParam1));
        }
        break;
      }
      case LINE.CALLINFO: {
        const entry = this.#context.calls.byHandle(hDevice);
        if (entry !== undefined) entry.line.lane.add(() => this.#signalInfo(entry));
        else this.#keepUnclaimed(message);
        break;
      }
      case LINE.CLOSE: {
        const line = this.#lineOf(message);
        if (line !== undefined) this.#lineClosed(line);
        break;
      }
      default:
        log.debug("TAPI message {messageId} is not used", { messageId: message.dwMessageID });
    }
  }

  #lineOf(message: LineMessage): LineEntry | undefined {
    return this.#context.lines.get(message.dwCallbackInstance) ??
      [...this.#context.lines.values()].find((line) =>
        line.handle !== 0 && line.handle === message.hDevice
      );
  }

  /** The call of a LINE_CALLSTATE, made where the message says that the handle is new. */
  #callOf(message: LineMessage): CallEntry | undefined {
    const { hDevice, dwParam3: newPrivilege } = message;
    const owned = newPrivilege === LINECALLPRIVILEGE.OWNER;
    const known = this.#context.calls.byHandle(hDevice);
    if (known !== undefined) {
      known.owned ||= owned;
      return known;
    }
    const line = newPrivilege === 0
      ? undefined
      : this.#context.lines.get(message.dwCallbackInstance);
    if (line !== undefined) return this.#context.calls.upsert(line, hDevice, owned);
    this.#keepUnclaimed(message);
    return undefined;
  }

  #keepUnclaimed(message: LineMessage): void {
    if (this.#context.replies.outstanding > 0 && this.#unclaimed.length < MOST_UNCLAIMED) {
      this.#unclaimed.push(message);
    } else {
      log.debug("TAPI message {messageId} is for an unknown call", {
        messageId: message.dwMessageID,
      });
    }
  }

  /** Tells a call's state; the one who tells IDLE gives the handle back. */
  async signalState(entry: CallEntry, rawState: number): Promise<void> {
    if (entry.ended) return;
    const state = callStateName(rawState);
    entry.ended = state === IDLE;
    const info = await this.#readInfo(entry);
    this.#context.onSignal({ kind: "call-state", line: entry.line, call: entry.key, state, info });
    if (entry.ended) await this.release(entry);
  }

  async #signalInfo(entry: CallEntry): Promise<void> {
    const info = entry.ended ? undefined : await this.#readInfo(entry);
    if (info === undefined) return;
    this.#context.onSignal({ kind: "call-info", line: entry.line, call: entry.key, info });
  }

  /** `undefined` where the handle has died or the provider does not answer: what is known stays. */
  async #readInfo(entry: CallEntry): Promise<CallInfo | undefined> {
    if (this.#context.stopping.aborted || this.#context.calls.byKey(entry.key) === undefined) {
      return undefined;
    }
    try {
      const { handle, line } = entry;
      return toCallInfo(await this.#context.tapi.getCallInfo(handle, line.device.apiVersion));
    } catch (error) {
      log.debug("A call on line {line} does not tell its parties: {error}", {
        line: entry.line.extension,
        error: describeError(error),
      });
      return undefined;
    }
  }

  /** Gives a call's handle back, once. */
  async release(entry: CallEntry): Promise<void> {
    if (!this.#context.calls.delete(entry)) return;
    try {
      await this.#context.tapi.deallocateCall(entry.handle);
    } catch (error) {
      log.debug("A call handle on line {line} cannot be given back: {error}", {
        line: entry.line.extension,
        error: describeError(error),
      });
    }
  }

  /** LINE_CLOSE: the line's handle and all its calls' handles are invalid already. */
  #lineClosed(line: LineEntry): void {
    const lost = [...line.calls];
    for (const entry of lost) this.#context.calls.delete(entry);
    this.#context.replies.end(line);
    line.handle = 0;
    line.status = "closed";
    log.error("Line {line} was closed by its provider", { line: line.extension });
    line.lane.add(() => {
      for (const { key: call } of lost) {
        this.#context.onSignal({ kind: "call-lost", line, call });
      }
      this.#context.onSignal({ kind: "line", line, status: "closed" });
      return Promise.resolve();
    });
  }

  /**
   * Registers a call that the program made itself: TAPI announces it by no LINE_APPNEWCALL.
   * Messages that came for its handle before are handled now.
   */
  adopt(line: LineEntry, handle: number): CallEntry {
    const entry = this.#context.calls.upsert(line, handle, true);
    const unclaimed = this.#unclaimed;
    this.#unclaimed = [];
    for (const message of unclaimed) this.handle(message);
    return entry;
  }
}
