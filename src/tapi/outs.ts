/**
 * Memory that asynchronous functions fill in. It is written when LINE_REPLY comes, not when the
 * function returns: it must stay referenced until then, and means something only after a reply of 0.
 */
import { STRINGFORMAT } from "./constants.ts";
import type { Memory } from "./library.ts";
import { VARSTRING } from "./structs.ts";
import { decodeText } from "./text.ts";

/** A HCALL. */
export class CallHandleOut {
  readonly memory: Memory = new Uint8Array(4);

  /** 0 where none was given. */
  get handle(): number {
    return new DataView(this.memory.buffer).getUint32(0, true);
  }
}

/** More than any address: in a VARSTRING that is too small the address would be lost. */
const PARK_ADDRESS_BYTES = 512;

/** The VARSTRING in which lineParkW returns where the call is. */
export class ParkAddressOut {
  readonly memory: Memory = new Uint8Array(PARK_ADDRESS_BYTES);

  constructor() {
    VARSTRING.encode(this.memory, {
      dwTotalSize: this.memory.length,
      dwUsedSize: VARSTRING.size,
      // Required by the documentation of lineParkW, also for its W form.
      dwStringFormat: STRINGFORMAT.ASCII,
    });
  }

  /**
   * The address; "" where none was given. Providers write UTF-16 or ASCII, whatever dwStringFormat
   * says, so the bytes tell: the second one of UTF-16 is 0 for every character of an address.
   */
  get address(): string {
    const { String: bytes } = VARSTRING.decode(this.memory);
    if (bytes.length < 2 || bytes[1] === 0) return decodeText(padded(bytes));
    const end = bytes.indexOf(0);
    return ASCII.decode(end < 0 ? bytes : bytes.subarray(0, end)).trim();
  }
}

const ASCII = new TextDecoder("windows-1252");

/** A single character of ASCII without its NUL is UTF-16 with one byte more. */
function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length === 1 ? Uint8Array.of(...bytes, 0) : bytes;
}
