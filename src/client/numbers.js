// @ts-check
/** Telephone numbers in pages: to show, to compare, and links that dial. */
/** @import * as Api from "./client.d.ts" */

/**
 * What is used of a browser's MouseEvent and Element: the library also runs where there are none.
 *
 * @typedef {{ button: number, ctrlKey: boolean, metaKey: boolean, shiftKey: boolean, altKey: boolean }} Click
 * @typedef {{ localName: string, getAttribute(name: string): string | null }} LinkElement
 */

/** Shorter numbers are the same only if all of their digits are. */
const LEAST_COMMON_DIGITS = 7;
const E164 = /^\+[1-9]\d{6,14}$/;

/** @type {typeof Api.formatNumber} */
export function formatNumber({ national, number }) {
  return national ?? number;
}

/** @type {typeof Api.sameNumber} */
export function sameNumber(a, b) {
  const [one, other] = [comparable(a), comparable(b)];
  if (one.text === "" || other.text === "") return false;
  if (one.isE164 && other.isE164) return one.text === other.text;
  if (one.text === other.text) return true;
  // One is written with another prefix: what follows the prefixes is compared.
  const [short, long] = [one.text, other.text].map(withoutPrefix)
    .sort((first, second) => first.length - second.length);
  return short !== undefined && long !== undefined && short.length >= LEAST_COMMON_DIGITS &&
    long.endsWith(short);
}

/**
 * @param {string | Api.Party} number
 * @returns {{ readonly text: string, readonly isE164: boolean }}
 */
function comparable(number) {
  const text = typeof number === "string" ? number : number.e164 ?? number.number;
  const plain = decoded(text).replace(/^tel:/i, "").replace(/;.*$/, "")
    // Within the country only, as in +49 (0)30.
    .replace(/^(\s*(?:\+|00).*)\(0\)/, "$1")
    .replaceAll(/[^\d+*#]/g, "");
  return { text: plain, isE164: E164.test(plain) };
}

/** @type {(text: string) => string} */
function withoutPrefix(text) {
  return text.replace(/^\+?0*/, "");
}

/** @type {(text: string) => string} */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Calls `dial` with the number of each telephone link that is clicked in `root`.
 *
 * @param {EventTarget} root
 * @param {(number: string, link: EventTarget) => void} dial
 * @returns {() => void} Leaves the links to the browser again.
 */
export function onTelephoneLinks(root, dial) {
  const listener = (/** @type {Event} */ event) => {
    if (event.defaultPrevented || !isPlainClick(event)) return;
    for (const target of event.composedPath()) {
      const href = hrefOf(target);
      if (href === undefined) continue;
      if (!/^\s*tel:/i.test(href)) return;
      event.preventDefault();
      // The server reads the rest: tel:, its parameters, and what is written between digits.
      return dial(decoded(href).trim(), target);
    }
  };
  root.addEventListener("click", listener);
  return () => root.removeEventListener("click", listener);
}

/** @type {(event: Event) => boolean} */
function isPlainClick(event) {
  const { button = 0, ctrlKey, metaKey, shiftKey, altKey } = /** @type {Partial<Click>} */ (
    event
  );
  return button === 0 && !ctrlKey && !metaKey && !shiftKey && !altKey;
}

/**
 * @param {EventTarget} target
 * @returns {string | undefined} As the page has it: the browser's own form may differ.
 */
function hrefOf(target) {
  const { localName, getAttribute } = /** @type {Partial<LinkElement>} */ (target);
  if (localName !== "a" && localName !== "area") return undefined;
  return getAttribute?.call(target, "href") ?? undefined;
}
