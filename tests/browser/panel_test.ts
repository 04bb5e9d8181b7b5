/** The panel on the running program over the fake exchange: what an administrator does with it. */
import assert from "node:assert/strict";
import { until } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { newContext, OTHER_MACHINE } from "./chromium.ts";
import { GONE, type Panel, panelTest, tileOf } from "./panel.ts";
import { servePage } from "./page.ts";

/** How long a call has been up: at least that. */
const TWO_SECONDS = /0:0[2-9]|0:[1-5]\d|[1-9]\d*:/;

panelTest(
  "tells that the system is heard, dials, shows the call everywhere, ends it",
  async (test) => {
    const program = await test.exchange();
    const panel = await test.open(program.port);
    await panel.becomes("#overview", "Connected to the phone system");
    await panel.becomes("#overview", "8 of 8");
    await panel.becomes("#identity", "anonymous (monitor, control)");
    await panel.countIs(".tile", 8);
    await panel.lampIs("201", "–");

    await panel.dial("201", "+441632960123");
    await panel.becomes(
      "#phone [data-part=results]",
      /✓ 201: dial \+441632960123: done, call \d+/,
    );
    await panel.lampIs("201", "T");
    await panel.becomes("#calls tbody", /201[^]*CONNECTED\s+ACTIVE[^]*to \+441632960123/);
    await panel.becomes("#phone [data-part=calls]", "+441632960123");
    await panel.becomes("#events", "CONNECTED");
    // It runs.
    await panel.becomes("#calls tbody .figures", TWO_SECONDS);
    await panel.becomes(`${tileOf("201")} .figures`, TWO_SECONDS);

    await panel.command("Hold");
    await panel.lampIs("201", "H");
    await panel.command("Retrieve");
    await panel.lampIs("201", "T");
    await panel.command("Hang up");
    await panel.lampIs("201", "–");
    await panel.gone("#calls tbody tr");
    await panel.becomes("#events", "IDLE (ended)");
    // The journal has it by itself.
    await panel.becomes("#journal tbody", /201[^]*out[^]*\+441632960123[^]*answered/);

    await panel.dial("201", "904");
    const answers = "#phone [data-part=results]";
    await panel.becomes(answers, /✕ 201: dial 904: .*LINEERR_INVALADDRESS.*outside prefix/);
    await panel.dial("202", "900");
    await panel.becomes("#journal tbody", /202[^]*out[^]*900[^]*busy \(BUSY\)/);
    await panel.dial("999", "1");
    await panel.becomes(answers, /✕ 999: dial 1: There is no such line/);
  },
);

panelTest("the journal is searched: by number, and for what was missed", async (test) => {
  const program = await test.exchange();
  const panel = await test.open(program.port);
  const { page } = panel;
  await panel.becomes("#overview", "Connected to the phone system");
  await program.ring("201", "+441632960011", 300);
  await program.ring("202", "+441632960022", 300);
  await panel.countIs("#journal tbody tr", 2);
  const journal = page.locator("#journal");
  await journal.getByLabel("Number contains").fill("0022");
  await journal.getByRole("button", { name: "Search" }).click();
  await panel.countIs("#journal tbody tr", 1);
  await panel.becomes("#journal tbody tr", /202in\+441632960022missed/);
  const csv = await journal.getByRole("link", { name: "CSV" }).getAttribute("href");
  assert.match(csv ?? "", /number=0022/);
  await journal.getByLabel("Line").fill("201");
  await journal.getByRole("button", { name: "Search" }).click();
  await panel.becomes("#journal", "No calls found.");
  await journal.getByLabel("Number contains").fill("");
  await journal.getByLabel("Missed only").check();
  // Before the first of them.
  await journal.getByLabel("To").fill("2020-01-01T00:00");
  await journal.getByRole("button", { name: "Search" }).click();
  await panel.becomes("#journal", "No calls found.");
  await journal.getByLabel("To").fill("");
  await journal.getByRole("button", { name: "Search" }).click();
  await panel.countIs("#journal tbody tr", 1);
});

