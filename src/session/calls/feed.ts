/**
 * Reports calls, and ends their handles: reads a call's information and status,
 * signals it, gives the handle back after IDLE. All work for a device's calls runs in its queue.
 */
import { describeError, logger } from "../../log.ts";
import type { CallStatus } from "../../tapi/calls.ts";
import type { RawCallInfo } from "../../tapi/call_info.ts";
import { ENDED_STATES } from "../../tapi/call_states.ts";
import { LINECALLSTATE, nameOf } from "../../tapi/constants.ts";
import type { TapiCall } from "../call.ts";
import type { SessionContext } from "../context.ts";
import type { LineDevice, TapiLine } from "../line.ts";
import type { LineStatuses } from "../lines/status.ts";
import { disconnectNames, stateModeName } from "./bit_names.ts";
import { readCallInfo } from "./info.ts";
import { type Answer, readInfo, readStatus } from "./questions.ts";
import { answeredBy, callStateName, callStateOf, modeOf } from "./states.ts";

const log = logger("session");

/** How long the end of a closed line's calls waits for what its driver still owes. */
const LOSE_WITHIN_MS = 2000;
/** Queries in a row that must fail before a call that is DISCONNECTED is taken to have ended. */
const MOST_FAILED_QUESTIONS = 2;

export class CallFeed {
  readonly #context: SessionContext;
  readonly #statuses: LineStatuses;

  constructor(context: SessionContext, statuses: LineStatuses) {
    this.#context = context;
    this.#statuses = statuses;
  }

  /**
   * Reports a call's state; IDLE gives the handle back, and so does a handle that is dead.
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
    const state = callStateOf(rawState);
    const isIdle = state === LINECALLSTATE.IDLE;
    // A LINE_CALLINFO that waits to be read is answered by this state.
    const awaitsInfo = call.takeInfo();
    const reading = readInfo(this.#context, call);
    // No command fits a call that is over.
    const status = known ?? (isIdle ? undefined : await this.#readStatus(call));
    const info = await reading;
    if (info === undefined && awaitsInfo) call.demandInfo();
    // Lost with its line meanwhile.
    if (call.ended) return;
    const isDead = info === "dead" || status === "dead";
    // A call that is gone before anything was reported of it is not worth reporting.
    if (call.state === 0 && isDead && !isIdle) return await this.#end(call);
    // Which line of its device it is on must be known first; it is asked for again.
    if (call.state === 0 && !call.isPlaced && info === undefined && !isIdle) return;
    if (call.state === 0 && !this.#place(call, info)) return await this.#end(call);
    const answer = status === "dead" ? undefined : status;
    const isFirst = call.enter(state, mode === 0 ? modeOf(state, answer) : mode);
    if (isIdle) call.end();
    this.#signal(call, info, answer, heardAtMs);
    if (isIdle) await this.release(call);
    this.#statuses.callChanged(call, answer !== undefined, isFirst || isIdle);
    if (isDead && !isIdle) await this.reportEnd(call);
  }

  /** Reports that a call has ended, although no message says so. */
  async reportEnd(call: TapiCall): Promise<void> {
    if (call.state === 0) return await this.#end(call);
    await this.reportState(call, LINECALLSTATE.IDLE, 0, {});
  }

  /** Reports what is known of a call now, unless a state has brought it meanwhile. */
  async reportInfo(call: TapiCall): Promise<void> {
    if (!call.takeInfo() || call.ended) return;
    const read = await readInfo(this.#context, call);
    if (read === undefined || call.ended) return;
    if (read === "dead") return await this.reportEnd(call);
    // Before the first state clients do not know the call: the state brings its parties.
    if (call.state === 0) return;
    const { line: { identity: line }, id } = call;
    this.#context.onSignal({ kind: "call-info", line, call: id, info: this.#words(call, read) });
  }

  /** Finds a device's calls that the program has no handle for: TAPI does not announce them. */
  async listCalls(device: LineDevice): Promise<void> {
    const { tapi, calls, clock, ended } = this.#context;
    const { handle: lineHandle, lines: [line] } = device;
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
      const isPlaced = !device.hasAddresses;
      const call = calls.upsert(line, handle, { isPlaced, heardAtMs: clock.uptimeMs() });
      await this.check(call, { isListed: true });
    }
  }

  /**
   * Asks for a call's state. The answer may give the first state, or end the call; it never makes up
   * another state of a call that is reported, because some drivers answer nonsense.
   *
   * @param isListed Whether the driver only lists it: then one that has ended is not worth reporting.
   */
  async check(call: TapiCall, { isListed = false } = {}): Promise<void> {
    const { calls, clock, ended } = this.#context;
    if (call.ended || ended.aborted || !calls.has(call)) return;
    const status = await this.#readStatus(call);
    if (call.ended || !calls.has(call)) return;
    if (status === "dead") return await this.reportEnd(call);
    const isDisconnected = call.state === LINECALLSTATE.DISCONNECTED;
    if (status === undefined) {
      const isGone = isDisconnected && call.failedQuestions >= MOST_FAILED_QUESTIONS;
      return isGone ? await this.reportEnd(call) : undefined;
    }
    call.heard(clock.uptimeMs());
    const state = callStateOf(status.dwCallState);
    // Several states at once are nonsense, and no end.
    const saysEnded = nameOf(LINECALLSTATE, state) !== undefined && (state & ENDED_STATES) !== 0;
    if (saysEnded && isListed && call.state === 0) return await this.#end(call);
    // Some drivers leave a call DISCONNECTED for ever; nothing can come of it.
    if (saysEnded && isDisconnected) return await this.reportEnd(call);
    if (state !== 0 && (call.state === 0 || saysEnded)) {
      await this.reportState(call, state, 0, { known: status });
      // The message that should have brought DISCONNECTED was lost: no other one is expected.
      if (state === LINECALLSTATE.DISCONNECTED) await this.reportEnd(call);
    }
  }

