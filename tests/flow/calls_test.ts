/** The whole program over the fake exchange, seen by real WebSocket clients. */
import assert from "node:assert/strict";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { LINECALLINFO } from "../../src/tapi/structs.ts";
import { setU32 } from "../support/answers.ts";
import type { RecordingClient } from "../support/client.ts";
import { hangUpOutside, TestProgram } from "../support/program.ts";

const OUTSIDE = "+441632960123";

/** Lets time pass until the client has had a frame with this line and state. */
async function reach(flow: TestProgram, client: RecordingClient, line: number, state: string) {
  await flow.pass(() => client.frames.some((f) => f.line === line && f.state === state));
}

Deno.test("dialling outside goes through every state to CONNECTED; drop ends it in IDLE", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: OUTSIDE });
  await reach(flow, client, 201, "CONNECTED");
  client.send({ cmd: "drop", line: "201" });
  await reach(flow, client, 201, "IDLE");
  assert.deepEqual(client.states(), [
    "DIALTONE",
    "DIALING",
    "PROCEEDING",
    "RINGBACK",
    "CONNECTED",
    "DISCONNECTED",
    "IDLE",
  ]);
  const connected = client.frames.find((frame) => frame.state === "CONNECTED");
  assert.equal(connected?.calledId, OUTSIDE);
  assert.equal(connected?.origin, "OUTBOUND");
  assert.deepEqual(Object.keys(connected ?? {}), [
    "line",
    "state",
    "callId",
    "callerId",
    "calledId",
    "origin",
    "reason",
  ]);
  assert.deepEqual(flow.program.live, { calls: 0, handles: 0 });
  await flow.pass(() => flow.fake.liveHandles() === 0);
});

Deno.test("dialling an extension rings it, and the calls of both lines are reported", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: "202" });
  await reach(flow, client, 202, "CONNECTED");
  const offered = client.frames.find((f) => f.line === 202 && f.state === "OFFERING");
  assert.equal(offered?.origin, "INTERNAL");
  assert.equal(offered?.callerId, "201");
  client.send({ cmd: "drop", line: 202 });
  await reach(flow, client, 201, "IDLE");
  await reach(flow, client, 202, "IDLE");
  await flow.pass(() => flow.fake.liveHandles() === 0);
});

Deno.test("drop ends every call of the line", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 202, number: OUTSIDE });
  await reach(flow, client, 202, "CONNECTED");
  client.send({ cmd: "dial", line: 201, number: OUTSIDE });
  await reach(flow, client, 201, "CONNECTED");
  client.send({ cmd: "drop", line: 202 });
  await reach(flow, client, 202, "IDLE");
  assert(!client.frames.some((frame) => frame.line === 201 && frame.state === "IDLE"));
});

Deno.test("many clients get the same frames in the same order; filters hold", async () => {
  await using flow = await TestProgram.start({
    args: ["--line-type", "number"],
    callsPerMinute: 60,
    polite: false,
  });
  const all = await Promise.all(Array.from({ length: 40 }, () => flow.connect()));
  const only = await flow.connect("/?line=202&line=203");
  const text = await flow.connect("/?lineType=string");
  await flow.pass(() => all[0]!.frames.length >= 300 && only.frames.length >= 20);
  const reference = all[0]!.texts.slice(0, 300);
  for (const client of all) {
    await client.until(() => client.texts.length >= 300);
    assert.deepEqual(client.texts.slice(0, 300), reference);
  }
  assert(only.frames.every(({ line }) => line === 202 || line === 203));
  assert.deepEqual(
    only.texts.slice(0, 10),
    reference.filter((frame) => /^\{"line":20[23],/.test(frame)).slice(0, 10),
  );
  assert(text.frames.every(({ line }) => typeof line === "string"));
});

Deno.test("bad input of every kind answers its sender, and nobody else notices", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const [bad, good] = [await flow.connect(), await flow.connect()];
  const cases: [unknown, string][] = [
    ["{not json", "bad_json"],
    ["", "bad_json"],
    ["[1,2]", "bad_request"],
    ["null", "bad_request"],
    [{ cmd: "fly" }, "unknown_command"],
    [{ cmd: "dial", line: 999, number: "1" }, "unknown_line"],
    [{ cmd: "dial", line: "0201", number: "1" }, "unknown_line"],
    [{ cmd: "drop", line: 999 }, "unknown_line"],
    [{ cmd: "dial", line: 201 }, "bad_request"],
    [{ cmd: "dial", line: 201, number: "1\u0007" }, "bad_request"],
    [{ cmd: "drop", line: {} }, "bad_request"],
    [{ cmd: "drop", line: 201 }, "no_call"],
  ];
  for (const [message] of cases) bad.send(message);
  bad.sendBytes(new Uint8Array([0, 255]));
  await flow.pass(() => bad.frames.length === cases.length + 1);
  assert.deepEqual(
    bad.frames.map(({ error }) => error?.code).sort(),
    [...cases.map(([, code]) => code), "bad_json"].sort(),
  );
  assert(bad.frames.every((frame) => !("line" in frame)));
  bad.send({ cmd: "dial", line: 201, number: OUTSIDE });
  await reach(flow, good, 201, "CONNECTED");
  await bad.frame((frame) => frame.state === "CONNECTED");
  assert(good.frames.every((frame) => frame.error === undefined));
});

