/** Pages that do not run for a while, in Chromium as people have it: nothing is lost. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { FakeExchange } from "../support/process.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { browserTest, launchUnaided, newContext } from "./chromium.ts";
import { samplePage } from "./library_page.ts";
import { servePage } from "./page.ts";

interface Rig {
  readonly page: Page;
  readonly program: FakeExchange;
  readonly network: TcpProxy;
}

function hiddenTest(name: string, run: (rig: Rig) => Promise<void>): void {
  browserTest(name, async () => {
    await using program = await FakeExchange.start();
    await using network = new TcpProxy(program.port);
    await using site = servePage(samplePage(program, network, {}));
    await using browser = await launchUnaided();
    const page = await (await newContext(browser)).newPage();
    await page.goto(`http://127.0.0.1:${site.addr.port}/`);
    await page.waitForFunction(() => globalThis.client?.status === "open");
    await program.ring("201", "+441632960001");
    await page.waitForFunction(() => heard.rings.length === 1);
    await run({ page, program, network });
  });
}

/** Waits until a page has heard the ring that it slept through, and each event once. */
async function hasHeardAll(page: Page, program: FakeExchange): Promise<void> {
  await page.waitForFunction(() => client.status === "open" && heard.rings.length === 2);
  const { seqs, states, rings } = await page.evaluate(() => heard);
  assert.deepEqual(rings, ["+441632960001", "+441632960002"]);
  assert.equal(states, 1, "the events themselves were replayed");
  assert.deepEqual(seqs, seqs.map((_, i) => (seqs[0] ?? 0) + i));
  await program.drop("202");
  await page.waitForFunction(() => ![...client.calls.values()].some(({ line }) => line === "202"));
}

hiddenTest(
  "a page that was frozen hears what it slept through",
  async ({ page, program, network }) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    await program.ring("202", "+441632960002");
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await hasHeardAll(page, program);
    assert.equal(network.accepted, 1);
  },
);

hiddenTest(
  "a page that was frozen while its connection was cut connects again",
  async ({ page, program, network }) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Page.setWebLifecycleState", { state: "frozen" });
    network.cut();
    await program.ring("202", "+441632960002");
    await session.send("Page.setWebLifecycleState", { state: "active" });
    await hasHeardAll(page, program);
  },
);

hiddenTest(
  "a page that comes back from the back/forward cache hears what it slept through",
  async ({ page, program }) => {
    await page.evaluate(() => {
      const keep = ({ persisted }: PageTransitionEvent) => globalThis.wasKept = persisted;
      addEventListener("pageshow", keep as unknown as EventListener);
    });
    await page.goto(new URL("/elsewhere", page.url()).href);
    await program.ring("202", "+441632960002");
    await page.goBack({ waitUntil: "commit" });
    await hasHeardAll(page, program);
    assert.equal(await page.evaluate(() => globalThis.wasKept), true);
  },
);

interface PageTransitionEvent {
  readonly persisted: boolean;
}

declare global {
  var wasKept: boolean | undefined;
}
