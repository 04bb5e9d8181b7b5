/**
 * The device-specific block of LINEDEVSTATUS as the driver of Avaya IP Office writes it: texts of 8 bits a
 * character with a NUL, and single bytes.
 *
 * @see https://documentation.avaya.com the TAPI 2 reference of "IP Office TAPI Link": lineGetLineDevStatus
 */
import { LINEFORWARDMODE } from "../../tapi/constants.ts";
import type { Extension, Forward } from "../exchange/extension.ts";

const { BUSY, NOANSW, UNCOND } = LINEFORWARDMODE;
const SECONDS_A_RING = 5;
const WRAP_UP_SECONDS = 2;
/** The number of the absence message that is the user's own text. */
const CUSTOM_ABSENCE = 11;
const LOCALE = "eng";
const PRIORITY = 5;
/** 16 for each of two, and for each group of user rights: since release 4.1, of which nothing is known. */
const LATER_BYTES = 32;

export function avayaBlock(extension: Extension): Uint8Array<ArrayBuffer> {
  const { doNotDisturb, forwards, number, ringsNoAnswer, settings } = extension;
  const { absence, callWaiting, groups, readMessages, unreadMessages, user, voicemail } = settings;
  const to = (mode: number) => forwards.find((forward) => isOn(forward, mode))?.to;
  const forwardNumber = to(UNCOND) ?? settings.forwardNumber;
  const busyNumber = to(BUSY) ?? to(NOANSW) ?? "";
  const isIn = [...groups.values()];
  return Uint8Array.from([
    ...text(number),
    ...[BUSY, NOANSW, UNCOND].map((mode) => flag(to(mode) !== undefined)),
    0, // group calls are not forwarded
    flag(doNotDisturb),
    0, // outgoing calls are not barred
    flag(callWaiting),
    flag(voicemail),
    0, // no ring-back from voicemail
    readMessages,
    unreadMessages,
    ...[1, 2, 3], // ring tones: outside, inside, ring-back
    ...[ringsNoAnswer * SECONDS_A_RING, WRAP_UP_SECONDS, 0, 1, 0, 0, 0, 0],
    absence === "" ? 0 : CUSTOM_ABSENCE,
    flag(absence !== ""),
    ...[0, 0],
    ...text(user),
    ...text(LOCALE),
    ...text(forwardNumber),
    ...text(""), // follow-me
    ...text(absence),
    ...text(""), // the end of the exceptions from do not disturb
    ...text(busyNumber === forwardNumber ? "" : busyNumber),
    PRIORITY,
    isIn.filter((isEnabled) => isEnabled).length,
    0, // groups outside their hours
    isIn.filter((isEnabled) => !isEnabled).length,
    ...[0, 0], // groups out of service, on night service
    ...new Uint8Array(LATER_BYTES),
  ]);
}

function isOn({ mode, to }: Forward, wanted: number): boolean {
  return mode === wanted && to !== "";
}

function flag(isSet: boolean): number {
  return isSet ? 1 : 0;
}

/** Letters beyond 8 bits are question marks, as Windows writes them. */
function text(value: string): number[] {
  return [...Array.from(value, (letter) => byteOf(letter)), 0];
}

function byteOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  return code < 0x100 ? code : "?".charCodeAt(0);
}
