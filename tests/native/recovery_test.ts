/**
 * The trials of a program that runs for years: drivers, phone systems and the telephony service, played
 * by the native stand-in. The program's clock runs fast, so that its back-offs and probes come soon.
 */
import assert from "node:assert/strict";
import { RecordingClient } from "../support/client.ts";
import { FastClock } from "../support/clock.ts";
import { LogRecorder } from "../support/log.ts";
import { until } from "../support/patience.ts";
import { nativeTest, type Rig } from "./rig.ts";
import { REPLY, type StandIn } from "./standin.ts";

const NUMBER = "+441632960123";

// tapi.h's numbers.
const STATE = { IDLE: 0x1, CONNECTED: 0x100, DISCONNECTED: 0x4000 } as const;
const MESSAGE = { CALLSTATE: 2, LINEDEVSTATE: 8, REPLY: 12, CREATE: 19, REMOVE: 25 } as const;
const DEVSTATE = { INSERVICE: 0x40, OUTOFSERVICE: 0x80, REINIT: 0x40000 } as const;
const LINEERR = {
  INVALCALLHANDLE: 0x80000018,
  OPERATIONFAILED: 0x80000048,
  RESOURCEUNAVAIL: 0x8000004b,
  UNINITIALIZED: 0x80000050,
  REINIT: 0x80000052,
  SERVICE_NOT_RUNNING: 0x80000061,
} as const;

/** Twenty times as fast as life, unless said otherwise: a back-off of a second takes 50 ms. */
const fast = (speed = 20) => ({ clock: new FastClock(speed) });

/** Lets a call ring and be answered; settled when the client knows. */
async function callUp({ standin, client }: Rig, device = 0): Promise<number> {
  const before = client.frames.length;
  const call = standin.offerCall(device, { caller: NUMBER });
  standin.setState(call, STATE.CONNECTED);
  await client.until(() =>
    client.frames.slice(before).some(({ line, state }) =>
      line === 201 + device && state === "CONNECTED"
    )
  );
  return call;
}

const allOpen = (lines: number) => ({ lines: { open } }: { lines: { open: number } }) =>
  open === lines;

nativeTest(
  "a service that dies and returns ten times loses only the calls that died with it",
  { voiceLines: 3 },
  async (rig) => {
    const { standin, client, program } = rig;
    await using second = await RecordingClient.connect(program.server.port);
    const expected: string[][] = [[], [], []];
    for (let death = 1; death <= 10; death++) {
      for (const [device, states] of expected.entries()) {
        await callUp(rig, device);
        states.push("OFFERING", "CONNECTED", "IDLE");
      }
      standin.reset({ voiceLines: 3 });
      standin.fail("lineInitializeExW", LINEERR.SERVICE_NOT_RUNNING, 2);
      await rig.reachTimes("IDLE", 4 * death - 1);
      await rig.becomes(allOpen(3));
      // A call after the death lives its whole life.
      const call = await callUp(rig, death % 3);
      for (const state of [STATE.DISCONNECTED, STATE.IDLE]) standin.setState(call, state);
      expected[death % 3]?.push("OFFERING", "CONNECTED", "DISCONNECTED", "IDLE");
      await rig.reachTimes("IDLE", 4 * death);
      await until(() => standin.liveCalls === 0);
      assert.deepEqual(program.live, { calls: 0, handles: 0 });
    }
    // And it still does its work.
    client.send({ cmd: "dial", line: 202, number: NUMBER });
    await rig.reachTimes("CONNECTED", 41);
    client.send({ cmd: "drop", line: 202 });
    await rig.reachTimes("IDLE", 41);
    for (const [device, states] of expected.entries()) {
      const told = client.frames.filter(({ line, origin }) =>
        line === 201 + device && origin !== "OUTBOUND"
      );
      assert.deepEqual(told.map(({ state }) => state), states);
    }
    await second.until(() => second.texts.length === client.texts.length);
    assert.deepEqual(second.texts, client.texts);
    assert.deepEqual([client.closed, second.closed], [undefined, undefined]);
    assert.equal(standin.pendingReplies, 0);
  },
  { ...fast(100), dies: true },
);

