/** The journal on the bus: what it keeps, and what it answers. */
import assert from "node:assert/strict";
import { CursorError } from "../../src/bus/journal_place.ts";
import { type JournalQuery, mayBeSeen, type VisibleLines } from "../../src/model/journal.ts";
import { entryOf } from "../../src/journal/entry.ts";
import { openFile } from "../../src/journal/file.ts";
import { Pacer } from "../../src/journal/pacer.ts";
import { readPage } from "../../src/journal/pages.ts";
import { Store } from "../../src/journal/store.ts";
import { callEvent, shown } from "../support/events.ts";
import { JournalRig, manyEntries } from "../support/journal.ts";
import { LogRecorder } from "../support/log.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

async function idsOf(rig: JournalRig, query: Partial<JournalQuery> = {}): Promise<number[]> {
  const { entries } = await rig.journal.page({ limit: 100, ...query });
  return entries.map(({ call }) => call);
}

Deno.test("a finished call is kept with all that is known of it, and only a finished one", async () => {
  using rig = new JournalRig();
  const atMs = rig.clock.nowMs();
  const call = {
    id: 7,
    startedAtMs: atMs - 9000,
    connectedAtMs: atMs - 5000,
    endedAtMs: atMs,
    relatedCallId: "0x77",
    redirecting: shown("300"),
    disconnect: "PICKUP",
    disconnects: ["NORMAL", "PICKUP"],
  };
  rig.end({ ...call, id: 6, state: "CONNECTED" }, { change: "state" });
  rig.end(call);
  const { entries, next } = await rig.journal.page({ limit: 10 });
  assert.equal(next, undefined);
  const nobody = { number: "", name: "", presentation: "unavailable" };
  assert.deepEqual(entries, [{
    id: 1,
    call: 7,
    line: "201",
    permanentId: "provider:1",
    direction: "in",
    result: "answered",
    caller: shown("+441632960001"),
    called: shown("201"),
    connected: nobody,
    redirecting: shown("300"),
    redirection: nobody,
    startedAtMs: atMs - 9000,
    answeredAtMs: atMs - 5000,
    endedAtMs: atMs,
    callId: "0x1A2B",
    relatedCallId: "0x77",
    origin: "EXTERNAL",
    reason: "DIRECT",
    disconnect: "PICKUP",
    disconnects: ["NORMAL", "PICKUP"],
  }]);
});

Deno.test("the file has the parties in the order in which former versions wrote them", async () => {
  using db = openFile(":memory:");
  const store = new Store(db);
  const roles = ["caller", "called", "connected", "redirecting", "redirection"] as const;
  const parties = Object.fromEntries(roles.map((role, i) => [role, shown(String(i))]));
  const event = callEvent({ ...parties, state: "IDLE" }, { change: "ended" });
  store.add([entryOf(event)]);
  const columns = db.prepare("SELECT parties FROM entry").get();
  assert.equal(columns?.["parties"], JSON.stringify(roles.map((_, i) => [String(i), "", "shown"])));
  const { entries: [entry] } = await readPage(db, store, { limit: 1 }, new Pacer());
  for (const [i, role] of roles.entries()) assert.equal(entry?.[role].number, String(i));
});

Deno.test("entries are written together, after a short while and not on the way of the event", async () => {
  using rig = new JournalRig();
  for (let id = 0; id < 450; id++) rig.end({ id });
  assert.deepEqual([rig.journal.written, rig.journal.backlog], [0, 450]);
  rig.clock.advance(249);
  assert.deepEqual([rig.journal.written, rig.journal.backlog], [0, 450]);
  rig.clock.advance(1);
  assert.deepEqual([rig.journal.written, rig.journal.backlog], [450, 0]);
  assert.equal((await idsOf(rig, { limit: 1000 })).length, 450);
});

