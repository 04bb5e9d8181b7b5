/** The VARSTRING in which lineParkW returns where a call has been parked. */
import { LINEERR, STRINGFORMAT } from "../../tapi/constants.ts";
import type { Memory } from "../../tapi/library.ts";
import { VARSTRING } from "../../tapi/structs.ts";
import { encodeText } from "../../tapi/text.ts";
import { Refusal } from "../refusal.ts";
import { fill, viewOf } from "./fill.ts";

/** @throws Refusal when there is no room for an address as long as `like`: it would be lost. */
export function checkParkAddress(into: Memory, like: string): void {
  const total = viewOf(into, VARSTRING.size).getUint32(0, true);
  if (Math.min(total, into.length) < VARSTRING.size + encodeText(like).length) {
    throw new Refusal(LINEERR.STRUCTURETOOSMALL);
  }
}

/** @param ascii As the documentation of lineParkW has it; otherwise as W functions do. */
export function writeParkAddress(into: Memory, slot: string, ascii: boolean): void {
  fill(VARSTRING, into, {
    dwStringFormat: ascii ? STRINGFORMAT.ASCII : STRINGFORMAT.UNICODE,
    String: ascii ? new TextEncoder().encode(`${slot}\0`) : encodeText(slot),
  });
}
