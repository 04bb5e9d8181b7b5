/** Memory that is filled in with LINE_REPLY: what providers write there, and what they may write. */
import assert from "node:assert/strict";
import { CallHandleOut, ParkAddressOut } from "../../src/tapi/outs.ts";
import { encodeText } from "../../src/tapi/text.ts";

/** VARSTRING, as tapi.h has it. */
const AT = { total: 0, needed: 4, used: 8, format: 12, size: 16, offset: 20 };
const FIXED_BYTES = 24;

const ascii = (text: string) => new TextEncoder().encode(text);

/** The value that is read if a provider has written `bytes`. */
function read(bytes: Uint8Array, lie: Partial<Record<keyof typeof AT, number>> = {}): string {
  const out = new ParkAddressOut();
  const view = new DataView(out.memory.buffer);
  out.memory.set(bytes, FIXED_BYTES);
  const truth = { used: FIXED_BYTES + bytes.length, size: bytes.length, offset: FIXED_BYTES };
  for (const [member, value] of Object.entries({ ...truth, ...lie })) {
    view.setUint32(AT[member as keyof typeof AT], value, true);
  }
  return out.address;
}

Deno.test("a handle is what was written, with its highest bit", () => {
  const out = new CallHandleOut();
  assert.equal(out.handle, 0);
  out.memory.set([0x21, 0x43, 0x65, 0x87]);
  assert.equal(out.handle, 0x87654321);
});

Deno.test("the room for a park address is large enough, and asks for what the documentation says", () => {
  const { memory } = new ParkAddressOut();
  const view = new DataView(memory.buffer);
  assert.equal(view.getUint32(AT.total, true), memory.length);
  assert.ok(memory.length >= 256);
  assert.equal(view.getUint32(AT.format, true), 1);
  assert.equal(new ParkAddressOut().address, "");
});

Deno.test("a park address is UTF-16 or ASCII, whatever the format says", () => {
  for (const address of ["70", "*70#", "2011"]) {
    assert.equal(read(ascii(`${address}\0 and what was there before`)), address);
  }
  for (const address of ["7", "70", "*70#", "2011"]) {
    for (const format of [1, 3, 4, 0xffffffff]) {
      assert.equal(read(encodeText(address), { format }), address);
      assert.equal(read(encodeText(address).subarray(0, -2), { format }), address);
      assert.equal(read(ascii(`${address}\0`), { format }), address);
      assert.equal(read(ascii(address), { format }), address);
    }
  }
  assert.equal(read(new Uint8Array(0)), "");
  assert.equal(read(new Uint8Array(2)), "");
});

Deno.test("a park address outside the used room is ignored", () => {
  const bytes = encodeText("2011");
  for (
    const lie of [
      { offset: 4 },
      { offset: 0xfffffffe },
      { size: 0xffffffff },
      { size: 1000 },
      { used: FIXED_BYTES },
    ]
  ) assert.equal(read(bytes, lie), "");
});
