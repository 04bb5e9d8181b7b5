/** README's sample page, as it stands there, in real Chromium against the program on the fake. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { ProgramProcess } from "../support/process.ts";
import { hasChromium, launchChromium } from "./chromium.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

/** The first HTML sample of README. */
function samplePage(): string {
  const html = README.match(/```html\n([\s\S]*?)```/)?.[1];
  assert(html, "README has an HTML sample");
  return html;
}

/** Serves the sample from an origin of its own, as an intranet server would. */
function servePage(html: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } }),
  );
}

async function textBecomes(page: Page, selector: string, text: string): Promise<void> {
  await page.locator(selector, { hasText: text }).waitFor({ timeout: 20_000 });
}

Deno.test({
  name: "README's page shows calls, compares data.line === 201, dials to CONNECTED and hangs up",
  ignore: !hasChromium,
  // The browser's driver keeps handles of its own beyond the test.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await using process = new ProgramProcess([
      "--provider=fake",
      "--host=127.0.0.1",
      "--port=0",
      "--fake-rate=0",
    ]);
    const port = await process.port();
    await process.logged(/8 lines are open/);
    const html = samplePage().replaceAll("localhost:43001", `127.0.0.1:${port}`);
    assert(html.includes(`127.0.0.1:${port}`), "the sample connects to the documented port");
    const site = servePage(html);
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on("pageerror", (error) => errors.push(error.message));
      await page.goto(`http://127.0.0.1:${site.addr.port}/`);
      await textBecomes(page, "#status", "connected");
      await page.fill("#number", "+441632960123");
      await page.click("#dial");
      await textBecomes(page, "#calls", "CONNECTED");
      await page.click("#drop");
      await textBecomes(page, "#calls", "IDLE");
      assert.match(await page.locator("#calls").innerText(), /\+441632960123/);
      assert.deepEqual(errors, []);
    } finally {
      await browser.close();
      await site.shutdown();
    }
  },
});
