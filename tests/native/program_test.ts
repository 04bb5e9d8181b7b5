/**
 * The whole program over the native stand-in: opened by dlopen through openTapi32, driven over a real
 * socket. The stand-in's real time is this suite's time.
 */
import assert from "node:assert/strict";
import { LogRecorder } from "../support/log.ts";
import { socketTurn, until } from "../support/patience.ts";
import { nativeTest } from "./rig.ts";
import { DIAL, LIE, REPLY } from "./standin.ts";

const IDLE = 0x1;
const CONNECTED = 0x100;
const DISCONNECTED = 0x4000;
const LINEERR_CALLUNAVAIL = 0x80000005;
const NUMBER = "+441632960123";

nativeTest(
  "voice lines are opened as MONITOR, everything else is left out, one failure stops no other",
  { voiceLines: 3, dataLine: true, notNegotiating: true, notOpening: true },
  async ({ standin, program }) => {
    assert.equal(standin.openLines, 3);
    const answer = await fetch(`http://127.0.0.1:${program.server.port}/readyz`);
    assert.deepEqual((await answer.json()).lines, {
      open: 3,
      closed: 0,
      failed: 2,
      outOfService: 0,
    });
    assert.equal(standin.callsOf("lineSetStatusMessages"), 3);
    assert.equal(standin.callsOf("lineGetNewCalls"), 3);
  },
);

nativeTest(
  "a call is told from its first message to IDLE, and its handle given back",
  { voiceLines: 2 },
  async ({ standin, client }) => {
    const call = standin.offerCall(1, { caller: NUMBER, called: "202" });
    const offered = await client.frame((frame) => frame.state === "OFFERING");
    assert.deepEqual({ ...offered, callId: "" }, {
      line: 202,
      state: "OFFERING",
      callId: "",
      callerId: NUMBER,
      calledId: "202",
      origin: "EXTERNAL",
      reason: "DIRECT",
    });
    assert.match(offered.callId ?? "", /^0x[0-9A-F]+$/);
    standin.setState(call, CONNECTED);
    standin.setState(call, DISCONNECTED);
    standin.setState(call, IDLE);
    await client.frame((frame) => frame.state === "IDLE");
    assert.deepEqual(client.states(), ["OFFERING", "CONNECTED", "DISCONNECTED", "IDLE"]);
    await until(() => standin.liveCalls === 0);
  },
);

nativeTest(
  "a call that only LINE_CALLSTATE announces, and one that was there already, are told",
  { voiceLines: 2 },
  async ({ standin, client, program }) => {
    // Found when the line was opened, before the client came or after: it is live in any case.
    assert.equal(program.live.calls, 1);
    standin.offerCall(0, { caller: NUMBER, unannounced: true });
    await client.frame((frame) => frame.line === 201 && frame.state === "OFFERING");
    client.send({ cmd: "drop", line: 202 });
    await client.frame((frame) => frame.line === 202 && frame.state === "IDLE");
  },
  { before: (standin) => void standin.existingCall(1, { caller: NUMBER }) },
);

nativeTest(
  "a withheld number that the driver tells all the same goes to nobody",
  { voiceLines: 1 },
  async (rig) => {
    const call = rig.standin.offerCall(0, { caller: NUMBER, callerName: "Anna", blocked: true });
    await rig.reach("OFFERING");
    rig.standin.setState(call, CONNECTED);
    await rig.reach("CONNECTED");
    assert(rig.client.frames.every(({ callerId }) => callerId === ""));
    assert(!rig.client.texts.some((text) => text.includes(NUMBER) || text.includes("Anna")));
  },
);

nativeTest(
  "a caller id that comes late repeats the state with it",
  { voiceLines: 1 },
  async (rig) => {
    const call = rig.standin.offerCall(0, { lateCaller: true });
    await rig.reach("OFFERING");
    rig.standin.setCaller(call, NUMBER, "Жук 🐞");
    await rig.client.frame(({ callerId }) => callerId === NUMBER);
    assert.deepEqual(rig.client.frames.map((f) => [f.state, f.callerId]), [
      ["OFFERING", ""],
      ["OFFERING", NUMBER],
    ]);
  },
);

