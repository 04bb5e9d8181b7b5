/**
 * kernel32.dll and advapi32.dll with what their callers need: errors that are thrown, and native memory
 * for structs with pointers. Nothing here needs the permission to open libraries.
 */
import { encodeText } from "../tapi/text.ts";
import { FORMAT_MESSAGE } from "./constants.ts";
import type { Advapi32, Kernel32 } from "./symbols.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LONGEST_MESSAGE_CHARACTERS = 512;
const ZEROED = 0x40; // LMEM_ZEROINIT

/** A function of Windows failed. */
export class WindowsError extends Error {
  override readonly name = "WindowsError";

  /** @param code An ERROR_ code of winerror.h. */
  constructor(readonly fn: string, readonly code: number, text: string) {
    super(`${text} (error ${code} of ${fn})`);
  }
}

/** The functions of Windows that the program calls. */
export class Windows {
  constructor(
    readonly kernel32: Kernel32,
    readonly advapi32: Advapi32,
    /** Such as `C:\Windows\System32`; from Windows, not from an environment variable. */
    readonly systemFolder: string,
  ) {}

  /**
   * Checks the result of a function that has just returned.
   *
   * @throws WindowsError when it is 0.
   */
  check<T extends number | bigint>(fn: string, result: T): T {
    const code = this.errorOf(result);
    if (code !== 0) throw this.failure(fn, code);
    return result;
  }

  /** @returns The ERROR_ code of a function that has just returned 0; 0 for any other result. */
  errorOf(result: number | bigint): number {
    return result === 0 || result === 0n ? this.kernel32.GetLastError() : 0;
  }

  /** Checks the result of a function that returns an ERROR_ code. @throws WindowsError */
  checkCode(fn: string, code: number): void {
    if (code !== 0) throw this.failure(fn, code);
  }

  failure(fn: string, code: number): WindowsError {
    return new WindowsError(fn, code, this.#messageOf(code));
  }

  /** @returns The address of a copy that is never freed, because Windows keeps it. */
  keep(bytes: Bytes): bigint {
    return new Arena(this.kernel32).place(bytes);
  }

  /** Memory that is freed at the end of the block with `using`. */
  arena(): Arena {
    return new Arena(this.kernel32);
  }

  /** The text at an address; "" for NULL. */
  textAt(address: bigint): string {
    if (address === 0n) return "";
    return utf16.decode(this.bytesAt(address, this.kernel32.lstrlenW(address) * 2));
  }

  bytesAt(address: bigint, length: number): Bytes {
    const bytes = new Uint8Array(length);
    this.kernel32.copyFromNative(bytes, address, BigInt(length));
    return bytes;
  }

  /** The message of Windows for an error, in the language of Windows. */
  #messageOf(code: number): string {
    const buffer = new Uint8Array(LONGEST_MESSAGE_CHARACTERS * 2);
    const length = this.kernel32.FormatMessageW(
      FORMAT_MESSAGE.FROM_SYSTEM | FORMAT_MESSAGE.IGNORE_INSERTS | FORMAT_MESSAGE.MAX_WIDTH_MASK,
      0n,
      code,
      0,
      buffer,
      LONGEST_MESSAGE_CHARACTERS,
      0n,
    );
    const text = utf16.decode(buffer.subarray(0, length * 2)).trim().replace(/\.$/, "");
    return text === "" ? "Windows has no message for this error" : text;
  }
}

const utf16 = new TextDecoder("utf-16le");

/** Native memory, whose addresses structs can hold. */
export class Arena implements Disposable {
  readonly #kernel32: Kernel32;
  readonly #addresses: bigint[] = [];

  constructor(kernel32: Kernel32) {
    this.#kernel32 = kernel32;
  }

  /** @returns The address of `length` bytes, all 0. */
  allocate(length: number): bigint {
    const address = this.#kernel32.LocalAlloc(ZEROED, BigInt(length));
    if (address === 0n) throw new Error(`Windows has no ${length} bytes left`);
    this.#addresses.push(address);
    return address;
  }

  /** @returns The address of a copy. */
  place(bytes: Bytes): bigint {
    const address = this.allocate(bytes.length);
    this.#kernel32.copyToNative(address, bytes, BigInt(bytes.length));
    return address;
  }

  /** @returns The address of the text as LPCWSTR. */
  text(text: string): bigint {
    return this.place(encodeText(text));
  }

  /** Takes over memory that Windows allocated with LocalAlloc. @returns The same address. */
  own(address: bigint): bigint {
    this.#addresses.push(address);
    return address;
  }

  [Symbol.dispose](): void {
    for (const address of this.#addresses.splice(0)) this.#kernel32.LocalFree(address);
  }
}

/** Room for a DWORD, a handle or an address that a function returns. */
export function cell(bytes: 4 | 8): Bytes {
  return new Uint8Array(bytes);
}

/** A DWORD to pass by address. */
export function dword(value: number): Bytes {
  const bytes = cell(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function dwordIn(cell: Bytes): number {
  return new DataView(cell.buffer).getUint32(0, true);
}

export function addressIn(cell: Bytes): bigint {
  return new DataView(cell.buffer).getBigUint64(0, true);
}
