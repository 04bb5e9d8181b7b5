/** The LINEFORWARDLIST that lineForwardW takes: where a line's calls go instead, all of it at once. */
import type { RawForward } from "./address_status.ts";
import type { Memory } from "./library.ts";
import { LINEFORWARD, LINEFORWARDLIST } from "./structs.ts";
import { encodeText } from "./text.ts";

const NOTHING = new Uint8Array(0);

/**
 * Encodes entries of 24 bytes, as in every version that the program negotiates, and behind them their
 * texts, whose offsets count from the start of the list.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/ns-tapi-lineforwardlist
 */
export function encodeForwardList(forwards: readonly RawForward[]): Memory {
  const texts = forwards.map(({ caller, to }) => [textOf(caller), textOf(to)] as const);
  const entriesEnd = LINEFORWARDLIST.size + forwards.length * LINEFORWARD.size;
  const size = texts.flat().reduce((sum, { length }) => sum + length, entriesEnd);
  const list: Memory = new Uint8Array(size);
  LINEFORWARDLIST.encode(list, { dwTotalSize: size, dwNumEntries: forwards.length });
  let end = entriesEnd;
  const place = (text: Uint8Array) => {
    if (text.length === 0) return [0, 0] as const;
    list.set(text, end);
    end += text.length;
    return [text.length, end - text.length] as const;
  };
  forwards.forEach(({ mode, countryCode }, entry) => {
    const [caller, to] = texts[entry] ?? [NOTHING, NOTHING];
    const [dwCallerAddressSize, dwCallerAddressOffset] = place(caller);
    const [dwDestAddressSize, dwDestAddressOffset] = place(to);
    LINEFORWARD.encode(list.subarray(LINEFORWARDLIST.size + entry * LINEFORWARD.size), {
      dwForwardMode: mode,
      dwCallerAddressSize,
      dwCallerAddressOffset,
      dwDestCountryCode: countryCode,
      dwDestAddressSize,
      dwDestAddressOffset,
    });
  });
  return list;
}

function textOf(text: string): Uint8Array {
  return text === "" ? NOTHING : encodeText(text);
}
