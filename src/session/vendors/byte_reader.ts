/** Reads a vendor's bytes from their beginning; what lies beyond their end is `undefined`, then and after. */
import { decodeAnsi } from "../../tapi/text.ts";

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next byte. */
  byte(): number | undefined {
    return this.#bytes[this.#at++];
  }

  /** The next byte as yes or no; `undefined` also if it is neither 0 nor 1. */
  flag(): boolean | undefined {
    const byte = this.byte();
    return byte === 0 || byte === 1 ? byte === 1 : undefined;
  }

  /** Reads this number of bytes, fewer at the end. */
  take(count: number): Uint8Array {
    const start = this.#at;
    this.#at += count;
    return this.#bytes.subarray(start, this.#at);
  }

  /** 8-bit text up to its NUL; `undefined` if the bytes end before it, or are no text. */
  text(): string | undefined {
    const end = this.#bytes.indexOf(0, this.#at);
    const bytes = this.#bytes.subarray(this.#at, end < 0 ? this.#at : end);
    this.#at = end < 0 ? this.#bytes.length : end + 1;
    return end < 0 ? undefined : decodeAnsi(bytes);
  }
}