nativeTest("a line name that is not ASCII names the line", { voiceLines: 1 }, async (rig) => {
  const answer = await fetch(`http://127.0.0.1:${rig.program.server.port}/readyz`);
  assert.equal((await answer.json()).lines.open, 1);
  rig.standin.offerCall(0, { caller: "Анна 🐞" });
  assert.equal((await rig.client.frame(() => true)).callerId, "Анна 🐞");
}, { before: (standin) => standin.setDevice(0, "Линия 🐞") });

nativeTest("dial goes to CONNECTED and drop to IDLE, as owner", { voiceLines: 1 }, async (rig) => {
  rig.client.send({ cmd: "dial", line: 201, number: NUMBER });
  await rig.reach("CONNECTED");
  assert.equal(rig.client.frames[0]?.calledId, NUMBER);
  // The call is the program's own already: no privilege has to be asked for.
  assert.equal(rig.standin.callsOf("lineSetCallPrivilege"), 0);
  rig.client.send({ cmd: "drop", line: 201 });
  await rig.reach("IDLE");
  await until(() => rig.standin.liveCalls === 0 && rig.standin.pendingReplies === 0);
});

nativeTest(
  "drop takes every call of the line, and ownership only of those",
  { voiceLines: 2 },
  async ({ standin, client }) => {
    for (const device of [0, 0, 0, 1]) standin.offerCall(device, { caller: NUMBER });
    await client.until(() => client.frames.length === 4);
    client.send({ cmd: "drop", line: 201 });
    await client.until(() => client.states().filter((state) => state === "IDLE").length === 3);
    assert.equal(standin.callsOf("lineSetCallPrivilege"), 3);
    assert.equal(standin.callsOf("lineDrop"), 3);
    await until(() => standin.liveCalls === 1);
  },
);

nativeTest(
  "a LINE_REPLY that overtakes lineMakeCall's return loses neither the call nor its states",
  { voiceLines: 1 },
  async (rig) => {
    rig.standin.replyMode(REPLY.EARLY);
    for (let round = 1; round <= 5; round++) {
      rig.client.send({ cmd: "dial", line: 201, number: NUMBER });
      await rig.reachTimes("CONNECTED", round);
      rig.client.send({ cmd: "drop", line: 201 });
      await rig.reachTimes("IDLE", round);
    }
    assert.deepEqual(rig.count("DIALTONE"), 5);
    assert(rig.client.frames.every((frame) => frame.error === undefined));
  },
);

nativeTest(
  "memory that waits for LINE_REPLY survives garbage collection",
  { voiceLines: 4 },
  async (rig) => {
    rig.standin.replyMode(REPLY.LATE);
    for (const line of [201, 202, 203, 204]) rig.client.send({ cmd: "dial", line, number: NUMBER });
    await until(() => rig.standin.pendingReplies === 4);
    for (let round = 0; round < 20; round++) {
      collectGarbage();
      // Whatever was wrongly freed is used again by this.
      Array.from({ length: 1000 }, () => new Uint8Array(4).fill(0xee));
      await socketTurn();
    }
    assert.equal(rig.standin.releaseReplies(), 4);
    for (const line of [201, 202, 203, 204]) await rig.reach("CONNECTED", line);
  },
);

nativeTest("what LINE_REPLY refuses is answered with its name", { voiceLines: 1 }, async (rig) => {
  rig.standin.replyMode(REPLY.ERROR, LINEERR_CALLUNAVAIL);
  rig.client.send({ cmd: "dial", line: 201, number: NUMBER });
  const { error } = await rig.client.frame((frame) => frame.error !== undefined);
  assert.equal(error?.code, "tapi_error");
  assert.match(error?.message ?? "", /lineMakeCallW: LINEERR_CALLUNAVAIL/);
  assert.deepEqual(rig.client.states(), []);
});

nativeTest(
  "a LINE_REPLY that never comes is a timeout; one that comes after it still adopts the call",
  { voiceLines: 1 },
  async (rig) => {
    rig.standin.replyMode(REPLY.LATE);
    rig.client.send({ cmd: "dial", line: 201, number: NUMBER });
    await rig.client.frame((frame) => frame.error?.code === "timeout");
    collectGarbage();
    rig.standin.releaseReplies();
    await rig.reach("CONNECTED");
    rig.standin.replyMode(REPLY.AT_ONCE);
    rig.client.send({ cmd: "drop", line: 201 });
    await rig.reach("IDLE");
  },
  { args: ["--reply-timeout-seconds", "1"] },
);

