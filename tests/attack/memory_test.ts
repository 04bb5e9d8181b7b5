/**
 * Everything that a client may ask and that takes memory, in rounds, of one program: it serves as before,
 * and its memory is about what it was. What may be sent before a token is checked has tests of its own.
 */
import assert from "node:assert/strict";
import { openFile } from "../../src/journal/file.ts";
import { Store } from "../../src/journal/store.ts";
import { EventStreamReader } from "../support/event_stream.ts";
import { Folder } from "../support/folder.ts";
import { manyEntries } from "../support/journal.ts";
import { until } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { HANDSHAKE, RawConnection } from "../support/raw.ts";
import { V2TestClient } from "../support/v2_client.ts";

const MIB = 1024 * 1024;
const MOST_GROWTH_BYTES = 32 * MIB;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 3;
/** So many at once that what stays of any attack is more than that after the rounds. */
const ATTACKERS = 40;
/** Reads of the journal take turns. */
const READERS = 5;
const ENTRIES = 20_000;
/** Legs of one call to a hunt group. */
const LEGS = 100;
const HISTORY_LENGTH = 500;
const FEW_EVENTS = 20;
/** Half of it may be resumed: more than a few events, and fewer than are remembered. */
const MAX_UNSENT_BYTES = 256 * 1024;
/** The most names of a request, or entries of a page, and the characters of a message. */
const MOST_NAMES = 1000;
const MESSAGE_CHARS = 60_000;

type Attack = (client: V2TestClient, exchange: FakeExchange) => Promise<unknown>;

function names(make: (index: number) => string): string[] {
  return Array.from({ length: MOST_NAMES }, (_, index) => make(index));
}

const LONG = "9".repeat(MESSAGE_CHARS);

/** Each with the number of its clients. */
const ATTACKS: Readonly<Record<string, readonly [clients: number, attack: Attack]>> = {
  "subscriptions to invented lines": [ATTACKERS, async (client) => {
    for (let prefix = 0; prefix < 10; prefix++) {
      const lines = names((index) => `${prefix}-${index}`);
      assert((await client.ask({ cmd: "subscribe", lines })).result);
    }
  }],
  "patterns that begin like everything": [ATTACKERS, async (client, exchange) => {
    const lines = names((index) => `*${"2*0*".repeat(10)}${index}`);
    assert((await client.ask({ cmd: "subscribe", lines, batch: true })).result);
    await exchange.ring("201", "+441632960001", 1);
    await client.ask({ cmd: "unsubscribe" });
  }],
  "resumes beyond the bound, and within": [ATTACKERS, async (client, exchange) => {
    const { result: { epoch, seq } } = await client.ask({ cmd: "ping" });
    for (const [missed, gap] of [[HISTORY_LENGTH, true], [FEW_EVENTS, undefined]] as const) {
      for (const batch of [true, false]) {
        const resume = { epoch, seq: seq - missed };
        const { result } = await client.ask({ cmd: "subscribe", resume, batch });
        assert.equal(result.gap, gap);
      }
    }
    await client.ask({ cmd: "unsubscribe" });
    await using stream = await EventStreamReader.open(
      `http://127.0.0.1:${exchange.port}/api/v2/events`,
      { "last-event-id": `${epoch}:${seq - FEW_EVENTS}` },
    );
    await stream.next();
  }],
  "chains, searches and pages, more than may wait": [READERS, async (client) => {
    const reads = [
      { chain: ENTRIES },
      { direction: "unknown" },
      { lines: names((index) => `x-${index}`) },
    ];
    const asked = [{ limit: MOST_NAMES }, ...reads, ...reads, ...reads];
    await Promise.all(asked.map((read) => client.ask({ cmd: "journal", ...read })));
  }],
  "names as long as a message may be": [ATTACKERS, async (client, exchange) => {
    for (
      const command of [
        { cmd: "dial", line: LONG, number: "201" },
        { cmd: "dial", line: "201", number: LONG },
        { cmd: "unpark", line: "201", slot: LONG },
        { cmd: "subscribe", lines: [LONG] },
        { cmd: "journal", number: LONG },
        { cmd: "auth", token: LONG },
        { cmd: LONG },
      ]
    ) await client.ask(command);
    const target = `GET /?line=${LONG.slice(0, 6000)} HTTP/1.1`;
    using _ = await RawConnection.upgraded(exchange.port, HANDSHAKE.with(0, target));
  }],
};

/** A journal with many calls, the last of which is one to a hunt group. */
function fillJournal(file: string): void {
  using db = openFile(file);
  const entries = [...manyEntries(ENTRIES, 200, Date.now() - ENTRIES * 1000)];
  const first = ENTRIES - LEGS;
  new Store(db).add(
    entries.map((entry, index) => index < first ? entry : { ...entry, relatedCallId: "0xABCDEF" }),
  );
}

Deno.test("repeated requests of any kind leak no memory", async (t) => {
  await using folder = await Folder.make();
  const journal = folder.at("journal.sqlite");
  fillJournal(journal);
  await using exchange = await FakeExchange.start(
    `--journal-file=${journal}`,
    `--history-length=${HISTORY_LENGTH}`,
    `--max-unsent-bytes=${MAX_UNSENT_BYTES}`,
  );
  const { port, process: program } = exchange;
  {
    await using client = await V2TestClient.connect(port);
    while ((await client.ask({ cmd: "ping" })).result.seq < HISTORY_LENGTH + FEW_EVENTS) {
      await exchange.ring("203", "+441632960003", 1);
    }
  }
  const assault = async ([count, attack]: readonly [number, Attack]) => {
    const clients = await Promise.all(
      Array.from({ length: count }, () => V2TestClient.connect(port)),
    );
    await Promise.all(clients.map((client) => attack(client, exchange)));
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  };
  const residentBytes = () => exchange.metric("process_resident_memory_bytes");
  // What the system counts is what an operator sees, and the only number that has what SQLite and the
  // sockets take outside of the heap. At first compilers, collector and caches take memory of their own.
  for (let round = 0; round < WARM_UP_ROUNDS; round++) {
    for (const attack of Object.values(ATTACKS)) await assault(attack);
  }
  const before = await residentBytes();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [name, attack] of Object.entries(ATTACKS)) {
      await t.step(`round ${round}: ${name}`, () => assault(attack));
    }
  }
  await until(
    async () => await residentBytes() - before < MOST_GROWTH_BYTES,
    () => `Less memory than ${before / MIB} + ${MOST_GROWTH_BYTES / MIB} MiB`,
  );
  await until(async () => await exchange.metric("tapi2ws_clients") === 0);
  await using client = await V2TestClient.connect(port);
  await client.ask({ cmd: "subscribe" });
  const heard = client.events.length;
  await exchange.ring("202", "+441632960002", 1);
  await client.until(() => client.events.length > heard);
  assert.doesNotMatch(program.log, /Uncaught|unhandled|\[ERR\]/i);
});
