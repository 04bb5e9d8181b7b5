/** Reads the forwarding entries that lineForwardW is given. */
import { LINEERR } from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { LINEFORWARD, LINEFORWARDLIST } from "../../tapi/structs.ts";
import { decodeText } from "../../tapi/text.ts";
import { FORWARD_MODES } from "../exchange/abilities.ts";
import { toNumber } from "../exchange/dial_plan.ts";
import type { Forward } from "../exchange/extension.ts";
import { Refusal } from "../refusal.ts";
import { viewOf } from "./fill.ts";

/** @throws Refusal when an entry lies beyond the list, or asks for what the exchange cannot do. */
export function readForwards(list: Memory): Forward[] {
  viewOf(list, LINEFORWARDLIST.size);
  const { dwTotalSize, dwNumEntries } = LINEFORWARDLIST.decode(list);
  const total = Math.min(dwTotalSize, list.length);
  if (total < LINEFORWARDLIST.size + dwNumEntries * LINEFORWARD.size) {
    throw new Refusal(LINEERR.STRUCTURETOOSMALL);
  }
  return Array.from({ length: dwNumEntries }, (_, i) => {
    const start = LINEFORWARDLIST.size + i * LINEFORWARD.size;
    const entry = LINEFORWARD.decode(list.subarray(start, start + LINEFORWARD.size));
    const { dwForwardMode: mode, dwDestAddressSize: size, dwDestAddressOffset: offset } = entry;
    if (offset + size > total || mode === 0 || (mode & ~FORWARD_MODES) !== 0) {
      throw new Refusal(LINEERR.INVALPARAM);
    }
    return { mode, to: toNumber(decodeText(list.subarray(offset, offset + size))) };
  });
}
