/** The lamp board in Chromium: its own page, in a frame, in a page of another origin, and with 500 lines. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { CallState } from "../../src/model/call.ts";
import { callEvent, lineEvent } from "../support/events.ts";
import { until } from "../support/patience.ts";
import { rulesFor, tokenRule } from "../support/server.ts";
import { newContext, WEB_SITE } from "./chromium.ts";
import { servePage } from "./page.ts";
import { type Panel, type PanelTest, panelTest, talk } from "./panel.ts";
import { violations } from "./axe.ts";

/** Opens the lamp board's page. */
async function openBoard(test: PanelTest, port: number, query = ""): Promise<Panel> {
  const board = await test.open(port);
  await board.page.goto(`http://127.0.0.1:${port}/board${query}`);
  return board;
}

const tile = (page: Page, line: string) =>
  page.locator(`.tile:has([data-part="line"]:text-is("${line}"))`);

panelTest("the board calls, answers and picks up by a click", async (test) => {
  const program = await test.exchange();
  const board = await openBoard(test, program.port);
  const { page } = board;
  await board.becomes("[role=status]", "Enter your own line");
  assert.equal(await tile(page, "203").getAttribute("aria-disabled"), "true");
  await page.getByLabel("My line").fill("201");
  await page.locator('.tile[title="Call"]').first().waitFor();

  await tile(page, "203").click();
  await board.becomes(".tile[data-state=calling]", "201");
  await board.becomes(".tile[data-state=ringing]", "203");
  await program.drop("201");
  await page.locator(".tile[data-state=calling]").waitFor({ state: "detached" });

  await program.ring("204", "+441632960004");
  await board.becomes(".tile[data-state=ringing]", "+441632960004");
  await page.locator('.tile[title="Pick up"]').click();
  await board.becomes(".tile[data-state=talking]", "201");
  await program.drop("201");

  await program.ring("201", "+441632960001");
  // By the keyboard: the tile that was clicked last has the tab stop, Home is the first one.
  await tile(page, "204").focus();
  await page.keyboard.press("Home");
  await page.locator('.tile[title="Answer"]').waitFor();
  await page.keyboard.press("Enter");
  await board.becomes(".tile[data-state=talking]", "+441632960001");
  await page.reload();
  assert.equal(await page.getByLabel("My line").inputValue(), "201", "it is remembered");
});

panelTest("the board shows what the token permits, and settings of telephones", async (test) => {
  const rules = rulesFor(undefined, {
    tokens: [tokenRule("wall", { can: ["monitor"], lines: ["20*"] })],
  });
  const { bus, server } = test.madeUpServer(["201", "202", "301"], { rules });
  bus.publish(lineEvent({
    line: "202",
    permanentId: "test:202",
    doNotDisturb: true,
    voicemail: { on: true, unread: 3, read: 0 },
  }));
  talk({ bus }, "201");
  const board = await openBoard(test, server.port, "?line=201#token=wall");
  const { page } = board;
  await board.countIs(".tile", 2);
  await tile(page, "202").getByLabel("do not disturb").waitFor();
  await tile(page, "202").getByLabel("3 new in voicemail").waitFor();
  await board.becomes(".tile[data-state=talking]", "201");
  // Without the right to control nothing can be clicked, and no line is asked for.
  await board.countIs('.tile[aria-disabled="true"]', 2);
  assert.equal(await page.getByLabel("My line").count(), 0);
  assert.deepEqual(await violations(page), []);

  const stranger = await openBoard(test, server.port);
  await stranger.becomes("[role=status]", "This server requires a token.");
});

panelTest("axe-core finds nothing on the board, light and dark", async (test) => {
  const { bus, server } = test.madeUpServer(["201", "202", "203"]);
  talk({ bus }, "201");
  bus.publish(
    callEvent({ id: 2, line: "202", permanentId: "test:202", state: "OFFERING" }, {
      change: "new",
    }),
  );
  bus.publish(lineEvent({
    line: "203",
    permanentId: "test:203",
    status: "failed",
    error: "LINEERR_ALLOCATED",
    can: [],
  }));
  for (const colorScheme of ["light", "dark"] as const) {
    const { page } = await openBoard(test, server.port, "?line=201");
    await page.emulateMedia({ colorScheme });
    await page.locator(".tile[data-state=ringing]").waitFor();
    assert.deepEqual(await violations(page), []);
  }
});

