/**
 * The requests that wait for their LINE_REPLY: request id -> promise.
 *
 * A reply may overtake the function's return, come late, come after the request was given up, or
 * never come. Memory that native code may still write to stays referenced until the reply or the end
 * of the session.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/line-reply
 */
import type { Clock } from "../../clock.ts";
import type { Semaphore } from "../../semaphore.ts";
import { TapiError } from "../../tapi/errors.ts";
import { CommandFailure } from "./errors.ts";

/** Replies kept while a function does not return, which may hang for ever. */
const MOST_EARLY = 1000;

/** No answer came in time; the operation may still take effect. */
export class ReplyTimeoutError extends CommandFailure {
  constructor(fn: string, timeoutMs: number) {
    super(
      "timeout",
      `Cannot complete ${fn}: the telephony service did not answer within ${timeoutMs} ms`,
    );
  }
}

/** The device was closed, or the session ended, before the answer came. */
export class RequestEndedError extends CommandFailure {
  constructor(fn: string) {
    super("provider_down", `Cannot complete ${fn}: the line was closed before the answer came`);
  }
}

/** A TAPI function about to be called. */
export interface Request<T> {
  /** The function's name, for errors. */
  readonly fn: string;
  /** The device, which ends the request when it is closed: its driver then sends no reply. */
  readonly owner: object;
  /** Where it waits for its turn. */
  readonly turns: Semaphore;
  /** Memory that native code may use until LINE_REPLY. */
  readonly pinned?: unknown;
  /** Whether it may still be done when its turn has come. */
  isDue(): boolean;
  /**
   * Calls the function: the request id of an asynchronous function, 0 when everything is done.
   *
   * @param expired Aborted when nobody waits any more.
   */
  call(expired: AbortSignal): Promise<number>;
  /**
   * Turns the success into the result. Runs in the turn in which LINE_REPLY is handled, before the
   * next message is, also when nobody waits for the result any more.
   */
  completed(): T;
  /** Nothing more will come of it: it has succeeded or failed, also after nobody waited any more. */
  closed?(): void;
}

interface Pending {
  readonly fn: string;
  readonly owner: object;
  readonly pinned: unknown;
  /** Whether the timeout has passed: nobody waits any more, but the reply may still come. */
  expired: boolean;
  /** Whether the device was closed, or the session ended: no reply comes, and none is believed. */
  ended: boolean;
  succeed(): void;
  fail(error: Error): void;
}

export class Replies {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #onError: ((name: string) => void) | undefined;
  readonly #pending = new Map<number, Pending>();
  /** Results that came before their request id was known: 0 or a LINEERR_ code. */
  readonly #early = new Map<number, number>();
  /** Those whose function was called and has not returned the request id yet. */
  readonly #returning = new Set<Pending>();

  /** @param onError Receives the name of each error that a reply brings. */
  constructor(clock: Clock, timeoutMs: number, onError?: (name: string) => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onError = onError;
  }

  /** Requests whose function has not returned, or whose reply has not come, nor been given up. */
  get outstanding(): number {
    let count = this.#returning.size;
    for (const { expired } of this.#pending.values()) if (!expired) count++;
    return count;
  }

  /**
   * Calls a function and waits for its reply.
   *
   * @throws TapiError when the function or its reply says so, ReplyTimeoutError also if the function
   * does not return, RequestEndedError.
   */
  request<T>(request: Request<T>): Promise<T> {
    const { fn, owner, pinned } = request;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // After the timeout the request goes on: the driver may still write to the pinned memory, and a
    // call that was made after all is still ours.
    const expired = new AbortController();
    const timer = this.#clock.setTimeout(() => {
      pending.expired = true;
      expired.abort();
      reject(new ReplyTimeoutError(fn, this.#timeoutMs));
    }, this.#timeoutMs);
    const pending: Pending = {
      fn,
      owner,
      pinned,
      expired: false,
      ended: false,
      succeed: () => {
        this.#clock.clearTimeout(timer);
        try {
          resolve(request.completed());
        } catch (error) {
          reject(error);
        }
        request.closed?.();
      },
      fail: (error) => {
        this.#clock.clearTimeout(timer);
        expired.abort();
        reject(error);
        request.closed?.();
      },
    };
    void this.#call(request, expired.signal, pending);
    return promise;
  }

  /**
   * Runs a task of several requests in a turn of its own. It is not begun when its turn comes too late.
   *
   * @throws ReplyTimeoutError if its turn has not come by then.
   */
  inTurn<T>(turns: Semaphore, fn: string, task: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let isLate = false;
    const timer = this.#clock.setTimeout(() => {
      isLate = true;
      reject(new ReplyTimeoutError(fn, this.#timeoutMs));
    }, this.#timeoutMs);
    void turns.run(async () => {
      if (isLate) return;
      this.#clock.clearTimeout(timer);
      await task().then(resolve, reject);
    });
    return promise;
  }

  async #call(request: Request<unknown>, expired: AbortSignal, pending: Pending): Promise<void> {
    this.#returning.add(pending);
    const leave = await request.turns.enter();
    let requestId: number;
    try {
      // Its turn came too late: nobody waits for it any more, so it must not be done.
      if (expired.aborted || !request.isDue()) throw new RequestEndedError(request.fn);
      requestId = await request.call(expired);
    } catch (error) {
      this.#returned(pending);
      return pending.fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      leave();
    }
    const early = this.#early.get(requestId);
    this.#early.delete(requestId);
    this.#returned(pending);
    if (pending.ended) return;
    // 0 is no request id: TAPI never answers it. Taken for "done", nothing is left waiting.
    if (requestId === 0) return pending.succeed();
    this.#pending.set(requestId, pending);
    if (early !== undefined) this.settle(requestId, early);
  }

  /** Nobody can claim an early reply once every function has returned. */
  #returned(pending: Pending): void {
    this.#returning.delete(pending);
    if (this.#returning.size === 0) this.#early.clear();
  }

  /**
   * Handles a LINE_REPLY.
   *
   * @param result 0 or a LINEERR_ code, in its low 32 bits.
   * @returns Whether the reply belongs to a request of ours, as far as is known yet.
   */
  settle(requestId: number, result: number): boolean {
    const pending = this.#pending.get(requestId);
    if (pending === undefined) {
      if (this.#returning.size === 0) return false;
      // The first reply counts, as it does when the request id is already known.
      if (!this.#early.has(requestId)) this.#early.set(requestId, result);
      if (this.#early.size > MOST_EARLY) {
        const [oldest] = this.#early.keys();
        if (oldest !== undefined) this.#early.delete(oldest);
      }
      return true;
    }
    this.#pending.delete(requestId);
    if (result === 0) {
      pending.succeed();
      return true;
    }
    const error = new TapiError(pending.fn, result >>> 0);
    this.#onError?.(error.codeName);
    pending.fail(error);
    return true;
  }

  /** Fails the requests of a device that was closed, or all of them at the end of the session. */
  end(owner?: object): void {
    for (const [requestId, pending] of this.#pending) {
      if (owner !== undefined && pending.owner !== owner) continue;
      this.#pending.delete(requestId);
      pending.fail(new RequestEndedError(pending.fn));
    }
    for (const pending of this.#returning) {
      if (owner !== undefined && pending.owner !== owner) continue;
      pending.ended = true;
      pending.fail(new RequestEndedError(pending.fn));
    }
  }
}
