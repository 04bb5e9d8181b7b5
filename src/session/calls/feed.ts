/**
 * What is reported of calls, and the end of their handles: reads a call's information and status,
 * signals it, gives the handle back after IDLE. All work for a device's calls runs in its queue.
 */
import { describeError, logger } from "../../log.ts";
import type { CallInfo } from "../../model/call.ts";
import type { CallStatus } from "../../tapi/calls.ts";
import { LINECALLSTATE, LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import type { TapiCall } from "../call.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice } from "../line.ts";
import type { LineStatuses } from "../lines/status.ts";
import { callStateName, callStateOf, disconnectName, stateModeName, toCallInfo } from "./names.ts";

const log = logger("session");

/** How long the end of a closed line's calls waits for what its driver still owes. */
const LOSE_WITHIN_MS = 2000;

export class CallFeed {
  readonly #context: SessionContext;
  readonly #statuses: LineStatuses;

  constructor(context: SessionContext, statuses: LineStatuses) {
    this.#context = context;
    this.#statuses = statuses;
  }

  /**
   * Reports a call's state; IDLE gives the handle back.
   *
   * @param mode What LINE_CALLSTATE adds to the state; 0 if it adds nothing.
   * @param known The answer of lineGetCallStatus, if it was just asked.
   * @param heardAtMs When lineGetMessage brought it, if it did.
   */
  async reportState(
    call: TapiCall,
    rawState: number,
    mode: number,
    { known, heardAtMs }: { readonly known?: CallStatus | undefined; readonly heardAtMs?: number },
  ): Promise<void> {
    if (call.ended) return;
    const statuses = this.#statuses;
    const state = callStateOf(rawState);
    const isIdle = state === LINECALLSTATE.IDLE;
    const isFirst = call.enter(state, mode);
    const reading = this.#readInfo(call);
    // No command fits a call that is over.
    const status = known ?? (isIdle ? undefined : await statuses.readCall(call));
    const info = await reading;
    // Lost with its line meanwhile.
    if (call.ended) return;
    if (isIdle) call.end();
    const reported = mode === 0 && status !== undefined && callStateOf(status.dwCallState) === state
      ? status.dwCallStateMode
      : mode;
    this.#context.onSignal({
      kind: "call-state",
      line: call.line.identity,
      call: call.id,
      state: callStateName(state),
      mode: stateModeName(state, reported),
      disconnect: disconnectName(state, reported),
      info,
      can: statuses.commandsOf(call, status),
      ...heardAtMs !== undefined && { heardAtMs },
    });
    if (isIdle) await this.release(call);
    statuses.callChanged(call, status !== undefined, isFirst || isIdle);
  }

  /** Reports what is known of a call now. */
  async reportInfo(call: TapiCall): Promise<void> {
    const info = call.ended ? undefined : await this.#readInfo(call);
    if (info === undefined) return;
    this.#context.onSignal({ kind: "call-info", line: call.line.identity, call: call.id, info });
  }

  /** Finds a device's calls that the program has no handle for: TAPI does not announce them. */
  async listCalls(device: LineDevice): Promise<void> {
    const { tapi, calls, clock, ended } = this.#context;
    const [line] = device.lines;
    const { handle: lineHandle } = device;
    if (line === undefined || lineHandle === 0 || ended.aborted) return;
    let handles: Set<number>;
    try {
      handles = new Set(await tapi.getNewCalls(lineHandle));
    } catch (error) {
      log.warn("Line {line} does not list its calls: {error}", {
        line: device.name,
        error: describeError(error),
      });
      return;
    }
    for (const handle of handles) {
      // Closed meanwhile: these handles have died with the line's.
      if (device.handle !== lineHandle || ended.aborted) return;
      // A message about the call has come, or comes: it brings the state.
      if (handle === 0 || calls.byHandle(handle) !== undefined) continue;
      await this.check(calls.upsert(line, handle, false, clock.uptimeMs()));
    }
  }

  /**
   * Asks for a call's state, and reports it if it is another one: the message that should have brought
   * it was lost, or the driver never sends it.
   */
  async check(call: TapiCall): Promise<void> {
    const { tapi, calls, clock, ended } = this.#context;
    if (call.ended || ended.aborted || !calls.has(call)) return;
    let state: number;
    let status: CallStatus | undefined;
    try {
      status = await tapi.getCallStatus(call.handle, call.line.device.caps.apiVersion);
      state = callStateOf(status.dwCallState);
    } catch (error) {
      const isGone = error instanceof TapiError && error.code === LINEERR.INVALCALLHANDLE;
      if (!isGone) {
        log.debug("A call on line {line} does not report its state: {error}", {
          line: call.line.name,
          error: describeError(error),
        });
        return;
      }
      state = LINECALLSTATE.IDLE;
      // A call that was gone before anything was reported of it is not worth reporting.
      if (call.state === 0) {
        call.end();
        return await this.release(call);
      }
    }
    call.heard(clock.uptimeMs());
    // Some drivers leave a call DISCONNECTED for ever; nothing can come of it.
    const isOver = state === LINECALLSTATE.DISCONNECTED && call.state === state;
    if (isOver) state = LINECALLSTATE.IDLE;
    if (state !== 0 && state !== call.state) {
      await this.reportState(call, state, 0, { known: status });
    }
  }

  /**
   * Ends the calls of a device whose handle is dead, after what was reported of them before; TAPI is
   * asked nothing about them. If a function hangs in the queue, it is not waited for.
   */
  lose(device: LineDevice, then: () => void): void {
    const { calls } = this.#context;
    this.#lose(device, device.lines.flatMap((line) => [...calls.of(line)]), then);
  }

  /** Ends a call whose handle is another call's now: its end was not reported. */
  loseCall(call: TapiCall): void {
    this.#lose(call.line.device, [call], () => {});
  }

  /** Forgets the calls of a device that could not be opened after all: none of them was reported. */
  forget(device: LineDevice): void {
    const { calls } = this.#context;
    for (const line of device.lines) {
      for (const call of [...calls.of(line)]) {
        calls.delete(call);
        call.end();
      }
    }
  }

  #lose(device: LineDevice, lost: readonly TapiCall[], then: () => void): void {
    const { calls, clock, onSignal } = this.#context;
    for (const call of lost) calls.delete(call);
    let isDone = false;
    const end = () => {
      if (isDone) return;
      isDone = true;
      clock.clearTimeout(timer);
      for (const call of lost) {
        if (!call.ended) onSignal({ kind: "call-lost", line: call.line.identity, call: call.id });
        call.end();
      }
      then();
    };
    const timer = clock.setTimeout(end, LOSE_WITHIN_MS);
    void device.queue.run(() => Promise.resolve(end()));
  }

  /** Gives a call's handle back, once. */
  async release(call: TapiCall): Promise<void> {
    if (!this.#context.calls.delete(call)) return;
    try {
      await this.#context.tapi.deallocateCall(call.handle);
    } catch (error) {
      log.debug("A call handle on line {line} cannot be given back: {error}", {
        line: call.line.name,
        error: describeError(error),
      });
    }
  }

  /** `undefined` if the handle is dead or the driver does not answer: what is known stays. */
  async #readInfo(call: TapiCall): Promise<CallInfo | undefined> {
    const { tapi, calls, ended } = this.#context;
    if (ended.aborted || !calls.has(call)) return undefined;
    try {
      return toCallInfo(await tapi.getCallInfo(call.handle, call.line.device.caps.apiVersion));
    } catch (error) {
      log.debug("A call on line {line} does not report its parties: {error}", {
        line: call.line.name,
        error: describeError(error),
      });
      return undefined;
    }
  }
}
