/** UTF-16 as providers deliver it. */
import assert from "node:assert/strict";
import { decodeAnyText, decodeNumber, decodeText, encodeText } from "../../src/tapi/text.ts";
import { fc } from "../support/properties.ts";

/** The bytes of 16-bit units. */
function units(...values: number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((unit) => [unit & 0xff, unit >> 8]));
}

const A = 0x41;
const CASES: readonly (readonly [string, Uint8Array, string])[] = [
  ["nothing", units(), ""],
  ["a NUL alone", units(0), ""],
  ["one byte", Uint8Array.of(A), ""],
  ["text with its NUL", units(A, 0x42, 0), "AB"],
  ["text without NUL", units(A, 0x42), "AB"],
  ["an odd last byte", Uint8Array.of(A, 0, 0x42), "A"],
  ["an odd last byte behind the NUL", Uint8Array.of(A, 0, 0, 0, 0x42), "A"],
  ["garbage behind the NUL", units(A, 0, 0x42, 0xd800), "A"],
  ["a NUL first", units(0, A), ""],
  ["units with one zero byte", units(0x4100, 0x0041), "䄀A"],
  ["zero bytes of two units in a row", Uint8Array.of(0x41, 0, 0, 0x41, 0, 0), "A䄀"],
  ["Cyrillic", units(0x416, 0x430, 0), "Жа"],
  ["an emoji", units(0xd83d, 0xde00, 0), "😀"],
  ["a lone high surrogate", units(0xd83d, A), "\ufffdA"],
  ["a lone low surrogate", units(A, 0xde00), "A\ufffd"],
  ["a high surrogate at the end", units(A, 0xd83d), "A\ufffd"],
  ["surrogates in the wrong order", units(0xde00, 0xd83d), "\ufffd\ufffd"],
  ["blanks around", units(0x20, 0x9, A, 0x20, 0x42, 0x20, 0), "A B"],
  ["blanks alone", units(0x20, 0x20), ""],
];

for (const [what, bytes, expected] of CASES) {
  Deno.test(`${what} decodes to ${JSON.stringify(expected)}`, () => {
    assert.equal(decodeText(bytes), expected);
  });
}

Deno.test("a span in the middle of memory is read alone", () => {
  const memory = units(0x58, A, 0x42, 0x59);
  assert.equal(decodeText(memory.subarray(2, 6)), "AB");
  // Where it begins at an odd address, too.
  const odd = new Uint8Array(7);
  odd.set(units(A, 0x42), 1);
  assert.equal(decodeText(odd.subarray(1, 5)), "AB");
});

Deno.test("text is encoded as 16-bit units, the low byte first, with a NUL", () => {
  assert.deepEqual(encodeText(""), Uint8Array.of(0, 0));
  assert.deepEqual(encodeText("AЖ"), Uint8Array.of(0x41, 0, 0x16, 0x04, 0, 0));
  assert.deepEqual(encodeText("😀"), Uint8Array.of(0x3d, 0xd8, 0x00, 0xde, 0, 0));
});

Deno.test("any text comes back, trimmed and complete", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const [untilNul] = text.split("\0");
    // A byte order mark in front is no part of the text.
    const expected = untilNul!.replace(/^\ufeff/, "").trim();
    assert.equal(decodeText(encodeText(text)), expected);
  }));
});

Deno.test("any bytes decode to whole characters without NUL", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
    const text = decodeText(bytes);
    assert.ok(text.isWellFormed());
    assert.ok(!text.includes("\0"));
    assert.ok(text.length <= bytes.length / 2);
  }));
});

Deno.test("of a text that is longer than any name, 500 characters are read", () => {
  assert.equal(decodeText(encodeText("x".repeat(400_000))), "x".repeat(500));
});

Deno.test("a number that fills all of the largest answer is read in part", () => {
  const span = new Uint8Array(1 << 20).fill(0x39);
  assert.match(decodeNumber(span), /^9+$/);
  assert.match(decodeNumber(span.map((byte, at) => at % 2 === 0 ? byte : 0)), /^9+$/);
});

Deno.test("text of unknown width is read as UTF-16 or ANSI; other bytes are no text", () => {
  const ansi = Uint8Array.of(0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0, 0x78);
  assert.equal(decodeAnyText(ansi), "Müller");
  for (const text of ["Müller", "x", "order 4711"]) {
    assert.equal(decodeAnyText(encodeText(text)), text);
  }
  for (const bytes of [[], [0], [0, 0, 0, 0], [1, 2], [0x41, 0x1f, 0x42], [0, 0xd8, 0x41, 0]]) {
    assert.equal(decodeAnyText(Uint8Array.from(bytes)), "", String(bytes));
  }
  assert.equal(decodeAnyText(new Uint8Array(1 << 20).fill(0x39)).length, 1000);
});