Deno.test("a refusal of the phone system is answered with TAPI's name for it", async () => {
  await using flow = await TestProgram.start({
    args: ["--reply-timeout-seconds", "5"],
    polite: false,
  });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: "901" });
  await flow.pass(() => client.frames.some((frame) => frame.error?.code === "tapi_error"));
  assert.match(client.frames.at(-1)?.error?.message ?? "", /lineMakeCallW: LINEERR_/);
  client.send({ cmd: "dial", line: 202, number: "905" });
  await flow.pass(() => client.frames.some((frame) => frame.error?.code === "timeout"));
});

Deno.test("a hidden caller is an empty callerId, also where the provider supplies the number", async () => {
  const scenario = parseScenario(
    `
[[step]]
atMs = 0
do = "ring"
call = "a"
to = "201"
from = "${OUTSIDE}"
hidden = true

[[step]]
atMs = 2000
do = "answer"
call = "a"

[[step]]
atMs = 4000
do = "drop"
call = "a"
`,
    "test",
  );
  for (const seed of [1, 2, 3, 4]) {
    await using flow = await TestProgram.start({ scenario, seed, polite: false });
    const client = await flow.connect();
    await flow.pass(() => client.frames.some((f) => f.state === "CONNECTED"));
    assert(!client.texts.some((frame) => frame.includes(OUTSIDE)));
    assert(client.frames.every(({ callerId }) => callerId === ""));
  }
});

Deno.test("a caller id that comes late repeats the current state, once, with the number", async () => {
  const scenario = parseScenario(
    `
[[step]]
atMs = 1000
do = "ring"
call = "a"
to = "201"
from = "${OUTSIDE}"
lateCallerId = true

[[step]]
atMs = 6000
do = "drop"
call = "a"
`,
    "test",
  );
  await using flow = await TestProgram.start({ scenario });
  const client = await flow.connect();
  await reach(flow, client, 201, "IDLE");
  const offered = client.frames.filter((frame) => frame.state === "OFFERING");
  assert.deepEqual(offered.map(({ callerId }) => callerId), ["", OUTSIDE]);
  assert.equal(offered[0]?.callId, offered[1]?.callId);
});

Deno.test("calls that are older than the program are reported when their line is opened", async () => {
  await using first = await TestProgram.start({ polite: false });
  const client = await first.connect();
  client.send({ cmd: "dial", line: 201, number: OUTSIDE });
  await reach(first, client, 201, "CONNECTED");
  // Another program on the same exchange: for it the call is one that was there already.
  await using second = await TestProgram.startOn(first);
  assert.equal(second.program.live.calls, 1);
  assert.equal(second.program.live.handles, 1);
});

Deno.test("lines are opened as --lines says, and what is no voice line is left alone", async () => {
  await using flow = await TestProgram.start({
    args: ["--lines", "201", "20[3]", "20*7"],
    polite: false,
  });
  const readiness = await (await fetch(`http://127.0.0.1:${flow.port}/readyz`)).json();
  assert.deepEqual(readiness.lines, { open: 2, closed: 0, failed: 0, outOfService: 0 });
  assert.equal(readiness.provider, "up");
});

Deno.test("a line that cannot be opened is counted, the others work", async () => {
  await using flow = await TestProgram.start({
    openErrors: { "203": LINEERR.RESOURCEUNAVAIL },
    polite: false,
  });
  const response = await fetch(`http://127.0.0.1:${flow.port}/readyz`);
  assert.equal(response.status, 200);
  assert.deepEqual((await response.json()).lines, {
    open: 7,
    closed: 0,
    failed: 1,
    outOfService: 0,
  });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 203, number: OUTSIDE });
  await flow.pass(() => client.frames.length === 1);
  assert.equal(client.frames[0]?.error?.code, "provider_down");
});

Deno.test("without any line the program stays up and is not ready", async () => {
  await using flow = await TestProgram.start({ args: ["--lines", "999"], polite: false });
  const response = await fetch(`http://127.0.0.1:${flow.port}/readyz`);
  assert.equal(response.status, 503);
  assert.deepEqual((await response.json()).lines, {
    open: 0,
    closed: 0,
    failed: 0,
    outOfService: 0,
  });
  const health = await fetch(`http://127.0.0.1:${flow.port}/healthz`);
  assert.equal(health.status, 200);
  await health.body?.cancel();
});

Deno.test("stopping with calls up says 1001 to clients and gives every handle back", async () => {
  await using flow = await TestProgram.start({ polite: false });
  const client = await flow.connect();
  client.send({ cmd: "dial", line: 201, number: OUTSIDE });
  client.send({ cmd: "dial", line: 203, number: "204" });
  await reach(flow, client, 201, "CONNECTED");
  await reach(flow, client, 204, "OFFERING");
  assert(flow.fake.liveHandles() >= 3);
  await flow.stop();
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 1001);
  assert.equal(flow.fake.liveHandles(), 0);
  assert.equal(flow.clock.pendingTimers, 0);
});

Deno.test("the end of a group's call that waits for a member is published before the program stops", async () => {
  const ONE_CALL = 0x42;
  const dwCallID = LINECALLINFO.fields.dwCallID.offset;
  await using flow = await TestProgram.start({
    args: ["--groups", "201"],
    changed: ({ lineGetCallInfoW }) => ({
      lineGetCallInfoW: (call, info) =>
        lineGetCallInfoW(call, info).then(setU32(info, dwCallID, ONE_CALL)),
    }),
  });
  await flow.ring("201");
  await flow.ring("202");
  hangUpOutside(flow.fake, "201");
  await flow.reachAll("201", "DISCONNECTED");
  await flow.pass(() => flow.program.live.handles === 1);
  assert.deepEqual(flow.statesOf("201"), ["DISCONNECTED"]);
  await flow.stop();
  assert.deepEqual(flow.statesOf("201"), []);
});
