/** The LINEFORWARDLIST of lineForwardW, byte by byte. */
import assert from "node:assert/strict";
import { encodeForwardList } from "../../src/tapi/forward_list.ts";

/** As tapi.h has them, not as the declarations that are tested. */
const HEAD_BYTES = 8;
const ENTRY_BYTES = 24;

const dwords = (list: Uint8Array<ArrayBuffer>, at: number, count: number) =>
  Array.from({ length: count }, (_, i) => new DataView(list.buffer).getUint32(at + i * 4, true));
const text = (list: Uint8Array, size: number, offset: number) =>
  new TextDecoder("utf-16le").decode(list.subarray(offset, offset + size));

Deno.test("entries are 24 bytes apart; texts follow them, with their NUL", () => {
  const list = encodeForwardList([
    { mode: 0x10, caller: "", countryCode: 0, to: "202" },
    { mode: 0x80, caller: "+44", countryCode: 44, to: "" },
  ]);
  assert.deepEqual(dwords(list, 0, 2), [list.length, 2]);
  const textsAt = HEAD_BYTES + 2 * ENTRY_BYTES;
  assert.deepEqual(dwords(list, HEAD_BYTES, 6), [0x10, 0, 0, 0, 8, textsAt]);
  assert.deepEqual(dwords(list, HEAD_BYTES + ENTRY_BYTES, 6), [0x80, 8, textsAt + 8, 44, 0, 0]);
  assert.equal(text(list, 8, textsAt), "202\0");
  assert.equal(text(list, 8, textsAt + 8), "+44\0");
  assert.equal(list.length, textsAt + 16);
});

Deno.test("no entries are a list all the same", () => {
  assert.deepEqual(dwords(encodeForwardList([]), 0, 2), [HEAD_BYTES, 0]);
});
