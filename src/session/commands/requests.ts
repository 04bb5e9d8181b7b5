/**
 * How commands reach TAPI: as an owner of their calls, in the turn of their line, and not for ever.
 */
import { sleep } from "../../clock.ts";
import { LINECALLPRIVILEGE, LINEERR } from "../../tapi/constants.ts";
import type { AddressStatus } from "../../tapi/address_status.ts";
import { ENDED_STATES } from "../../tapi/call_states.ts";
import { callCount, type CallStatus } from "../../tapi/calls.ts";
import { TapiError } from "../../tapi/errors.ts";
import { type ArgumentsOf, type FunctionName, invoke } from "../../tapi/invoke.ts";
import type { TapiCall } from "../call.ts";
import { callStateOf } from "../calls/states.ts";
import type { SessionContext } from "../context.ts";
import { endIfFatal } from "../fatal.ts";
import { type PendingCall, TapiLine } from "../line.ts";
import { CallEndedError, CommandFailure, unsupported } from "./errors.ts";
import { CallFeatures, isNever, neverText, notNowText } from "./features.ts";
import type { MakeOptions, Out } from "./making.ts";
import type { CallRegistry, Calls } from "./registry.ts";
import { type Replies, type Request, RequestEndedError } from "./replies.ts";

/** Functions of a line that may wait for their turn. */
const MOST_WAITING = 64;
const ANY_FEATURE = 0xffffffff;

export class Requests {
  readonly #context: SessionContext;
  readonly #replies: Replies;
  readonly #registry: CallRegistry;

  constructor(context: SessionContext, replies: Replies, registry: CallRegistry) {
    this.#context = context;
    this.#replies = replies;
    this.#registry = registry;
  }

  /** Whether the call's handle is valid. */
  isLive(call: TapiCall): boolean {
    return this.#context.calls.has(call);
  }

