/** The client library in real Chromium, as the running program serves it. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { eventually, until } from "../support/patience.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { FakeExchange } from "../support/process.ts";
import { browserTest, launchChromium, newContext, OTHER_MACHINE } from "./chromium.ts";
import { samplePage } from "./library_page.ts";
import { errorsOf, servePage } from "./page.ts";

async function becomes(page: Page, condition: () => boolean): Promise<void> {
  await page.waitForFunction(condition);
}

const heardBy = (page: Page) => page.evaluate(() => heard);

/** Waits until the server has calls on these lines and no other. */
async function callsAre(program: FakeExchange, ...lines: string[]): Promise<void> {
  await eventually(async () => {
    const calls = await program.get("calls") as { line: string }[];
    assert.deepEqual(calls.map(({ line }) => line).sort(), lines);
  });
}

/** Waits until a page knows what the server knows: calls go on while the two are asked. */
async function knowsAll(page: Page, program: FakeExchange): Promise<void> {
  await eventually(async () => {
    const [calls, lines] = await page.evaluate(() => [
      [...client.calls.values()],
      [...client.lines.values()],
    ]);
    assert.deepEqual(calls, await program.get("calls"));
    assert.deepEqual(lines, await program.get("lines"));
  });
}

function libraryTest(
  name: string,
  options: object,
  run: (test: {
    program: FakeExchange;
    network: TcpProxy;
    /** The port on which the page is served. */
    site: number;
    /** Opens the page in a tab more; at another address, where one is given. */
    open: (url?: string) => Promise<Page>;
  }) => Promise<void>,
): void {
  browserTest(name, async () => {
    // A sandboxed page has no origin, and is let in only where that is said.
    await using program = await FakeExchange.start("--allow-origins=null");
    await using network = new TcpProxy(program.port);
    await using site = servePage(samplePage(program, network, options));
    await using browser = await launchChromium();
    const context = await newContext(browser);
    const errors: string[][] = [];
    const open = async (url = `http://127.0.0.1:${site.addr.port}/`) => {
      const page = await context.newPage();
      errors.push(errorsOf(page));
      await page.goto(url);
      await becomes(page, () => globalThis.client?.status === "open");
      return page;
    };
    await run({ program, network, site: site.addr.port, open });
    assert.deepEqual(errors.flat(), []);
  });
}

libraryTest(
  "the network is cut and restored: no event is missing, and the state is the server's",
  { backOff: { firstMs: 100, longestMs: 200 } },
  async ({ program, network, open }) => {
    const page = await open();
    assert.equal(await page.evaluate(() => client.lines.size), 8);
    await program.ring("201", "+441632960001");
    await becomes(page, () => heard.rings.length === 1);
    const first = await page.evaluate(() => heard.seqs[0] ?? 0);

    network.down = true;
    network.cut();
    await becomes(page, () => client.status === "waiting");
    const refused = await page.evaluate(() => client.dial(201, "1").catch(({ code }) => code));
    assert.equal(refused, "disconnected");
    await program.ring("202", "+441632960002");
    await program.ring("203", "+441632960003");
    // The first call ends while nobody hears it.
    await program.drop("201");
    await callsAre(program, "202", "203");
    const known = await page.evaluate(() => [...client.calls.values()].map(({ line }) => line));
    assert.deepEqual(known, ["201"]);

    network.down = false;
    await becomes(page, () => client.status === "open");
    await knowsAll(page, program);
    const { seqs, rings, states } = await heardBy(page);
    assert.equal(states, 1, "nothing was missed that the whole state had to make up for");
    assert.deepEqual(seqs, seqs.map((_, i) => first + i), "each event, once and in order");
    assert.deepEqual(rings, ["+441632960001", "+441632960002", "+441632960003"]);
  },
);

libraryTest(
  "one tab leads for many: one connection, one pop-up; another takes over, and nothing is lost",
  { shared: "crm" },
  async ({ program, network, open }) => {
    const leader = await open();
    const follower = await open();
    const third = await open();
    const sharings = () =>
      Promise.all([leader, follower, third].map((page) => page.evaluate(() => client.sharing)));
    assert.deepEqual(await sharings(), ["leader", "follower", "follower"]);
    assert.equal(network.links, 1);
    assert.equal(await third.evaluate(() => client.lines.size), 8);

    await program.ring("201", "+441632960001");
    for (const page of [leader, follower, third]) {
      await becomes(page, () => heard.rings.length === 1);
    }
    const popUps = async (...pages: Page[]) =>
      (await Promise.all(pages.map(heardBy))).flatMap(({ popUps }) => popUps);
    assert.deepEqual(await popUps(leader, follower, third), ["+441632960001"]);

    // Commands and their errors go through the leader.
    await follower.evaluate(() => client.dial(202, "902"));
    // It rings there to no end: nothing happens any more when the leader goes.
    for (const page of [leader, follower, third]) {
      await becomes(
        page,
        () => [...client.calls.values()].some(({ state }) => state === "RINGBACK"),
      );
    }
    const refused = await follower.evaluate(() =>
      client.dial(999, "1").catch(({ name, code }) => [name, code])
    );
    assert.deepEqual(refused, ["Tapi2WsError", "unknown_line"]);

    // It rings while nobody leads.
    network.down = true;
    await leader.close();
    await program.ring("203", "+441632960003");
    network.down = false;
    for (const page of [follower, third]) {
      await becomes(page, () => heard.rings.length === 2 && client.status === "open");
    }
    assert.deepEqual(await popUps(follower, third), ["+441632960003"]);
    await until(() => network.links === 1);
    for (const page of [follower, third]) {
      const { seqs, states } = await heardBy(page);
      assert.equal(states, 1, "nothing was missed that the whole state had to make up for");
      assert.deepEqual(
        seqs,
        seqs.map((_, i) => (seqs[0] ?? 0) + i),
        "each event, once and in order",
      );
      await knowsAll(page, program);
    }

    // A tab that closes its client, and stays, lets another lead as well.
    const [second, last] = await follower.evaluate(() => client.isLeader)
      ? [follower, third]
      : [third, follower];
    await second.evaluate(() => client.close());
    await becomes(last, () => client.isLeader && client.status === "open");
    await program.ring("204", "+441632960004");
    await becomes(last, () => heard.popUps.includes("+441632960004"));
    await until(() => network.links === 1);
  },
);

libraryTest(
  "pages that cannot share have connections of their own, and say so",
  { shared: "crm" },
  async ({ program, network, site, open }) => {
    // Plain http from another machine is no secure context; a sandboxed page has no origin.
    const pages = [
      await open(`http://${OTHER_MACHINE}:${site}/`),
      await open(`http://127.0.0.1:${site}/sandboxed`),
      await open(`http://127.0.0.1:${site}/sandboxed`),
    ];
    const seen = (page: Page) => page.evaluate("[isSecureContext, origin === 'null']");
    assert.deepEqual(await Promise.all(pages.map(seen)), [
      [false, false],
      [true, true],
      [true, true],
    ]);
    for (const page of pages) {
      const [sharing, isLeader] = await page.evaluate(() => [client.sharing, client.isLeader]);
      assert.deepEqual([sharing, isLeader], ["unavailable", true]);
      assert.deepEqual((await heardBy(page)).errors, ["not_shared"]);
    }
    assert.equal(network.links, 3);
    await program.ring("201", "+441632960001");
    for (const page of pages) await becomes(page, () => heard.popUps.length === 1);
  },
);