panelTest("pages of allowed origins show the board, in a frame and as an element", async (test) => {
  const { bus, server } = test.madeUpServer(["201", "202"]);
  talk({ bus }, "202");
  const origin = `http://127.0.0.1:${server.port}`;
  await using site = servePage(`<!DOCTYPE html><title>CRM</title>
<iframe src="${origin}/board?line=201" title="Lines"></iframe>
<script type="module" src="${origin}/panel/board.js"></script>
<tapi2ws-board lines="202" line="202"></tapi2ws-board>`);
  const page = await (await newContext(test.browser)).newPage();
  await page.goto(`http://127.0.0.1:${site.addr.port}/`);
  await page.frameLocator("iframe").locator(".tile[data-state=talking]").waitFor();
  await page.locator("tapi2ws-board .tile[data-state=talking]").waitFor();
  assert.equal(await page.locator("tapi2ws-board .tile").count(), 1);
  // An element that is taken out lets go of its connection; one that is changed begins anew.
  await until(() => server.clients === 2);
  await page.evaluate("document.querySelector('tapi2ws-board').setAttribute('lines', '201 202')");
  await page.locator("tapi2ws-board .tile").nth(1).waitFor();
  await page.evaluate("document.querySelector('tapi2ws-board').remove()");
  await until(() => server.clients === 1);

  // The web's pages are refused both.
  const stranger = await (await newContext(test.browser)).newPage();
  const refusals: string[] = [];
  stranger.on("console", (message) => refusals.push(message.text()));
  await stranger.goto(`http://${WEB_SITE}:${site.addr.port}/`);
  await until(() =>
    refusals.some((text) => /frame-ancestors/.test(text)) &&
    refusals.some((text) => /WebSocket connection to/.test(text))
  );
  assert.equal(await stranger.frameLocator("iframe").locator(".tile").count(), 0);
  assert.equal(server.clients, 1);
});

const LINES = Array.from({ length: 500 }, (_, i) => String(20001 + i));
const STATES: readonly CallState[] = ["OFFERING", "CONNECTED", "ONHOLD", "DISCONNECTED"];
const ROUNDS = 8;
/** An answer that takes longer is felt. */
const FELT_MS = 100;

panelTest("500 lines that all change at once are drawn before it is felt", async (test) => {
  const { bus, server } = test.madeUpServer(LINES);
  const board = await openBoard(test, server.port);
  const { page } = board;
  await board.countIs(".tile", LINES.length);
  // In the processor time of the page itself: other programs may have the processor meanwhile.
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const taskMs = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0) * 1000;
  };
  await page.evaluate(`
    globalThis.draws = 0;
    const original = requestAnimationFrame;
    globalThis.requestAnimationFrame = (draw) => original((at) => { draws++; draw(at); });
    const last = document.querySelector("tapi2ws-board").shadowRoot.querySelector(".tile:last-child");
    // Without asking again and again, which would be work of the page as well.
    globalThis.lastTileIs = (state) => new Promise((resolve) => {
      const look = () => last.dataset.state === state && resolve();
      new MutationObserver(look).observe(last, { attributes: true });
      look();
    });
  `);
  const before = await taskMs();
  for (let round = 0; round < ROUNDS; round++) {
    const state = STATES[round % STATES.length] ?? "UNKNOWN";
    for (const [index, line] of LINES.entries()) {
      const change = round === 0 ? "new" : "state";
      bus.publish(
        callEvent({ id: 1000 + index, line, permanentId: `test:${line}`, state }, { change }),
      );
    }
    await page.evaluate(`lastTileIs("${["ringing", "talking", "held", "ending"][round % 4]}")`);
  }
  const spentMs = await taskMs() - before;
  const draws = await page.evaluate<number>("draws");
  assert(draws < ROUNDS * 4, `${draws} drawings for ${ROUNDS} bursts of ${LINES.length} events`);
  assert(spentMs / ROUNDS < FELT_MS, `${spentMs / ROUNDS} ms for each burst`);
});
