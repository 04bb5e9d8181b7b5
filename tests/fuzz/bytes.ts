/** Bytes as no provider should write them, but one may: structs whose sizes, offsets and texts lie. */
import type { Random } from "../../src/fake/random.ts";

/** So much of a larger buffer is written with chance; the rest keeps what it has. */
const MOST_RANDOM_BYTES = 4096;
const NEEDED_SIZE_OFFSET = 4;
const USED_SIZE_OFFSET = 8;
/** A lone high surrogate, a lone low one, a byte order mark, NUL, a control character, two letters. */
const UNITS = [0xd83d, 0xde00, 0xfeff, 0, 0x85, 0x41, 0x416] as const;

/** Any 32 bits. */
export function anyDword(random: Random): number {
  return random.between(0, 0xffffffff);
}

/** A DWORD that is at a border of something: of its type, of the buffer, of the fixed part. */
export function nastyDword(random: Random, totalBytes: number, fixedBytes: number): number {
  const near = random.pick([0, totalBytes, fixedBytes, 0x80000000, 0xffffffff]);
  return random.pick([
    near,
    (near + random.between(-4, 4)) >>> 0,
    random.between(0, totalBytes),
    anyDword(random),
  ]);
}

/** Makes an answer lie, in one of the ways there are. @param fixedBytes Of the struct's fixed part. */
export function corrupt(random: Random, memory: Uint8Array, fixedBytes: number): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const fixedDwords = Math.floor(Math.min(fixedBytes, memory.length) / 4);
  switch (random.between(0, 4)) {
    case 0:
      fillRandomly(random, memory);
      break;
    case 1: {
      // Pairs of a size and an offset that are plausible for themselves, and nothing else is.
      fillWithText(random, memory, fixedBytes);
      for (let at = 3; at + 1 < fixedDwords; at += 2) {
        view.setUint32(at * 4, random.between(0, 64), true);
        view.setUint32(at * 4 + 4, random.between(0, memory.length), true);
      }
      break;
    }
    case 2:
      fillWithText(random, memory, fixedBytes);
      setSomeDwords(random, view, fixedDwords, fixedBytes);
      break;
    default:
      setSomeDwords(random, view, fixedDwords, fixedBytes);
  }
  if (fixedDwords < 3) return;
  // What asks for more room is asked again with up to 1 MiB: rare enough to leave time for the rest.
  if (!random.oneIn(50)) view.setUint32(NEEDED_SIZE_OFFSET, random.between(0, 4096), true);
  if (random.oneIn(3)) {
    view.setUint32(USED_SIZE_OFFSET, nastyDword(random, memory.length, fixedBytes), true);
  }
}

/** Text of all sorts of characters, some only half there. */
export function anyText(random: Random): string {
  const length = random.pick([0, 1, 2, random.between(3, 20)]);
  return Array.from({ length }, () => String.fromCharCode(anyUnit(random))).join("");
}

function anyUnit(random: Random): number {
  return random.oneIn(2) ? random.pick(UNITS) : random.between(0x20, 0x7e);
}

function fillRandomly(random: Random, memory: Uint8Array): void {
  const end = Math.min(memory.length, MOST_RANDOM_BYTES);
  for (let at = 0; at < end; at++) memory[at] = random.between(0, 0xff);
}

/** Text up to the last byte, seldom with an end. */
function fillWithText(random: Random, memory: Uint8Array, fromByte: number): void {
  const end = Math.min(memory.length, MOST_RANDOM_BYTES);
  for (let at = fromByte; at < end; at += 2) {
    const unit = anyUnit(random) || 0x20;
    memory[at] = unit & 0xff;
    if (at + 1 < end) memory[at + 1] = unit >> 8;
  }
}

function setSomeDwords(
  random: Random,
  view: DataView,
  fixedDwords: number,
  fixedBytes: number,
): void {
  if (fixedDwords === 0) return;
  for (let left = random.between(1, 8); left > 0; left--) {
    const value = nastyDword(random, view.byteLength, fixedBytes);
    view.setUint32(random.between(0, fixedDwords - 1) * 4, value, true);
  }
}