Deno.test("each filter narrows, and all of them together", async () => {
  using rig = new JournalRig();
  const atMs = rig.clock.nowMs();
  const answered = { connectedAtMs: atMs };
  const outside = { caller: shown("201"), called: shown("0044 1632 960002") };
  rig.end({ id: 1, line: "201", direction: "in", caller: shown("+441632960001") });
  rig.end({ id: 2, line: "201", direction: "out", ...outside, ...answered });
  rig.clock.advance(HOUR_MS);
  rig.end({ id: 3, line: "202", direction: "in", caller: shown("+441632960001"), ...answered });
  rig.end({ id: 4, line: "203", direction: "in", caller: shown("203203"), called: shown("9") });
  assert.deepEqual(await idsOf(rig), [4, 3, 2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: ["201"] }), [2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: ["203", "201", "999"] }), [4, 2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: [] }), []);
  assert.deepEqual(await idsOf(rig, { visible: [["201", "202"]] }), [3, 2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: ["203"], visible: [["201", "202"]] }), []);
  assert.deepEqual(await idsOf(rig, { visible: [["201", "202"], ["202", "203"]] }), [3]);
  assert.deepEqual(await idsOf(rig, { visible: [["*"], []] }), []);
  assert.deepEqual(await idsOf(rig, { direction: "out" }), [2]);
  assert.deepEqual(await idsOf(rig, { missed: true }), [4, 1]);
  assert.deepEqual(await idsOf(rig, { missed: false }), [3, 2]);
  assert.deepEqual(await idsOf(rig, { fromMs: atMs + 1 }), [4, 3]);
  assert.deepEqual(await idsOf(rig, { fromMs: atMs, toMs: atMs + HOUR_MS }), [2, 1]);
  assert.deepEqual(await idsOf(rig, { number: "+44 1632" }), [3, 1], "by its beginning");
  assert.deepEqual(await idsOf(rig, { number: "960002" }), [2], "by its end");
  assert.deepEqual(await idsOf(rig, { number: "1632960" }), [], "not by its middle");
  assert.deepEqual(await idsOf(rig, { number: "203" }), [4]);
  assert.deepEqual(
    await idsOf(rig, { number: "001", direction: "in", missed: true, lines: ["201", "202"] }),
    [1],
  );
});

Deno.test("a part of a name finds it, the phone system's or the directory's, and no other text", async () => {
  using rig = new JournalRig();
  const directory = { name: 'Zoë 100% "Q"', company: "Example_Bakery", source: "crm" };
  rig.end({ id: 1, caller: { ...shown("+441632960001"), name: "Ada Example" } });
  rig.end({ id: 2, called: { ...shown("+441632960002"), directory } });
  rig.end({ id: 3, caller: shown("+441632960003") });
  for (
    const [name, ids] of [
      ["ada", [1]],
      ["Example", [2, 1]],
      ["zoë", [2]],
      ["100%", [2]],
      ['"Q"', [2]],
      ["e_B", [2]],
      ["a_E", []],
      ["crm", []],
      ["shown", []],
      ["960001", []],
    ] as const
  ) assert.deepEqual(await idsOf(rig, { name }), ids, name);
  assert.deepEqual(await idsOf(rig, { name: "example", number: "960002" }), [2]);
});

Deno.test("a permanent id finds the entries of one line of those that share an extension", async () => {
  using rig = new JournalRig();
  rig.end({ id: 1, line: "201", permanentId: "a" });
  rig.end({ id: 2, line: "201", permanentId: "b" });
  rig.clock.advance(1000);
  // The line got another extension.
  rig.end({ id: 3, line: "333", permanentId: "b", caller: shown("+441632960009") });
  rig.end({ id: 4, line: "444", permanentId: "c" });
  assert.deepEqual(await idsOf(rig, { lines: ["a"] }), [1]);
  assert.deepEqual(await idsOf(rig, { lines: ["b"] }), [3, 2]);
  assert.deepEqual(await idsOf(rig, { lines: ["a", "b"] }), [3, 2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: ["201"] }), [2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: ["201", "b"] }), [3, 2, 1], "each entry once");
  assert.deepEqual(await idsOf(rig, { lines: ["a", "201"] }), [2, 1]);
  assert.deepEqual(await idsOf(rig, { lines: ["b"], number: "960009" }), [3]);
  assert.deepEqual(await idsOf(rig, { lines: ["b"], visible: [["201"]] }), [2]);
});

