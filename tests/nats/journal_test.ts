/** The journals of sites, as a gateway's clients read them. */
import assert from "node:assert/strict";
import { systemClock } from "../../src/clock.ts";
import type { Call } from "../../src/model/call.ts";
import { Link } from "../../src/nats/link.ts";
import { siteNumberOf } from "../../src/nats/names.ts";
import { SUBJECTS, WIRE_VERSION } from "../../src/nats/wire.ts";
import { callEvent, shown } from "../support/events.ts";
import { hasNats, NatsServers } from "../support/nats.ts";
import { eventually, until } from "../support/patience.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { assertValid } from "../support/v2_schema.ts";
import { TestGateway, TestSite } from "./rig.ts";

const FIRST_MS = Date.UTC(2026, 0, 31, 8);
const AT_HOME = 2 ** 41;

/** A call of a site has ended. */
function end(site: TestSite, call: Partial<Call>, endedAtMs: number): void {
  const { id = 1, line = "201", permanentId = `id:${line}` } = call;
  site.bus.publish(callEvent({
    state: "IDLE",
    callId: `0x${id}`,
    ...call,
    line,
    permanentId,
    startedAtMs: endedAtMs - 1000,
    endedAtMs,
  }, { change: "ended", atMs: endedAtMs }));
}

/** Answers of a gateway to one who may do everything. */
async function get(gateway: TestGateway, query = ""): Promise<Response> {
  return await fetch(`http://127.0.0.1:${gateway.port}/api/v2/journal?${query}`);
}

/** Line and end of each entry: `site1/201 3`. */
function placesOf(entries: readonly { readonly line: string; readonly endedAt: string }[]) {
  return entries.map(({ line, endedAt }) => `${line} ${Date.parse(endedAt) - FIRST_MS}`);
}

/** Every page, one after the other. */
async function allPages(gateway: TestGateway, query: string): Promise<string[]> {
  const places: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await (await get(gateway, cursor ? `${query}&cursor=${cursor}` : query)).json();
    assertValid("JournalPage", page);
    assert.equal(page.missing, undefined);
    places.push(...placesOf(page.entries));
    cursor = page.next;
  } while (cursor !== undefined);
  return places;
}

