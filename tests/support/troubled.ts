/** A library whose functions fail or hang as a test says, and whose calls are noted. */
import type { TapiLibrary } from "../../src/tapi/library.ts";
import { TAPI_SYMBOLS } from "../../src/tapi/symbols.ts";

type FunctionName = keyof TapiLibrary;
const NAMES = Object.keys(TAPI_SYMBOLS) as FunctionName[];

export class TroubledTapi {
  /** Lacks the functions that the library below lacks. */
  readonly library: TapiLibrary;
  /** The functions that were called, in their order. */
  readonly called: FunctionName[] = [];
  readonly #below: TapiLibrary;
  readonly #calls = new Map<FunctionName, number>();
  readonly #errors = new Map<FunctionName, number>();
  readonly #hanging = new Map<FunctionName, PromiseWithResolvers<void> & { where: string }>();

  constructor(below: TapiLibrary) {
    this.#below = below;
    // One function for one function of the library below.
    this.library = Object.fromEntries(
      NAMES.map((fn) => [
        fn,
        below[fn] === null ? null : (...args: unknown[]) => this.#call(fn, args),
      ]),
    ) as unknown as TapiLibrary;
  }

  /** How often a function was called; any of them when none is named. */
  callsOf(fn?: FunctionName): number {
    if (fn !== undefined) return this.#calls.get(fn) ?? 0;
    return this.#calls.values().reduce((sum, calls) => sum + calls, 0);
  }

  /** From now on these functions do nothing but answer a LINEERR_ code, at once. */
  fail(code: number, functions: readonly FunctionName[] = NAMES): void {
    for (const fn of functions) this.#errors.set(fn, code | 0);
  }

  /** From now on the functions that failed do their work. */
  heal(): void {
    this.#errors.clear();
  }

  /** From now on a function does not return, before its work or after it, until it is released. */
  hang(
    fn: Exclude<FunctionName, "lineGetMessageNow">,
    where: "before its work" | "after its work" = "before its work",
  ): void {
    this.#hanging.set(fn, { where, ...Promise.withResolvers<void>() });
  }

  release(fn: FunctionName): void {
    this.#hanging.get(fn)?.resolve();
    this.#hanging.delete(fn);
  }

  #call(fn: FunctionName, args: readonly unknown[]): unknown {
    this.called.push(fn);
    this.#calls.set(fn, this.callsOf(fn) + 1);
    const error = this.#errors.get(fn);
    if (error !== undefined) return fn === "lineGetMessageNow" ? error : Promise.resolve(error);
    const work = this.#below[fn] as (...args: unknown[]) => unknown;
    const hanging = this.#hanging.get(fn);
    if (hanging === undefined) return work(...args);
    if (hanging.where === "before its work") return hanging.promise.then(() => work(...args));
    const result = work(...args);
    return hanging.promise.then(() => result);
  }
}
