import assert from "node:assert/strict";
import { decodeAddressStatus } from "../../src/tapi/address_status.ts";
import { API_VERSION } from "../../src/tapi/layout.ts";
import { encodeText } from "../../src/tapi/text.ts";

/** Offsets of tapi.h, not of the declarations that are tested. */
const AT = { used: 8, features: 28, rings: 32, entries: 36, size: 40, offset: 44 };
const FIXED_BYTES = 64;
const ENTRY_BYTES = 24;
const ENTRY_AT = {
  mode: 0,
  callerSize: 4,
  callerOffset: 8,
  country: 12,
  destSize: 16,
  destOffset: 20,
};

/** A status with two entries followed by their texts, as tapi.h lays it out. */
function status(): { bytes: Uint8Array<ArrayBuffer>; view: DataView } {
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  const set = (at: number, value: number) => view.setUint32(at, value, true);
  set(AT.features, 0x83);
  set(AT.rings, 5);
  set(AT.entries, 2);
  set(AT.size, 2 * ENTRY_BYTES);
  set(AT.offset, FIXED_BYTES);
  let end = FIXED_BYTES + 2 * ENTRY_BYTES;
  ([[0x1, "202"], [0x1000, "+441632960001"]] as const).forEach(([mode, to], index) => {
    const text = encodeText(to);
    const entry = FIXED_BYTES + index * ENTRY_BYTES;
    set(entry + ENTRY_AT.mode, mode);
    set(entry + ENTRY_AT.country, 40 + index);
    set(entry + ENTRY_AT.destSize, text.length);
    set(entry + ENTRY_AT.destOffset, end);
    bytes.set(text, end);
    end += text.length;
  });
  set(AT.used, end);
  return { bytes, view };
}

const decode = (bytes: Uint8Array) => decodeAddressStatus(bytes, API_VERSION);

Deno.test("entries are 24 bytes apart, and their texts lie where they say", () => {
  assert.deepEqual(decode(status().bytes), {
    addressFeatures: 0x83,
    ringsNoAnswer: 5,
    forwards: [
      { mode: 0x1, caller: "", countryCode: 40, to: "202" },
      { mode: 0x1000, caller: "", countryCode: 41, to: "+441632960001" },
    ],
  });
});

Deno.test("an entry without an address is one that refuses calls", () => {
  const { bytes, view } = status();
  view.setUint32(FIXED_BYTES + ENTRY_AT.destSize, 0, true);
  assert.equal(decode(bytes).forwards[0]?.to, "");
});

Deno.test("an entry can be about one caller; without a complete number it is left out", () => {
  const { bytes, view } = status();
  const { callerSize, callerOffset, destSize, destOffset } = ENTRY_AT;
  // The number that is the second entry's destination.
  const second = FIXED_BYTES + ENTRY_BYTES;
  view.setUint32(FIXED_BYTES + callerSize, view.getUint32(second + destSize, true), true);
  view.setUint32(FIXED_BYTES + callerOffset, view.getUint32(second + destOffset, true), true);
  assert.equal(decode(bytes).forwards[0]?.caller, "+441632960001");
  view.setUint32(FIXED_BYTES + callerOffset, 0xfffffffe, true);
  assert.deepEqual(decode(bytes).forwards.map(({ mode }) => mode), [0x1000]);
});

Deno.test("an entry or a text that lies outside is left out, and the others stay", () => {
  for (const [size, offset] of [[8, 0xfffffffe], [0xffffffff, 112], [400, 112], [8, 8]] as const) {
    const { bytes, view } = status();
    view.setUint32(FIXED_BYTES + ENTRY_AT.destSize, size, true);
    view.setUint32(FIXED_BYTES + ENTRY_AT.destOffset, offset, true);
    assert.deepEqual(decode(bytes).forwards.map(({ to }) => to), ["+441632960001"]);
  }
});

Deno.test("no number of entries, offset or size makes it read outside, or throw", () => {
  for (const entries of [0, 3, 0xffffffff]) {
    for (const offset of [0, 1, 60, 64, 250, 256, 0xffffffff]) {
      for (const used of [0, 63, 64, 100, 256, 0xffffffff]) {
        const { bytes, view } = status();
        view.setUint32(AT.entries, entries, true);
        view.setUint32(AT.offset, offset, true);
        view.setUint32(AT.used, used, true);
        const { forwards } = decode(bytes);
        assert(forwards.length <= 8);
      }
    }
  }
  for (const length of [0, 11, 12, 40, 63]) {
    assert.deepEqual(decode(status().bytes.subarray(0, length)).forwards, []);
  }
});
