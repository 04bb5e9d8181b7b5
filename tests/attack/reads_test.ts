/** Reads of the journal that are long: one step in a turn, one read of a client at a time. */
import assert from "node:assert/strict";
import { socketTurn } from "../support/patience.ts";
import { Pacer } from "../../src/journal/pacer.ts";
import { HeavyReads } from "../../src/server/access/heavy_reads.ts";
import { Feed } from "../../src/server/v2/feed.ts";
import { V2Encoder } from "../../src/server/v2/frames.ts";
import { callEvent, shown, strictBus } from "../support/events.ts";
import { ANYONE } from "../support/identity.ts";
import { JournalRig } from "../support/journal.ts";
import { FoldedState } from "../support/state.ts";

Deno.test("however many reads there are, one step runs in a turn, and timers get theirs", async () => {
  const pacer = new Pacer();
  const order: string[] = [];
  const read = async (name: string) => {
    for (let step = 0; step < 2; step++) {
      await pacer.turn();
      order.push(name);
    }
  };
  const reads = [read("a"), read("b"), read("c")];
  const sockets = (async () => {
    while (order.length < 6) {
      await socketTurn();
      order.push("-");
    }
  })();
  await Promise.all([...reads, sockets]);
  const steps = order.join("");
  assert(steps.indexOf("-") < steps.lastIndexOf("c"), steps);
  assert.match(steps.replaceAll("-", ""), /^abcabc$/, "first come, first served");
});

Deno.test("a client has one read at a time; of many at once the last are refused", async () => {
  const reads = new HeavyReads();
  let running = 0;
  let most = 0;
  const read = async () => {
    most = Math.max(most, ++running);
    await socketTurn();
    running--;
    return { ok: true };
  };
  const answers = await Promise.all(Array.from({ length: 20 }, () => reads.run("one", read)));
  assert.equal(most, 1);
  assert.equal(answers.filter((answer) => "ok" in answer).length, 9);
  assert(answers.slice(9).every((answer) => "code" in answer && answer.code === "rate_limited"));
  assert("ok" in await reads.run("one", read), "later there is room again");
  running = most = 0;
  await Promise.all(["a", "b"].map((reader) => reads.run(reader, read)));
  assert.equal(most, 2, "another client does not wait");
});

Deno.test("the chain of a hunt group is complete, and timers run while it is read", async () => {
  using rig = new JournalRig();
  for (let leg = 0; leg < 150; leg++) {
    rig.bus.publish(callEvent({
      id: leg,
      callId: `0x${(leg + 1000).toString(16)}`,
      relatedCallId: "0x1",
      line: String(201 + leg),
      state: "IDLE",
      startedAtMs: leg * 10,
      endedAtMs: 30_000 + leg * 10,
    }, { change: "ended" }));
  }
  const { entries: [last] } = await rig.journal.page({ limit: 1 });
  assert(last);
  let turns = 0;
  let reading = true;
  const timers = (async () => {
    for (; reading; turns++) await socketTurn();
  })();
  const { entries: chain } = await rig.journal.chain(last.id);
  reading = false;
  await timers;
  assert.equal(chain.length, 100);
  assert(turns > 0);
});

Deno.test("a resume beyond the bound encodes no event again, however often it is asked", () => {
  const bus = strictBus();
  const context = { bus, state: FoldedState.of(bus), encoder: new V2Encoder() };
  let encoded = 0;
  const caller = { ...shown("202"), toJSON: () => ++encoded };
  for (let id = 1; id <= 100; id++) bus.publish(callEvent({ id, caller }));
  const resume = (maxUnsentBytes: number) => {
    using feed = new Feed(context, { maxUnsentBytes, send: () => {} });
    return feed.open({ resume: { epoch: bus.epoch, seq: 0 } }, ANYONE).kind;
  };
  // Half of what may be unsent is resumed: some twenty events.
  assert.equal(resume(20_000), "snapshot");
  const once = encoded;
  assert(once > 0 && once < 50, `${once}`);
  assert.equal(resume(20_000), "snapshot");
  assert.equal(encoded, once);
  assert.equal(resume(4 * 1024 * 1024), "replay");
  assert.equal(encoded, 100);
});
