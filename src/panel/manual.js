// @ts-check
/** The manual: search over all pages, samples with this server's address, and a button to copy them. */
import { copyTextOf } from "./copy.js";
import { byId, make } from "./dom.js";

/**
 * @typedef {object} Page
 * @property {string} name
 * @property {string} title
 * @property {readonly { anchor: string, title: string, text: string }[]} sections
 */

/** @typedef {{ href: string, title: string, page: string, text: string, score: number }} Hit */

const MOST_HITS = 30;
const EXCERPT_CHARACTERS = 140;
const COPIED_FOR_MS = 3000;

/** The address that samples have in the files, and what this server is. */
const SAMPLE_ADDRESS = /\b(?:(ws|http):\/\/)?(?:localhost|server):43001\b/gi;

const field = byId("search", HTMLInputElement);
const found = byId("found", HTMLElement);
/** @type {Promise<Page[]> | undefined} */
let index;

field.addEventListener("input", async () => {
  index ??= fetch("search.json").then((response) => response.json());
  const pages = await index;
  const words = field.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
  show(words.length === 0 ? [] : hitsOf(pages, words), words);
});
field.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") show([], []);
  else if (key === "Enter") found.querySelector("a")?.click();
});
found.addEventListener("click", ({ target }) => {
  if (target instanceof Element && target.closest("a") !== null) show([], []);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target instanceof HTMLInputElement) return;
  event.preventDefault();
  field.focus();
});

for (const code of document.querySelectorAll("code")) {
  const text = code.textContent ?? "";
  const here = text.replace(
    SAMPLE_ADDRESS,
    (_, scheme) => scheme === undefined ? location.host : `${schemeOf(scheme)}://${location.host}`,
  );
  if (here !== text) code.textContent = here;
}
for (const sample of document.querySelectorAll("pre")) {
  const button = make("button", "Copy", { type: "button", class: "copy" });
  button.addEventListener("click", async () => {
    button.textContent = await copyTextOf(sample.querySelector("code") ?? sample);
    setTimeout(() => button.textContent = "Copy", COPIED_FOR_MS);
  });
  sample.append(button);
}

/** @type {(scheme: string) => string} */
function schemeOf(scheme) {
  return location.protocol === "https:" ? `${scheme.toLowerCase()}s` : scheme.toLowerCase();
}

/**
 * Every section that has all words, best first: those that have them in their titles.
 *
 * @type {(pages: readonly Page[], words: readonly string[]) => Hit[]}
 */
function hitsOf(pages, words) {
  /** @type {Hit[]} */
  const hits = [];
  for (const { name, title: page, sections } of pages) {
    for (const { anchor, title, text } of sections) {
      const head = `${title} ${anchor}`.toLowerCase();
      const all = `${page} ${head} ${text}`.toLowerCase();
      if (!words.every((word) => all.includes(word))) continue;
      let score = words.filter((word) => head.includes(word)).length;
      if (title.toLowerCase() === words.join(" ")) score += words.length;
      hits.push({ href: `${name}#${anchor}`, title, page, text, score });
    }
  }
  return hits.sort((a, b) => b.score - a.score);
}

/** @type {(hits: readonly Hit[], words: readonly string[]) => void} */
function show(hits, words) {
  found.hidden = words.length === 0;
  const items = hits.slice(0, MOST_HITS).map(({ href, title, page, text }) => {
    const item = make("li");
    const from = title === page ? "" : ` · ${page}`;
    item.append(make("a", title, { href }), make("span", from, { class: "muted" }));
    item.append(make("p", excerpt(text, words[0] ?? ""), { class: "muted" }));
    return item;
  });
  const list = make("ul", "", { class: "plain" });
  list.append(...items);
  found.replaceChildren(hits.length === 0 ? make("p", "Nothing found.") : list);
}

/** The part of a text around a word. @type {(text: string, word: string) => string} */
function excerpt(text, word) {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - EXCERPT_CHARACTERS / 3);
  const part = text.slice(at, at + EXCERPT_CHARACTERS);
  return `${at > 0 ? "…" : ""}${part}${at + EXCERPT_CHARACTERS < text.length ? "…" : ""}`;
}
