/** The buffers that variable-length structs are read into, as large as the provider needs them. */
import { LINEERR } from "./constants.ts";
import { check } from "./errors.ts";
import { type ArgumentsOf, type FunctionName, functionOf } from "./invoke.ts";
import type { Memory, TapiLibrary } from "./library.ts";

/** A first buffer: more than any fixed part, and enough for an ordinary provider. */
const FIRST_BUFFER_BYTES = 2048;
/** The largest buffer that a provider can make the program allocate for one struct. */
const LARGEST_BUFFER_BYTES = 1 << 20;
/** The largest buffer that is kept as the first try from then on. */
const LARGEST_FIRST_BUFFER_BYTES = 1 << 14;
/** How often a struct is asked for again because the provider says it needs more room. */
const MOST_ATTEMPTS = 4;

export class StructBuffers {
  readonly #library: TapiLibrary;
  /** Grows with what providers have needed, so that they are not asked twice for every struct. */
  readonly #firstBytes = new Map<string, number>();

  constructor(library: TapiLibrary) {
    this.#library = library;
  }

  /**
   * Calls a function that fills a variable-length struct, again with more room as long as
   * dwNeededSize asks for it. What a provider claims never makes the program allocate without bound;
   * at the bound the answer is used as it is: members that did not fit are absent.
   *
   * @param args The function's arguments, of which one is the buffer.
   * @throws TapiError, MissingFunctionError
   * @see https://learn.microsoft.com/windows/win32/tapi/variably-sized-data-structures
   */
  async read<F extends FunctionName>(
    fn: F,
    args: (buffer: Memory) => ArgumentsOf<F>,
  ): Promise<Memory> {
    const call = functionOf(this.#library, fn);
    let bytes = this.#firstBytes.get(fn) ?? FIRST_BUFFER_BYTES;
    for (let attempt = 1;; attempt++) {
      const buffer: Memory = new Uint8Array(bytes);
      const view = new DataView(buffer.buffer);
      view.setUint32(0, bytes, true); // dwTotalSize
      const result = await call(...args(buffer));
      const tooSmall = result >>> 0 === LINEERR.STRUCTURETOOSMALL;
      if (!tooSmall) check(fn, result);
      const needed = tooSmall ? bytes * 2 : view.getUint32(4, true); // dwNeededSize
      if (needed <= bytes || attempt === MOST_ATTEMPTS || bytes === LARGEST_BUFFER_BYTES) {
        check(fn, result);
        return buffer;
      }
      bytes = Math.min(needed, LARGEST_BUFFER_BYTES);
      if (bytes <= LARGEST_FIRST_BUFFER_BYTES) {
        // Another read of the function may have grown it meanwhile.
        this.#firstBytes.set(fn, Math.max(bytes, this.#firstBytes.get(fn) ?? 0));
      }
    }
  }
}
