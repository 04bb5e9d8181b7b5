import assert from "node:assert/strict";
import { callEvent, lineEvent } from "../../support/events.ts";
import { type Frame, Rig, turn } from "./rig.ts";

const seqs = (frames: Frame[]) =>
  frames.flat().flatMap(({ type, seq }) => type === "call" ? seq : []);

Deno.test("hello comes first, at once, and nothing else until the client subscribes", () => {
  const rig = new Rig();
  rig.bus.publish(callEvent());
  const reader = rig.connect();
  rig.bus.publish(callEvent());
  assert.deepEqual(reader.frames, [{
    type: "hello",
    server: { name: "tapi2ws", version: "1.2.3" },
    epoch: rig.bus.epoch,
    seq: 1,
    identity: { name: "anonymous", can: ["monitor", "control"], lines: ["*"] },
    limits: {
      maxUnsentBytes: 1 << 20,
      clientTimeoutSeconds: 30,
      historyLength: 100,
      messageBytes: 65536,
      commandsPerSecond: 200,
    },
  }]);
});

Deno.test("subscribe returns the state, and every event after it follows", async () => {
  const rig = new Rig();
  rig.bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  rig.bus.publish(callEvent({ id: 7, startedAtMs: Date.UTC(2026, 0, 1) }, { change: "new" }));
  const reader = rig.connect();
  const { id, result } = await reader.ask({ cmd: "subscribe", id: "s1" });
  assert.deepEqual([id, result.epoch, result.seq, result.provider], ["s1", rig.bus.epoch, 2, "up"]);
  assert.deepEqual(result.lines.map(({ line }: Frame) => line), ["201"]);
  assert.equal(result.calls[0].id, 7);
  assert.equal(result.calls[0].startedAt, "2026-01-01T00:00:00.000Z");
  assert.equal("connectedAt" in result.calls[0], false);
  rig.bus.publish(callEvent({ id: 7, state: "IDLE" }, { change: "ended", atMs: 1 }));
  rig.bus.publish({ type: "provider", atMs: 2, state: "down" });
  const [, event, provider] = reader.answers;
  assert.deepEqual(
    [event.type, event.seq, event.change, event.at, event.call.state],
    ["call", 3, "ended", "1970-01-01T00:00:00.001Z", "IDLE"],
  );
  assert.deepEqual(provider, {
    type: "provider",
    seq: 4,
    at: "1970-01-01T00:00:00.002Z",
    state: "down",
  });
});

Deno.test("a subscription to lines and kinds hears and sees those only", async () => {
  const rig = new Rig();
  for (const line of ["201", "202"]) {
    rig.bus.publish(lineEvent({ line }, { change: "added" }));
    rig.bus.publish(callEvent({ id: Number(line), line }));
  }
  const reader = rig.connect();
  const { result } = await reader.ask({ cmd: "subscribe", lines: ["202"], events: ["call"] });
  assert.deepEqual(result.lines.map(({ line }: Frame) => line), ["202"]);
  assert.deepEqual(result.calls.map(({ line }: Frame) => line), ["202"]);
  for (const line of ["201", "202"]) {
    rig.bus.publish(lineEvent({ line }));
    rig.bus.publish(callEvent({ line }));
  }
  rig.bus.publish({ type: "provider", atMs: 0, state: "down" });
  assert.deepEqual(reader.answers.slice(1).map(({ seq }) => seq), [8]);
});

Deno.test("a second subscription replaces the first, and unsubscribe ends it", async () => {
  const rig = new Rig();
  const reader = rig.connect();
  await reader.say({ cmd: "subscribe" });
  await reader.say({ cmd: "subscribe", lines: ["202"] });
  for (const line of ["201", "202"]) rig.bus.publish(callEvent({ line }));
  assert.deepEqual(seqs(reader.answers), [2]);
  assert.deepEqual(await reader.ask({ cmd: "unsubscribe", id: 5 }), {
    type: "result",
    id: 5,
    result: {},
  });
  rig.bus.publish(callEvent({ line: "202" }));
  assert.deepEqual(seqs(reader.answers), [2]);
});

