/** The members of a LINEADDRESSSTATUS that the program uses: the features, and the forwarding entries. */
import { LINEADDRESSSTATUS, LINEFORWARD } from "./structs.ts";
import { decodeNumber } from "./text.ts";

/** A forwarding entry. */
export interface RawForward {
  /** LINEFORWARDMODE_ bits. */
  readonly mode: number;
  /** The caller whose calls are meant; "" for every caller. */
  readonly caller: string;
  /** dwDestCountryCode. */
  readonly countryCode: number;
  /** "" where it does not lead anywhere. */
  readonly to: string;
}

export interface AddressStatus {
  readonly addressFeatures: number;
  /** After how many rings a call is taken for unanswered; 0 where it is not known. */
  readonly ringsNoAnswer: number;
  readonly forwards: readonly RawForward[];
}

/** Entries that are believed at most; no address has more. */
const MOST_FORWARDS = 64;

/**
 * Decodes a LINEADDRESSSTATUS. Entries are 24 bytes, as in every version that the program negotiates;
 * one that does not lie wholly inside dwUsedSize, it or its text, is left out.
 *
 * @see https://learn.microsoft.com/windows/win32/api/tapi/ns-tapi-lineforward
 */
export function decodeAddressStatus(status: Uint8Array, apiVersion: number): AddressStatus {
  const { dwAddressFeatures, dwForwardNumEntries, dwNumRingsNoAnswer, dwUsedSize } =
    LINEADDRESSSTATUS.decode(status, apiVersion, [
      "dwAddressFeatures",
      "dwForwardNumEntries",
      "dwNumRingsNoAnswer",
      "dwUsedSize",
    ]);
  const used = status.subarray(0, Math.min(dwUsedSize, status.length));
  const first = forwardsOffset(used);
  const forwards: RawForward[] = [];
  for (let entry = 0; entry < Math.min(dwForwardNumEntries, MOST_FORWARDS); entry++) {
    const start = first + entry * LINEFORWARD.size;
    if (first < LINEADDRESSSTATUS.size || start + LINEFORWARD.size > used.length) break;
    const raw = LINEFORWARD.decode(used.subarray(start, start + LINEFORWARD.size));
    const caller = textIn(used, raw.dwCallerAddressSize, raw.dwCallerAddressOffset);
    const to = textIn(used, raw.dwDestAddressSize, raw.dwDestAddressOffset);
    if (caller === undefined || to === undefined) continue;
    forwards.push({ mode: raw.dwForwardMode, caller, countryCode: raw.dwDestCountryCode, to });
  }
  return {
    addressFeatures: dwAddressFeatures,
    ringsNoAnswer: dwNumRingsNoAnswer,
    forwards,
  };
}

/** A text of an entry; its offset counts from the start of the struct that contains the entry. */
function textIn(used: Uint8Array, size: number, offset: number): string | undefined {
  if (size === 0) return "";
  if (offset < LINEADDRESSSTATUS.size || offset + size > used.length) return undefined;
  return decodeNumber(used.subarray(offset, offset + size));
}

/** dwForwardOffset, or 0 where the struct is too short to have it, or dwForwardSize is 0. */
function forwardsOffset(used: Uint8Array): number {
  if (used.length < LINEADDRESSSTATUS.size) return 0;
  const view = new DataView(used.buffer, used.byteOffset, used.byteLength);
  const { offset } = LINEADDRESSSTATUS.fields.Forward;
  return view.getUint32(offset, true) === 0 ? 0 : view.getUint32(offset + 4, true);
}
