/**
 * What every action is made of: a TAPI function whose LINE_REPLY is awaited, on calls that the program
 * has become an owner of and whose features it has asked for.
 */
import type { AddressStatus } from "../../tapi/address_status.ts";
import type { CallControl } from "../../tapi/control.ts";
import { LINECALLPRIVILEGE, LINEERR } from "../../tapi/constants.ts";
import { TapiError } from "../../tapi/errors.ts";
import { CallHandleOut } from "../../tapi/outs.ts";
import { ActionError, CallEndedError, LineBusyError, unsupported } from "./errors.ts";
import { CallFeatures, isNever, neverText, notNowText } from "./call_features.ts";
import type { CallEntry, LineEntry } from "../handles.ts";
import { type Request, RequestEndedError } from "./replies.ts";
import type { Session } from "../session.ts";
import type { CallStatus } from "../lines/status_feed.ts";

/** Each function takes a thread while its provider works: a line may have so many at once. */
const MOST_RUNNING = 2;
/** So many actions of a line may wait for their turn. */
const MOST_WAITING = 64;

const ANY_FEATURE = 0xffffffff;

/** One call, or several of one line. */
export type Calls = readonly [CallEntry, ...CallEntry[]];

/** A function that is about to be called. */
export interface Attempt {
  /** Its name, for errors. */
  readonly fn: string;
  /** Whether the program becomes an owner of the calls before. */
  readonly owning?: boolean;
  /** Memory that native code may use until LINE_REPLY. */
  readonly pinned?: unknown;
  /** Calls it; the request id, or 0 for what is done at once. */
  call(control: CallControl): Promise<number>;
}

/** A function that makes calls: as many as it has `outs`, in their order. */
export interface Making extends Attempt {
  readonly outs: readonly CallHandleOut[];
}

export class Attempts {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Whether the call's handle is valid. */
  isLive(call: CallEntry): boolean {
    return this.#session.calls.byKey(call.key) === call;
  }

