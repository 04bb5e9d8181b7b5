// @ts-check
/**
 * Light or dark, as the system or the reader chooses. Runs before the page is painted, so that the
 * choice of the last visit does not flash: the only script here that is not a module.
 */
{
  const KEY = "tapi2ws.theme";
  const root = document.documentElement;

  const show = (/** @type {string} */ theme) => {
    if (theme === "light" || theme === "dark") root.dataset["theme"] = theme;
    else delete root.dataset["theme"];
  };

  show(localStorage.getItem(KEY) ?? "");
  addEventListener("DOMContentLoaded", () => {
    const choice = document.getElementById("theme");
    if (!(choice instanceof HTMLSelectElement)) return;
    choice.value = root.dataset["theme"] ?? "";
    choice.addEventListener("change", () => {
      show(choice.value);
      localStorage.setItem(KEY, choice.value);
    });
  });
}
