/** The characters of a number as people write it: what is taken out of a text before it is read. Pure. */

/** Receives the reason why a number became another. */
export type Trace = (why: string, result: string) => void;

/** The text is not a telephone number. The message is for people. */
export class NotANumberError extends Error {
  override readonly name = "NotANumberError";
}

const TEL = /^tel:(?:\/\/)?/i;
/** Unassigned, invisible, and direction marks: they come along when a number is copied. */
const INVISIBLE = /[\p{Cf}\p{Cc}]/gu;
const SEPARATORS = /[\s().\/\p{Pd}\u2212·]/gu;
/** The digit that is dialled within the country only, as in +49 (0)30. */
export const BRACKETED_ZERO: RegExp = /\(\s*0\s*\)/;

/**
 * Decodes what a link brings along: percent signs, `tel:`, its parameters.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3966
 * @throws NotANumberError
 */
export function withoutScheme(text: string, trace?: Trace): string {
  let plain = text.trim();
  if (/%[0-9a-f]{2}/i.test(plain)) {
    try {
      plain = decodeURIComponent(plain).trim();
    } catch {
      throw new NotANumberError("expected a telephone number: its percent signs cannot be decoded");
    }
    trace?.("Characters that a URL encodes are decoded", plain);
  }
  if (!TEL.test(plain)) return plain;
  const [number = "", ...parameters] = plain.replace(TEL, "").split(";");
  const context = parameters.find((parameter) => /^phone-context=\+/i.test(parameter));
  const whole = context === undefined || number.trim().startsWith("+")
    ? number.trim()
    : `${context.slice(context.indexOf("+"))}${number.trim()}`;
  trace?.("The scheme tel: and its parameters are taken out; an extension is not dialled", whole);
  return whole;
}

/** Digits of every script and full-width characters as ASCII, without what cannot be seen. */
export function inAscii(text: string): string {
  return text.normalize("NFKC").replaceAll(INVISIBLE, "")
    .replaceAll(/\p{Nd}/gu, (digit) => String(valueOf(digit)))
    .trim();
}

/** The digits of a script are ten consecutive characters, and each row of them begins with its zero. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

/** Without what stands between digits for the eye. */
export function withoutSeparators(text: string): string {
  return text.replaceAll(SEPARATORS, "");
}
