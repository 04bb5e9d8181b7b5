/** The panel's trial of numbers, in Chromium. */
import { loadNumbers } from "../../src/numbers/load.ts";
import { Folder } from "../support/folder.ts";
import { rulesFor, tokenRule } from "../support/server.ts";
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
  await shows("0900 123456", "written", "Your dialling rules do not allow this number.");
  await shows("call me", "written", "Not dialled: expected a telephone number");
  await panel.textsAre(part.locator("dt"));
  await shows("201", "caller", "This is an extension of the phone system.");
  await panel.textsAre(part.locator("li"), "It has an extension's length: 201");
  if (commands.length > 0) throw new Error("A number was dialled");
});

panelTest(
  "the directory's entry of a number is shown to a token that sees every line",
  async (test) => {
    await using folder = await Folder.make();
    const { name, sha256 } = tokenRule("secret");
    const token = `[[token]]\nname = "${name}"\nsha256 = "${sha256}"\nlines = ["*"]\n`;
    const file = await folder.write("tapi2ws.toml", `anonymous = false\n${token}`);
    const program = await test.exchange(`--config=${file}`);
    const panel = await test.open(program.port);
    await panel.page.locator("dialog[open]").waitFor();
    await panel.page.getByLabel("Token", { exact: true }).fill("secret");
    await panel.page.getByRole("button", { name: "Use token" }).click();
    await panel.tile("201").waitFor();
    const part = panel.page.locator("#number");
    await part.getByLabel("Text").fill("+44 (0)1632 960051");
    await part.getByRole("button", { name: "Try" }).click();
    await panel.becomes("#number dd", "Otto Muster, Example Bakery, in simulated");
  },
);
