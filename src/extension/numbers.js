// @ts-check
/**
 * On sites that the user permits: phone numbers in text are underlined, and a click on one dials. They
 * are highlighted and not wrapped in elements, so that the page's own scripts find what they made.
 */
(() => {
  const NAME = "tapi2ws-numbers";
  /** A plus or a zero, then 6 to 15 digits with what makes them readable. */
  const NUMBER = /(?<![\w.,:\/+-])(?:\+|\(?0)(?:[ \u00a0().\/-]{0,2}\d){6,15}(?![\w:]|[.,]\d)/g;
  /** Where text is not for reading, or already does something. */
  const OTHER = "a, button, input, textarea, select, script, style, noscript, [contenteditable]";
  const PAUSE_MS = 300;

  /** @type {Map<Text, Range[]>} */
  const found = new Map();
  const highlight = new Highlight();
  CSS.highlights.set(NAME, highlight);
  const style = new CSSStyleSheet();
  style.replaceSync(`::highlight(${NAME}) { text-decoration: underline dotted; }`);
  document.adoptedStyleSheets.push(style);

  /** @param {Node} root */
  function search(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let node = root instanceof Text ? root : walker.nextNode();
    for (; node !== null; node = walker.nextNode()) searchText(/** @type {Text} */ (node));
  }

  /** @param {Text} text */
  function searchText(text) {
    for (const range of found.get(text) ?? []) highlight.delete(range);
    found.delete(text);
    if (!text.isConnected || text.parentElement?.closest(OTHER) !== null) return;
    const ranges = [...text.data.matchAll(NUMBER)].map(({ index, 0: { length } }) => {
      const range = new Range();
      range.setStart(text, index);
      range.setEnd(text, index + length);
      return range;
    });
    if (ranges.length > 0) found.set(text, ranges);
    for (const range of ranges) highlight.add(range);
  }

  /** @type {Set<Node>} */
  const changed = new Set();
  new MutationObserver((changes) => {
    if (changed.size === 0) setTimeout(searchChanged, PAUSE_MS);
    for (const { type, target, addedNodes } of changes) {
      if (type === "characterData") changed.add(target);
      for (const node of addedNodes) changed.add(node);
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });
  search(document);

  function searchChanged() {
    const nodes = [...changed];
    changed.clear();
    for (const text of found.keys()) if (!text.isConnected) searchText(text);
    for (const node of nodes) search(node);
  }

  addEventListener("click", (event) => {
    if (!event.isTrusted || event.button !== 0 || chrome.runtime?.id === undefined) return;
    if (String(getSelection()) !== "") return;
    // Whatever covers a number is another element.
    const [element] = event.composedPath();
    const range = [...found].filter(([text]) => text.parentElement === element)
      .flatMap(([, ranges]) => ranges).find((range) => isIn(range, event));
    if (range === undefined) return;
    const number = range.toString().trim();
    event.preventDefault();
    event.stopPropagation();
    void chrome.runtime.sendMessage({ type: "dial", number });
  }, true);

  /** @type {(range: Range, at: MouseEvent) => boolean} */
  function isIn(range, { clientX: x, clientY: y }) {
    return [...range.getClientRects()].some((box) =>
      x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
    );
  }
})();
