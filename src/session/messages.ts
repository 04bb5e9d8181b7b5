/**
 * What a message means and whom it concerns. Decided in the turn in which the message came; what
 * follows from it runs in the line's queue, so that each line's messages are worked off in their order.
 */
import type { Clock } from "../clock.ts";
import { logger } from "../log.ts";
import type { LineMessage } from "../tapi/calls.ts";
import { has, LINE, LINEADDRESSSTATE, LINECALLPRIVILEGE, LINEDEVSTATE } from "../tapi/constants.ts";
import type { CallFeed } from "./calls/feed.ts";
import type { CallEntry, CallTable, LineEntry } from "./handles.ts";
import type { Replies } from "./commands/replies.ts";
import type { StatusFeed } from "./lines/status_feed.ts";

const log = logger("session");

/** Messages kept for calls that are being made and whose handle is not known yet. */
const MOST_UNCLAIMED = 1000;

/** The part of the session that messages concern. */
export interface MessageContext {
  readonly clock: Clock;
  /** By callback instance. */
  readonly lines: ReadonlyMap<number, LineEntry>;
  /** The lines whose lineOpen is under way. */
  readonly opening: ReadonlySet<LineEntry>;
  readonly calls: CallTable;
  readonly feed: CallFeed;
  readonly statuses: StatusFeed;
  readonly replies: Replies;
  readonly onLineCreated: (deviceId: number) => void;
  readonly onLineRemoved: (deviceId: number) => void;
  readonly onLineClosed: (line: LineEntry) => void;
  /** What the provider reports of the line's service may have changed. */
  readonly onLineReport: (line: LineEntry) => void;
  /** TAPI wants to be shut down and initialised again. */
  readonly onReinit: () => void;
}

export class MessageHandler {
  readonly #context: MessageContext;
  /** Messages for handles that a call being made may turn out to have. */
  #unclaimed: LineMessage[] = [];

  constructor(context: MessageContext) {
    this.#context = context;
  }