Deno.test({
  name: "the journals of two sites are one, in every way that a journal is read",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const servers = nats.urls;
    await using first = new TestSite({ servers, number: 1, journal: ["*"] });
    await using second = new TestSite({ servers, number: 4095, name: "far", journal: ["2*"] });
    await using gateway = await TestGateway.start(servers);
    await until(() => gateway.gateway.lines().length === 6);
    // Also several that ended in the same moment, at one site and at both.
    const expected: string[] = [];
    for (let call = 1; call <= 450; call++) {
      const site = call % 3 === 0 ? second : first;
      const line = String(201 + call % 2);
      const at = Math.floor(call / 4);
      end(site, { id: call, line, caller: shown(`+44163296${call}`) }, FIRST_MS + at);
      expected.push(`${site.name}/${line} ${at}`);
    }
    end(second, { id: 999, line: "301" }, FIRST_MS + 1_000_000);
    for (const limit of [7, 100, 1000]) {
      const places = await allPages(gateway, `limit=${limit}`);
      assert.deepEqual(places.toSorted(), expected.toSorted(), "each once");
      const ends = places.map((place) => Number(place.split(" ")[1]));
      assert.deepEqual(ends, ends.toSorted((a, b) => b - a), "the last to end is the first");
    }

    await using client = await V2TestClient.connect(gateway.port);
    const asked = async (query: object) => (await client.ask({ cmd: "journal", ...query })).result;
    const { entries: [entry] } = await asked({ number: "+44163296450" });
    assertValid("JournalEntry", entry);
    assert.equal(siteNumberOf(entry.id), 4095);
    assert.deepEqual([entry.line, entry.permanentId], ["far/201", "far/id:201"]);
    assert.equal(
      (await asked({ lines: ["site1/201", "far/id:202"], limit: 1000 })).entries.length,
      225,
    );
    assert.deepEqual(await asked({ lines: ["201", "nowhere/201", "far/301"] }), { entries: [] });
    const from = new Date(FIRST_MS + 112).toISOString();
    assert.deepEqual(placesOf((await asked({ from, missed: false })).entries), []);
    assert.equal((await asked({ from, missed: true })).entries.length, 3);
    const refused = await client.ask({ cmd: "journal", cursor: "x" });
    assert.equal(refused.error.code, "bad_request");

    // The way through transfers, which the site knows.
    end(second, { id: 1001, line: "202", callId: "0xA1" }, FIRST_MS + 2_000_000);
    end(
      second,
      { id: 1002, line: "203", relatedCallId: "0xA1", callId: "0xA2" },
      FIRST_MS + 2_000_001,
    );
    end(first, { id: 1002, line: "203", callId: "0xA1" }, FIRST_MS + 2_000_001);
    const { entries: [legOfFirst, leg] } = await asked({ limit: 3 });
    assert.deepEqual([legOfFirst.line, leg.line].toSorted(), ["far/203", "site1/203"]);
    const ofSecond = [legOfFirst, leg].find(({ line }) => line === "far/203");
    const chain = await (await get(gateway, `chain=${ofSecond.id}`)).json();
    assert.deepEqual(placesOf(chain.entries), ["far/202 2000000", "far/203 2000001"]);
    assert.deepEqual(await asked({ chain: 77 * AT_HOME + 1 }), { entries: [] });

    // More than one message of NATS can have.
    const caller = { ...shown("1"), name: "x".repeat(300_000) };
    for (let call = 2001; call <= 2004; call++) {
      end(second, { id: call, line: "202", caller }, FIRST_MS + 3_000_000 + call);
    }
    assert.equal((await asked({ name: "xxx" })).entries.length, 4);

    const csv = await get(gateway, "format=csv&limit=2");
    assert.equal(csv.headers.get("tapi2ws-missing"), null);
    assert.match(csv.headers.get("link") ?? "", /cursor=/);
    assert.match(await csv.text(), /^id,line,.*\r\n\d+,far\/202,/);
  },
});

Deno.test({
  name: "sites that are cut off, have no journal, or refuse it are named as missing",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const servers = nats.urls;
    await using network = new TcpProxy(Number(new URL(servers[0] ?? "").port));
    await using near = new TestSite({ servers, number: 1, journal: ["*"] });
    await using cut = new TestSite({
      servers: [`nats://127.0.0.1:${network.port}`],
      number: 2,
      journal: ["*"],
    });
    await using none = new TestSite({ servers, number: 3 });
    await using gateway = await TestGateway.start(servers);
    await until(() => gateway.gateway.lines().length === 9);
    for (let call = 1; call <= 6; call++) {
      end(call % 2 === 0 ? cut : near, { id: call }, FIRST_MS + call);
    }
    const page = async (query = "") => await (await get(gateway, query)).json();
    const whole = await page("limit=2");
    assert.deepEqual(placesOf(whole.entries), ["site2/201 6", "site1/201 5"]);
    assert.deepEqual(whole.missing, [none.name]);

    network.down = true;
    network.cut();
    await until(() => cut.site.status.connected === false);
    const without = await page("limit=2");
    assert.deepEqual(placesOf(without.entries), ["site1/201 5", "site1/201 3"]);
    assert.deepEqual(without.missing, [cut.name, none.name]);
    assertValid("JournalPage", without);
    const csv = await get(gateway, "format=csv");
    assert.equal(csv.headers.get("tapi2ws-missing"), `${cut.name}, ${none.name}`);
    await csv.body?.cancel();
    // Only sites in question are asked.
    assert.equal((await page("line=site1/201")).missing, undefined);
    const [, second] = whole.entries;
    assert.deepEqual((await page(`chain=${second.id}`)).entries.length, 1);
    assert.deepEqual(await page(`chain=${whole.entries[0].id}`), {
      entries: [],
      missing: [cut.name],
    });
    // Counted as lost: named without being asked.
    await until(() => gateway.gateway.sites.some(({ state }) => state === "lost"));
    assert.deepEqual((await page()).missing, [cut.name, none.name]);

    // Back in the middle of the pages: what is older than the page before comes, in its order.
    network.down = false;
    await eventually(async () => {
      const next = await page(`cursor=${without.next}`);
      assert.deepEqual(next.missing, [none.name]);
      assert.deepEqual(placesOf(next.entries), ["site2/201 2", "site1/201 1"]);
    });
  },
});

