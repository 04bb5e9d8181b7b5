/** Telephone links of a page in real Chromium: a click dials, and nothing else does. */
import assert from "node:assert/strict";
import type { Client, MadeCall } from "../../src/client/client.d.ts";
import { eventually } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest, launchChromium, newContext } from "./chromium.ts";
import { errorsOf, servePage } from "./page.ts";

declare global {
  var client: Client;
  var dialled: Promise<MadeCall>[];
  var problems: string[];
}

/** Links as pages have them, and the numbers that they lead to. */
const LINKS = [
  ["tel:+49%20(0)30/123-401;ext=5", "+4930123401"],
  ["tel:+49-30-123402", "+4930123402"],
  [" TEL:030%20123403", "+4930123403"],
  ["tel:0049%2030123404", "+4930123404"],
] as const;

browserTest("each telephone link dials with one click, as the site writes numbers", async () => {
  await using program = await FakeExchange.start(
    "--numbers-country=DE",
    "--numbers-outside-prefix=0",
  );
  await using site = servePage(`<!DOCTYPE html>
<meta charset="utf-8">
${LINKS.map(([href]) => `<p class="contact" title="${href}"></p>`).join("\n")}
<p><a id="page" href="#elsewhere">a page</a> <a id="other" href="tel:201">call</a></p>
<script type="module">
import { connect } from "http://127.0.0.1:${program.port}/client.js";
globalThis.problems = [];
globalThis.dialled = [];
const client = connect("ws://127.0.0.1:${program.port}/");
client.on("error", ({ code }) => problems.push(code));
await client.ready;
const lines = [...client.lines.values()];
for (const [i, contact] of document.querySelectorAll(".contact").entries()) {
  client.linkify(contact, { line: lines[i].line, onDial: (result) => dialled.push(result) });
  // Links that come later dial as well.
  contact.innerHTML = '<a href="' + contact.title + '"><b>call</b></a>';
}
client.linkify(document);
globalThis.client = client;
</script>`);
  await using browser = await launchChromium();
  const page = await (await newContext(browser)).newPage();
  const errors = errorsOf(page);
  await page.goto(`http://127.0.0.1:${site.addr.port}/`);
  await page.waitForFunction(() => globalThis.client?.status === "open");
  for (const contact of await page.locator(".contact b").all()) await contact.click();
  await page.locator("#page").click();
  assert.equal(await page.evaluate(() => location.hash), "#elsewhere");
  await page.evaluate(() => Promise.all(dialled));
  await eventually(async () => {
    const calls = await program.get("calls") as { called: { e164?: string } }[];
    assert.deepEqual(calls.map(({ called }) => called.e164).sort(), LINKS.map(([, e164]) => e164));
  });
  assert.deepEqual(
    await page.evaluate(() => problems),
    [],
    "a link that dialled is not dialled twice",
  );

  // Eight lines are known: which of them dials is not.
  await page.locator("#other").click();
  await page.waitForFunction(() => problems.includes("ambiguous"));
  assert.deepEqual(errors, []);
});
