/** The buffers that variable-length structs are read into, as large as the provider needs them. */
import { LINEERR } from "./constants.ts";
import { TapiError } from "./errors.ts";
import { type ArgumentsOf, type FunctionName, invoke } from "./invoke.ts";
import type { Memory, TapiLibrary } from "./library.ts";

/** A first buffer: more than any fixed part, and enough for an ordinary provider. */
const FIRST_BUFFER_BYTES = 2048;
/** The largest buffer that a provider can make the program allocate for one struct. */
const LARGEST_BUFFER_BYTES = 1 << 20;
/** The largest buffer that is kept as the first try from then on. */
const LARGEST_FIRST_BUFFER_BYTES = 1 << 14;
/** How often a struct is asked for again because the provider says it needs more room. */
const MOST_ATTEMPTS = 4;

/**
 * Has a variable-length struct filled, again with more room as long as dwNeededSize asks for it. What a
 * provider claims never makes the program allocate without bound; at the bound the answer is used as it
 * is: members that did not fit are absent.
 *
 * @param fill Calls the function that fills the struct; resolves once that is done.
 * @param firstBytes The size of the first buffer.
 * @throws What `fill` throws; LINEERR_STRUCTURETOOSMALL only at the bound.
 * @see https://learn.microsoft.com/windows/win32/tapi/variably-sized-data-structures
 */
export async function fillStruct(
  fill: (buffer: Memory) => Promise<unknown>,
  firstBytes = FIRST_BUFFER_BYTES,
): Promise<Memory> {
  let bytes = firstBytes;
  for (let attempt = 1;; attempt++) {
    const buffer: Memory = new Uint8Array(bytes);
    const view = new DataView(buffer.buffer);
    view.setUint32(0, bytes, true); // dwTotalSize
    const isLast = attempt === MOST_ATTEMPTS || bytes === LARGEST_BUFFER_BYTES;
    let needed: number;
    try {
      await fill(buffer);
      needed = view.getUint32(4, true); // dwNeededSize
    } catch (error) {
      if (isLast || !isTooSmall(error)) throw error;
      needed = bytes * 2;
    }
    if (needed <= bytes || isLast) return buffer;
    bytes = Math.min(needed, LARGEST_BUFFER_BYTES);
  }
}

function isTooSmall(error: unknown): boolean {
  return error instanceof TapiError && error.code === LINEERR.STRUCTURETOOSMALL;
}

export class StructBuffers {
  readonly #library: TapiLibrary;
  /** Grows with what providers have needed, so that they are not asked twice for every struct. */
  readonly #firstBytes = new Map<string, number>();

  constructor(library: TapiLibrary) {
    this.#library = library;
  }

  /**
   * Calls a function that fills a variable-length struct, see {@linkcode fillStruct}.
   *
   * @param args The function's arguments, of which one is the buffer.
   * @throws TapiError, MissingFunctionError
   */
  async read<F extends FunctionName>(
    fn: F,
    args: (buffer: Memory) => ArgumentsOf<F>,
  ): Promise<Memory> {
    const first = this.#firstBytes.get(fn) ?? FIRST_BUFFER_BYTES;
    const buffer = await fillStruct(
      (into) => invoke(this.#library, fn, ...args(into)),
      first,
    );
    const bytes = buffer.length;
    if (bytes > first && bytes <= LARGEST_FIRST_BUFFER_BYTES) {
      // Another read of the function may have grown it meanwhile.
      this.#firstBytes.set(fn, Math.max(bytes, this.#firstBytes.get(fn) ?? 0));
    }
    return buffer;
  }
}
