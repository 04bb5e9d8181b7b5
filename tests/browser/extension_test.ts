/** The sample extension (Manifest V3), loaded into real Chromium as it stands. */
import assert from "node:assert/strict";
import { eventually } from "../support/patience.ts";
import { Folder } from "../support/folder.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest, launchExtension } from "./chromium.ts";
import { errorsOf, textBecomes } from "./page.ts";

const SAMPLE = new URL("extension/", import.meta.url);

/** The part of an extension's world that the test uses. */
declare const chrome: {
  storage: { local: { set(values: object): Promise<void> } };
  action: { getBadgeText(of: object): Promise<string>; getTitle(of: object): Promise<string> };
};

/** Packs the sample as its author would: with a copy of the library, since none may be loaded. */
async function pack(folder: Folder, { port }: FakeExchange): Promise<void> {
  for await (const { name } of Deno.readDir(SAMPLE)) {
    await Deno.copyFile(new URL(name, SAMPLE), folder.at(name));
  }
  const library = await fetch(`http://127.0.0.1:${port}/client.js`);
  await folder.write("client.js", await library.text());
}

browserTest(
  "the extension shows who calls, and its popup dials, answers and hangs up",
  async () => {
    await using program = await FakeExchange.start();
    await using folder = await Folder.make();
    await pack(folder, program);
    await using browser = await launchExtension(folder.path);
    const worker = browser.serviceWorkers()[0] ?? await browser.waitForEvent("serviceworker");
    await worker.evaluate(
      (server) => chrome.storage.local.set({ server }),
      `ws://127.0.0.1:${program.port}/`,
    );
    const popup = await browser.newPage();
    const errors = errorsOf(popup);
    await popup.goto(new URL("popup.html", worker.url()).href);
    await textBecomes(popup, "#status", "open");

    const buttonIs = (badge: string, title: string) =>
      eventually(async () => {
        const button = await worker.evaluate(async () => [
          await chrome.action.getBadgeText({}),
          await chrome.action.getTitle({}),
        ]);
        assert.deepEqual(button, [badge, title]);
      });
    await buttonIs("", "Telephone");
    await program.ring("201", "+441632960001");
    await textBecomes(popup, "#calls li", "+441632960001: OFFERING");
    await buttonIs("ring", "+441632960001 calls");

    await popup.click("text=Answer");
    await textBecomes(popup, "#calls li", "+441632960001: CONNECTED");
    await buttonIs("call", "Telephone");
    await popup.click("text=Hang up");
    await popup.locator("#calls li").waitFor({ state: "detached" });
    await buttonIs("", "Telephone");

    await popup.fill("#number", "902");
    await popup.click("text=Dial");
    await textBecomes(popup, "#calls li", "902: RINGBACK");
    await popup.click("text=Hang up");
    await popup.locator("#calls li").waitFor({ state: "detached" });
    // The exchange calls this number invalid.
    await popup.fill("#number", "904");
    await popup.click("text=Dial");
    await textBecomes(popup, "#problem", "LINEERR_INVALADDRESS");
    assert.deepEqual(errors, []);
  },
);
