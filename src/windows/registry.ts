/** Values of the registry's HKEY_LOCAL_MACHINE. */
import { encodeText } from "../tapi/text.ts";
import { ERROR, KEY, REG } from "./constants.ts";
import { addressIn, cell, dwordIn, type Windows } from "./windows.ts";

const HKEY_LOCAL_MACHINE = 0xffffffff80000002n;

/** So long the name of a value can be, in characters. */
const LONGEST_NAME_CHARACTERS = 16_384;
/** Values that are longer are left out. */
const LONGEST_VALUE_BYTES = 65_536;

const utf16 = new TextDecoder("utf-16le");

/** A REG_SZ or REG_EXPAND_SZ as it stands there, or a REG_DWORD. */
export type RegistryValue = string | number;

export class Registry {
  readonly #windows: Windows;

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  /** The values of a key by their names; none where there is no such key. @throws WindowsError */
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
        sized(LONGEST_NAME_CHARACTERS),
        cell(4),
        sized(data.length),
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

  /** Makes a key, where it is not there, and sets values of it. @throws WindowsError */
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
        ? [REG.DWORD, sized(value)]
        : [REG.EXPAND_SZ, encodeText(value.expand)];
      this.#windows.checkCode(
        "RegSetValueExW",
        advapi32.RegSetValueExW(handle.key, encodeText(name), 0, type, data, data.length),
      );
    }
  }

  /** Deletes a key that has none below it. @returns Whether it was there. @throws WindowsError */
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

/** A DWORD that says how much room there is. */
function sized(value: number): Uint8Array<ArrayBuffer> {
  const bytes = cell(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function decoded(type: number, data: Uint8Array<ArrayBuffer>): RegistryValue | undefined {
  if (type === REG.DWORD) return dwordIn(data.slice(0, 4));
  if (type === REG.SZ || type === REG.EXPAND_SZ) return utf16.decode(data).replace(/\0+$/, "");
  return undefined;
}
