/**
 * What is told of calls, and the end of their handles: reads a call's information and status, signals
 * it, gives the handle back after IDLE. Everything about one line's calls runs in the line's queue.
 */
import type { Clock } from "../../clock.ts";
import { describeError, logger } from "../../log.ts";
import type { Tapi } from "../../tapi/calls.ts";
import { LINECALLSTATE, LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import type { CallEntry, CallTable, LineEntry } from "../handles.ts";
import {
  type CallInfo,
  CALLSTATE_MASK,
  callStateName,
  disconnectName,
  type Signal,
  stateModeName,
  toCallInfo,
} from "../signals.ts";
import type { CallStatus, StatusFeed } from "../lines/status_feed.ts";

const log = logger("session");

/** How long the end of a closed line's calls waits for what its provider still owes. */
const LOSE_WITHIN_MS = 2000;

export interface CallFeedContext {
  readonly tapi: Tapi;
  readonly clock: Clock;
  readonly calls: CallTable;
  readonly statuses: StatusFeed;
  /** Aborted when the session ends: TAPI is asked nothing more about calls. */
  readonly ended: AbortSignal;
  readonly onSignal: (signal: Signal) => void;
}

export class CallFeed {
  readonly #context: CallFeedContext;

  constructor(context: CallFeedContext) {
    this.#context = context;
  }

  /**
   * Tells a call's state; the one that tells IDLE gives the handle back.
   *
   * @param mode What LINE_CALLSTATE adds to the state; 0 where it adds nothing.
   * @param known What lineGetCallStatus has just said, where it was asked.
   * @param heardAtMs When lineGetMessage brought it, where it did.
   */
  async tellState(
    entry: CallEntry,
    rawState: number,
    mode: number,
    { known, heardAtMs }: { readonly known?: CallStatus | undefined; readonly heardAtMs?: number },
  ): Promise<void> {
    if (entry.ended) return;
    const { statuses, onSignal } = this.#context;
    const state = rawState & CALLSTATE_MASK;
    const isIdle = state === LINECALLSTATE.IDLE;
    const isFirst = entry.state === 0;
    entry.state = state;
    entry.mode = mode;
    const reading = this.#readInfo(entry);
    // Nothing can be done with a call that is over.
    const status = known ?? (isIdle ? undefined : await statuses.readCall(entry));
    const info = await reading;
    // Lost with its line meanwhile.
    if (entry.ended) return;
    entry.ended = isIdle;
    const told = mode === 0 && status !== undefined &&
        (status.dwCallState & CALLSTATE_MASK) === state
      ? status.dwCallStateMode
      : mode;
    onSignal({
      kind: "call-state",
      line: entry.line,
      call: entry.key,
      state: callStateName(state),
      mode: stateModeName(state, told),
      disconnect: disconnectName(state, told),
      info,
      can: statuses.abilitiesOf(entry, status),
      ...heardAtMs !== undefined && { heardAtMs },
    });
    if (isIdle) await this.release(entry);
    statuses.callChanged(entry, status !== undefined, isFirst || isIdle);
  }

  /** Tells what is known of a call now. */
  async tellInfo(entry: CallEntry): Promise<void> {
    const info = entry.ended ? undefined : await this.#readInfo(entry);
    if (info === undefined) return;
    this.#context.onSignal({ kind: "call-info", line: entry.line, call: entry.key, info });
  }

  /** Finds a line's calls that the program has no handle for: TAPI does not announce them. */
  async listCalls(line: LineEntry): Promise<void> {
    const { tapi, calls, clock, ended } = this.#context;
    const { handle: lineHandle } = line;
    if (lineHandle === 0 || ended.aborted) return;
    let handles: Set<number>;
    try {
      handles = new Set(await tapi.getNewCalls(lineHandle));
    } catch (error) {
      log.warn("Line {line} does not list its calls: {error}", {
        line: line.extension,
        error: describeError(error),
      });
      return;
    }
    for (const handle of handles) {
      // Closed meanwhile: these handles have died with the line's.
      if (line.handle !== lineHandle || ended.aborted) return;
      // A message of the call has come already, or comes: it tells the state.
      if (handle === 0 || calls.byHandle(handle) !== undefined) continue;
      await this.check(calls.upsert(line, handle, false, clock.uptimeMs()));
    }
  }

  /**
   * Asks for a call's state, and tells it where it is another than the last one: the message that
   * should have told it was lost, or the provider never sends it.
   */
  async check(entry: CallEntry): Promise<void> {
    const { tapi, calls, clock, ended } = this.#context;
    if (entry.ended || ended.aborted || calls.byKey(entry.key) === undefined) return;
    let state: number;
    let status: CallStatus | undefined;
    try {
      status = await tapi.getCallStatus(entry.handle, entry.line.device.apiVersion);
      state = status.dwCallState & CALLSTATE_MASK;
    } catch (error) {
      const gone = error instanceof TapiError && error.code === LINEERR.INVALCALLHANDLE;
      if (!gone) {
        log.debug("A call on line {line} does not tell its state: {error}", {
          line: entry.line.extension,
          error: describeError(error),
        });
        return;
      }
      state = LINECALLSTATE.IDLE;
      // A call that was gone before anything was told of it is not worth telling.
      if (entry.state === 0) {
        entry.ended = true;
        return await this.release(entry);
      }
    }
    entry.heardAtMs = clock.uptimeMs();
    // Some providers leave a call DISCONNECTED for ever; nothing can come of it.
    const over = state === LINECALLSTATE.DISCONNECTED && entry.state === state;
    if (over) state = LINECALLSTATE.IDLE;
    if (state !== 0 && state !== entry.state) {
      await this.tellState(entry, state, 0, { known: status });
    }
  }

  /**
   * Ends calls whose handles have died with their line, behind what was told of them before; TAPI is
   * asked nothing about them. Where a function hangs in the queue, it is not waited for.
   */
  lose(line: LineEntry, then: () => void): void {
    this.#lose(line, [...line.calls], then);
  }

  /** Ends a call whose handle is another call's now: its end was not told. */
  loseCall(entry: CallEntry): void {
    this.#lose(entry.line, [entry], () => {});
  }

  /** Forgets the calls of a line that could not be opened after all: nothing was told of them. */
  forget(line: LineEntry): void {
    for (const entry of line.calls) {
      this.#context.calls.delete(entry);
      entry.ended = true;
    }
  }

  #lose(line: LineEntry, lost: readonly CallEntry[], then: () => void): void {
    const { calls, clock, onSignal } = this.#context;
    for (const entry of lost) calls.delete(entry);
    let told = false;
    const tell = () => {
      if (told) return;
      told = true;
      clock.clearTimeout(timer);
      for (const entry of lost) {
        if (!entry.ended) onSignal({ kind: "call-lost", line, call: entry.key });
        entry.ended = true;
      }
      then();
    };
    const timer = clock.setTimeout(tell, LOSE_WITHIN_MS);
    void line.queue.run(() => Promise.resolve(tell()));
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

  /** `undefined` where the handle has died or the provider does not answer: what is known stays. */
  async #readInfo(entry: CallEntry): Promise<CallInfo | undefined> {
    const { tapi, calls, ended } = this.#context;
    if (ended.aborted || calls.byKey(entry.key) === undefined) return undefined;
    try {
      return toCallInfo(await tapi.getCallInfo(entry.handle, entry.line.device.apiVersion));
    } catch (error) {
      log.debug("A call on line {line} does not tell its parties: {error}", {
        line: entry.line.extension,
        error: describeError(error),
      });
      return undefined;
    }
  }
}
