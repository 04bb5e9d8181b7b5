/** How the server hands out the panel, and to whom. */
import assert from "node:assert/strict";
import { startTestServer } from "../../support/server.ts";

const BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

Deno.test("GET / is the panel for a browser, and the short text for a program", async () => {
  const { server } = startTestServer();
  const url = `http://127.0.0.1:${server.port}/`;
  const page = await fetch(url, { headers: { accept: BROWSER } });
  assert.equal(page.headers.get("content-type"), "text/html; charset=utf-8");
  const file = new URL("../../../src/panel/index.html", import.meta.url);
  assert.equal(await page.text(), await Deno.readTextFile(file));
  const text = await fetch(url, { headers: { accept: "*/*" } });
  assert.match(text.headers.get("content-type") ?? "", /^text\/plain/);
  assert.match(await text.text(), /^Tapi2Ws 1\.2\.3/);
  for (const { headers } of [page, text]) assert.match(headers.get("vary") ?? "", /\baccept\b/);
  await server.stop(1000);
});

Deno.test("every file that the page names is served, under a policy that lets nothing else in", async () => {
  const { server } = startTestServer();
  const url = `http://127.0.0.1:${server.port}/`;
  const page = await fetch(url, { headers: { accept: BROWSER } });
  const html = await page.text();
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|https?:/);
  const found = [...html.matchAll(/(?:src|href)="(panel\/[^"]+)"/g)].map(([, path]) => path ?? "");
  assert(found.length >= 6);
  const seen = new Set<string>();
  for (const path of found) {
    if (seen.has(path)) continue;
    seen.add(path);
    const response = await fetch(new URL(path, url));
    assert.equal(response.status, 200, path);
    const body = await response.text();
    for (const [, name] of body.matchAll(/^import .*?"\.\/([^"]+)"/gm)) found.push(`panel/${name}`);
    const { headers } = response;
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(
      headers.get("content-security-policy"),
      page.headers.get("content-security-policy"),
    );
  }
  assert(seen.has("panel/judgement.js"), "modules that modules import are seen too");
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'.*trusted-types 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|data:/);
  assert.equal(page.headers.get("referrer-policy"), "no-referrer");
  await server.stop(1000);
});