  /**
   * Ends the calls of a device whose handle is dead, after what was reported of them before; TAPI is
   * asked nothing about them. If a function hangs in the queue, it is not waited for.
   */
  lose(device: LineDevice, then: () => void): void {
    this.#lose(device, this.#callsOf(device), then);
  }

  /** Ends a call whose handle is another call's now: its end was not reported. */
  loseCall(call: TapiCall): void {
    this.#lose(call.line.device, [call], () => {});
  }

  /** Forgets the calls of a device that could not be opened after all: none of them was reported. */
  forget(device: LineDevice): void {
    for (const call of this.#callsOf(device)) {
      this.#context.calls.delete(call);
      call.end();
    }
  }

  /** Gives a call's handle back, once. */
  async release(call: TapiCall): Promise<void> {
    if (this.#context.calls.delete(call)) await this.refuse(call.handle, call.line.device);
  }

  /**
   * Gives back every call of a device that is to be closed: deallocated, a call that the program owns
   * goes on; closed over, it would be dropped.
   */
  async releaseAll(device: LineDevice): Promise<void> {
    await Promise.all(this.#callsOf(device).map((call) => this.release(call)));
  }

  /** Gives the handle of a call back that is not reported. */
  async refuse(handle: number, device: LineDevice): Promise<void> {
    try {
      await this.#context.tapi.deallocateCall(handle);
    } catch (error) {
      log.debug("A call handle on line {line} cannot be given back: {error}", {
        line: device.name,
        error: describeError(error),
      });
    }
  }

  #callsOf({ lines }: LineDevice): TapiCall[] {
    return lines.flatMap((line) => [...this.#context.calls.of(line)]);
  }

  #signal(
    call: TapiCall,
    info: Answer<RawCallInfo>,
    status: CallStatus | undefined,
    heardAtMs: number | undefined,
  ): void {
    const { state, mode, dialled } = call;
    this.#context.onSignal({
      kind: "call-state",
      line: call.line.identity,
      call: call.id,
      state: callStateName(state),
      mode: stateModeName(state, mode),
      answered: answeredBy(call, info === "dead" ? undefined : info),
      disconnects: disconnectNames(state, mode),
      info: info === undefined || info === "dead" ? undefined : this.#words(call, info),
      can: this.#statuses.commandsOf(call, status),
      ...dialled !== undefined && { dialled },
      ...heardAtMs !== undefined && { heardAtMs },
    });
  }

  /** Puts a call on the line of its address. @returns Whether that line is known, and wanted. */
  #place(call: TapiCall, info: Answer<RawCallInfo>): boolean {
    if (call.isPlaced) return true;
    if (info === undefined || info === "dead") return false;
    const line = call.line.device.lineAt(info.dwAddressID);
    if (line !== undefined) this.#context.calls.place(call, line);
    return line !== undefined;
  }

  /** Ends a call of which nothing was reported. */
  async #end(call: TapiCall): Promise<void> {
    call.end();
    await this.release(call);
  }

  /**
   * Ends the calls of lines that are others now, or are given up: in a turn of their device's queue.
   *
   * @returns The calls; their handles stay valid, and are the caller's to give back.
   */
  handOver(lines: readonly TapiLine[]): readonly TapiCall[] {
    const { calls } = this.#context;
    const moved = lines.flatMap((line) => [...calls.of(line)]);
    for (const call of moved) calls.delete(call);
    this.#endLost(moved);
    return moved;
  }

  /**
   * Goes on with calls that were another line's, or gives them back if their line is not wanted now.
   * All are known again in this turn: the next message may be about any of them.
   */
  async takeOver(device: LineDevice, moved: readonly TapiCall[]): Promise<void> {
    const { calls } = this.#context;
    const taken: TapiCall[] = [];
    const unwanted: number[] = [];
    for (const made of moved) {
      const { handle, line, owned, heardAtMs } = made;
      const now = device.lineAt(line.addressId);
      if (now === undefined) unwanted.push(handle);
      else taken.push(calls.upsert(now, handle, { owned, isPlaced: true, heardAtMs, made }));
    }
    await Promise.all(unwanted.map((handle) => this.refuse(handle, device)));
    for (const call of taken) await this.check(call);
  }

  #lose(device: LineDevice, lost: readonly TapiCall[], then: () => void): void {
    const { calls, clock } = this.#context;
    for (const call of lost) calls.delete(call);
    let isDone = false;
    const end = () => {
      if (isDone) return;
      isDone = true;
      clock.clearTimeout(timer);
      this.#endLost(lost);
      then();
    };
    const timer = clock.setTimeout(end, LOSE_WITHIN_MS);
    void device.queue.run(() => Promise.resolve(end()));
  }

  #endLost(lost: readonly TapiCall[]): void {
    for (const call of lost) {
      if (!call.ended) {
        this.#context.onSignal({ kind: "call-lost", line: call.line.identity, call: call.id });
      }
      call.end();
    }
  }

  async #readStatus(call: TapiCall): Promise<Answer<CallStatus>> {
    return this.#statuses.hasTime(call) ? await readStatus(this.#context, call) : undefined;
  }

  #words({ line }: TapiCall, info: RawCallInfo) {
    return readCallInfo(info, this.#context, line.name);
  }
}
