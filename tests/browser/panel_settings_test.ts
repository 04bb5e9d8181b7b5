/** The settings of phones in the panel: lamps of tiles, the sentence of the phone, switches. */
import assert from "node:assert/strict";
import { lineEvent } from "../support/events.ts";
import { eventually, until } from "../support/patience.ts";
import { type Panel, panelTest } from "./panel.ts";

/** Waits for the small lamps of a tile: their letters, and the words that these stand for. */
async function lampsAre(panel: Panel, line: string, ...expected: string[]): Promise<void> {
  const lamps = panel.tile(line).locator("[data-part=lamps] .lamp");
  await eventually(async () => {
    const shown = await lamps.evaluateAll((all) =>
      all.map((lamp) => `${lamp.textContent} ${lamp.getAttribute("aria-label")}`)
    );
    assert.deepEqual(shown, expected);
  });
}

panelTest(
  "a tile has lamps for what its phone is set to, and the phone says all of it",
  async (test) => {
    const { bus, server } = test.madeUpServer(["201", "202"]);
    const settings = {
      permanentId: "test:201",
      name: "Desk 201",
      doNotDisturb: true,
      messageWaiting: true,
      voicemail: { on: true, unread: 3, read: 2 },
      user: { number: "205" },
      groups: { member: 1, disabled: 2 },
      absence: "At lunch until 2",
      callWaiting: true,
      vendor: { name: "avaya_ip_office" },
    };
    bus.publish(lineEvent(settings, { change: "settings" }));
    const panel = await test.open(server.port);
    await panel.textsAre(panel.tile("201").locator("[data-part=marks]"), "user 205");
    await lampsAre(panel, "201", "D do not disturb", "V3 3 new in voicemail");
    await lampsAre(panel, "202");
    await panel.tile("201").click();
    await panel.becomes(
      "#phone [data-part=line-text]",
      "205 is logged in · do not disturb · absent: At lunch until 2 · voicemail on: 3 new, 2 heard · " +
        "in 1 group, left 2 · call waiting",
    );
    bus.publish(lineEvent({
      ...settings,
      doNotDisturb: false,
      messageWaiting: false,
      voicemail: { on: false, unread: 0, read: 5 },
      user: null,
      absence: null,
    }, { change: "settings" }));
    await panel.becomes(
      "#phone [data-part=line-text]",
      "nobody is logged in · voicemail off: 0 new",
    );
    await lampsAre(panel, "201", "L logged out");
  },
);

panelTest("switches are there where the line takes the command, and send it", async (test) => {
  const { bus, commands, server } = test.madeUpServer(["201", "202"]);
  const can = ["dnd", "group", "lamp", "logout"] as const;
  const settings = { permanentId: "test:201", can, groups: { member: 0, disabled: 1 } };
  bus.publish(lineEvent({ ...settings, doNotDisturb: true }, { change: "settings" }));
  const panel = await test.open(server.port);
  await panel.tile("201").click();
  const switches = panel.page.locator("#phone").getByRole("switch");
  await panel.textsAre(switches, "Do not disturb", "Group calls", "Message lamp");
  for (const name of ["Do not disturb", "Group calls", "Message lamp"]) {
    await panel.page.getByRole("switch", { name }).click();
  }
  await until(() => commands.length === 3);
  assert.deepEqual(commands, [
    { cmd: "dnd", line: "201", on: false },
    { cmd: "group", line: "201", mode: "in" },
    { cmd: "lamp", line: "201", on: true },
  ]);
  await panel.becomes("#phone [data-part=results]", "201: do not disturb off: done");
  // What a switch does has no button beside it.
  await panel.textsAre(
    panel.page.locator("#phone [data-part=line-buttons] button"),
    "Group",
    "Log out",
  );
  // A driver that does not report a setting has no switch for it.
  bus.publish(lineEvent({ permanentId: "test:201", can }, { change: "settings" }));
  await panel.textsAre(switches, "Message lamp");
  await panel.tile("202").click();
  await panel.countIs("#phone [role=switch]", 0);
});

panelTest(
  "a switch turns do not disturb on at the phone, and shows what comes of it",
  async (test) => {
    const { port } = await test.exchange("--fake-driver=avaya_ip_office");
    const panel = await test.open(port);
    await panel.tile("201").click();
    const dnd = panel.page.getByRole("switch", { name: "Do not disturb" });
    for (const isOn of [true, false]) {
      await dnd.click();
      await panel.page.locator(`[role=switch][aria-checked=${isOn}]`, { hasText: "Do not" })
        .waitFor();
      await lampsAre(panel, "201", ...isOn ? ["D do not disturb"] : []);
    }
  },
);
