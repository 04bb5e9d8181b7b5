/** The reports on calls over the fake exchange, and when their handles are given back. */
import assert from "node:assert/strict";
import type { Signal } from "../../../src/session/signals.ts";
import {
  LINE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDEVSTATE,
  LINEERR,
} from "../../../src/tapi/constants.ts";
import { LINECALLSTATUS } from "../../../src/tapi/structs.ts";
import { setU32 } from "../../support/answers.ts";
import { LogRecorder } from "../../support/log.ts";
import { step, Telephony, type TelephonyOptions } from "../../support/session.ts";

const RING = step(0, "ring", { call: "a", to: "201", from: "+441632960001" });
const TALK = RING + step(1000, "answer", { call: "a" });
const { CONNECTED, DISCONNECTED, IDLE, OFFERING, ONHOLD } = LINECALLSTATE;
const AT = LINECALLSTATUS.fields;

/** 201 talks; its driver reports a state of the call that no message has brought. */
async function unheard(state: number): Promise<Telephony> {
  let isUnheard = false;
  const telephony = await Telephony.start({
    scenario: TALK,
    library: (fake) => ({
      ...fake,
      lineGetCallStatus: (call, status) =>
        fake.lineGetCallStatus(call, status).then(
          isUnheard ? setU32(status, AT.dwCallState.offset, state) : (result) => result,
        ),
    }),
  });
  await telephony.reach("201", "CONNECTED");
  isUnheard = true;
  return telephony;
}

/** The line is out of service for a moment: then its calls may have changed unheard. */
function interrupt(telephony: Telephony): void {
  for (const dwParam1 of [LINEDEVSTATE.OUTOFSERVICE, LINEDEVSTATE.INSERVICE]) {
    telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1 });
  }
}

async function talking(options: TelephonyOptions = {}): Promise<Telephony> {
  const telephony = await Telephony.start({ scenario: TALK, ...options });
  await telephony.reach("201", "CONNECTED");
  return telephony;
}

Deno.test("a state is reported with the parties, the commands that fit, and when it came", async () => {
  await using telephony = await Telephony.start({ scenario: RING });
  await telephony.reach("201", "OFFERING");
  const [signal, ...others] = await telephony.takeSignals("call-state");
  assert.deepEqual(others, []);
  assert(signal);
  const { id, heardAtMs } = telephony.tapiCallOf("201");
  assert.equal(signal.line, telephony.deviceOf("201").lines[0]?.identity);
  assert.deepEqual([signal.call, signal.state, signal.heardAtMs], [id, "OFFERING", heardAtMs]);
  assert.equal(signal.info?.caller.number, "+441632960001");
  assert.deepEqual(signal.can, ["answer", "drop", "redirect"]);
});

Deno.test("a mode that the message leaves out is the status's, if that is of the same state", async () => {
  await using telephony = await talking();
  const { handle: hDevice } = telephony.tapiCallOf("201");
  await telephony.takeSignals("call-state");
  const { INACTIVE } = LINECONNECTEDMODE;
  for (const [state, mode] of [[CONNECTED, 0], [CONNECTED, INACTIVE], [OFFERING, 0]] as const) {
    telephony.deliver("201", {
      dwMessageID: LINE.CALLSTATE,
      hDevice,
      dwParam1: state,
      dwParam2: mode,
    });
  }
  const modes = (await telephony.takeSignals("call-state")).map(({ state, mode }) => [state, mode]);
  assert.deepEqual(modes, [
    ["CONNECTED", "ACTIVE"],
    ["CONNECTED", "INACTIVE"],
    ["OFFERING", undefined],
  ]);
});

Deno.test("a driver that does not answer for a call's parties leaves its states", async () => {
  await using telephony = await Telephony.start({
    scenario: step(1000, "ring", { call: "a", to: "201" }),
  });
  telephony.tapi.fail(LINEERR.OPERATIONFAILED, ["lineGetCallInfoW"]);
  await telephony.reach("201", "OFFERING");
  telephony.deliver("201", {
    dwMessageID: LINE.CALLINFO,
    hDevice: telephony.tapiCallOf("201").handle,
  });
  await telephony.pass(100);
  const reported = telephony.signals.filter(({ kind }) => /^call-(?:state|info)$/.test(kind));
  assert.deepEqual(reported.map((signal) => "info" in signal && signal.info), [undefined]);
});

Deno.test("IDLE gives the handle back, once, and asks nothing about what can be done", async () => {
  await using telephony = await talking({
    scenario: TALK + step(3000, "drop", { call: "a", by: "outside" }),
  });
  const { tapi, fake } = telephony;
  await telephony.until(() =>
    telephony.signals.some((each) => each.kind === "call-state" && each.state === "DISCONNECTED")
  );
  await telephony.pass(100);
  const asked = tapi.callsOf("lineGetCallStatus");
  await telephony.until(() => telephony.tracker.size === 0);
  await telephony.pass(1000);
  assert.equal(tapi.callsOf("lineGetCallStatus"), asked);
  assert.equal(tapi.callsOf("lineDeallocateCall"), 1);
  assert.deepEqual([fake.liveHandles(), telephony.session.calls.size], [0, 0]);
});

