/** The boundary to tapi32.dll: what the program needs of such a library. */
import type { OrNull, TAPI_SYMBOLS } from "./symbols.ts";

/** A struct or string in memory. Native code may write to it until the call, or its LINE_REPLY. */
export type Memory = Uint8Array<ArrayBuffer>;

/** A function's LONG: 0, a request id above 0, or a LINEERR_ code below 0. */
export type Long = Promise<number>;

type Symbols = typeof TAPI_SYMBOLS;

/** A parameter of the table, as TypeScript passes it. */
type Argument<Native> = Native extends "u32" ? number
  : Native extends "usize" ? bigint
  : Native extends "pointer" ? null
  : Native extends OrNull ? Memory | null
  : Memory;

type Arguments<P extends readonly unknown[]> = { -readonly [I in keyof P]: Argument<P[I]> };

type Callable<S extends Symbols[keyof Symbols]> = (
  ...args: Arguments<S["parameters"]>
) => S extends { nonblocking: true } ? Long : number;

/**
 * tapi32.dll, or anything that answers like it, at the level of bytes and LONGs: the functions of
 * {@linkcode TAPI_SYMBOLS}, of which those that a library may lack are `null` where it does.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/
 */
export type TapiLibrary = {
  readonly [F in keyof Symbols]: Symbols[F] extends { optional: true } ? Callable<Symbols[F]> | null
    : Callable<Symbols[F]>;
};

/** The library cannot be used: it is not there, or it is not TAPI. The message is for the administrator. */
export class LibraryError extends Error {
  override readonly name = "LibraryError";
}
