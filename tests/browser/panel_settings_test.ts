/** The settings of phones in the panel: lamps of tiles, the sentence of the phone, switches. */
import assert from "node:assert/strict";
import { lineEvent } from "../support/events.ts";
import { eventually } from "../support/patience.ts";
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
