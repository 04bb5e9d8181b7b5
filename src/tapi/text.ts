/**
 * Text as TAPI's W functions have it: UTF-16LE, NUL-terminated when passed in, a size in bytes and an
 * offset when it comes out of a struct.
 */

/** More of a text is not read: names and numbers are short, whatever a driver says. */
const MOST_CHARACTERS = 500;

const utf16 = new TextDecoder("utf-16le");

/**
 * Decodes the text in a span of bytes: up to the first NUL, an odd last byte left out, trimmed.
 * Providers differ in whether the size counts the NUL and in what follows it. A lone surrogate
 * becomes U+FFFD, so the result can always be sent as UTF-8.
 */
export function decodeText(span: Uint8Array): string {
  let end = 0;
  const most = Math.min(span.length, MOST_CHARACTERS * 2);
  while (end + 1 < most && (span[end] !== 0 || span[end + 1] !== 0)) end += 2;
  return end === 0 ? "" : utf16.decode(span.subarray(0, end)).trim();
}

/** A number that is written with two bytes or more: in UTF-16 the second byte of a digit is 0. */
const ANSI_NUMBER = /^(?=.*[0-9])[0-9*#+()., /-]{2,}$/;

/**
 * As {@linkcode decodeText}, for a telephone number. Some drivers put ANSI bytes where UTF-16 belongs:
 * bytes that are a number as they stand are that number, and not the Chinese that UTF-16 makes of them.
 */
export function decodeNumber(whole: Uint8Array): string {
  const span = whole.subarray(0, MOST_CHARACTERS * 2);
  const second = span[1];
  if (second === undefined || second === 0) return decodeText(span);
  const end = span.indexOf(0);
  const ansi = String.fromCharCode(...(end < 0 ? span : span.subarray(0, end)));
  return ANSI_NUMBER.test(ansi) ? ansi.trim() : decodeText(span);
}

// deno-lint-ignore no-control-regex -- the very characters that text does not have
const NO_TEXT = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffd]/;
const ansi = new TextDecoder("windows-1252");

/**
 * Decodes bytes of which nothing says how text is written in them: UTF-16 or ANSI, up to the first NUL.
 *
 * @returns "" if they are no text.
 */
export function decodeAnyText(whole: Uint8Array): string {
  const span = whole.subarray(0, MOST_CHARACTERS * 2);
  const isWide = span.length >= 2 && span[1] === 0 && (span[0] !== 0 || span.length > 2);
  if (!isWide) return decodeAnsi(span) ?? "";
  const text = decodeText(span);
  return NO_TEXT.test(text) ? "" : text;
}

/**
 * Decodes 8-bit text in the code page of western Windows, up to the first NUL, trimmed.
 *
 * @returns `undefined` if the bytes are no text.
 */
export function decodeAnsi(span: Uint8Array): string | undefined {
  const end = span.indexOf(0);
  const text = ansi.decode(end < 0 ? span : span.subarray(0, end)).trim();
  return NO_TEXT.test(text) ? undefined : text;
}

/** Encodes text as NUL-terminated UTF-16LE, the form in which every W function takes a string. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(text.length * 2 + 2);
  const view = new DataView(encoded.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return encoded;
}