Deno.test("resume brings exactly the missed events of the lines and kinds, in order", async () => {
  const rig = new Rig();
  for (const line of ["201", "202", "201", "202"]) {
    rig.bus.publish(callEvent({ line }));
    rig.bus.publish(lineEvent({ line }));
  }
  const reader = rig.connect();
  const { epoch } = rig.bus;
  await reader.say({
    cmd: "subscribe",
    id: 1,
    lines: ["201"],
    events: ["call"],
    resume: { epoch, seq: 1 },
  });
  rig.bus.publish(callEvent({ line: "201" }));
  const [result, ...events] = reader.answers;
  assert.deepEqual(result, { type: "result", id: 1, result: { epoch, seq: 8, replayed: 1 } });
  assert.deepEqual(events.map(({ seq }) => seq), [5, 9]);
});

Deno.test("a resume that cannot be served is a gap, with the state", async () => {
  const rig = new Rig({ historyLength: 2 });
  for (let i = 0; i < 5; i++) rig.bus.publish(callEvent({ id: 3 }));
  const { epoch } = rig.bus;
  for (
    const resume of [
      { epoch, seq: 2 }, // not remembered any more
      { epoch, seq: 6 }, // never given
      { epoch: "another", seq: 5 },
    ]
  ) {
    const { result } = await rig.connect().ask({ cmd: "subscribe", resume });
    assert.deepEqual([result.gap, result.seq, result.calls[0].id], [true, 5, 3]);
  }
  const { result } = await rig.connect().ask({ cmd: "subscribe", resume: { epoch, seq: 5 } });
  assert.deepEqual(result, { epoch, seq: 5, replayed: 0 });
});

Deno.test("a replay that is too large for the socket is a gap instead", async () => {
  const rig = new Rig({ maxUnsentBytes: 4000 });
  for (let i = 0; i < 20; i++) rig.bus.publish(callEvent());
  const { epoch } = rig.bus;
  const reader = rig.connect();
  reader.socket.stalled = true;
  const { result } = await reader.ask({ cmd: "subscribe", resume: { epoch, seq: 0 } });
  assert.equal(result.gap, true);
  assert.equal(reader.socket.closed, undefined);
});

Deno.test("with batch, the events of a turn are one frame, and a single one is as without", async () => {
  const rig = new Rig();
  const [batching, other, plain] = [rig.connect(), rig.connect(), rig.connect()];
  for (const reader of [batching, other]) await reader.say({ cmd: "subscribe", batch: true });
  await plain.say({ cmd: "subscribe" });
  for (let i = 0; i < 3; i++) rig.bus.publish(callEvent());
  assert.equal(batching.answers.length, 1);
  assert.equal(plain.answers.length, 4);
  await turn();
  const [, batch] = batching.answers;
  assert.deepEqual(batch.map(({ seq }: Frame) => seq), [1, 2, 3]);
  assert.equal(other.socket.sent.at(-1), batching.socket.sent.at(-1));
  rig.bus.publish(callEvent());
  await turn();
  assert.equal(batching.answers.at(-1).seq, 4);
});

Deno.test("clients whose batches differ get each its own", async () => {
  const rig = new Rig();
  const wishes = [undefined, ["201"], ["202"], ["201", "203"]];
  const readers = wishes.map(() => rig.connect());
  for (const [i, reader] of readers.entries()) {
    await reader.say({ cmd: "subscribe", batch: true, lines: wishes[i] });
  }
  for (const line of ["201", "202", "203", "201", "202"]) rig.bus.publish(callEvent({ line }));
  await turn();
  const heard = readers.map((reader) => seqs(reader.answers));
  assert.deepEqual(heard, [[1, 2, 3, 4, 5], [1, 4], [2, 5], [1, 3, 4]]);
  assert(readers.every((reader) => reader.answers.length === 2));
});

Deno.test("an answer never overtakes what was heard before it", async () => {
  const rig = new Rig();
  const reader = rig.connect();
  await reader.say({ cmd: "subscribe", batch: true });
  rig.bus.publish(callEvent());
  rig.bus.publish(callEvent());
  await reader.say({ cmd: "ping", id: 1 });
  rig.bus.publish(callEvent());
  await reader.say({ cmd: "subscribe", id: 2, batch: true });
  rig.bus.publish(callEvent());
  await turn();
  assert.deepEqual(
    reader.answers.slice(1).map((frame) =>
      Array.isArray(frame) ? seqs(frame) : frame.id ?? frame.seq
    ),
    [[1, 2], 1, 3, 2, 4],
  );
  // So much has been heard.
  assert.deepEqual(reader.answers[2].result, { epoch: rig.bus.epoch, seq: 2 });
});

