import assert from "node:assert/strict";
import { Batcher, batchFrame } from "../../../src/server/v2/batch.ts";
import { turn } from "./rig.ts";

/** Something to listen to, and how many do. */
function source() {
  const hearers = new Set<(text: string) => void>();
  return {
    hearers,
    say: (text: string) => hearers.forEach((hear) => hear(text)),
    listen: (hear: (text: string) => void) => {
      hearers.add(hear);
      return { [Symbol.dispose]: () => void hearers.delete(hear) };
    },
  };
}

Deno.test("one text is a frame as it is, several are an array, none is no frame", () => {
  assert.equal(batchFrame([]), undefined);
  assert.equal(batchFrame(["1"]), "1");
  assert.equal(batchFrame(["1", "2", "3"]), "[1,2,3]");
});

Deno.test("clients that want the same share one listener, until the last one has left", async () => {
  const batcher = new Batcher();
  const { hearers, say, listen } = source();
  const heard: string[][] = [[], [], []];
  const [a, b, c] = heard.map((frames, i) =>
    batcher.join(i === 2 ? "other" : "same", listen, (frame) => frames.push(frame))
  );
  assert.equal(hearers.size, 2);
  say("1");
  say("2");
  a?.[Symbol.dispose]();
  await turn();
  say("3");
  b?.[Symbol.dispose]();
  await turn();
  assert.equal(hearers.size, 1);
  c?.[Symbol.dispose]();
  assert.equal(hearers.size, 0);
  assert.deepEqual(heard, [[], ["[1,2]"], ["[1,2]", "3"]]);
  // A group that has ended can begin again.
  batcher.join("same", listen, (frame) => heard[0]?.push(frame));
  say("4");
  await turn();
  assert.deepEqual(heard[0], ["4"]);
});

Deno.test("a client that joins or is flushed in the middle of a turn gets each text once", async () => {
  const batcher = new Batcher();
  const { say, listen } = source();
  const early: string[] = [];
  const late: string[] = [];
  const member = batcher.join("same", listen, (frame) => early.push(frame));
  say("1");
  say("2");
  member.flush();
  member.flush();
  batcher.join("same", listen, (frame) => late.push(frame));
  say("3");
  await turn();
  say("4");
  await turn();
  assert.deepEqual([early, late], [["[1,2]", "3", "4"], ["3", "4"]]);
});