Deno.test("nothing follows IDLE, whatever the driver has still sent", async () => {
  await using telephony = await talking();
  const { handle: hDevice } = telephony.tapiCallOf("201");
  await telephony.takeSignals("call-state");
  for (const dwParam1 of [IDLE, CONNECTED, IDLE]) {
    telephony.deliver("201", { dwMessageID: LINE.CALLSTATE, hDevice, dwParam1 });
  }
  telephony.deliver("201", { dwMessageID: LINE.CALLINFO, hDevice });
  const states = (await telephony.takeSignals("call-state")).map(({ state }) => state);
  assert.deepEqual(states, ["IDLE"]);
  assert.equal(telephony.tapi.callsOf("lineDeallocateCall"), 1);
});

Deno.test("a handle that cannot be given back is forgotten all the same", async () => {
  await using telephony = await talking();
  telephony.tapi.fail(LINEERR.OPERATIONFAILED, ["lineDeallocateCall"]);
  const { handle: hDevice } = telephony.tapiCallOf("201");
  telephony.deliver("201", { dwMessageID: LINE.CALLSTATE, hDevice, dwParam1: IDLE });
  await telephony.pass(100);
  assert.equal(telephony.session.calls.size, 0);
});

Deno.test("a line that opens reports the calls that are there already", async () => {
  await using telephony = await talking();
  const before = telephony.tapiCallOf("201").id;
  telephony.fake.forceClose("201");
  await telephony.until(() => telephony.tracker.size === 0);
  const { id } = await telephony.reach("201", "CONNECTED");
  assert(id > before, "its handle is another one, and so is its id");
  // No message has brought it.
  const [signal] = (await telephony.takeSignals("call-state")).filter(({ call }) => call === id);
  assert(signal && !("heardAtMs" in signal));
});

Deno.test("a line whose driver does not list its calls is open, and hears of the next ones", async () => {
  await using log = await LogRecorder.start();
  await using telephony = await Telephony.start({
    scenario: step(5000, "ring", { call: "a", to: "201" }),
    library: (fake) => ({
      ...fake,
      lineGetNewCalls: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0),
    }),
  });
  assert.equal(log.count(/Line 201 does not list its calls: .*LINEERR_OPERATIONUNAVAIL/), 1);
  await telephony.reach("201", "OFFERING");
});

Deno.test("an end that no message has brought is found when the line is in service again", async () => {
  await using telephony = await unheard(IDLE);
  await telephony.takeSignals("call-state");
  interrupt(telephony);
  const [signal, ...others] = await telephony.takeSignals("call-state");
  assert.deepEqual([signal?.state, signal?.heardAtMs, others], ["IDLE", undefined, []]);
});

for (
  const [name, state] of [
    ["the one that was reported", CONNECTED],
    ["none", 0],
    ["another live one", ONHOLD],
  ] as const
) {
  Deno.test(`a call of which its driver answers ${name} is not reported again`, async () => {
    await using telephony = await unheard(state);
    await telephony.takeSignals("call-state");
    interrupt(telephony);
    assert.deepEqual(await telephony.takeSignals("call-state"), []);
  });
}

Deno.test("a call that its driver leaves DISCONNECTED is over, and its handle is given back", async () => {
  await using telephony = await unheard(DISCONNECTED);
  await telephony.takeSignals("call-state");
  // Of a silent call it is asked every minute or two.
  await telephony.until(() => telephony.session.calls.size === 0);
  const states = (await telephony.takeSignals("call-state")).map(({ state }) => state);
  assert.deepEqual(states, ["DISCONNECTED", "IDLE"]);
  assert.equal(telephony.tapi.callsOf("lineDeallocateCall"), 1);
});

Deno.test("a call whose handle is dead has ended; one that does not answer continues", async () => {
  await using telephony = await talking();
  await telephony.takeSignals("call-state");
  for (
    const [code, states] of [
      [LINEERR.OPERATIONFAILED, []],
      [LINEERR.INVALCALLHANDLE, ["IDLE"]],
    ] as const
  ) {
    telephony.tapi.fail(code, ["lineGetCallStatus"]);
    interrupt(telephony);
    const signals = await telephony.takeSignals("call-state");
    assert.deepEqual(signals.map(({ state }) => state), states);
  }
  assert.equal(telephony.session.calls.size, 0);
});

Deno.test("a call that was gone before it had a state is never reported", async () => {
  await using telephony = await Telephony.start();
  await telephony.takeSignals("call-state");
  telephony.deliver("201", {
    dwMessageID: LINE.APPNEWCALL,
    dwParam2: 1,
    dwParam3: LINECALLPRIVILEGE.MONITOR,
  });
  telephony.tapi.fail(LINEERR.INVALCALLHANDLE, ["lineGetCallStatus"]);
  interrupt(telephony);
  await telephony.pass(100);
  assert.equal(telephony.session.calls.size, 0);
  assert(!telephony.signals.some(({ kind }) => kind.startsWith("call-")));
});