Deno.test({
  name: "who may see some lines gets their entries only, whatever a site answers",
  ignore: !hasNats,
  async fn() {
    await using nats = await NatsServers.start();
    const servers = nats.urls;
    await using honest = new TestSite({ servers, number: 1, journal: ["201", "202"] });
    await using network = new TcpProxy(Number(new URL(servers[0] ?? "").port));
    await using liar = new TestSite({
      servers: [`nats://127.0.0.1:${network.port}`],
      number: 2,
      journal: ["*"],
    });
    await using gateway = await TestGateway.start(servers);
    await until(() => gateway.gateway.lines().length === 6);
    let at = FIRST_MS;
    for (const line of ["201", "202", "203"]) {
      for (const site of [honest, liar]) end(site, { id: 1, line }, at++);
    }
    const { journal } = gateway.gateway;
    const linesOf = async (...visible: string[]) => {
      const { entries, missing = [] } = await journal.page({ limit: 10, visible: [visible] });
      return [...entries.map(({ line }) => line), ...missing.map((site) => `${site}?`)];
    };
    assert.deepEqual(await linesOf("*"), [
      "site2/203",
      "site2/202",
      "site1/202",
      "site2/201",
      "site1/201",
    ]);
    assert.deepEqual(await linesOf("*/202", "site2/201"), ["site2/202", "site1/202", "site2/201"]);
    assert.deepEqual(await linesOf("site1/*"), ["site1/202", "site1/201"]);
    assert.deepEqual(await linesOf("nowhere/*"), []);
    const { entries } = await journal.page({ limit: 10, lines: ["site2/203"] });
    const [{ id = 0 } = {}] = entries;
    assert.equal((await journal.chain(id, [["site2/203"]])).entries.length, 1);
    assert.deepEqual(await journal.chain(id, [["site2/201"]]), { entries: [] });

    // From now on, another program answers in the name of the second site.
    network.down = true;
    network.cut();
    await until(() => !liar.site.status.connected);
    const { life } = liar.site;
    await using link = new Link({ servers, name: "x", wantsTls: false, clock: systemClock });
    let answer: object[] = [];
    using _ = link.subscribe(SUBJECTS.ask("site2", life), (message) => {
      message.respond(JSON.stringify({ entries: answer, more: false }));
    });
    await until(() => link.connectedForMs !== undefined);
    // Answered by itself: the server knows of the subscription.
    await link.request(SUBJECTS.ask("site2", life), "{}", 5000);
    const alive = { v: WIRE_VERSION, life, incarnation: 1, nowMs: Date.now(), uptimeMs: 0 };
    const truth = entries[0];
    const answered = async (...lies: object[]) => {
      link.publish(SUBJECTS.alive("site2"), JSON.stringify(alive));
      answer = lies.map((lie) => ({ ...truth, ...lie }));
      return await linesOf("site1/202", "site2/203");
    };
    assert.deepEqual(await answered({}), ["site2/203", "site1/202"]);
    for (
      const lie of [
        { line: "site2/201" },
        { line: "site1/202" },
        { permanentId: "site1/id:202" },
        { id: AT_HOME + 1 },
        { endedAtMs: 9e15 },
        { result: "x" },
      ]
    ) {
      assert.deepEqual(await answered(lie), ["site1/202", "site2?"], JSON.stringify(lie));
      const { missing } = await journal.chain(id, [["site2/203"]]);
      assert.deepEqual(missing, ["site2"], JSON.stringify(lie));
    }
    // Not in order, or the same again.
    assert.deepEqual(await answered({}, {}), ["site1/202", "site2?"]);
  },
});
