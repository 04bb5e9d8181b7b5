/** The panel's trial of numbers, in Chromium. */
import { loadNumbers } from "../../src/numbers/load.ts";
import { rulesFor } from "../support/server.ts";
import { settingsWith } from "../support/settings.ts";
import { panelTest } from "./panel.ts";

panelTest("a number is read step by step, dialled nowhere, and rules are named", async (test) => {
  const numbers = await loadNumbers(
    settingsWith('[numbers]\ncountry = "DE"\noutsidePrefix = "0"\nextensionLengths = [3]').numbers,
  );
  const rules = rulesFor({
    can: ["monitor", "control"],
    lines: ["*"],
    dial: { deny: ["00900*"] },
  });
  const { server, commands } = test.madeUpServer(["201"], { numbers, rules });
  const panel = await test.open(server.port);
  await panel.tile("201").waitFor();
  const part = panel.page.locator("#number");
  const shows = async (text: string, as: string, ...expected: readonly string[]) => {
    await part.getByLabel("Text").fill(text);
    await part.getByLabel("As").selectOption(as);
    await part.getByRole("button", { name: "Try" }).click();
    for (const shown of expected) await panel.becomes("#number", shown);
  };

  await shows("+49 (0)30 123456", "written", "+4930123456", "0030123456", "country code");
  await panel.textsAre(part.locator("dt"), "E.164", "Shown as", "Dialled as");
  await shows("0030654321", "called", "030 654321", "outside line's 0");
  await panel.textsAre(part.locator("dt"), "E.164", "Shown as");
  await shows("0900 123456", "written", "Your rules do not let you dial it.");
  await shows("call me", "written", "Not dialled: expected a telephone number");
  await panel.textsAre(part.locator("dt"));
  await shows("201", "caller", "An extension of the phone system.");
  await panel.textsAre(part.locator("li"), "It has an extension's length: 201");
  if (commands.length > 0) throw new Error("A number was dialled");
});
