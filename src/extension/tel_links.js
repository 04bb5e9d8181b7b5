// @ts-check
/**
 * In every page: a click on a `tel:` link dials. Only a user's click does, not one of a script. The
 * outermost page also asks the user before a number is dialled.
 */
(() => {
  let isOn = false;
  chrome.storage.local.get("telLinks").then((kept) => isOn = kept["telLinks"] === true);
  chrome.storage.onChanged.addListener(({ telLinks }) => {
    if (telLinks !== undefined) isOn = telLinks.newValue === true;
  });

  addEventListener("click", (event) => {
    if (!event.isTrusted || event.button !== 0 || !isOn) return;
    // The extension was updated: the page's other copy of this script is at work.
    if (chrome.runtime?.id === undefined) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (link?.protocol !== "tel:") return;
    const number = decodeURIComponent(link.href.slice("tel:".length));
    event.preventDefault();
    void chrome.runtime.sendMessage({ type: "dial", number });
  }, true);

  chrome.runtime.onMessage.addListener((message, _sender, answer) => {
    if (message?.type === "confirm") answer(confirm(`Dial ${message.number}?`));
  });
})();
