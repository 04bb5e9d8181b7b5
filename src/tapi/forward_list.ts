/** The LINEFORWARDLIST that lineForwardW takes: where a line's calls go instead, all of it at once. */
import type { RawForward } from "./address_status.ts";
import type { Memory } from "./library.ts";
import { LINEFORWARD, LINEFORWARDLIST } from "./structs.ts";
import { encodeText } from "./text.ts";

const NOTHING = new Uint8Array(0);

/** @see https://learn.microsoft.com/windows/win32/api/tapi/ns-tapi-lineforwardlist */
export function encodeForwardList(forwards: readonly RawForward[]): Memory {
  const entries = encodeForwards(forwards, LINEFORWARDLIST.size);
  const list: Memory = new Uint8Array(LINEFORWARDLIST.size + entries.length);
  LINEFORWARDLIST.encode(list, { dwTotalSize: list.length, dwNumEntries: forwards.length });
  list.set(entries, LINEFORWARDLIST.size);
  return list;
}

/**
 * Encodes entries of 24 bytes, as in every version that the program negotiates, and after them their
 * texts.
 *
 * @param start Where the entries begin in the struct from whose start the offsets of texts count.
 */
export function encodeForwards(forwards: readonly RawForward[], start: number): Uint8Array {
  const texts = forwards.map(({ caller, to }) => [textOf(caller), textOf(to)] as const);
  const entriesBytes = forwards.length * LINEFORWARD.size;
  const bytes = new Uint8Array(texts.flat().reduce((sum, text) => sum + text.length, entriesBytes));
  let end = entriesBytes;
  const place = (text: Uint8Array) => {
    if (text.length === 0) return [0, 0] as const;
    bytes.set(text, end);
    end += text.length;
    return [text.length, start + end - text.length] as const;
  };
  forwards.forEach(({ mode, countryCode }, entry) => {
    const [caller, to] = texts[entry] ?? [NOTHING, NOTHING];
    const [dwCallerAddressSize, dwCallerAddressOffset] = place(caller);
    const [dwDestAddressSize, dwDestAddressOffset] = place(to);
    LINEFORWARD.encode(bytes.subarray(entry * LINEFORWARD.size), {
      dwForwardMode: mode,
      dwCallerAddressSize,
      dwCallerAddressOffset,
      dwDestCountryCode: countryCode,
      dwDestAddressSize,
      dwDestAddressOffset,
    });
  });
  return bytes;
}

function textOf(text: string): Uint8Array {
  return text === "" ? NOTHING : encodeText(text);
}
