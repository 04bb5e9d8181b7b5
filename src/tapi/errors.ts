/** The meaning of the LONG that a TAPI function returns: done, pending, or an error with a name. */
import { LINEERR, nameOf } from "./constants.ts";

/** A TAPI function answered with an error. */
export class TapiError extends Error {
  override readonly name = "TapiError";
  /** The name tapi.h gives the code, such as LINEERR_NOTOWNER, or the code in hex. */
  readonly codeName: string;

  /**
   * @param fn The function, as tapi32.dll exports it.
   * @param code The LINEERR_ code, unsigned.
   */
  constructor(readonly fn: string, readonly code: number) {
    const codeName = lineErrorName(code);
    super(`Cannot complete ${fn}: ${codeName}`);
    this.codeName = codeName;
  }
}

/** The library does not have a function that it may do without. */
export class MissingFunctionError extends Error {
  override readonly name = "MissingFunctionError";

  constructor(readonly fn: string) {
    super(`Cannot call ${fn}: the TAPI library does not export it`);
  }
}

/** `LINEERR_…`, or the number in hex for a provider's own code (0xC0000000 and up). */
export function lineErrorName(code: number): string {
  const name = nameOf(LINEERR, code >>> 0);
  return name === undefined ? `0x${(code >>> 0).toString(16).toUpperCase()}` : `LINEERR_${name}`;
}

/**
 * Passes on what is not an error: 0, or the request id of an asynchronous function.
 *
 * @throws TapiError for a negative LONG.
 * @see https://learn.microsoft.com/windows/win32/tapi/asynchronous-functions
 */
export function check(fn: string, result: number): number {
  if (result < 0) throw new TapiError(fn, result >>> 0);
  return result;
}
