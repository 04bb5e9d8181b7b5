/** The panel with 500 lines and a burst of events: how often it draws, and how much it keeps. */
import assert from "node:assert/strict";
import type { CallState } from "../../src/model/call.ts";
import { callEvent } from "../support/events.ts";
import { panelTest, tileOf } from "./panel.ts";

/** Counts the screen's frames, and what the page asks them for and draws. */
const COUNT = `
  globalThis.counted = { frames: 0, draws: 0, asked: 0 };
  const original = requestAnimationFrame;
  const frame = () => {
    counted.frames++;
    original(frame);
  };
  original(frame);
  globalThis.requestAnimationFrame = (draw) => {
    counted.asked++;
    return original((atMs) => {
      counted.draws++;
      draw(atMs);
    });
  };
`;

const LINES = Array.from({ length: 500 }, (_, i) => String(20001 + i));
const EVENTS = 1000;
const EVENTS_A_TURN = 10;
const TURN_MS = 100;
const STATES: readonly CallState[] = ["OFFERING", "CONNECTED", "ONHOLD", "DISCONNECTED"];

panelTest(
  "500 lines and 100 events a second: it draws once a frame, keeps 500 events, takes keys",
  async (test) => {
    const { bus, server } = test.madeUpServer(LINES);
    const panel = await test.open(server.port);
    const { page } = panel;
    await panel.countIs(".tile", LINES.length);
    await panel.becomes("#lines-title", "500");
    await page.evaluate(COUNT);
    const find = page.locator("#lines").getByLabel("Find");
    await find.focus();

    const typing = find.pressSequentially("2000", { delay: 400 });
    for (let sent = 0; sent < EVENTS; sent++) {
      const line = LINES[sent % LINES.length] ?? "";
      const round = Math.floor(sent / LINES.length) * 2 + sent % 2;
      bus.publish(callEvent({
        id: 1000 + sent % LINES.length,
        line,
        permanentId: `test:${line}`,
        state: STATES[round % STATES.length] ?? "UNKNOWN",
        startedAtMs: Date.now(),
      }, { change: sent < LINES.length ? "new" : "state", atMs: Date.now() }));
      if (sent % EVENTS_A_TURN === EVENTS_A_TURN - 1) {
        await new Promise((resolve) => setTimeout(resolve, TURN_MS));
      }
    }
    await typing;
    // The keys were taken while the events came, and chose: 20001 to 20009, and x2000x.
    assert.equal(await find.inputValue(), "2000");
    await panel.countIs(".tile", LINES.filter((line) => line.includes("2000")).length);
    await find.fill("");
    await panel.countIs(".tile", LINES.length);
    await panel.becomes("#calls-title", "500");
    const last = LINES[(EVENTS - 1) % LINES.length] ?? "";
    await panel.becomes(tileOf(last), /ending|on hold/);
    await panel.countIs("#events li", 500);
    const { frames, draws, asked } = await page.evaluate<
      { frames: number; draws: number; asked: number }
    >("counted");
    // Many events are one drawing, and no frame has two.
    assert(asked < EVENTS, `${asked} drawings were asked for by ${EVENTS} events`);
    assert(draws <= frames + 1, `${draws} drawings in ${frames} frames`);
  },
);

panelTest("10,000 events at once become 500 rows, and every lamp is right", async (test) => {
  const { bus, server } = test.madeUpServer(LINES.slice(0, 50), {
    maxUnsentBytes: 64 * 1024 * 1024,
  });
  const panel = await test.open(server.port);
  await panel.countIs(".tile", 50);
  for (let sent = 0; sent < 10_000; sent++) {
    const line = LINES[sent % 50] ?? "";
    const state = sent >= 9950 ? "ONHOLD" : STATES[Math.floor(sent / 50) % 4] ?? "UNKNOWN";
    bus.publish(callEvent({
      id: 1 + sent % 50,
      line,
      permanentId: `test:${line}`,
      state,
      startedAtMs: Date.now(),
    }, {
      change: sent < 50 ? "new" : "state",
      atMs: Date.now(),
    }));
  }
  await panel.countIs('.tile[data-state="held"]', 50);
  await panel.countIs("#events li", 500);
  // The newest stands first.
  await panel.becomes("#events li:first-child", /20050.*ONHOLD/s);
});