Deno.test("the events of a command come before its answer, also in a batch", async () => {
  const rig: Rig = new Rig({
    execute: async () => {
      await Promise.resolve();
      rig.bus.publish(callEvent());
      return { ok: true, outcome: { call: 1 } };
    },
  });
  const reader = rig.connect();
  await reader.say({ cmd: "subscribe", batch: true });
  await reader.say({ cmd: "dial", line: "201", number: "1" });
  assert.deepEqual(reader.answers.map(({ type }) => type), ["result", "call", "result"]);
});

Deno.test("a batch that cannot be sent does not keep the others from theirs", async () => {
  const rig = new Rig();
  const [broken, whole] = [rig.connect(), rig.connect()];
  for (const reader of [broken, whole]) await reader.say({ cmd: "subscribe", batch: true });
  broken.socket.send = () => {
    throw new Error("broken");
  };
  rig.bus.publish(callEvent());
  await turn();
  assert.deepEqual(seqs(whole.answers), [1]);
});

Deno.test("lines and calls answer the state, each with the number of its event", async () => {
  const rig = new Rig();
  rig.bus.publish(lineEvent({ line: "201", error: "LINEERR_ALLOCATED", status: "failed" }));
  rig.bus.publish(callEvent({ id: 4, connectedAtMs: 5, endedAtMs: 6, disconnect: "NORMAL" }));
  const reader = rig.connect();
  const lines = await reader.ask({ cmd: "lines", id: 1 });
  assert.deepEqual([lines.id, lines.result.seq], [1, 2]);
  assert.deepEqual(lines.result.lines, [{
    line: "201",
    name: "Line 201",
    permanentId: "provider:1",
    provider: "provider",
    kind: "extension",
    status: "failed",
    error: "LINEERR_ALLOCATED",
    forwards: [],
    messageWaiting: false,
    can: ["dial", "unpark", "pickup", "forward"],
  }]);
  const calls = await reader.ask({ cmd: "calls", id: 2 });
  const [call] = calls.result.calls;
  assert.deepEqual([call.id, call.connectedAt, call.endedAt, call.disconnect], [
    4,
    "1970-01-01T00:00:00.005Z",
    "1970-01-01T00:00:00.006Z",
    "NORMAL",
  ]);
});

Deno.test("a command is carried out, and answered with what came of it", async () => {
  const rig = new Rig({ execute: () => ({ ok: true, outcome: { call: 9 } }) });
  const reader = rig.connect();
  const answer = await reader.ask({ cmd: "dial", id: 3, line: "201", number: "0123" });
  assert.deepEqual(answer, { type: "result", id: 3, result: { call: 9 } });
  assert.deepEqual(rig.commands, [{ cmd: "dial", line: "201", number: "0123" }]);
});

Deno.test("a refusal is answered with its code and with what TAPI said", async () => {
  const error = {
    code: "tapi_error",
    message: "lineMakeCall: LINEERR_CALLUNAVAIL",
    tapi: { code: 0x80000005, name: "LINEERR_CALLUNAVAIL" },
  } as const;
  const rig = new Rig({ execute: () => ({ ok: false, error }) });
  const answer = await rig.connect().ask({ cmd: "drop", id: "d", line: "201" });
  assert.deepEqual(answer, { type: "error", id: "d", error });
});

Deno.test("a client that reads too slowly is closed with 4410", async () => {
  const rig = new Rig({ maxUnsentBytes: 3000 });
  const [slow, quick] = [rig.connect(), rig.connect()];
  for (const reader of [slow, quick]) await reader.say({ cmd: "subscribe" });
  slow.socket.stalled = true;
  for (let i = 0; i < 50; i++) rig.bus.publish(callEvent());
  assert.equal(slow.socket.closed?.code, 4410);
  assert.equal(seqs(quick.answers).length, 50);
});
