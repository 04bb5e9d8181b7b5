/** /manual/: pages for browsers, Markdown for programs, to everybody. */
import assert from "node:assert/strict";
import { PAGES, PICTURES } from "../../../src/manual/pages.ts";
import { ADVICE } from "../../../src/model/advice.ts";
import { ERROR_CODES } from "../../../src/model/error.ts";
import { ROWS } from "../../../src/settings/schema.ts";
import { startTestServer } from "../../support/server.ts";

const BROWSER = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

Deno.test("every page is HTML for a browser, Markdown for a program, under the panel's policy", async () => {
  const { server } = startTestServer();
  const url = `http://127.0.0.1:${server.port}/manual/`;
  const panel = await fetch(`http://127.0.0.1:${server.port}/`, BROWSER);
  await panel.body?.cancel();
  const policy = panel.headers.get("content-security-policy");
  for (const [name, { text }] of Object.entries(PAGES)) {
    const page = await fetch(url + name, BROWSER);
    const html = await page.text();
    assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(page.headers.get("content-security-policy"), policy);
    assert(html.includes(`<a href="${name}" aria-current="page">`), name);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/, name);
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length, `${name}: each id once`);
    for (const path of [name, `${name}.md`]) {
      const markdown = await fetch(url + path, { headers: { accept: "*/*" } });
      assert.equal(markdown.headers.get("content-type"), "text/markdown; charset=utf-8");
      assert.equal(await markdown.text(), text);
    }
  }
  for (const [name, bytes] of Object.entries(PICTURES)) {
    const picture = await fetch(`${url}pictures/${name}`);
    assert.match(picture.headers.get("content-type") ?? "", /^image\//);
    assert.deepEqual(await picture.bytes(), bytes);
  }
  await server.stop(1000);
});

Deno.test("the table of contents lists every page, and the search has every setting and code", async () => {
  const { server } = startTestServer();
  const origin = `http://127.0.0.1:${server.port}`;
  const moved = await fetch(`${origin}/manual`, BROWSER);
  assert.equal(moved.url, `${origin}/manual/`);
  const html = await moved.text();
  const markdown = await (await fetch(`${origin}/manual/`)).text();
  for (const name of Object.keys(PAGES)) {
    assert(html.includes(`<dt><a href="${name}">`), name);
    assert(markdown.includes(`](${name}.md)`), name);
  }
  const pages = await (await fetch(`${origin}/manual/search.json`)).json() as {
    name: string;
    sections: { anchor: string; title: string }[];
  }[];
  const anchors = pages.flatMap(({ name, sections }) =>
    sections.map(({ anchor }) => `${name}#${anchor}`)
  );
  assert.equal(new Set(anchors).size, anchors.length);
  // The panel's links, and searches that people make.
  for (
    const anchor of [
      ...ROWS.map(([key]) => `settings#${key}`),
      ...ERROR_CODES.map((code) => `protocol#${code}`),
      ...Object.keys(ADVICE).map((key) => `troubleshooting#${key}`),
      "client-library#disconnected",
    ]
  ) {
    assert(anchors.includes(anchor), anchor);
  }
  // Code is not torn from the punctuation after it, and a picture is no summary.
  const titles = pages.flatMap(({ sections }) => sections.map(({ title }) => title));
  assert(titles.includes("callerId, calledId"), titles.join());
  assert.doesNotMatch(html, /<img/);
  const missing = await fetch(`${origin}/manual/nothing`, BROWSER);
  assert.equal(missing.status, 404);
  await missing.body?.cancel();
  await server.stop(1000);
});
