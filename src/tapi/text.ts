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

/** Encodes text as NUL-terminated UTF-16LE, the form in which every W function takes a string. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(text.length * 2 + 2);
  const view = new DataView(encoded.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return encoded;
}