Deno.test("the calls missed since a moment include one that rang at that moment", async () => {
  using rig = new JournalRig();
  const closedAtMs = rig.clock.nowMs();
  rig.clock.advance(5000);
  rig.end({ id: 1, startedAtMs: closedAtMs - 5000 });
  assert.deepEqual(await idsOf(rig, { fromMs: closedAtMs, missed: true }), [1]);
});

/** Every page of a query, in the smallest steps that a client may take. */
async function readAll(
  read: (query: JournalQuery) => ReturnType<JournalRig["journal"]["page"]>,
  query: JournalQuery,
): Promise<number[]> {
  const found: number[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await read({ ...query, ...cursor !== undefined && { cursor } });
    found.push(...page.entries.map(({ id }) => id));
    if (page.next === undefined) return found;
    assert.equal(page.entries.length, query.limit, "a page that has a next one is full");
    cursor = page.next;
  }
}

Deno.test("pages follow each other without a gap or a repetition, also in one millisecond", async () => {
  using rig = new JournalRig();
  for (let id = 0; id < 25; id++) {
    rig.end({ id, line: String(201 + id % 3) });
    if (id % 7 === 0) rig.clock.advance(1);
  }
  for (const lines of [undefined, ["201", "202", "203"]]) {
    const query = { limit: 4, ...lines !== undefined && { lines } };
    const ids = await readAll((page) => rig.journal.page(page), query);
    assert.deepEqual(ids, Array.from({ length: 25 }, (_, index) => 25 - index));
  }
  await assert.rejects(rig.journal.page({ limit: 4, cursor: "x' OR 1" }), CursorError);
});

Deno.test("every search of many entries finds what a look at each entry finds", async () => {
  using db = openFile(":memory:");
  const store = new Store(db);
  const entries = [...manyEntries(12_000, 400, 0)];
  for (let at = 0; at < entries.length; at += 1000) store.add(entries.slice(at, at + 1000));
  const queries: readonly Omit<JournalQuery, "limit">[] = [
    {},
    { direction: "out" },
    { direction: "unknown" },
    { missed: true },
    { missed: false, direction: "in" },
    { lines: ["1001", "1042", "1099"] },
    { lines: ["1001", "1042"], missed: true, direction: "out" },
    { visible: [["*7"]] },
    { visible: [["*0", "*2", "*4", "*6", "*8"], ["1*"]], missed: true },
    // Many lines, and few entries: one page takes several stretches.
    { visible: [["*13", "10*3", "11*3", "12*3"]] },
    { number: "44163296" },
    { number: "44163296", lines: ["1005"], direction: "in" },
    { number: "44163296123" },
    { number: "1", fromMs: 3_000_000, toMs: 9_000_000 },
    { number: "77" },
  ];
  for (const query of queries) {
    const { lines, visible, direction, missed, number, fromMs = 0, toMs = Infinity } = query;
    const expected = entries.flatMap((entry, index) => {
      const numbers = [entry.caller.number, entry.called.number].map((text) =>
        text.replace("+", "")
      );
      const isWanted = (lines?.includes(entry.line) ?? true) &&
        mayBeSeen(entry.line, visible ?? []) &&
        (direction === undefined || entry.direction === direction) &&
        (missed === undefined || (entry.result === "missed") === missed) &&
        entry.endedAtMs >= fromMs && entry.endedAtMs < toMs &&
        (number === undefined ||
          numbers.some((text) => text.startsWith(number) || text.endsWith(number)));
      return isWanted ? [index + 1] : [];
    });
    const found = await readAll((page) => readPage(db, store, page, new Pacer()), {
      ...query,
      limit: 500,
    });
    assert.deepEqual(found, expected.reverse(), JSON.stringify(query));
  }
});

