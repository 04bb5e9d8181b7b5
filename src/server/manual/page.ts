/** The manual's pages in a browser: what is around the text, and the table of contents. */
import { AUDIENCES, PAGES } from "../../manual/pages.ts";
import { escape, type Heading, type Rendered } from "./markdown.ts";

/** A page of the manual by its name, or the table of contents. */
export interface Contents {
  readonly [name: string]: Rendered;
}

/** The page of a name. */
export function pageOf(name: string, contents: Contents): string {
  const { title = "", html = "", headings = [] } = contents[name] ?? {};
  return frame(title, name, contents, `<article>${html}</article>${onThisPage(headings)}`);
}

/** The table of contents: every page with its first paragraph. */
export function indexOf(contents: Contents): string {
  const parts = Object.entries(AUDIENCES).map(([audience, label]) => {
    const entries = namesFor(audience).map((name) => {
      const { title = "", summary = "" } = contents[name] ?? {};
      return `<dt><a href="${name}">${escape(title)}</a></dt><dd>${summary}</dd>\n`;
    });
    return `<h2>${label}</h2>\n<dl>\n${entries.join("")}</dl>\n`;
  });
  const html = `<article><h1>The manual of Tapi2Ws</h1>\n${parts.join("")}</article>`;
  return frame("The manual", "", contents, html);
}

/** The table of contents for programs, as Markdown. */
export function indexMarkdown(): string {
  const parts = Object.entries(AUDIENCES).map(([audience, label]) => {
    const entries = namesFor(audience).map((name) => {
      const title = PAGES[name]?.text.match(/^# (.*)/)?.[1] ?? name;
      return `- [${title}](${name}.md)\n`;
    });
    return `\n## ${label}\n\n${entries.join("")}`;
  });
  return `# The manual of Tapi2Ws\n${parts.join("")}`;
}

function namesFor(audience: string): string[] {
  return Object.keys(PAGES).filter((name) => PAGES[name]?.audience === audience);
}

function frame(title: string, current: string, contents: Contents, content: string): string {
  const menu = Object.entries(AUDIENCES).map(([audience, label]) => {
    const items = namesFor(audience).map((name) => {
      const mark = name === current ? ' aria-current="page"' : "";
      return `<li><a href="${name}"${mark}>${escape(contents[name]?.title ?? name)}</a></li>\n`;
    });
    return `<h2>${label}</h2>\n<ul class="plain">\n${items.join("")}</ul>\n`;
  });
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · Tapi2Ws</title>
<link rel="icon" href="../panel/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="../panel/theme.css">
<link rel="stylesheet" href="../panel/controls.css">
<link rel="stylesheet" href="../panel/layout.css">
<link rel="stylesheet" href="../panel/manual.css">
<script src="../panel/theme.js"></script>
<script type="module" src="../panel/manual.js"></script>
</head>
<body>
<a class="skip" href="#text">Skip to the text</a>
<header class="bar">
<p class="brand"><a href="../">Tapi2Ws</a> <a href="./">Manual</a></p>
<search>
<label class="compact">Search
<input id="search" type="search" autocomplete="off" aria-controls="found">
</label>
</search>
<div class="who">
<label class="compact">Colours
<select id="theme">
<option value="">system</option>
<option value="light">light</option>
<option value="dark">dark</option>
</select>
</label>
</div>
</header>
<section class="found card" id="found" aria-live="polite" aria-label="Search results" hidden></section>
<div class="manual">
<nav class="pages" aria-label="Pages of the manual">
${menu.join("")}</nav>
<main id="text" tabindex="-1">
${content}
</main>
</div>
</body>
</html>
`;
}

function onThisPage(headings: readonly Heading[]): string {
  const shown = headings.filter(({ depth }) => depth <= 3);
  if (shown.length < 2) return "";
  const items = shown.map(({ depth, anchor, title }) =>
    `<li class="depth-${depth}"><a href="#${anchor}">${title}</a></li>\n`
  );
  return `<nav class="on-this-page" aria-label="On this page"><h2>On this page</h2>
<ul class="plain">\n${items.join("")}</ul></nav>`;
}
