/** The manual in Chromium: pages, search, samples that can be copied, in light, dark and on paper. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { startTestServer } from "../support/server.ts";
import { violations } from "./axe.ts";
import { browserTest, launchChromium, newContext } from "./chromium.ts";

/** The page's exceptions, and the browser's refusals and warnings. */
function wrongsOf(page: Page): string[] {
  const wrongs: string[] = [];
  page.on("pageerror", ({ message }) => wrongs.push(message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrongs.push(message.text());
  });
  return wrongs;
}

browserTest(
  "the manual is found from the panel's server, searched, and its samples name the server",
  async () => {
    const { server } = startTestServer();
    await using browser = await launchChromium();
    const context = await newContext(browser, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    const wrongs = wrongsOf(page);
    const host = `localhost:${server.port}`;
    await page.goto(`http://${host}/manual`);
    await page.getByRole("link", { name: "Settings", exact: true }).first().click();
    await page.waitForURL(`http://${host}/manual/settings`);
    assert.deepEqual(await violations(page), []);

    await page.keyboard.press("/");
    await page.keyboard.type("log file");
    const hit = page.locator("#found a").filter({ hasText: /^log\.file$/ });
    await hit.click();
    await page.waitForURL(`http://${host}/manual/settings#log.file`);
    await page.locator("#found").waitFor({ state: "hidden" });
    await page.locator("tr:target", { hasText: "log.file" }).waitFor();
    await page.fill("#search", "zzzz");
    await page.locator("#found", { hasText: "Nothing found" }).waitFor();

    await page.goto(`http://${host}/manual/client-library`);
    await page.locator("pre .copy").first().click();
    await page.getByText("Copied").waitFor();
    const copied = await page.evaluate("navigator.clipboard.readText()");
    assert.match(
      String(copied),
      new RegExp(`^import \\{ connect \\} from "http://${host}/client.js";`),
    );
    assert.match(String(copied), new RegExp(`connect\\("ws://${host}/"`));
    assert.deepEqual(wrongs, []);
    await server.stop(1000);
  },
);

browserTest("a page of the manual can be read in the dark, on a phone and on paper", async () => {
  const { server } = startTestServer();
  await using browser = await launchChromium();
  const context = await newContext(browser, {
    colorScheme: "dark",
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  const wrongs = wrongsOf(page);
  await page.goto(`http://localhost:${server.port}/manual/panel`);
  assert.deepEqual(await violations(page), []);
  const beyond = "document.documentElement.scrollWidth - innerWidth";
  assert.equal(await page.evaluate(beyond), 0, "nothing stands beyond the edge");
  const whole =
    "[...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0)";
  assert(await page.evaluate(whole), "every picture is shown");
  await page.emulateMedia({ media: "print" });
  await page.locator(".pages").waitFor({ state: "hidden" });
  await page.locator("article").waitFor();
  assert.deepEqual(wrongs, []);
  await server.stop(1000);
});
