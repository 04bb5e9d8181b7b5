/** The panel, the lamp board and the client library in real Firefox, as the running program serves them. */
import assert from "node:assert/strict";
import type { Page } from "./puppeteer.d.ts";
import { until } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { type Firefox, firefoxTest } from "./firefox.ts";
import { samplePage } from "./library_page.ts";
import { servePage } from "./page.ts";

firefoxTest("the panel shows lines and calls, dials and hangs up", async (firefox) => {
  await using program = await FakeExchange.start();
  const page = await firefox.open(`http://127.0.0.1:${program.port}/`);
  await page.waitForFunction("document.querySelectorAll('#lines .tile').length === 8");
  await program.ring("202", "+441632960002");
  await page.waitForSelector('.tile[data-state="ringing"] ::-p-text(+441632960002)');
  await page.locator("#phone input[name=line]").fill("201");
  await page.locator("#phone input[name=number]").fill("902");
  await page.locator("#phone button::-p-text(Dial)").click();
  await page.waitForSelector('.tile[data-state="calling"] ::-p-text(201)');
  await page.locator("#phone button::-p-text(Hang up)").click();
  await page.waitForFunction("!document.querySelector('.tile[data-state=calling]')");
});

firefoxTest("the lamp board shows lines, and calls by a click", async (firefox) => {
  await using program = await FakeExchange.start();
  const page = await firefox.open(`http://127.0.0.1:${program.port}/board?line=201`);
  await page.locator('>>> .tile[title="Call"]').click();
  await page.waitForFunction(
    "document.querySelector('tapi2ws-board').shadowRoot.querySelector('.tile[data-state=ringing]')",
  );
});

/** Serves a page with the library to Firefox. */
async function withLibrary(
  firefox: Firefox,
  options: object,
  run: (
    rig: { program: FakeExchange; network: TcpProxy; open: () => Promise<Page> },
  ) => Promise<void>,
): Promise<void> {
  await using program = await FakeExchange.start();
  await using network = new TcpProxy(program.port);
  await using site = servePage(samplePage(program, network, options));
  await run({
    program,
    network,
    open: async () => {
      const page = await firefox.open(`http://127.0.0.1:${site.addr.port}/`);
      await page.waitForFunction(() => globalThis.client?.status === "open");
      return page;
    },
  });
}

/** Events that were heard once each, in their order. */
async function heardInOrder(page: Page): Promise<void> {
  const seqs = await page.evaluate(() => heard.seqs);
  assert.deepEqual(seqs, seqs.map((_, i) => (seqs[0] ?? 0) + i));
}

firefoxTest("the library connects again after a cut, and misses nothing", async (firefox) => {
  const options = { backOff: { firstMs: 100, longestMs: 200 } };
  await withLibrary(firefox, options, async ({ program, network, open }) => {
    const page = await open();
    await program.ring("201", "+441632960001");
    await page.waitForFunction(() => heard.rings.length === 1);
    network.down = true;
    network.cut();
    await page.waitForFunction(() => client.status === "waiting");
    await program.ring("202", "+441632960002");
    network.down = false;
    await page.waitForFunction(() => client.status === "open" && heard.rings.length === 2);
    assert.equal(await page.evaluate(() => heard.states), 1);
    await heardInOrder(page);
  });
});

firefoxTest("tabs share one connection, and another one takes over", async (firefox) => {
  await withLibrary(firefox, { shared: "crm" }, async ({ program, network, open }) => {
    const leader = await open();
    const follower = await open();
    assert.deepEqual(
      await Promise.all([leader, follower].map((page) => page.evaluate(() => client.sharing))),
      ["leader", "follower"],
    );
    assert.equal(network.links, 1);
    const refused = await follower.evaluate(() =>
      client.dial(999, "1").catch(({ code }: { code: string }) => code)
    );
    assert.equal(refused, "unknown_line");
    await leader.close();
    await program.ring("203", "+441632960003");
    await follower.waitForFunction(() => client.isLeader && heard.popUps.length === 1);
    await until(() => network.links === 1);
    await heardInOrder(follower);
  });
});