nativeTest(
  "LINE_CLOSE ends the line's calls with IDLE, touches no dead handle, and leaves other lines",
  { voiceLines: 2 },
  async ({ standin, client, program }) => {
    const [lost, other] = [standin.offerCall(0, { caller: NUMBER }), standin.offerCall(1)];
    assert(lost !== other);
    await client.until(() => client.frames.length === 2);
    standin.closeLine(0);
    await client.frame((frame) => frame.line === 201 && frame.state === "IDLE");
    standin.setState(other, CONNECTED);
    await client.frame((frame) => frame.line === 202 && frame.state === "CONNECTED");
    const answer = await fetch(`http://127.0.0.1:${program.server.port}/readyz`);
    assert.deepEqual((await answer.json()).lines, {
      open: 1,
      closed: 1,
      failed: 0,
      outOfService: 0,
    });
    client.send({ cmd: "dial", line: 201, number: NUMBER });
    const { error } = await client.frame((frame) => frame.error !== undefined);
    assert.equal(error?.code, "provider_down");
    assert.equal(program.live.calls, 1);
  },
);

for (const [lie, value] of Object.entries(LIE)) {
  if (value === LIE.NONE) continue;
  nativeTest(
    `structs that lie (${lie}) lose no state and no handle`,
    { voiceLines: 2 },
    async (rig) => {
      const { standin, client } = rig;
      standin.lie(value, undefined, 7);
      for (let round = 1; round <= 10; round++) {
        const call = standin.offerCall(round % 2, { caller: NUMBER, callerName: "Anna" });
        standin.setState(call, CONNECTED);
        standin.setState(call, IDLE);
        await rig.reachTimes("IDLE", round);
      }
      assert.equal(client.states().join(), "OFFERING,CONNECTED,IDLE,".repeat(10).slice(0, -1));
      standin.lie(LIE.NONE);
      await until(() => standin.liveCalls === 0);
    },
  );
}

for (const voiceLines of [1, 10]) {
  nativeTest(
    `a burst of 20,000 messages on ${voiceLines} lines: every state, in order, every handle given back`,
    { voiceLines },
    async ({ standin, client }) => {
      const calls = 3334;
      const messages = standin.burst(calls);
      assert(messages >= 20_000);
      await client.until(() => client.frames.length === calls * 5);
      const statesByCaller = new Map<string, string[]>();
      for (const { callerId = "", state = "" } of client.frames) {
        const states = statesByCaller.get(callerId);
        if (states === undefined) statesByCaller.set(callerId, [state]);
        else states.push(state);
      }
      assert.equal(statesByCaller.size, calls);
      for (const [caller, states] of statesByCaller) {
        assert.equal(states.join(), "OFFERING,ACCEPTED,CONNECTED,DISCONNECTED,IDLE", caller);
      }
      await until(() => standin.liveCalls === 0);
    },
  );
}

nativeTest(
  "stopping with calls up and a dial pending gives every handle back and closes every line",
  { voiceLines: 3 },
  async (rig) => {
    rig.standin.dialScript(DIAL.RINGS);
    rig.client.send({ cmd: "dial", line: 201, number: NUMBER });
    await rig.reach("RINGBACK");
    rig.standin.offerCall(1);
    await rig.reach("OFFERING");
    rig.standin.replyMode(REPLY.NEVER);
    rig.client.send({ cmd: "dial", line: 203, number: NUMBER });
    await until(() => rig.standin.callsOf("lineMakeCallW") === 2);
    await using log = await LogRecorder.start();
    await rig.program.stop();
    assert.equal(log.count(/does not return/), 0);
    await rig.client.until(() => rig.client.closed !== undefined);
    assert.equal(rig.client.closed?.code, 1001);
    assert.equal(rig.standin.callsOf("lineShutdown"), 1);
  },
);

/** Forces a collection: the test task runs V8 with --expose-gc. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  assert(gc, "run with --v8-flags=--expose-gc");
  gc();
}
