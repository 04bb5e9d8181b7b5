/** The manual's pages: each is embedded, and every link in them leads somewhere. */
import assert from "node:assert/strict";
import { dirname, join, normalize } from "node:path/posix";
import { PAGES, PICTURES } from "../../src/manual/pages.ts";
import { render } from "../../src/server/manual/markdown.ts";
import { FILES } from "../support/manual.ts";
import { DIAGRAMS } from "./diagrams.ts";

const FOLDER = "src/manual";

/** The anchors of each file, by its path. */
const ANCHORS = new Map(
  await Promise.all(FILES.map(async ({ name, text }) => {
    const { headings } = await render(text);
    return [name, headings.map(({ anchor }) => anchor)] as const;
  })),
);

Deno.test("every page is in the table of contents, with a title, and every picture is embedded", () => {
  const pages = FILES.filter(({ name }) => name.startsWith(FOLDER));
  const listed = Object.keys(PAGES).map((name) => `${FOLDER}/${name}.md`);
  assert.deepEqual(listed.toSorted(), pages.map(({ name }) => name));
  for (const { name, text } of pages) {
    assert.match(text, /^# \S.*\n\n/, `${name} begins with its title`);
    assert.equal(text, PAGES[name.slice(FOLDER.length + 1, -3)]?.text, name);
  }
  const pictures = [...Deno.readDirSync(new URL(`../../${FOLDER}/pictures`, import.meta.url))];
  assert.deepEqual(Object.keys(PICTURES).toSorted(), pictures.map(({ name }) => name).toSorted());
});

Deno.test("README leads to every page", () => {
  const [readme, ...pages] = FILES;
  for (const { name } of pages) assert(readme?.text.includes(`](${name})`), name);
});

Deno.test("every link leads to a page, a heading of it, a picture or a file of the repository", async () => {
  let count = 0;
  for (const { name, text } of FILES) {
    const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "");
    const targets = [
      ...prose.matchAll(/\]\(([^)\s]+)\)/g),
      ...prose.matchAll(/(?:src|srcset|href)="([^"]+)"/g),
    ];
    for (const [, target = ""] of targets) {
      if (/^https?:/.test(target)) continue;
      count++;
      const [path = "", anchor] = target.split("#");
      const file = path === "" ? name : normalize(join(dirname(name), path));
      const problem = `${name} links to ${target}`;
      await Deno.stat(new URL(`../../${file}`, import.meta.url)).catch(() => assert.fail(problem));
      // The program serves what lies in the manual's folder, and nothing else.
      if (name.startsWith(FOLDER)) assert(file.startsWith(`${FOLDER}/`), problem);
      if (anchor !== undefined) assert(ANCHORS.get(file)?.includes(anchor), problem);
    }
  }
  assert(count >= 30);
});

Deno.test("every diagram is as `deno task manual:pictures` draws it", () => {
  for (const [name, svg] of Object.entries(DIAGRAMS)) {
    assert.equal(new TextDecoder().decode(PICTURES[name]), svg, name);
  }
});

Deno.test("no link is in angle brackets or a reference, which would not be checked", () => {
  for (const { name, text } of FILES) {
    const prose = text.replaceAll(/^ *```[\s\S]*?^ *```$/gm, "").replaceAll(/`[^`]*`/g, "");
    assert.doesNotMatch(prose, /^\[[^\]]+\]: |\]\[/m, name);
  }
});
