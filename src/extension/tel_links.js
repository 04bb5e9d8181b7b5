// @ts-check
/** In every page: a click on a `tel:` link dials. Only a user's click does, not one of a script. */
(() => {
  let pages = { telLinks: false, confirmDial: true };
  chrome.storage.local.get("pages").then((kept) => {
    pages = /** @type {typeof pages | undefined} */ (kept["pages"]) ?? pages;
  });
  chrome.storage.onChanged.addListener((changes) => {
    pages = /** @type {typeof pages | undefined} */ (changes["pages"]?.newValue) ?? pages;
  });

  addEventListener("click", (event) => {
    if (!event.isTrusted || event.button !== 0 || !pages.telLinks) return;
    // The extension was updated: the page's other copy of this script is at work.
    if (chrome.runtime?.id === undefined) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (link?.protocol !== "tel:") return;
    const number = decodeURIComponent(link.href.slice("tel:".length));
    event.preventDefault();
    if (pages.confirmDial && !confirm(`Dial ${number}?`)) return;
    void chrome.runtime.sendMessage({ type: "dial", number });
  }, true);
})();
