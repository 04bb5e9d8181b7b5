/** The struct declarations' own rules. */
import assert from "node:assert/strict";
import { blob, bytes, dwordPtr, struct, text, u32, u64 } from "../../src/tapi/layout.ts";

Deno.test("a gap, an overlap or a wrong size throws when the struct is declared", () => {
  assert.throws(() => struct("GAP", 12, { a: u32(0), b: u32(8) }), {
    name: "TypeError",
    message: "Cannot declare GAP: b is at 8, not 4",
  });
  assert.throws(
    () => struct("OVERLAP", 12, { a: u64(0), b: u32(4) }),
    /Cannot declare OVERLAP: b is at 4, not 8/,
  );
  assert.throws(() => struct("LATE", 8, { a: u32(4) }), /Cannot declare LATE: a is at 4, not 0/);
  assert.throws(
    () => struct("ORDER", 8, { b: u32(4), a: u32(0) }),
    /Cannot declare ORDER: b is at 4, not 0/,
  );
  assert.throws(
    () => struct("SHORT", 12, { a: u32(0), b: u32(4) }),
    /Cannot declare SHORT: it ends at 8, not 12/,
  );
  assert.doesNotThrow(() => struct("RIGHT", 16, { a: u32(0), b: u64(4), c: u32(12) }));
});

const ALL = struct("ALL", 48, {
  dwTotalSize: u32(0),
  dwNeededSize: u32(4),
  dwUsedSize: u32(8),
  Text: text(12),
  Blob: blob(20),
  dwLate: u32(28),
  hHandle: u64(32),
  dwPointer: dwordPtr(40),
}, [[0x00020000, 48], [0x00010004, 28]]);

/** An answer with `Text` and `Blob` in its variable part, 8 bytes each from 48 on. */
function answer(): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(64);
  const dwords = [64, 64, 64, 8, 48, 8, 56, 0xfffffffe, 1, 0x80000000, 0xfffffffd, 0xabcdef];
  const view = new DataView(buffer.buffer);
  dwords.forEach((value, i) => view.setUint32(i * 4, value, true));
  buffer.set([0x41, 0, 0x16, 0x04, 0, 0, 0x58, 0, 1, 2, 3, 4, 5, 6, 7, 8], 48);
  return buffer;
}

Deno.test("every kind of member is read as C means it", () => {
  assert.deepEqual(ALL.decode(answer()), {
    dwTotalSize: 64,
    dwNeededSize: 64,
    dwUsedSize: 64,
    Text: "AЖ",
    Blob: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    dwLate: 0xfffffffe,
    hHandle: 0x8000000000000001n,
    dwPointer: 0xfffffffd,
  });
});

Deno.test("members that are not wanted are not read", () => {
  assert.deepEqual(ALL.decode(answer(), undefined, ["hHandle", "Text"]), {
    hHandle: 0x8000000000000001n,
    Text: "AЖ",
  });
});

Deno.test("an answer may lie anywhere in its memory", () => {
  const memory = new Uint8Array(100);
  memory.set(answer(), 13);
  assert.deepEqual(ALL.decode(memory.subarray(13, 77)), ALL.decode(answer()));
});

