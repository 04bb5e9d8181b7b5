/** Calls functions of a library by their names, and throws what they answer as an error. */
import { check, MissingFunctionError } from "./errors.ts";
import type { Long, TapiLibrary } from "./library.ts";

/** The functions whose LONG comes later: all but lineGetMessageNow. */
export type FunctionName = Exclude<keyof TapiLibrary, "lineGetMessageNow">;

export type ArgumentsOf<F extends FunctionName> = Parameters<NonNullable<TapiLibrary[F]>>;

/** @throws MissingFunctionError where the library lacks the function. */
export function functionOf<F extends FunctionName>(
  library: TapiLibrary,
  fn: F,
): (...args: ArgumentsOf<F>) => Long {
  const found = library[fn] as ((...args: ArgumentsOf<F>) => Long) | null;
  if (found === null) throw new MissingFunctionError(fn);
  return found;
}

/**
 * Calls a function; answers 0, or the request id of an asynchronous function.
 *
 * @throws MissingFunctionError, TapiError
 */
export async function invoke<F extends FunctionName>(
  library: TapiLibrary,
  fn: F,
  ...args: ArgumentsOf<F>
): Promise<number> {
  return check(fn, await functionOf(library, fn)(...args));
}