Deno.test("calls are lost before their line is reported closed, and nothing is asked about them", async () => {
  await using telephony = await talking();
  await telephony.takeSignals("call-state");
  const { tapi } = telephony;
  const asked = tapi.callsOf("lineGetCallInfoW") + tapi.callsOf("lineDeallocateCall");
  telephony.fake.forceClose("201");
  await telephony.pass(100);
  assert.deepEqual(
    telephony.signals.map((signal) => signal.kind === "line-status" ? signal.status : signal.kind),
    ["call-lost", "closed"],
  );
  assert.equal(tapi.callsOf("lineGetCallInfoW") + tapi.callsOf("lineDeallocateCall"), asked);
});

Deno.test("messages from before a line was closed are reported first, and a dead handle is not queried", async () => {
  await using telephony = await talking();
  await telephony.takeSignals("call-state");
  const { tapi } = telephony;
  const asked = tapi.callsOf("lineGetCallInfoW");
  const { handle: hDevice } = telephony.tapiCallOf("201");
  for (const dwParam1 of [ONHOLD, IDLE]) {
    telephony.deliver("201", { dwMessageID: LINE.CALLSTATE, hDevice, dwParam1 });
  }
  telephony.deliver("201", { dwMessageID: LINE.CLOSE });
  await telephony.pass(100);
  const reported = telephony.signals.flatMap((signal) => {
    if (signal.kind === "line-status") return signal.status;
    return signal.kind === "call-state" ? signal.state : signal.kind;
  });
  assert.deepEqual(reported, ["ONHOLD", "IDLE", "closed"]);
  assert.equal(tapi.callsOf("lineGetCallInfoW"), asked + 1);
  assert.equal(tapi.callsOf("lineDeallocateCall"), 0);
});

Deno.test("a function that hangs delays the end of a closed line's calls by 2 s at most", async () => {
  await using telephony = await talking();
  await telephony.takeSignals("call-state");
  telephony.tapi.hang("lineGetCallInfoW");
  telephony.deliver("201", {
    dwMessageID: LINE.CALLSTATE,
    hDevice: telephony.tapiCallOf("201").handle,
    dwParam1: ONHOLD,
  });
  telephony.fake.forceClose("201");
  const closedAtMs = telephony.clock.nowMs();
  const isLost = () => telephony.signals.some(({ kind }) => kind === "call-lost");
  await telephony.until(isLost);
  const tookMs = telephony.clock.nowMs() - closedAtMs;
  assert(tookMs > 1000 && tookMs <= 2100, `${tookMs} ms`);
  telephony.tapi.release("lineGetCallInfoW");
  await telephony.pass(100);
  const { signals } = telephony;
  // The hanging answer comes too late to be reported.
  assert(!signals.some((each) => each.kind === "call-state" && each.state === "ONHOLD"));
  const isClosed = (each: Signal) => each.kind === "line-status" && each.status === "closed";
  assert.equal(signals.filter(isClosed).length, 1);
});

Deno.test("the calls of a line that could not be opened after all were never there", async () => {
  const returned = Promise.withResolvers<number>();
  let isHanging = false;
  await using telephony = await Telephony.start({
    library: (fake) => ({
      ...fake,
      lineOpenW: (...args) => isHanging ? returned.promise : fake.lineOpenW(...args),
    }),
  });
  const attempts = telephony.tapi.callsOf("lineOpenW");
  isHanging = true;
  telephony.fake.forceClose("201");
  await telephony.until(() => telephony.tapi.callsOf("lineOpenW") > attempts);
  telephony.signals.splice(0);
  for (const dwParam1 of [OFFERING, CONNECTED]) {
    telephony.deliver("201", {
      dwMessageID: LINE.CALLSTATE,
      hDevice: 1,
      dwParam1,
      dwParam3: LINECALLPRIVILEGE.MONITOR,
    });
  }
  assert.equal(telephony.session.calls.size, 1);
  returned.resolve(LINEERR.RESOURCEUNAVAIL | 0);
  await telephony.pass(100);
  assert.equal(telephony.session.calls.size, 0);
  assert(!telephony.signals.some(({ kind }) => kind.startsWith("call-")));
});

Deno.test("parties that a state was to bring are read again if the driver did not answer then", async () => {
  let failures = 0;
  await using telephony = await talking({
    library: (fake) => ({
      ...fake,
      lineGetCallInfoW: (call, info) =>
        failures-- > 0
          ? Promise.resolve(LINEERR.OPERATIONFAILED | 0)
          : fake.lineGetCallInfoW(call, info),
    }),
  });
  const { handle: hDevice } = telephony.tapiCallOf("201");
  await telephony.takeSignals("call-info");
  failures = 2;
  for (let times = 0; times < 2; times++) {
    telephony.deliver("201", { dwMessageID: LINE.CALLSTATE, hDevice, dwParam1: CONNECTED });
  }
  telephony.deliver("201", { dwMessageID: LINE.CALLINFO, hDevice });
  assert.equal((await telephony.takeSignals("call-info")).length, 1);
});