Deno.test("bytes are copies: the buffer can be used again", () => {
  const buffer = answer();
  const { Blob } = ALL.decode(buffer);
  const guid = struct("GUIDS", 16, { Guid: bytes(0, 16) }).decode(buffer).Guid;
  const expected = buffer.slice(0, 16);
  buffer.fill(0xff);
  assert.deepEqual(Blob, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  assert.deepEqual(guid, expected);
});

Deno.test("an older version has a shorter fixed part, and text may begin where it ends", () => {
  const buffer = answer();
  assert.equal(ALL.fixedSize(0x00010004), 28);
  new DataView(buffer.buffer).setUint32(16, 28, true); // dwTextOffset
  buffer.set([0x42, 0], 28);
  const old = ALL.decode(buffer, 0x00010004);
  assert.equal(old.Text[0], "B");
  assert.deepEqual([old.dwLate, old.hHandle, old.dwPointer], [0, 0n, 0]);
  // In the newer layout the same bytes are other members'.
  assert.equal(ALL.decode(buffer, 0x00020002).Text, "");
});

Deno.test("a member that the buffer is too short for is absent", () => {
  const { dwTotalSize, Text, dwLate, hHandle } = ALL.decode(answer().subarray(0, 31));
  assert.deepEqual({ dwTotalSize, Text, dwLate, hHandle }, {
    dwTotalSize: 64,
    Text: "",
    dwLate: 0,
    hHandle: 0n,
  });
  assert.deepEqual(Object.values(ALL.decode(new Uint8Array(0))), [
    0,
    0,
    0,
    "",
    new Uint8Array(0),
    0,
    0n,
    0,
  ]);
});

/** `[member's size, its offset, dwUsedSize]` of text and blob, and whether they are there. */
const PLACES: readonly (readonly [string, number, number, number, boolean])[] = [
  ["whole", 16, 48, 64, true],
  ["its first byte", 1, 48, 64, true],
  ["its last byte", 1, 63, 64, true],
  ["nothing", 0, 48, 64, false],
  ["beginning in the fixed part", 8, 47, 64, false],
  ["at offset 0", 8, 0, 64, false],
  ["ending behind the buffer", 9, 56, 64, false],
  ["ending behind dwUsedSize", 8, 56, 63, false],
  ["beginning behind the buffer", 2, 64, 64, false],
  ["wrapping around 32 bits", 0xfffffff0, 48, 64, false],
  ["of the highest size and offset", 0xffffffff, 0xffffffff, 0xffffffff, false],
  ["within a buffer that dwUsedSize exceeds", 8, 56, 0xffffffff, true],
  ["where dwUsedSize is 0", 8, 48, 0, false],
];

for (const [place, size, offset, used, there] of PLACES) {
  Deno.test(`data ${place} is ${there ? "there" : "absent"}`, () => {
    const buffer = answer().fill(0x41, 48);
    const view = new DataView(buffer.buffer);
    view.setUint32(8, used, true);
    for (const pair of [12, 20]) {
      view.setUint32(pair, size, true);
      view.setUint32(pair + 4, offset, true);
    }
    const { Text, Blob } = ALL.decode(buffer);
    assert.equal(Blob.length, there ? size : 0);
    assert.equal(Text.length, there ? Math.floor(size / 2) : 0);
  });
}

Deno.test("encoding writes the members given, and leaves the others", () => {
  const buffer = new Uint8Array(60).fill(0x58);
  const { needed, used } = ALL.encode(buffer, {
    Text: "Ж",
    Blob: Uint8Array.of(9, 8, 7),
    hHandle: 2n,
    dwPointer: 0xffffffff,
  });
  assert.deepEqual({ needed, used }, { needed: 55, used: 55 });
  assert.deepEqual([...buffer.subarray(12, 28)], [
    4,
    0,
    0,
    0,
    48,
    0,
    0,
    0,
    3,
    0,
    0,
    0,
    52,
    0,
    0,
    0,
  ]);
  assert.deepEqual([...buffer.subarray(48)], [0x16, 4, 0, 0, 9, 8, 7, ...Array(5).fill(0x58)]);
  assert.deepEqual([...buffer.subarray(32, 40)], [2, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...buffer.subarray(40, 48)], [255, 255, 255, 255, 0, 0, 0, 0]);
  assert.deepEqual([...buffer.subarray(0, 12)], Array(12).fill(0x58));
});

Deno.test("empty text takes no room, as TAPI has it", () => {
  const buffer = new Uint8Array(64);
  assert.deepEqual(ALL.encode(buffer, { Text: "", Blob: new Uint8Array(0) }), {
    needed: 48,
    used: 48,
  });
  assert.deepEqual([...buffer.subarray(12, 28)], Array(16).fill(0));
});
