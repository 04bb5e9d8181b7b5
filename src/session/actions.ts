/** What can be done to calls: TAPI functions and their replies as one awaitable action each. */
import { describeError } from "../log.ts";
import { CallHandleOut } from "../tapi/calls.ts";
import { LINECALLPRIVILEGE, LINEERR } from "../tapi/constants.ts";
import { MissingFunctionError, TapiError } from "../tapi/errors.ts";
import { encodeText } from "../tapi/text.ts";
import type { CallEntry, LineEntry } from "./handles.ts";
import { ReplyTimeoutError, type Request, RequestEndedError } from "./replies.ts";
import type { Session } from "./session.ts";
import type { CallKey } from "./signals.ts";

/** Each function takes a thread while its provider works: a line may have so many at once. */
const MOST_RUNNING = 2;
/** So many actions of a line may wait for their turn. */
const MOST_WAITING = 64;

/** Why an action failed. */
export type ActionFailure =
  /** A TAPI function, or its reply, answered with an error. */
  | "tapi_error"
  /** No reply came; the action may still take effect. */
  | "timeout"
  /** The library does not have the function. */
  | "not_supported"
  /** The line was closed meanwhile, or its provider hangs. */
  | "line_closed";

/** An action failed; the message names the TAPI function and the symbolic error. */
export class ActionError extends Error {
  override readonly name = "ActionError";
  readonly failure: ActionFailure;

  constructor(cause: unknown) {
    super(describeError(cause), { cause });
    this.failure = failureOf(cause);
  }
}

/** Too many actions on the line have not come to an end. */
class LineBusyError extends Error {
  override readonly name = "LineBusyError";

  constructor() {
    super(`The line's provider does not answer: ${MOST_WAITING} commands are waiting for it`);
  }
}

function failureOf(cause: unknown): ActionFailure {
  if (cause instanceof ReplyTimeoutError) return "timeout";
  if (cause instanceof RequestEndedError || cause instanceof LineBusyError) return "line_closed";
  if (cause instanceof MissingFunctionError) return "not_supported";
  return "tapi_error";
}

export class Actions {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /**
   * Makes a call. Resolves when the provider has accepted it, which is long before anyone answers.
   *
   * @throws ActionError
   */
  async makeCall(line: LineEntry, number: string): Promise<CallKey> {
    const { tapi, messages } = this.#session;
    messages.forgetUnclaimed();
    const out = new CallHandleOut();
    const destAddress = encodeText(number);
    const entry = await this.#attempt(line, {
      fn: "lineMakeCallW",
      owner: line,
      pinned: [out.memory, destAddress],
      call: () => tapi.makeCall(line.handle, out, destAddress),
      completed: () => {
        if (out.handle === 0) throw new TapiError("lineMakeCallW", LINEERR.OPERATIONFAILED);
        return messages.adopt(line, out.handle);
      },
    });
    return entry.key;
  }

  /**
   * Drops a call, as its owner: a monitor may not. A call that has ended meanwhile is dropped.
   *
   * @throws ActionError
   */
  async drop(call: CallKey): Promise<void> {
    const { tapi, calls } = this.#session;
    const entry = calls.byKey(call);
    if (entry === undefined) return;
    try {
      await this.#attempt(entry.line, {
        fn: "lineDrop",
        owner: entry.line,
        pinned: undefined,
        call: async () => {
          if (calls.byKey(call) === undefined) return 0;
          await this.#own(entry);
          // It may have ended meanwhile, and its handle be another call's: done.
          if (calls.byKey(call) === undefined) return 0;
          return await tapi.drop(entry.handle);
        },
        completed: () => {},
      });
    } catch (error) {
      if (calls.byKey(call) !== undefined) throw error;
    }
  }

  /** @throws ActionError */
  async #attempt<T>(line: LineEntry, request: Request<T>): Promise<T> {
    const { replies, health } = this.#session;
    if (line.actions.waiting >= MOST_WAITING) throw new ActionError(new LineBusyError());
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

  /**
   * Becomes an owner of the call. It is not undone: a sole owner cannot go back to MONITOR, and the
   * handle is given back when the call is idle.
   *
   * @see https://learn.microsoft.com/windows/win32/api/tapi/nf-tapi-linesetcallprivilege
   */
  async #own(entry: CallEntry): Promise<void> {
    if (entry.owned) return;
    await this.#session.tapi.setCallPrivilege(entry.handle, LINECALLPRIVILEGE.OWNER);
    entry.owned = true;
  }
}
