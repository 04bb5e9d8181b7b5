/** Frames that RFC 6455 forbids: each ends the connection that sends them. */
import { frame } from "../support/raw.ts";

export const BAD_FRAMES: Readonly<Record<string, Uint8Array<ArrayBuffer>[]>> = {
  "an opcode that does not exist": [frame("{}", { opcode: 3 })],
  "a control opcode that does not exist": [frame("{}", { opcode: 11 })],
  "reserved bits": [frame("{}", { flags: 0xf0 })],
  "a continuation of nothing": [frame("{}", { opcode: 0 })],
  "a control frame in fragments": [frame("x", { flags: 0, opcode: 9 })],
  "a ping that is too long": [frame("x".repeat(126), { opcode: 9 })],
  "a close frame of one byte": [frame("x", { opcode: 8 })],
  "text that is no UTF-8": [frame(new Uint8Array([0xff, 0xfe]))],
  "a length of 2^62": [frame("", { length: 1n << 62n })],
  "a length of 2^64 - 1": [frame("", { length: (1n << 64n) - 1n })],
  "a message in a message": [frame("{", { flags: 0 }), frame("{")],
};