  /** @param heardAtMs When lineGetMessage brought it, by the clock's uptime; now when left out. */
  handle(message: LineMessage, heardAtMs: number = this.#context.clock.uptimeMs()): void {
    const { feed, calls, replies } = this.#context;
    const { hDevice, dwParam1, dwParam2, dwParam3 } = message;
    switch (message.dwMessageID) {
      case LINE.REPLY:
        if (!replies.settle(dwParam1, dwParam2)) {
          log.debug("LINE_REPLY {requestId} belongs to no request", { requestId: dwParam1 });
        }
        if (replies.outstanding === 0) this.#unclaimed = [];
        break;
      case LINE.APPNEWCALL: {
        const line = this.#lineOf(message);
        if (line?.takesCalls && dwParam2 !== 0) {
          this.#upsert(line, dwParam2, dwParam3 === LINECALLPRIVILEGE.OWNER);
        }
        break;
      }
      case LINE.CALLSTATE: {
        const entry = this.#callOf(message);
        if (entry === undefined) break;
        entry.heardAtMs = heardAtMs;
        entry.line.queue.add(() => feed.tellState(entry, dwParam1, dwParam2, { heardAtMs }));
        break;
      }
      case LINE.CALLINFO: {
        const entry = calls.byHandle(hDevice);
        if (entry === undefined) return this.#keepUnclaimed(message);
        entry.heardAtMs = heardAtMs;
        entry.line.queue.add(() => feed.tellInfo(entry));
        break;
      }
      case LINE.CLOSE: {
        const line = this.#lineOf(message);
        // Whose handle it is shows when lineOpen returns. By its instance it may be either line's of a
        // device that was removed and has come back.
        for (const opened of this.#context.opening) opened.closedEarly?.add(hDevice);
        // Otherwise it is about an older handle, or overtakes lineOpen's return.
        if (line !== undefined && line.handle !== 0 && line.handle === hDevice) {
          this.#context.onLineClosed(line);
        }
        break;
      }
      case LINE.LINEDEVSTATE:
        this.#handleDevState(message);
        break;
      case LINE.ADDRESSSTATE: {
        const line = this.#lineOf(message);
        // Only the first address is known to clients.
        if (line === undefined || dwParam1 !== 0) break;
        const caps = has(dwParam2, LINEADDRESSSTATE.CAPSCHANGE);
        this.#context.statuses.refresh(line, { status: true, caps });
        break;
      }
      case LINE.CREATE:
        this.#context.onLineCreated(dwParam1);
        break;
      case LINE.REMOVE:
        this.#context.onLineRemoved(dwParam1);
        break;
      default:
        log.debug("TAPI message {messageId} is not used", { messageId: message.dwMessageID });
    }
  }

  /**
   * Registers a call that the program made itself: TAPI announces it by no LINE_APPNEWCALL.
   * Messages that came for its handle before are handled now.
   */
  adopt(line: LineEntry, handle: number): CallEntry {
    const entry = this.#upsert(line, handle, true);
    const unclaimed = this.#unclaimed;
    this.#unclaimed = unclaimed.filter(({ hDevice }) => hDevice !== handle);
    for (const message of unclaimed) if (message.hDevice === handle) this.handle(message);
    return entry;
  }

  /** Before a call is made: what came for unknown handles until now is about none of its. */
  forgetUnclaimed(): void {
    if (this.#context.replies.outstanding === 0) this.#unclaimed = [];
  }

  #upsert(line: LineEntry, handle: number, owned: boolean): CallEntry {
    const { calls, feed, clock } = this.#context;
    const known = calls.byHandle(handle);
    if (known !== undefined && known.line !== line) feed.loseCall(known);
    return calls.upsert(line, handle, owned, clock.uptimeMs());
  }

  #handleDevState(message: LineMessage): void {
    const { dwParam1: states, dwParam2: forwardedMessage } = message;
    // With another value, REINIT only reports a message that this API version does not have.
    if (has(states, LINEDEVSTATE.REINIT) && forwardedMessage === 0) {
      return this.#context.onReinit();
    }
    const line = this.#lineOf(message);
    if (line === undefined) return;
    const { reports } = line;
    if (has(states, LINEDEVSTATE.INSERVICE)) reports.outOfService = false;
    if (has(states, LINEDEVSTATE.CONNECTED)) reports.disconnected = false;
    if (has(states, LINEDEVSTATE.OUTOFSERVICE)) reports.outOfService = true;
    if (has(states, LINEDEVSTATE.DISCONNECTED)) reports.disconnected = true;
    this.#context.onLineReport(line);
    this.#refresh(line, states);
  }

  /** What the line can do, and its message lamp: another thing than whether it works. */
  #refresh(line: LineEntry, states: number): void {
    const { statuses } = this.#context;
    const { CAPSCHANGE, MSGWAITOFF, MSGWAITON } = LINEDEVSTATE;
    if (has(states, MSGWAITON) || has(states, MSGWAITOFF)) {
      line.queue.add(() =>
        Promise.resolve(statuses.tellMessageWaiting(line, has(states, MSGWAITON)))
      );
    }
    if (has(states, CAPSCHANGE)) statuses.refresh(line, { caps: true });
  }

  #lineOf(message: LineMessage): LineEntry | undefined {
    const { lines } = this.#context;
    return lines.get(message.dwCallbackInstance) ??
      [...lines.values()].find((line) => line.handle !== 0 && line.handle === message.hDevice);
  }

  /** The call of a LINE_CALLSTATE, made where the message says that the handle is new. */
  #callOf(message: LineMessage): CallEntry | undefined {
    const { hDevice, dwParam3: newPrivilege } = message;
    const owned = newPrivilege === LINECALLPRIVILEGE.OWNER;
    const known = this.#context.calls.byHandle(hDevice);
    if (known !== undefined) {
      // 0: unchanged.
      if (newPrivilege !== 0) known.owned = owned;
      return known;
    }
    const line = newPrivilege === 0
      ? undefined
      : this.#context.lines.get(message.dwCallbackInstance);
    if (line?.takesCalls && hDevice !== 0) return this.#upsert(line, hDevice, owned);
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
}
