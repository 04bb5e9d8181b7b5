/** Writes structs and out parameters to an application's memory, with TAPI's size rules. */
import { LINEERR } from "../../tapi/constants.ts";
import type { Decoded, Field, Struct } from "../../tapi/layout.ts";
import type { Memory } from "../../tapi/library.ts";
import { Refusal } from "../refusal.ts";

type Fields = Readonly<Record<string, Field<unknown>>>;

/** Bytes of dwXSize and dwXOffset together. */
const PAIR_BYTES = 8;
const NEEDED_SIZE_OFFSET = 4;
const USED_SIZE_OFFSET = 8;

/**
 * Fills a struct that starts with dwTotalSize, dwNeededSize and dwUsedSize.
 *
 * @param allOrNothing Leaves every variable part out where not all of them fit, as some drivers do;
 * otherwise only those that do not fit.
 * @throws Refusal when dwTotalSize is below the fixed part.
 */
export function fill<F extends Fields>(
  struct: Struct<F>,
  into: Memory,
  values: Partial<Decoded<Struct<F>>>,
  allOrNothing = false,
): void {
  const view = viewOf(into, NEEDED_SIZE_OFFSET);
  const total = Math.min(view.getUint32(0, true), into.length);
  if (total < struct.size) throw new Refusal(LINEERR.STRUCTURETOOSMALL);
  const room = into.subarray(0, total).fill(0, NEEDED_SIZE_OFFSET);
  const { needed, used } = struct.encode(room, values);
  view.setUint32(NEEDED_SIZE_OFFSET, needed, true);
  view.setUint32(USED_SIZE_OFFSET, used, true);
  if (needed <= total || !allOrNothing) return;
  room.fill(0, struct.size);
  for (const [member, { offset, size }] of Object.entries(struct.fields)) {
    const value = values[member];
    const variable = typeof value === "string" || value instanceof Uint8Array;
    if (variable && size === PAIR_BYTES) room.fill(0, offset, offset + size);
  }
  view.setUint32(USED_SIZE_OFFSET, struct.size, true);
}

/** @throws Refusal when the memory has no room for a DWORD. */
export function writeU32(into: Memory, value: number): void {
  viewOf(into, 4).setUint32(0, value, true);
}

/** @throws Refusal when the memory is smaller than what is to be written to it. */
export function viewOf(memory: Memory, minBytes: number): DataView {
  if (memory.length < minBytes) throw new Refusal(LINEERR.INVALPOINTER);
  return new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
}