nativeTest(
  "REINIT ends the calls, shuts down, and initialises for as long as TAPI says REINIT",
  { voiceLines: 2 },
  async (rig) => {
    const { standin } = rig;
    await callUp(rig);
    await using log = await LogRecorder.start();
    standin.fail("lineInitializeExW", LINEERR.REINIT, 5);
    standin.post(MESSAGE.LINEDEVSTATE, 0, DEVSTATE.REINIT);
    await rig.reach("IDLE", 201);
    await rig.becomes(({ provider }) => provider === "down");
    assert.equal((await rig.readiness()).status, 503);
    await rig.becomes(allOpen(2));
    assert.equal(standin.callsOf("lineShutdown"), 1);
    assert.equal(standin.callsOf("lineInitializeExW"), 1 + 5 + 1);
    assert.equal(log.count(/TAPI is not available: .*LINEERR_REINIT/), 1);
    assert.equal(log.count(/TAPI is available again/), 1);
    await callUp(rig, 1);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a REINIT that only reports another message is none",
  { voiceLines: 1 },
  async (rig) => {
    rig.standin.post(MESSAGE.LINEDEVSTATE, 0, DEVSTATE.REINIT, 27);
    await callUp(rig);
    assert.equal(rig.standin.callsOf("lineShutdown"), 0);
  },
  fast(),
);

nativeTest(
  "a closed line is opened again, and the calls that are on it are listed",
  { voiceLines: 2 },
  async (rig) => {
    await using log = await LogRecorder.start();
    const { standin, client } = rig;
    await callUp(rig);
    standin.fail("lineOpenW", LINEERR.RESOURCEUNAVAIL, 3);
    standin.closeLine(0);
    await rig.reach("IDLE", 201);
    await rig.becomes(({ lines, troubles }) =>
      lines.failed === 1 && troubles[0]?.error === "LINEERR_RESOURCEUNAVAIL"
    );
    standin.existingCall(0, { caller: "7" });
    await client.frame(({ line, callerId, state }) =>
      line === 201 && callerId === "7" && state === "CONNECTED"
    );
    assert(allOpen(2)(await rig.readiness()));
    // 1 each, 3 failures, 1 success; no other line was touched.
    assert.equal(standin.callsOf("lineOpenW"), 6);
    // Once per change, not once per attempt.
    await until(() => log.count(/201 is open again/) === 1);
    assert.equal(log.count(/201 was closed by its driver/), 1);
    assert.equal(log.count(/201 cannot be opened: .*LINEERR_RESOURCEUNAVAIL/), 1);
  },
  fast(),
);

nativeTest(
  "a line that cannot be opened at start is opened when it can be",
  { voiceLines: 2 },
  async (rig) => {
    await rig.becomes(allOpen(2));
    await callUp(rig, 0);
    await callUp(rig, 1);
  },
  { ...fast(), before: (standin) => standin.fail("lineOpenW", LINEERR.OPERATIONFAILED, 4) },
);

nativeTest(
  "a line out of service shows it, and calls that changed meanwhile are caught up on",
  { voiceLines: 1 },
  async (rig) => {
    const { standin, client } = rig;
    await callUp(rig);
    assert(standin.lineState(0, DEVSTATE.OUTOFSERVICE));
    await rig.becomes(({ lines }) => lines.outOfService === 1 && lines.open === 0);
    assert.equal((await rig.readiness()).status, 503);
    // The old call has ended and a new one has come, without a message of either.
    standin.fail("lineGetCallStatus", LINEERR.INVALCALLHANDLE, 1);
    standin.existingCall(0, { caller: "8" });
    assert(standin.lineState(0, DEVSTATE.INSERVICE));
    await rig.reach("IDLE", 201);
    await client.frame(({ callerId, state }) => callerId === "8" && state === "CONNECTED");
    await rig.becomes(allOpen(1));
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a removed line is let go, and opened when LINE_CREATE brings it back",
  { voiceLines: 2 },
  async (rig) => {
    const { standin } = rig;
    await callUp(rig, 1);
    standin.closeLine(1);
    standin.post(MESSAGE.REMOVE, 0, 1);
    await rig.reach("IDLE", 202);
    await rig.becomes(({ lines }) => lines.open === 1 && lines.closed === 0);
    rig.client.send({ cmd: "dial", line: 202, number: NUMBER });
    await rig.client.frame(({ error }) => error?.code === "unknown_line");
    assert.equal(standin.callsOf("lineOpenW"), 2);
    standin.post(MESSAGE.CREATE, 0, 1);
    await rig.becomes(allOpen(2));
    await callUp(rig, 1);
  },
  fast(),
);

nativeTest(
  "a line that is removed while it is being opened is let go, and comes back all the same",
  { voiceLines: 2 },
  async (rig) => {
    const { standin } = rig;
    standin.delay("lineOpenW", Infinity);
    standin.closeLine(1);
    await until(() => standin.callsOf("lineOpenW") === 3);
    standin.post(MESSAGE.REMOVE, 0, 1);
    await rig.becomes(({ lines }) => lines.open === 1 && lines.closed + lines.failed === 0);
    standin.delay("lineOpenW", 0);
    await until(() => standin.callsOf("lineClose") === 1 && standin.openLines === 1);
    standin.post(MESSAGE.CREATE, 0, 1);
    await rig.becomes(allOpen(2));
    await callUp(rig, 1);
  },
  fast(),
);

nativeTest(
  "it starts with no line at all and opens the first that comes",
  { voiceLines: 0, dataLine: true },
  async (rig) => {
    const { standin } = rig;
    assert.equal((await rig.readiness()).status, 503);
    standin.post(MESSAGE.CREATE, 0, 0);
    const device = standin.addVoiceLine();
    await rig.becomes(allOpen(1));
    assert.equal((await rig.readiness()).status, 200);
    await callUp(rig, device);
    assert.equal(standin.callsOf("lineOpenW"), 1);
  },
  fast(),
);

nativeTest(
  "it starts before the service does",
  { voiceLines: 1 },
  async (rig) => {
    await rig.becomes(allOpen(1));
    await callUp(rig);
  },
  {
    ...fast(),
    before: (standin) => standin.fail("lineInitializeExW", LINEERR.SERVICE_NOT_RUNNING, 3),
  },
);

nativeTest(
  "lineGetMessage that fails at once is never called in a spin, and leads to a new beginning",
  { voiceLines: 1 },
  async (rig) => {
    const { standin } = rig;
    await callUp(rig);
    const before = standin.callsOf("lineGetMessage");
    standin.fail("lineGetMessage", LINEERR.OPERATIONFAILED);
    await rig.reach("IDLE", 201);
    assert(standin.callsOf("lineGetMessage") - before < 20);
    standin.fail("lineGetMessage", 0, 0);
    await rig.becomes(({ provider, lines }) => provider === "up" && lines.open === 1);
    await callUp(rig);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a service that answers every probe with an error is begun anew",
  { voiceLines: 1 },
  async (rig) => {
    const { standin } = rig;
    await rig.becomes(({ lastProbeAgeSeconds }) => lastProbeAgeSeconds !== null);
    await callUp(rig);
    standin.fail("lineNegotiateAPIVersion", LINEERR.UNINITIALIZED, 1);
    await rig.reach("IDLE", 201);
    await rig.becomes(allOpen(1));
    assert.equal(standin.callsOf("lineInitializeExW"), 2);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a call whose end is never told is found by asking",
  { voiceLines: 1 },
  async (rig) => {
    await callUp(rig);
    rig.standin.fail("lineGetCallStatus", LINEERR.INVALCALLHANDLE, 1);
    await rig.reach("IDLE", 201);
    await until(() => rig.standin.liveCalls === 0);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a call that stays DISCONNECTED for ever is ended",
  { voiceLines: 1 },
  async (rig) => {
    rig.standin.setState(await callUp(rig), STATE.DISCONNECTED);
    await rig.reach("IDLE", 201);
    await until(() => rig.standin.liveCalls === 0);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a function that never returns stops neither sockets, nor other lines, nor the drain",
  { voiceLines: 2 },
  async (rig) => {
    const { standin, client } = rig;
    await callUp(rig, 0);
    standin.delay("lineDrop", Infinity);
    client.send({ cmd: "drop", line: 201 });
    await client.frame(({ error }) => error?.code === "timeout");
    await rig.becomes(({ hanging }) =>
      hanging.some(({ fn, line, forSeconds }) =>
        fn === "lineDrop" && line === "201" && forSeconds >= 5
      )
    );
    await callUp(rig, 1);
    client.send({ cmd: "dial", line: 202, number: NUMBER });
    await client.until(() => rig.count("DIALTONE") === 1);
    standin.delay("lineDrop", 0);
    await rig.reach("IDLE", 201);
    await rig.becomes(({ hanging }) => hanging.length === 0);
  },
  fast(),
);

nativeTest(
  "functions that hang on two lines leave the third line heard and at command",
  { voiceLines: 3 },
  async (rig) => {
    const { standin, client } = rig;
    standin.delay("lineMakeCallW", Infinity);
    for (let i = 0; i < 100; i++) {
      client.send({ cmd: "dial", line: 201, number: NUMBER });
      client.send({ cmd: "dial", line: 202, number: NUMBER });
    }
    await client.until(() => client.frames.length >= 200);
    const codes = client.frames.map(({ error }) => error?.code);
    // Two of each line run, 64 wait; the rest is refused at once.
    assert.equal(codes.filter((code) => code === "provider_down").length, 200 - 2 * 66);
    assert.equal(codes.filter((code) => code === "timeout").length, 2 * 66);
    await callUp(rig, 2);
    client.send({ cmd: "drop", line: 203 });
    await rig.reach("IDLE", 203);
    standin.delay("lineMakeCallW", 0);
    // What had begun is carried out after all; what had only waited is not.
    await until(() => standin.callsOf("lineMakeCallW") === 4 && standin.pendingReplies === 0);
    await client.until(() => rig.count("DIALTONE") === 4);
  },
  { ...fast(), args: ["--reply-timeout-seconds", "10"] },
);

nativeTest(
  "one line whose status cannot be read does not restart the others",
  { voiceLines: 2 },
  async (rig) => {
    await callUp(rig, 1);
    rig.standin.fail("lineGetLineDevStatusW", LINEERR.OPERATIONFAILED);
    const before = rig.standin.callsOf("lineGetLineDevStatusW");
    await until(() => rig.standin.callsOf("lineGetLineDevStatusW") >= before + 12);
    assert.equal(rig.standin.callsOf("lineInitializeExW"), 1);
    assert.equal(rig.count("IDLE"), 0);
  },
  fast(),
);

nativeTest(
  "LINE_CLOSE that overtakes lineOpen's return does not leave a dead line open",
  { voiceLines: 1 },
  async (rig) => {
    const { standin } = rig;
    standin.closeLine(0);
    await rig.becomes(({ lines }) => lines.open === 0);
    standin.delay("lineOpenW", 200);
    const opens = standin.callsOf("lineOpenW");
    await until(() => standin.line(0) !== 0 && standin.callsOf("lineOpenW") > opens);
    standin.closeLine(0);
    standin.delay("lineOpenW", 0);
    await until(() => standin.line(0) !== 0);
    await rig.becomes(allOpen(1));
    await callUp(rig);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "a call that was lost while its information hung does not come back as a ghost",
  { voiceLines: 1 },
  async (rig) => {
    const { standin, client, program } = rig;
    const call = await callUp(rig);
    standin.delay("lineGetCallInfoW", Infinity);
    const asked = standin.callsOf("lineGetCallInfoW");
    standin.setState(call, STATE.DISCONNECTED);
    await until(() => standin.callsOf("lineGetCallInfoW") > asked);
    standin.closeLine(0);
    await rig.reach("IDLE", 201);
    standin.delay("lineGetCallInfoW", 0);
    await rig.becomes(allOpen(1));
    assert.deepEqual(client.states(), ["OFFERING", "CONNECTED", "IDLE"]);
    assert.deepEqual(program.live, { calls: 0, handles: 0 });
  },
  { ...fast(), dies: true },
);

nativeTest(
  "messages about nothing, replies to nobody and changing call ids harm nothing",
  { voiceLines: 2 },
  async (rig) => {
    const { standin, client } = rig;
    for (let i = 0; i < 5000; i++) {
      standin.post(i % 40, 0xdead0000 + i, i, i * 7, i % 3 === 0 ? 0 : 0xffff);
      standin.post(MESSAGE.REPLY, 0, i * 13, i % 2);
    }
    const call = await callUp(rig);
    for (const callId of [0, 5, 0xffffffff, 0]) {
      standin.setOrigin(call, { callId, relatedCallId: 0, origin: 4, reason: 1 });
      standin.setState(call, STATE.CONNECTED);
    }
    await client.until(() => rig.count("CONNECTED") === 5);
    standin.setState(call, STATE.IDLE);
    standin.post(MESSAGE.CALLSTATE, call, STATE.CONNECTED);
    standin.post(MESSAGE.CALLSTATE, call, STATE.IDLE);
    await rig.reach("IDLE", 201);
    await callUp(rig, 1);
    assert.equal(rig.count("IDLE"), 1);
  },
  { ...fast(), dies: true },
);

nativeTest(
  "stopping comes to its end while functions hang",
  { voiceLines: 2 },
  async (rig) => {
    const { standin } = rig;
    await callUp(rig);
    standin.delay("lineDeallocateCall", Infinity);
    standin.delay("lineClose", Infinity);
    await rig.program.stop();
    assert.equal(standin.callsOf("lineShutdown"), 1);
    release(standin);
    await until(() => standin.liveCalls === 0);
  },
  { dies: true },
);

function release(standin: StandIn): void {
  standin.replyMode(REPLY.AT_ONCE);
  for (const fn of ["lineDeallocateCall", "lineClose"]) standin.delay(fn, 0);
}
