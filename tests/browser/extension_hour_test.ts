/** An hour of a clerk with the browser extension, in which nothing wrong is shown; time is compressed. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { eventually } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest } from "./chromium.ts";
import { InstalledExtension } from "./installed_extension.ts";
import { textBecomes } from "./page.ts";
import { Unwatched } from "./unwatched.ts";

const ADA = "+441632960001";
const BEN = "+441632960002";
/** Longer than a service worker lives without anything to do. */
const IDLE_MS = 35_000;

async function post(program: FakeExchange, path: string, body: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${program.port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  assert(response.ok, text);
}

/** Presses a button of the call that the popup shows first. */
async function press(popup: Page, name: string): Promise<void> {
  await popup.locator('[data-part="calls"] li').first().getByRole("button", { name, exact: true })
    .click();
}

browserTest(
  "extension: a clerk's hour shows nothing wrong; alone, it stays connected",
  async () => {
    await using program = await FakeExchange.start();
    await using alone = await Unwatched.start(program.port, "208");
    await using extension = await InstalledExtension.start(program.port, {
      extension: "201",
      internalSeconds: 1,
    });
    const isFree = () => extension.buttonIs("", /^201: free$/);
    await isFree();
    const appeared = await extension.noteAppearances();
    const popup = await extension.openPopup();
    const ring = (call: object) => post(program, "/fake/calls", { to: "201", ...call });

    // A customer is answered, waits, and is served.
    await ring({ from: ADA, name: "Ada Example" });
    await extension.shows([`Ada Example ${ADA}`, "answer", "drop"]);
    await extension.press("answer");
    await extension.shows();
    await extension.buttonIs("T", /Ada Example/);
    await press(popup, "Hold");
    await extension.buttonIs("H", /on hold/);
    await press(popup, "Retrieve");
    await extension.buttonIs("T", /talking/);

    // Another one calls meanwhile: the first waits.
    await ring({ from: BEN });
    await extension.shows([BEN, "answer", "drop"]);
    await extension.buttonIs("R", /ringing/);
    await extension.press("answer");
    await extension.shows();
    await extension.buttonIs("T", new RegExp(`\\${BEN}`));
    await extension.keys("hang-up");
    await extension.buttonIs("H", /Ada Example/);
    await extension.keys("hang-up");
    await isFree();

    // A call that the clerk does not want is not missed.
    await ring({ from: BEN, lateCallerId: true });
    await extension.shows(["number pending", "answer", "drop"]);
    await extension.shows([BEN, "answer", "drop"]);
    await extension.press("drop");
    await extension.shows();
    await isFree();

    // One that a colleague takes is not, either.
    await ring({ from: ADA });
    await extension.shows([ADA, "answer", "drop"]);
    await post(program, "/api/v2/commands", { cmd: "pickup", line: "202", from: "201" });
    await extension.shows();
    await isFree();
    await program.drop("202");

    // A colleague calls; the notification is short, the call rings on until the clerk lifts the handset.
    await program.dial("202", "201");
    await eventually(async () => {
      assert.match((await extension.shown())[0]?.text ?? "", /\b202$/);
    });
    await extension.shows();
    await extension.buttonIs("R", /202/);
    await extension.buttonIs("T", /202/);
    await extension.keys("hang-up");
    await isFree();

    // Dialling: busy, then a number that answers, who is put through to a colleague.
    await popup.fill('input[name="number"]', "900");
    await popup.click('[data-part="dial"] >> text=Dial');
    await extension.buttonIs("B", /busy/);
    await extension.keys("hang-up");
    await isFree();
    await popup.fill('input[name="number"]', "+44 (0)1632 960003");
    await popup.click('[data-part="dial"] >> text=Dial');
    await extension.buttonIs("T", /\+441632960003/);
    await press(popup, "Transfer");
    await popup.fill('form.command input[name="number"]', "203");
    await popup.locator("form.command").getByRole("button", { name: "Transfer" }).click();
    await isFree();
    await textBecomes(popup, '[data-part="results"] li', "Transfer 203: done");

    // The break: two calls that nobody takes, one of them without a number.
    await popup.close();
    await ring({ from: ADA, hangUpAfterMs: 300 });
    await extension.shows([ADA, "call"]);
    await extension.buttonIs("1", /1 missed/);
    await extension.close();
    await extension.shows();
    await ring({ hidden: true, hangUpAfterMs: 300 });
    await extension.shows(["number withheld"]);
    await extension.buttonIs("2", /2 missed/);
    const later = await extension.openPopup();
    await textBecomes(later, '.entry[data-result="missed"]', "number withheld");
    await isFree();

    const times = Map.groupBy(await appeared(), (id) => id);
    assert(times.size >= 8);
    for (const [id, all] of times) assert.equal(all.length, 1, `${id} appeared more than once`);
    await alone.stays(IDLE_MS);
  },
);
