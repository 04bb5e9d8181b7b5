/** The panel for people who cannot see it, or see it otherwise: axe-core, in every dress of the page. */
import assert from "node:assert/strict";
import type { BrowserContextOptions } from "playwright-core";
import { CALL_COMMANDS } from "../../src/model/command.ts";
import { callEvent, lineEvent } from "../support/events.ts";
import { violations } from "./axe.ts";
import { panelTest, talk } from "./panel.ts";

const DRESSES: Readonly<Record<string, BrowserContextOptions>> = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  "phone width": { viewport: { width: 360, height: 740 }, colorScheme: "light" },
};

for (const [dress, options] of Object.entries(DRESSES)) {
  panelTest(
    `axe-core finds nothing, ${dress}: with calls, troubles, answers, a form and a window`,
    async (test) => {
      const { bus, server } = test.madeUpServer(["201", "202", "203", "204", "205"]);
      talk({ bus }, "201", CALL_COMMANDS);
      for (const [line, state] of [["202", "OFFERING"], ["205", "ONHOLD"]] as const) {
        bus.publish(
          callEvent({ id: Number(line), line, permanentId: `test:${line}`, state }, {
            change: "new",
          }),
        );
      }
      const failed = { status: "failed", error: "LINEERR_ALLOCATED", can: [] } as const;
      bus.publish(lineEvent({ line: "203", permanentId: "test:203", ...failed }));
      bus.publish(lineEvent({
        line: "204",
        permanentId: "test:204",
        messageWaiting: true,
        forwards: [{ when: "always", to: "201" }],
      }));
      bus.publish(lineEvent({
        line: "201",
        permanentId: "test:201",
        doNotDisturb: true,
        voicemail: { on: true, unread: 12, read: 0 },
        user: null,
        groups: { member: 1, disabled: 1 },
        can: ["dnd", "group", "lamp"],
      }, { change: "settings" }));
      const panel = await test.open(server.port, options);
      await panel.becomes("#troubles", "LINEERR_ALLOCATED");
      await panel.tile("201").click();
      await panel.becomes("#phone [data-part=line-text]", "do not disturb");
      await panel.command("Hold");
      await panel.becomes("#phone [data-part=results]", "201: hold: done");
      await panel.becomes("#clients tbody tr", "v2");
      await panel.button("Transfer").click();
      assert.deepEqual(await violations(panel.page), []);
      const beyond = "document.documentElement.scrollWidth - innerWidth";
      assert.equal(await panel.page.evaluate(beyond), 0, "nothing stands beyond the edge");
      await panel.page.getByRole("button", { name: "Token…" }).click();
      await panel.page.locator("dialog[open]").waitFor();
      assert.deepEqual(await violations(panel.page), []);
    },
  );
}

panelTest(
  "axe-core finds nothing on the pretend exchange: its buttons, and the journal",
  async (test) => {
    const program = await test.exchange();
    const panel = await test.open(program.port);
    await panel.becomes("#simulation", "incoming");
    await panel.dial("201", "900");
    await panel.becomes("#journal tbody tr", "201");
    assert.deepEqual(await violations(panel.page), []);
  },
);

panelTest(
  "light or dark is as the system has it, or as was chosen, also the next time",
  async (test) => {
    const { server } = test.madeUpServer(["201"]);
    const panel = await test.open(server.port, { colorScheme: "dark" });
    const { page } = panel;
    const scheme = () => page.evaluate("getComputedStyle(document.documentElement).colorScheme");
    const background = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const dark = await background();
    await page.getByLabel("Colours").selectOption("light");
    assert.equal(await scheme(), "light");
    assert.notEqual(await background(), dark);
    await page.reload();
    assert.equal(await scheme(), "light");
    assert.equal(await page.getByLabel("Colours").inputValue(), "light");
    await page.getByLabel("Colours").selectOption("");
    assert.equal(await background(), dark);
  },
);
