/**
 * How commands reach TAPI: as an owner of their calls, in the turn of their line, and not for ever.
 */
import { LINECALLPRIVILEGE, LINEERR } from "../../tapi/constants.ts";
import type { AddressStatus } from "../../tapi/address_status.ts";
import type { CallStatus } from "../../tapi/calls.ts";
import { TapiError } from "../../tapi/errors.ts";
import { type ArgumentsOf, type FunctionName, invoke } from "../../tapi/invoke.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import type { TapiCall } from "../call.ts";
import type { SessionContext } from "../context.ts";
import { endIfFatal } from "../fatal.ts";
import type { TapiLine } from "../line.ts";
import { CallEndedError, CommandFailure, unsupported } from "./errors.ts";
import { CallFeatures, isNever, neverText, notNowText } from "./features.ts";
import { type Replies, type Request, RequestEndedError } from "./replies.ts";

/** So many functions of a line may wait for their turn. */
const MOST_WAITING = 64;
const ANY_FEATURE = 0xffffffff;

/** One call, or several of one line. */
export type Calls = readonly [TapiCall, ...TapiCall[]];

/** Where calls that a request makes are registered: TAPI announces them by no message. */
export interface CallRegistry {
  adopt(line: TapiLine, handle: number): TapiCall;
  forgetUnclaimed(): void;
}

export interface MakeOptions {
  /** The calls that it makes them of: they must be live. */
  readonly from?: readonly TapiCall[];
  /** Whether the function may make fewer calls than there are handles. */
  readonly optional?: boolean;
  /** Receives the calls if they come after the request was given up. */
  readonly late?: (made: readonly TapiCall[]) => void;
}

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
    const now = await this.ask(line, "lineGetCallStatus", async (expired) => {
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
    const [state = 0] = (await this.own([call])).states;
    return state;
  }

  /** lineGetAddressStatus of a line. */
  addressStatus(line: TapiLine): Promise<AddressStatus> {
    const { handle, caps: { apiVersion } } = line.device;
    return this.ask(
      line,
      "lineGetAddressStatusW",
      () => this.#context.tapi.getAddressStatus(handle, apiVersion),
    );
  }

  /** Runs functions of TAPI that are done when they return. `expired`: nobody waits any more. */
  ask<T>(
    line: TapiLine,
    fn: FunctionName,
    task: (expired: AbortSignal) => Promise<T>,
  ): Promise<T> {
    let answer: T;
    return this.#request(line, {
      fn,
      call: async (expired) => {
        answer = await task(expired);
        return 0;
      },
      completed: () => answer,
    });
  }

  /** Calls an asynchronous function on calls that are live, and waits for LINE_REPLY. */
  send<F extends FunctionName>(calls: Calls, fn: F, ...args: ArgumentsOf<F>): Promise<void> {
    return this.#request(calls[0].line, {
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
    return this.#request(call.line, {
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
    outs: readonly CallHandleOut[],
    { from = [], optional = false, late }: MakeOptions,
    fn: F,
    ...args: ArgumentsOf<F>
  ): Promise<TapiCall[]> {
    let isGivenUp = false;
    this.#registry.forgetUnclaimed();
    try {
      return await this.#request(line, {
        fn,
        pinned: args,
        call: () => {
          for (const call of from) this.#demandLive(call);
          return invoke(this.#context.tapi.library, fn, ...args);
        },
        completed: () => {
          const handles = outs.map(({ handle }) => handle).filter((handle) => handle !== 0);
          const made = handles.map((handle) => this.#registry.adopt(line, handle));
          if (made.length < outs.length && !optional) {
            throw new TapiError(fn, LINEERR.OPERATIONFAILED);
          }
          if (isGivenUp) late?.(made);
          return made;
        },
      });
    } catch (error) {
      isGivenUp = true;
      throw error;
    }
  }

  /** As {@linkcode make}, for a function that makes one call. @param args Receives the out handle. */
  async makeOne<F extends FunctionName>(
    line: TapiLine,
    fn: F,
    args: (out: CallHandleOut) => ArgumentsOf<F>,
  ): Promise<TapiCall> {
    const out = new CallHandleOut();
    const [made] = await this.make(line, [out], {}, fn, ...args(out));
    // With one out handle there is one call, or an error.
    return made as TapiCall;
  }

  /** Waits for the driver to get on. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#context.clock.setTimeout(resolve, ms));
  }

  async #request<T>(line: TapiLine, request: Omit<Request<T>, "owner">): Promise<T> {
    const { fn } = request;
    // Its lines are being closed, or are another session's by now.
    if (this.#context.ended.aborted) throw new RequestEndedError(fn);
    if (line.commands.waiting >= MOST_WAITING) {
      const message =
        `The line's driver does not answer: ${MOST_WAITING} commands are waiting for it`;
      throw new CommandFailure("provider_down", message);
    }
    const call = (expired: AbortSignal) =>
      line.commands.run(() => {
        // Its turn came too late: nobody waits for it any more, so it must not be done.
        if (expired.aborted || line.device.handle === 0) throw new RequestEndedError(fn);
        return request.call(expired);
      });
    try {
      return await this.#replies.request({ ...request, owner: line, call });
    } catch (error) {
      endIfFatal(this.#context, error);
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
