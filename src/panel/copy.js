// @ts-check
/** Copying code to the clipboard, which browsers give to pages on https and on localhost only. */

/**
 * Copies an element's text; where that is not possible, selects it.
 *
 * @param {Element} element
 * @returns {Promise<string>} What to say to the reader.
 */
export async function copyTextOf(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return "Copied.";
  } catch {
    getSelection()?.selectAllChildren(element);
    return "Press Ctrl+C.";
  }
}
