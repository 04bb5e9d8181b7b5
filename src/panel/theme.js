// @ts-check
/**
 * Light or dark, as the system has it or as the reader chose. Runs before the page is painted, so
 * that the choice of last time does not come with a flash: the one script here that is no module.
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
