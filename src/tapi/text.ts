/**
 * Text as TAPI's W functions have it: UTF-16LE, NUL-terminated when passed in, a size in bytes and an
 * offset when it comes out of a struct.
 */

const utf16 = new TextDecoder("utf-16le");

/**
 * Decodes the text in a span of bytes: up to the first NUL, an odd last byte left out, trimmed.
 * Providers differ in whether the size counts the NUL and in what follows it. A lone surrogate
 * becomes U+FFFD, so the result can always be sent as UTF-8.
 */
export function decodeText(span: Uint8Array): string {
  let end = 0;
  while (end + 1 < span.length && (span[end] !== 0 || span[end + 1] !== 0)) end += 2;
  return end === 0 ? "" : utf16.decode(span.subarray(0, end)).trim();
}

/** Encodes text as NUL-terminated UTF-16LE, the form in which every W function takes a string. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const encoded = new Uint8Array(text.length * 2 + 2);
  const view = new DataView(encoded.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return encoded;
}
