/** The journal through every door, of the real server and from a real file. */
import assert from "node:assert/strict";
import type { Identity } from "../../src/server/access/identity.ts";
import type { ServerOptions } from "../../src/server/options.ts";
import type { RunningServer } from "../../src/server/server.ts";
import { shown } from "../support/events.ts";
import { ANYONE } from "../support/identity.ts";
import { JournalRig } from "../support/journal.ts";
import { TestProgram } from "../support/program.ts";
import { rulesFor, startTestServer } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { assertValid } from "../support/v2_schema.ts";

class Doors implements AsyncDisposable {
  readonly rig = new JournalRig();
  readonly server: RunningServer;

  constructor(options: Partial<ServerOptions> = {}) {
    this.server = startTestServer({ journal: this.rig.journal, ...options }).server;
  }

  get(query = "", headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${this.server.port}/api/v2/journal${query}`, { headers });
  }

  async calls(query = ""): Promise<number[]> {
    const { entries } = await (await this.get(query)).json();
    return entries.map(({ call }: { call: number }) => call);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(1000);
    this.rig[Symbol.dispose]();
  }
}

Deno.test("entries have their durations, and the shape that the schema names", async () => {
  await using doors = new Doors();
  const atMs = doors.rig.clock.nowMs();
  doors.rig.end({ startedAtMs: atMs - 9000, connectedAtMs: atMs - 5000 });
  doors.rig.end({ id: 2, startedAtMs: atMs - 7000, disconnect: "BUSY" });
  const response = await doors.get();
  assert.equal(response.headers.get("cache-control"), "no-store");
  const page = await response.json();
  assertValid("JournalPage", page);
  const [busy, answered] = page.entries;
  assert.deepEqual([answered.result, answered.ringMs, answered.talkMs], ["answered", 4000, 5000]);
  assert.deepEqual([busy.result, busy.ringMs, busy.talkMs], ["busy", 7000, undefined]);
  assert.equal(answered.startedAt, "2025-12-31T23:59:51.000Z");
});

Deno.test("a URL and a command take the same filters", async () => {
  await using doors = new Doors();
  const { rig, server } = doors;
  rig.end({ id: 1, line: "201", callId: "0xA1" });
  rig.end({ id: 2, line: "202", connectedAtMs: rig.clock.nowMs(), direction: "out" });
  rig.clock.advance(60_000);
  rig.end({ id: 3, line: "203", callId: "0xA3", relatedCallId: "0xA1", caller: shown("0123") });
  await using client = await V2TestClient.connect(server.port);
  const both: readonly [string, object, number[]][] = [
    ["", {}, [3, 2, 1]],
    ["?line=201&line=202", { lines: ["201", "202"] }, [2, 1]],
    ["?missed=true", { missed: true }, [3, 1]],
    ["?direction=out", { direction: "out" }, [2]],
    ["?from=2026-01-01T00:00:30Z", { from: "2026-01-01T00:00:30Z" }, [3]],
    ["?to=2026-01-01T01:00:30%2B01:00", { to: "2026-01-01T01:00:30+01:00" }, [2, 1]],
    ["?number=0123", { number: "0123" }, [3]],
    ["?limit=1", { limit: 1 }, [3]],
    ["?chain=1", { chain: 1 }, [1, 3]],
  ];
  for (const [query, filter, expected] of both) {
    assert.deepEqual(await doors.calls(query), expected, query);
    const { result } = await client.ask({ cmd: "journal", ...filter });
    const calls = result.entries.map(({ call }: { call: number }) => call);
    assert.deepEqual(calls, expected, JSON.stringify(filter));
  }
});

Deno.test("pages lead to the next: by next in JSON, by the header Link in both", async () => {
  await using doors = new Doors();
  for (let id = 1; id <= 5; id++) doors.rig.end({ id });
  const found: number[] = [];
  for (let query: string | undefined = "?limit=2&missed=true"; query !== undefined;) {
    const response = await doors.get(query);
    const { entries, next } = await response.json();
    found.push(...entries.map(({ call }: { call: number }) => call));
    const link = response.headers.get("link");
    query = /^<\/api\/v2\/journal(.*)>; rel="next"$/.exec(link ?? "")?.[1];
    assert.equal(query === undefined, next === undefined);
    if (query !== undefined) assert(query.startsWith("?limit=2&missed=true&cursor="), query);
  }
  assert.deepEqual(found, [5, 4, 3, 2, 1]);
});

Deno.test("an invalid query is answered with the reason", async () => {
  await using doors = new Doors();
  const wrong = {
    "?limit=0": "limit: expected a whole number from 1 to 1000",
    "?limit=many": "limit: expected a whole number from 1 to 1000",
    "?from=yesterday": "from: expected a moment such as 2026-01-31T08:00:00Z",
    "?missed=yes": "missed: expected true or false",
    "?direction=up": 'direction: expected "in" or "out" or "unknown"',
    "?number=Ada": "number: expected digits",
    "?cursor=%27": "cursor: expected the next of a page before",
    "?chain=-1": "chain: expected an entry's id",
    "?lien=201": "lien: expected no such field",
    "?format=xml": 'format: expected "json" or "csv"',
  };
  for (const [query, message] of Object.entries(wrong)) {
    const response = await doors.get(query);
    assert.equal(response.status, 400, query);
    const { error } = await response.json();
    assert.deepEqual(error, { code: "bad_request", message });
  }
});

Deno.test("an identity sees its lines only, and pages are full all the same", async () => {
  const identity: Identity = { name: "desk", can: ["monitor"], lines: ["2*"] };
  await using doors = new Doors({ rules: rulesFor(identity) });
  for (let id = 1; id <= 40; id++) {
    doors.rig.end({ id, line: id % 10 === 0 ? "201" : `3${id}`, callId: "0xC" });
  }
  const page = await (await doors.get("?limit=3")).json();
  assert.deepEqual(page.entries.map(({ call }: { call: number }) => call), [40, 30, 20]);
  assert.deepEqual(await doors.calls(`?limit=3&cursor=${page.next}`), [10]);
  assert.deepEqual(await doors.calls("?line=31"), []);
  assert.deepEqual(await doors.calls("?chain=1"), [], "an entry that it may not see");
  assert.deepEqual(await doors.calls("?chain=10"), [10, 20, 30, 40]);
});

Deno.test("clients without the right to monitor are refused, and so is everyone if there is no journal", async () => {
  await using deaf = new Doors({ rules: rulesFor({ ...ANYONE, can: ["control"] }) });
  assert.equal((await deaf.get()).status, 403);
  await using off = new Doors({ journal: undefined });
  const { error } = await (await off.get()).json();
  assert.deepEqual(error, { code: "not_supported", message: "The server keeps no journal" });
});

/** A reader of RFC 4180 that knows nothing of the writer. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (
    const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)
  ) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end !== ",") rows.push([]);
  }
  return rows.slice(0, -1);
}

Deno.test("CSV carries every text, and no formula", async () => {
  await using doors = new Doors();
  const names = {
    'Lovelace, "Ada"\r\nCountess': 'Lovelace, "Ada"\r\nCountess',
    '=HYPERLINK("http://x")': '\'=HYPERLINK("http://x")',
    "+1+cmd|' /C calc'!A0": "'+1+cmd|' /C calc'!A0",
    "-2+3": "'-2+3",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1": "'\t=1",
    'x;=HYPERLINK("http://x")': 'x;\'=HYPERLINK("http://x")',
    "x\r\n@SUM(A1)": "x\r\n'@SUM(A1)",
    "x,-2": "x,'-2",
    "＝1+1": "'＝1+1",
    "\u200b=1": "'\u200b=1",
    " +1": "' +1",
    "Smith-Jones; Ada": "Smith-Jones; Ada",
    "Zoë": "Zoë",
  };
  for (const name of Object.keys(names)) doors.rig.end({ caller: { ...shown("+4412"), name } });
  for (
    const response of [
      await doors.get("?format=csv"),
      await doors.get("", { accept: "text/csv, */*;q=0.1" }),
    ]
  ) {
    assert.match(response.headers.get("content-type") ?? "", /^text\/csv/);
    const [head = [], ...rows] = readCsv(await response.text());
    const column = (name: string) => rows.map((row) => row[head.indexOf(name)]).reverse();
    assert.deepEqual(column("callerName"), Object.values(names));
    assert.deepEqual([...new Set(column("callerNumber"))], ["+4412"], "a number is no formula");
    for (const row of rows) assert.equal(row.length, head.length);
  }
});

Deno.test("the whole program: calls that end are in the journal, with what came of them", async () => {
  await using flow = await TestProgram.start({
    args: ["--lines", "20*"],
    callsPerMinute: 60,
    polite: false,
  });
  const url = `http://127.0.0.1:${flow.port}/api/v2/journal?limit=1000`;
  await using client = await flow.connect();
  await flow.pass(() => client.frames.filter(({ state }) => state === "IDLE").length >= 40);
  const { entries } = await (await fetch(url)).json();
  const ended = client.frames.filter(({ state }) => state === "IDLE");
  assert(entries.length >= 40);
  for (const { line, callId } of ended.slice(0, 40)) {
    const isKept = entries.some((entry: { line: string; callId: string }) =>
      entry.line === String(line) && entry.callId === callId
    );
    assert(isKept, `${line} ${callId}`);
  }
});