Deno.test("a chain follows a call through its transfers, as far as it may be seen", async () => {
  using rig = new JournalRig();
  rig.end({ id: 1, line: "201", callId: "0xA1" });
  rig.end({ id: 2, line: "201", callId: "0xA2", relatedCallId: "0xA1" });
  rig.clock.advance(20_000);
  rig.end({ id: 3, line: "202", callId: "0xA3", relatedCallId: "0xA2" });
  rig.end({ id: 4, line: "203", callId: "0xB1" });
  rig.end({ id: 5, line: "204", callId: "0x0", relatedCallId: "0x0" });
  rig.end({ id: 6, line: "204", callId: "0x0", relatedCallId: "0x0" });
  // The phone system has used up its ids and starts again.
  rig.clock.advance(HOUR_MS);
  rig.end({ id: 7, line: "201", callId: "0xA1" });
  const chain = async (id: number, visible?: VisibleLines) =>
    (await rig.journal.chain(id, visible)).entries.map(({ call }) => call);
  await rig.journal.page({ limit: 1 });
  for (const id of [1, 2, 3]) assert.deepEqual(await chain(id), [1, 2, 3]);
  assert.deepEqual(await chain(4), [4]);
  assert.deepEqual(await chain(5), [5]);
  assert.deepEqual(await chain(7), [7]);
  assert.deepEqual(await chain(3, [["202", "203"]]), [3]);
  assert.deepEqual(await chain(3, [["201"]]), []);
  assert.deepEqual(await chain(99), []);
});

Deno.test("entries older than the days are deleted, in small steps, and cannot be found any more", async () => {
  using rig = new JournalRig({ days: 2 });
  for (let id = 0; id < 500; id++) rig.end({ id });
  rig.clock.advance(DAY_MS);
  rig.end({ id: 500, caller: shown("+441632960999") });
  rig.clock.advance(DAY_MS - 1000);
  assert.equal((await idsOf(rig, { limit: 1000 })).length, 501);
  rig.clock.advance(11 * 60_000);
  assert.deepEqual(await idsOf(rig, { limit: 1000 }), [500]);
  assert.deepEqual(await idsOf(rig, { number: "441632960" }), [500]);
});

Deno.test("nothing of a deleted entry is left in the file", async () => {
  const file = await Deno.makeTempFile({ suffix: ".sqlite" });
  {
    using rig = new JournalRig({ file, days: 1 });
    rig.end({ caller: { ...shown("+441632960001"), name: "Ada Lovelace" } });
    rig.clock.advance(DAY_MS + 11 * 60_000);
    assert.deepEqual(await idsOf(rig), []);
  }
  const bytes = new TextDecoder("latin1").decode(await Deno.readFile(file));
  assert(bytes.includes("entry_by_end"));
  for (const trace of ["Ada", "441632960001", "100069236144"]) {
    assert(!bytes.includes(trace), trace);
  }
  await Deno.remove(file);
});

Deno.test("stopping writes the waiting entries; a second start finds them and continues", async () => {
  await using log = await LogRecorder.start();
  const file = await Deno.makeTempFile({ suffix: ".sqlite" });
  for (const id of [1, 2]) {
    using rig = new JournalRig({ file });
    rig.end({ id, line: "201" });
  }
  using rig = new JournalRig({ file });
  assert.deepEqual((await idsOf(rig)).sort(), [1, 2]);
  assert.equal(log.count(/damaged|cannot/), 0);
  rig.journal.stop();
  assert.equal(rig.clock.pendingTimers, 0);
  await Deno.remove(file);
});

Deno.test("a file of the first version is taken on: its entries stay, without a permanent id", async () => {
  const file = await Deno.makeTempFile({ suffix: ".sqlite" });
  {
    using rig = new JournalRig({ file });
    rig.end({ id: 1 });
  }
  {
    using db = openFile(file);
    db.exec(`
      ALTER TABLE entry DROP COLUMN permanent_id;
      ALTER TABLE entry DROP COLUMN disconnects;
      ALTER TABLE entry DROP COLUMN called_group;
      DROP TABLE line_of;
      PRAGMA user_version = 1;
    `);
  }
  using rig = new JournalRig({ file });
  rig.end({ id: 2, group: "110" });
  const { entries } = await rig.journal.page({ limit: 10, lines: ["201"] });
  assert.deepEqual(entries.map(({ call, permanentId, group }) => [call, permanentId, group]), [
    [2, "provider:1", "110"],
    [1, "", undefined],
  ]);
  assert.deepEqual(await idsOf(rig, { lines: ["provider:1"] }), [2]);
  rig.journal.stop();
  await Deno.remove(file);
});