  /**
   * Becomes an owner of the calls, and asks which features they have now.
   *
   * Ownership is not undone: a sole owner cannot go back to MONITOR, and the handle is given back when
   * the call is idle. It comes first, because drivers report what an application of its privilege can
   * do.
   *
   * @param features LINECALLFEATURE_ bits of which one is needed.
   * @throws CommandFailure if none of the features is there, TapiError
   * @see https://learn.microsoft.com/windows/win32/api/tapi/nf-tapi-linesetcallprivilege
   */
  async own(calls: Calls, features: number = ANY_FEATURE): Promise<CallFeatures> {
    const [{ line }] = calls;
    if (isNever(line.features, features)) throw unsupported(neverText(features));
    const now = await this.#ask(line, calls, "lineGetCallStatus", async (expired) => {
      const statuses: (CallStatus | undefined)[] = [];
      for (const call of calls) {
        await this.#own(call);
        if (expired.aborted) break;
        statuses.push(await this.#readStatus(call));
      }
      return new CallFeatures(line.features, statuses);
    });
    if (!now.allows(features)) throw unsupported(notNowText(features, now.states));
    return now;
  }

  /** LINECALLSTATE_ of a call as its driver has it now; 0 if it does not report it. */
  async stateOf(call: TapiCall): Promise<number> {
    const status = await this.ask(call.line, "lineGetCallStatus", () => this.#readStatus(call));
    return status === undefined ? 0 : callStateOf(status.dwCallState);
  }

  /** lineGetAddressStatus of a line. */
  addressStatus(line: TapiLine): Promise<AddressStatus> {
    const { addressId, device: { handle, caps: { apiVersion } } } = line;
    const read = () => this.#context.tapi.getAddressStatus(handle, addressId, apiVersion);
    return this.ask(line, "lineGetAddressStatusW", read);
  }

  /** Runs functions of TAPI that are done when they return. `expired`: nobody waits any more. */
  ask<T>(
    line: TapiLine,
    fn: FunctionName,
    task: (expired: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#ask(line, [], fn, task);
  }

  /** The vendor's block of LINEDEVSTATUS. */
  async vendorBlock(line: TapiLine): Promise<Uint8Array> {
    const { handle, caps: { apiVersion } } = line.device;
    const read = () => this.#context.tapi.getLineDevStatus(handle, apiVersion);
    return (await this.ask(line, "lineGetLineDevStatusW", read)).DevSpecific;
  }

  /**
   * Calls an asynchronous function on calls of one line that are live, or on a line, and waits for
   * LINE_REPLY.
   */
  send<F extends FunctionName>(
    target: Calls | TapiLine,
    fn: F,
    ...args: ArgumentsOf<F>
  ): Promise<void> {
    const [line, calls] = target instanceof TapiLine ? [target, []] : [target[0].line, target];
    return this.#request(line, calls, {
      fn,
      pinned: args,
      call: () => {
        // Some may have ended meanwhile, and their handles be other calls'.
        for (const call of calls) this.#demandLive(call);
        return invoke(this.#context.tapi.library, fn, ...args);
      },
      completed: () => {},
    });
  }

  /** As {@linkcode send}, and becomes an owner in the same turn, without asking for features. */
  sendOwning<F extends FunctionName>(
    call: TapiCall,
    fn: F,
    ...args: ArgumentsOf<F>
  ): Promise<void> {
    return this.#request(call.line, [call], {
      fn,
      pinned: args,
      call: async (expired) => {
        await this.#own(call);
        if (expired.aborted) throw new RequestEndedError(fn);
        this.#demandLive(call);
        return await invoke(this.#context.tapi.library, fn, ...args);
      },
      completed: () => {},
    });
  }

  /**
   * Calls an asynchronous function that makes calls.
   *
   * @param outs Where it writes their handles, in their order.
   */
  async make<F extends FunctionName>(
    line: TapiLine,
    outs: readonly Out[],
    { from = [], optional = false, late, dropped }: MakeOptions,
    fn: F,
    ...args: ArgumentsOf<F>
  ): Promise<TapiCall[]> {
    let isGivenUp = false;
    this.#registry.forgetUnclaimed();
    const pending: PendingCall = { isDropped: false };
    if (dropped !== undefined) line.pendingCalls.add(pending);
    try {
      return await this.#request(line, from, {
        fn,
        pinned: args,
        call: () => {
          for (const call of from) this.#demandLive(call);
          return invoke(this.#context.tapi.library, fn, ...args);
        },
        completed: () => {
          const made = outs.flatMap(({ handle: { handle }, ...known }) =>
            handle === 0 ? [] : this.#registry.adopt(line, handle, known) ?? []
          );
          if (made.length < outs.length && !optional) {
            throw new TapiError(fn, LINEERR.OPERATIONFAILED);
          }
          if (isGivenUp) late?.(made);
          if (pending.isDropped) made.forEach((call) => dropped?.(call));
          return made;
        },
        closed: () => void line.pendingCalls.delete(pending),
      });
    } catch (error) {
      isGivenUp = true;
      throw error;
    }
  }

  /** The calls of a line, oldest first. */
  callsOf(line: TapiLine): readonly TapiCall[] {
    return [...this.#context.calls.of(line)];
  }

  /** Changes settings of the line by a function, after the changes before, with whose result it begins. */
  changeSettings(line: TapiLine, fn: FunctionName, change: () => Promise<void>): Promise<void> {
    return this.#replies.inTurn(line.settings, fn, change);
  }

  /** The line's settings may have changed: reads them again. */
  settingsChanged(line: TapiLine): void {
    this.#registry.settingsChanged(line);
  }

  /** The open lines of an extension. */
  linesOf(extension: string): readonly TapiLine[] {
    return [...this.#context.devices.lines()]
      .filter(({ name, device }) => name === extension && device.handle !== 0);
  }

  /**
   * Whether the driver says that a call is there: it answers for it, and counts calls on its line if
   * it ever does.
   */
  async isThere(call: TapiCall): Promise<boolean> {
    const { tapi, clock } = this.#context;
    const { device, device: { handle, caps: { apiVersion } } } = call.line;
    return await this.ask(call.line, "lineGetCallStatus", async () => {
      const status = await this.#readStatus(call);
      if (status === undefined || (callStateOf(status.dwCallState) & ENDED_STATES) !== 0) {
        return false;
      }
      try {
        const count = callCount(await tapi.getLineDevStatus(handle, apiVersion));
        device.service.readCallCount(count, clock.uptimeMs());
        return !device.service.isEmpty;
      } catch {
        // The call is answered for, and nothing contradicts that.
        return true;
      }
    });
  }

  /** Removes a call that the phone system no longer has. */
  end(call: TapiCall): Promise<void> {
    return this.#registry.end(call);
  }

  /** Waits for the driver to get on. */
  pause(ms: number): Promise<void> {
    return sleep(this.#context.clock, ms, this.#context.ended);
  }

  #ask<T>(
    line: TapiLine,
    calls: readonly TapiCall[],
    fn: FunctionName,
    task: (expired: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let answer: T;
    return this.#request(line, calls, {
      fn,
      call: async (expired) => {
        answer = await task(expired);
        return 0;
      },
      completed: () => answer,
    });
  }

  async #request<T>(
    line: TapiLine,
    calls: readonly TapiCall[],
    request: Omit<Request<T>, "owner" | "turns" | "isDue">,
  ): Promise<T> {
    const { fn } = request;
    // Its lines are being closed, or are another session's by now.
    if (this.#context.ended.aborted) throw new RequestEndedError(fn);
    if (line.commands.waiting >= MOST_WAITING) {
      const waiting = `${MOST_WAITING} commands are waiting for it`;
      throw new CommandFailure("provider_down", `The line's driver does not answer: ${waiting}`);
    }
    const isDue = () => line.isOpen;
    const { device: owner, commands: turns } = line;
    try {
      return await this.#replies.request({ ...request, owner, turns, isDue });
    } catch (error) {
      endIfFatal(this.#context, error);
      if (error instanceof TapiError && error.code === LINEERR.INVALCALLHANDLE) {
        calls.forEach((call) => this.#registry.doubt(call));
      }
      throw error;
    }
  }

  /** `undefined` if the driver does not report it. */
  async #readStatus(call: TapiCall): Promise<CallStatus | undefined> {
    const { tapi } = this.#context;
    this.#demandLive(call);
    try {
      return await tapi.getCallStatus(call.handle, call.line.device.caps.apiVersion);
    } catch (error) {
      if (error instanceof TapiError) return undefined;
      throw error;
    }
  }

  async #own(call: TapiCall): Promise<void> {
    this.#demandLive(call);
    if (call.owned) return;
    await this.#context.tapi.setCallPrivilege(call.handle, LINECALLPRIVILEGE.OWNER);
    call.setOwned(true);
  }

  #demandLive(call: TapiCall): void {
    if (!this.isLive(call)) throw new CallEndedError();
  }
}
