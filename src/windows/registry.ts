/** Values of the registry's HKEY_LOCAL_MACHINE. */
import { encodeText } from "../tapi/text.ts";
import { ERROR, KEY, REG } from "./constants.ts";
import { addressIn, cell, dword, dwordIn, type Windows } from "./windows.ts";

const HKEY_LOCAL_MACHINE = 0xffffffff80000002n;

/** The maximum length of a value's name. */
const LONGEST_NAME_CHARACTERS = 16_384;
/** Longer values are skipped. */
const LONGEST_VALUE_BYTES = 65_536;

const utf16 = new TextDecoder("utf-16le");

/** A REG_SZ, a REG_EXPAND_SZ without expansion, or a REG_DWORD. */
export type RegistryValue = string | number;

export class Registry {
  readonly #windows: Windows;

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  /** The values of a key by name; none when there is no such key. @throws WindowsError */
  values(key: string): ReadonlyMap<string, RegistryValue> {
    const values = new Map<string, RegistryValue>();
    const { advapi32 } = this.#windows;
    const out = cell(8);
    const opened = advapi32.RegOpenKeyExW(
      HKEY_LOCAL_MACHINE,
      encodeText(key),
      0,
      KEY.QUERY_VALUE,
      out,
    );
    if (opened === ERROR.FILE_NOT_FOUND) return values;
    this.#windows.checkCode("RegOpenKeyExW", opened);
    using handle = this.#handle(out);
    const name = new Uint8Array(LONGEST_NAME_CHARACTERS * 2);
    const data = new Uint8Array(LONGEST_VALUE_BYTES);
    for (let index = 0;; index++) {
      const [nameLength, type, bytes] = [
        dword(LONGEST_NAME_CHARACTERS),
        cell(4),
        dword(data.length),
      ];
      const code = advapi32.RegEnumValueW(
        handle.key,
        index,
        name,
        nameLength,
        0n,
        type,
        data,
        bytes,
      );
      if (code === ERROR.NO_MORE_ITEMS) return values;
      if (code === ERROR.MORE_DATA) continue;
      this.#windows.checkCode("RegEnumValueW", code);
      const value = decoded(dwordIn(type), data.subarray(0, dwordIn(bytes)));
      const key = utf16.decode(name.subarray(0, dwordIn(nameLength) * 2));
      if (value !== undefined) values.set(key, value);
    }
  }

  /** Sets values of a key, which is created if necessary. @throws WindowsError */
  set(
    key: string,
    values: Readonly<Record<string, { readonly expand: string } | number>>,
  ): void {
    const { advapi32 } = this.#windows;
    const out = cell(8);
    this.#windows.checkCode(
      "RegCreateKeyExW",
      advapi32.RegCreateKeyExW(
        HKEY_LOCAL_MACHINE,
        encodeText(key),
        0,
        0n,
        0,
        KEY.SET_VALUE,
        0n,
        out,
        0n,
      ),
    );
    using handle = this.#handle(out);
    for (const [name, value] of Object.entries(values)) {
      const [type, data] = typeof value === "number"
        ? [REG.DWORD, dword(value)]
        : [REG.EXPAND_SZ, encodeText(value.expand)];
      this.#windows.checkCode(
        "RegSetValueExW",
        advapi32.RegSetValueExW(handle.key, encodeText(name), 0, type, data, data.length),
      );
    }
  }

  /** Deletes a key without subkeys. @returns Whether it existed. @throws WindowsError */
  delete(key: string): boolean {
    const { advapi32 } = this.#windows;
    const code = advapi32.RegDeleteKeyW(HKEY_LOCAL_MACHINE, encodeText(key));
    if (code === ERROR.FILE_NOT_FOUND) return false;
    this.#windows.checkCode("RegDeleteKeyW", code);
    return true;
  }

  #handle(out: Uint8Array<ArrayBuffer>): Disposable & { readonly key: bigint } {
    const key = addressIn(out);
    return { key, [Symbol.dispose]: () => this.#windows.advapi32.RegCloseKey(key) };
  }
}

function decoded(type: number, data: Uint8Array<ArrayBuffer>): RegistryValue | undefined {
  if (type === REG.DWORD) return dwordIn(data.slice(0, 4));
  if (type === REG.SZ || type === REG.EXPAND_SZ) return utf16.decode(data).replace(/\0+$/, "");
  return undefined;
}