panelTest("makes telephones of the pretend exchange ring, answers, transfers", async (test) => {
  const program = await test.exchange();
  const panel = await test.open(program.port);
  const { page } = panel;
  await panel.becomes("#simulation", "incoming");
  await panel.tile("203").click();
  await page.locator("#simulation").getByLabel("Caller").fill("+441632960777");
  await page.locator("#simulation").getByRole("button", { name: "Ring" }).click();
  await panel.lampIs("203", "R");
  await panel.becomes("#phone [data-part=calls]", "+441632960777");
  await panel.command("Answer");
  await panel.lampIs("203", "T");
  await panel.command("Tones", { "0–9, A–D, *, #": "12#" });
  await panel.becomes("#phone [data-part=results]", "203: tones 12#: done");
  await panel.command("Consult", { Number: "204" });
  await panel.becomes("#phone [data-part=results]", /203: consult 204: done, call \d+/);
  await panel.lampIs("204", "T");
  await panel.button("Complete").first().click();
  await page.locator("form.command").getByRole("button").click();
  await panel.becomes("#phone [data-part=results]", "203: complete transfer: done");
  await panel.lampIs("203", "–");
  await panel.lampIs("204", "T");
  await page.locator("#simulation").getByRole("button", { name: "missed" }).click();
  await panel.becomes("#phone [data-part=results]", "✓ play missed");
});

panelTest("a lost connection is shown and reopened", async (test) => {
  // The second program has a port of its own; that of the first may be anybody's by then.
  await using network = new TcpProxy(0);
  let panel: Panel;
  {
    await using first = await FakeExchange.start();
    network.serverPort = first.port;
    panel = await test.open(network.port);
    await panel.becomes("#overview", "Connected to the phone system");
    network.down = true;
  }
  await panel.becomes("#overview", "Not connected to Tapi2Ws");
  await panel.becomes("#events", "connection lost");
  // Nothing can be commanded, and what was known stands still.
  await until(() => panel.button("Dial").isDisabled());
  assert.equal(await panel.page.locator(".tile").count(), 8);
  const second = await test.exchange();
  network.serverPort = second.port;
  network.down = false;
  await panel.becomes("#overview", "Connected to the phone system");
  await panel.becomes("#events", "state reloaded");
  await panel.dial("202", "+441632960124");
  await panel.lampIs("202", "T");
}, GONE);

panelTest(
  "the snippet connects a page of another origin as it stands there",
  async (test) => {
    const program = await test.exchange();
    const panel = await test.open(program.port);
    await panel.tile("205").click();
    await panel.becomes("#connect code", 'lines: "205"');
    const snippet = await panel.page.locator("#connect code").textContent();
    const site = servePage(`<!DOCTYPE html><title>a page</title>${snippet}`);
    const page = await (await newContext(test.browser)).newPage();
    const rings = page.waitForEvent("console", (message) => message.text().startsWith("ringing:"));
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    // Its connection stands in the panel.
    await panel.becomes("#clients tbody tr", /anonymous127\.0\.0\.1:\d+v2205/);
    await program.ring("205", "+441632960005");
    assert.equal((await rings).text(), "ringing: +441632960005");
    await page.close();
    await site.shutdown();
  },
);

panelTest("the snippet's part names the pages that browsers keep from using it", async (test) => {
  const { server } = test.madeUpServer(["201"]);
  const panel = await test.open(server.port);
  const { page } = panel;
  await page.goto(`http://${OTHER_MACHINE}:${server.port}/`);
  await panel.becomes("#connect", `A page on https cannot open http://${OTHER_MACHINE}`);
  const address = page.getByLabel("Your page's address");
  await address.fill("http://crm");
  await panel.becomes("#connect", "This page can connect.");
  await address.fill("http://crm.example.com");
  await panel.becomes("#connect", "If crm.example.com has a public address");
  await address.fill("crm");
  await panel.becomes("#connect", "Enter an address that begins with http://");
}, /Cross-Origin-Opener-Policy|status of 40[49]/);
