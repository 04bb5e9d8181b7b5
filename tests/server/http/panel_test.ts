/** How the server hands out the panel, and to whom. */
import assert from "node:assert/strict";
import * as advice from "../../../src/model/advice.ts";
import * as command from "../../../src/model/command.ts";
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
    for (const [, name = ""] of body.matchAll(/^import .*?"(\.{1,2}\/[^"]+)"/gm)) {
      found.push(new URL(name, `${url}${path}`).pathname.slice(1));
    }
    const { headers } = response;
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    if (path === "client.js") continue;
    assert.equal(
      headers.get("content-security-policy"),
      page.headers.get("content-security-policy"),
    );
  }
  for (const imported of ["panel/health.js", "model/command.ts", "client.js"]) {
    assert(seen.has(imported), `${imported}, which a module imports, is seen too`);
  }
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'.*trusted-types 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|data:/);
  assert.equal(page.headers.get("referrer-policy"), "no-referrer");
  await server.stop(1000);
});

Deno.test("the modules of the model that the panel imports are served with all that they export", async () => {
  const { server } = startTestServer();
  for (const [name, module] of Object.entries({ "advice.ts": advice, "command.ts": command })) {
    const response = await fetch(`http://127.0.0.1:${server.port}/model/${name}`);
    assert.equal(response.headers.get("content-type"), "text/javascript; charset=utf-8");
    const text = encodeURIComponent(await response.text());
    const served = await import(`data:text/javascript,${text}`);
    assert.deepEqual(Object.keys(served), Object.keys(module));
    for (const [key, value] of Object.entries(module)) {
      if (typeof value !== "function") assert.deepEqual(served[key], value, key);
    }
    if (name !== "advice.ts") continue;
    for (const error of [...Object.keys(advice.ADVICE), undefined]) {
      assert.equal(served.adviceOn(error, "closed"), advice.adviceOn(error, "closed"));
    }
  }
  await server.stop(1000);
});
