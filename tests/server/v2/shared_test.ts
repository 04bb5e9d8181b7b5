/** Clients of a sequence that several servers have: they may have heard more than this server. */
import assert from "node:assert/strict";
import { callEvent } from "../../support/events.ts";
import { type Frame, Rig } from "./rig.ts";

const EPOCH = "shared";

function sharedRig(): Rig {
  const rig = new Rig();
  rig.bus.share({ epoch: EPOCH, seq: 10, completeAfter: 0, events: [] });
  return rig;
}

const seqs = (frames: Frame[]) => frames.flatMap(({ type, seq }) => type === "call" ? seq : []);

Deno.test("a client that is ahead waits until the server has caught up, and misses nothing", async () => {
  const rig = sharedRig();
  const reader = rig.connect();
  const resume = { epoch: EPOCH, seq: 12 };
  const subscribed = reader.say({ cmd: "subscribe", id: 1, resume });
  const pinged = reader.say({ cmd: "ping", id: 2 });
  for (const seq of [11, 12, 13]) rig.bus.follow(seq, callEvent());
  await rig.clock.advanceAsync(100);
  await Promise.all([subscribed, pinged]);
  rig.bus.follow(15, callEvent());
  const [opening, ...rest] = reader.answers;
  assert.deepEqual([opening.id, opening.result], [1, { epoch: EPOCH, seq: 13, replayed: 1 }]);
  assert.deepEqual(seqs(rest), [13, 15]);
  // Asked later, answered later.
  assert.deepEqual(rest.flatMap(({ type, id }) => type === "result" ? id : []), [2]);
});

Deno.test("a server that does not catch up answers with the state and a gap", async () => {
  const rig = sharedRig();
  const reader = rig.connect();
  const subscribed = reader.say({ cmd: "subscribe", resume: { epoch: EPOCH, seq: 12 } });
  await rig.clock.advanceAsync(9900);
  assert.equal(reader.answers.length, 0);
  await rig.clock.advanceAsync(200);
  await subscribed;
  const [{ result }] = reader.answers;
  assert.deepEqual([result.seq, result.gap], [10, true]);
});
