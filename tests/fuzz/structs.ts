/**
 * Random bytes into every struct's decoder. Each answer lies in the middle of a larger memory, and is
 * decoded a second time with other bytes around it: what is read outside makes a difference.
 */
import type { Random } from "../../src/fake/random.ts";
import * as declarations from "../../src/tapi/structs.ts";
import { anyDword, corrupt } from "./bytes.ts";

interface AnyStruct {
  readonly name: string;
  readonly size: number;
  fixedSize(apiVersion: number): number;
  decode(from: Uint8Array, apiVersion?: number): Readonly<Record<string, unknown>>;
}

const STRUCTS: readonly AnyStruct[] = Object.values(declarations);
const API_VERSIONS = [0x00020002, 0x00020001, 0x00020000, 0x00010004, 0, 0xffffffff] as const;
/** What lies around the answer, in the one memory and in the other. */
const SURROUNDINGS = [0x41, 0xd8] as const;
const MOST_BYTES_AROUND = 64;

/** Decodes one answer. @returns What is wrong with what came out, or `undefined`. */
export function decodeAnyStruct(random: Random): string | undefined {
  const struct = random.pick(STRUCTS);
  const apiVersion = random.oneIn(8) ? anyDword(random) : random.pick(API_VERSIONS);
  const fixedBytes = struct.fixedSize(apiVersion);
  const answer = new Uint8Array(anyLength(random, fixedBytes));
  corrupt(random, answer, fixedBytes);
  const before = random.between(0, MOST_BYTES_AROUND);
  const [first, second] = SURROUNDINGS.map((around) => {
    const memory = new Uint8Array(before + answer.length + MOST_BYTES_AROUND).fill(around);
    memory.set(answer, before);
    return memory.subarray(before, before + answer.length);
  }) as [Uint8Array, Uint8Array];
  const described = `${struct.name}, version 0x${apiVersion.toString(16)}: ${toHex(answer)}`;
  try {
    const one = struct.decode(first, apiVersion);
    const other = struct.decode(second, apiVersion);
    for (const [member, value] of Object.entries(one)) {
      if (!sameValue(value, other[member])) return `${member} was read outside of ${described}`;
      const wrong = problemOf(value, answer.length);
      if (wrong !== undefined) return `${member} ${wrong} in ${described}`;
    }
  } catch (error) {
    return `${error} in ${described}`;
  }
  return undefined;
}

function anyLength(random: Random, fixedBytes: number): number {
  return random.pick([
    random.between(0, 16),
    fixedBytes,
    Math.max(0, fixedBytes + random.between(-9, 9)),
    fixedBytes + random.between(0, 400),
  ]);
}

function sameValue(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function problemOf(value: unknown, answerBytes: number): string | undefined {
  if (typeof value === "string") {
    if (!value.isWellFormed()) return "has a lone surrogate";
    return value.length > answerBytes / 2 ? "is longer than the answer" : undefined;
  }
  if (typeof value === "bigint" || value instanceof Uint8Array) return undefined;
  const isDword = typeof value === "number" && value === value >>> 0;
  return isDword ? undefined : `is ${value}`;
}

function toHex(answer: Uint8Array): string {
  return [...answer].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