  /**
   * Becomes an owner of the calls, and asks what can be done with them now.
   *
   * Ownership is not undone: a sole owner cannot go back to MONITOR, and the handle is given back when
   * the call is idle. It comes first, because providers tell what an application of its privilege can
   * do.
   *
   * @param features LINECALLFEATURE_ bits of which one is needed.
   * @throws ActionError, also where none of the features is there.
   * @see https://learn.microsoft.com/windows/win32/api/tapi/nf-tapi-linesetcallprivilege
   */
  async take(calls: Calls, features: number): Promise<CallFeatures> {
    const [{ line }] = calls;
    if (isNever(line.features, features)) throw unsupported(neverText(features));
    const statuses: (CallStatus | undefined)[] = [];
    const found = await this.#attempt(line, {
      fn: "lineGetCallStatus",
      owner: line,
      pinned: undefined,
      call: async (expired) => {
        for (const call of calls) {
          await this.#own(call);
          if (expired.aborted) break;
          statuses.push(await this.#readStatus(call));
        }
        return 0;
      },
      completed: () => new CallFeatures(line.features, statuses),
    });
    if (!found.allows(features)) throw unsupported(notNowText(features, found.states));
    return found;
  }

  /** LINECALLSTATE_ of a call as its provider has it now; 0 where it does not tell. @throws ActionError */
  async stateOf(call: CallEntry): Promise<number> {
    const [state = 0] = (await this.take([call], ANY_FEATURE)).states;
    return state;
  }

  /** lineGetAddressStatus of a line's first address. @throws ActionError */
  async addressStatus(line: LineEntry): Promise<AddressStatus> {
    const { tapi } = this.#session;
    let status: AddressStatus | undefined;
    return await this.#attempt(line, {
      fn: "lineGetAddressStatusW",
      owner: line,
      pinned: undefined,
      call: async () => {
        status = await tapi.getAddressStatus(line.handle, line.device.apiVersion);
        return 0;
      },
      completed: () => status as AddressStatus,
    });
  }

  /** Calls a function on calls that are live. @throws ActionError */
  async onCalls(calls: Calls, attempt: Attempt): Promise<void> {
    const [{ line }] = calls;
    await this.#attempt(line, {
      fn: attempt.fn,
      owner: line,
      pinned: attempt.pinned,
      call: async (expired) => {
        if (attempt.owning === true) {
          for (const call of calls) await this.#own(call);
          if (expired.aborted) throw new RequestEndedError(attempt.fn);
        }
        // Some may have ended meanwhile, and their handles be other calls'.
        for (const call of calls) this.#demandLive(call);
        return await attempt.call(this.#session.tapi.control);
      },
      completed: () => {},
    });
  }

  /**
   * Calls a function that makes calls.
   *
   * @param calls What it does so with; none where it is the line.
   * @param options.optional Whether it may make none of them.
   * @param options.late Told the calls where they come after this has thrown.
   * @throws ActionError
   */
  async making(
    line: LineEntry,
    calls: readonly CallEntry[],
    attempt: Making,
    options: {
      readonly optional?: boolean;
      readonly late?: (made: readonly CallEntry[]) => void;
    } = {},
  ): Promise<CallEntry[]> {
    const { tapi, messages } = this.#session;
    const { fn, outs, pinned } = attempt;
    let hasThrown = false;
    messages.forgetUnclaimed();
    try {
      return await this.#attempt(line, {
        fn,
        owner: line,
        pinned: [outs.map(({ memory }) => memory), pinned],
        call: () => {
          for (const call of calls) this.#demandLive(call);
          return attempt.call(tapi.control);
        },
        completed: () => {
          const made = outs.flatMap(({ handle }) =>
            handle === 0 ? [] : messages.adopt(line, handle)
          );
          if (made.length < outs.length && options.optional !== true) {
            throw new TapiError(fn, LINEERR.OPERATIONFAILED);
          }
          if (hasThrown) options.late?.(made);
          return made;
        },
      });
    } catch (error) {
      hasThrown = true;
      throw error;
    }
  }

  /** As {@linkcode making}, for a function that makes one call of the line. @throws ActionError */
  async makingOne(
    line: LineEntry,
    attempt: Omit<Attempt, "call"> & {
      call(control: CallControl, out: CallHandleOut): Promise<number>;
    },
  ): Promise<CallEntry> {
    const out = new CallHandleOut();
    const [made] = await this.making(line, [], {
      ...attempt,
      outs: [out],
      call: (control) => attempt.call(control, out),
    });
    // With one out handle there is one call, or an error.
    return made as CallEntry;
  }

  /** Waits for the provider to get on. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.#session.replies.clock.setTimeout(resolve, ms));
  }

  async #attempt<T>(line: LineEntry, request: Request<T>): Promise<T> {
    const { replies, health } = this.#session;
    // Its lines are being closed, or are another session's by now.
    if (this.#session.over) throw new ActionError(new RequestEndedError(request.fn));
    if (line.actions.waiting >= MOST_WAITING) {
      throw new ActionError(new LineBusyError(MOST_WAITING));
    }
    const call = (expired: AbortSignal) =>
      line.actions.run(MOST_RUNNING, () => {
        // Its turn came too late: what nobody waits for must not be done.
        if (expired.aborted || line.handle === 0) throw new RequestEndedError(request.fn);
        return request.call(expired);
      });
    try {
      return await replies.request({ ...request, call });
    } catch (error) {
      health.judge(error);
      throw new ActionError(error);
    }
  }

  /** `undefined` where the provider does not tell. */
  async #readStatus(call: CallEntry): Promise<CallStatus | undefined> {
    const { tapi } = this.#session;
    this.#demandLive(call);
    try {
      return await tapi.getCallStatus(call.handle, call.line.device.apiVersion);
    } catch (error) {
      if (error instanceof TapiError) return undefined;
      throw error;
    }
  }

  /** @throws TapiError, CallEndedError */
  async #own(call: CallEntry): Promise<void> {
    this.#demandLive(call);
    if (call.owned) return;
    await this.#session.tapi.setCallPrivilege(call.handle, LINECALLPRIVILEGE.OWNER);
    call.owned = true;
  }

  #demandLive(call: CallEntry): void {
    if (!this.isLive(call)) throw new CallEndedError();
  }
}
