/** Lines that share an extension, hunt groups, and calls at another phone: what the panel makes of them. */
import assert from "node:assert/strict";
import { callEvent, lineEvent } from "../support/events.ts";
import { until } from "../support/patience.ts";
import { panelTest, talk, tileOf } from "./panel.ts";

panelTest(
  "two lines with one extension are two: each has its lamp, its calls and its commands",
  async (test) => {
    const { bus, commands, server } = test.madeUpServer(["201", "202"]);
    const panel = await test.open(server.port);
    await panel.countIs(".tile", 2);
    bus.publish(lineEvent({ line: "201", name: "Door", permanentId: "b" }, { change: "added" }));
    await panel.countIs(tileOf("201"), 2);
    await panel.becomes("#overview", "3 of 3");
    const desk = panel.tile("201").filter({ hasText: "Desk 201 · test:201" });
    const door = panel.tile("201").filter({ hasText: "Door · b" });
    // Its extension alone names the third one.
    await panel.textsAre(panel.tile("202").locator("[data-part=name]"), "Desk 202");

    talk({ bus }, "201", ["drop", "swap"]);
    bus.publish(callEvent({ id: 9, permanentId: "b", can: ["swap"] }, { change: "new" }));
    await desk.locator(".lamp", { hasText: "T" }).waitFor();
    await door.locator(".lamp", { hasText: "R" }).waitFor();

    await door.click();
    await panel.becomes(`${tileOf("201")}[aria-selected="true"]`, "Door");
    await panel.countIs('.tile[aria-selected="true"]', 1);
    await panel.becomes("#phone [data-part=line-title]", "Line 201 · Door");
    await panel.countIs("#phone [data-part=calls] > li", 1);
    await panel.becomes("#phone [data-part=calls]", "call 9");
    await panel.command("Swap");
    await panel.page.locator("#phone").getByLabel("Number", { exact: true }).fill("0123");
    await panel.button("Dial").click();
    // The extension means the line that is selected.
    await panel.dial("201", "0124");
    await panel.dial("202", "0125");
    // The one in the list of calls that was there first.
    await panel.page.locator("#calls tbody button").first().click();
    await panel.becomes("#phone [data-part=line-title]", "Line 201 · Desk 201");
    await panel.command("Hang up");
    await until(() => commands.length === 5);
    assert.deepEqual(commands, [
      { cmd: "swap", line: "b" },
      { cmd: "dial", line: "b", number: "0123" },
      { cmd: "dial", line: "b", number: "0124" },
      { cmd: "dial", line: "202", number: "0125" },
      { cmd: "drop", call: 201 },
    ]);

    // Alone again, it goes by its extension.
    bus.publish(lineEvent({ line: "201", permanentId: "b" }, { change: "removed" }));
    await panel.countIs(tileOf("201"), 1);
    await panel.textsAre(panel.tile("201").locator("[data-part=name]"), "Desk 201");
    await panel.command("Swap");
    await until(() => commands.length === 6);
    assert.deepEqual(commands[5], { cmd: "swap", line: "201" });
  },
);

panelTest("a hunt group's line is marked as one", async (test) => {
  const { bus, server } = test.madeUpServer(["201"]);
  const group = { line: "110", name: "Support", permanentId: "g", kind: "group" } as const;
  bus.publish(lineEvent(group, { change: "added" }));
  const panel = await test.open(server.port);
  await panel.textsAre(panel.tile("110").locator("[data-part=marks]"), "group");
  await panel.textsAre(panel.tile("201").locator("[data-part=marks]"), "");
  await panel.tile("110").click();
  await panel.becomes("#phone [data-part=line-title]", "Group 110 · Support");
});

panelTest(
  "a call at another phone is not talking here, and every reason is shown",
  async (test) => {
    const { bus, server } = test.madeUpServer(["201"]);
    const call = { permanentId: "test:201", state: "CONNECTED", stateMode: "INACTIVE" } as const;
    bus.publish(callEvent(call, { change: "new", atMs: Date.now() }));
    const panel = await test.open(server.port);
    await panel.lampIs("201", "A");
    await panel.becomes("#calls tbody tr", /CONNECTED\s+at another phone/);
    await panel.tile("201").click();
    await panel.becomes("#phone [data-part=calls]", "CONNECTED INACTIVE");
    bus.publish(callEvent({
      permanentId: "test:201",
      state: "DISCONNECTED",
      disconnect: "PICKUP",
      disconnects: ["NORMAL", "PICKUP"],
    }, { atMs: Date.now() }));
    for (const part of ["#calls tbody tr", "#phone [data-part=calls]", "#events li"]) {
      await panel.becomes(part, "NORMAL, PICKUP");
    }
    await panel.lampIs("201", "E");
  },
);

panelTest(
  "the exchange plays a colleague who answers elsewhere, and a hunt group",
  async (test) => {
    const program = await test.exchange();
    const panel = await test.open(program.port);
    const play = (name: string) =>
      panel.page.locator("#simulation").getByRole("button", { name, exact: true }).click();
    await play("shared");
    await panel.countIs('.tile[data-state="elsewhere"]', 1);
    await play("group");
    await panel.becomes(`${tileOf("110")} [data-part=marks]`, "group");
    await panel.lampIs("110", "R");
    await panel.becomes("#journal tbody", /110in[^]*elsewhere/);
  },
);
