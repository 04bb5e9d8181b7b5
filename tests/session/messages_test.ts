/** The effect of each TAPI message on a session over the fake exchange. */
import assert from "node:assert/strict";
import {
  LINE,
  LINEADDRESSSTATE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDEVSTATE,
  LINEERR,
} from "../../src/tapi/constants.ts";
import { LogRecorder } from "../support/log.ts";
import { step, Telephony } from "../support/session.ts";

const RING = step(0, "ring", { call: "a", to: "201" });
const TALK = RING + step(1000, "answer", { call: "a" });
/** No handle of the fake exchange. */
const UNKNOWN_HANDLE = 0x7fff0001;
/** The fake exchange would answer that such a handle is dead. */
const CALL_QUESTIONS = ["lineGetCallInfoW", "lineGetCallStatus"] as const;
const { MONITOR, OWNER } = LINECALLPRIVILEGE;
const { CONNECTED, IDLE, OFFERING } = LINECALLSTATE;

/** The calls that the session has, by their handles. */
function handlesOf({ session }: Telephony): number[] {
  return [...session.calls].map(({ handle }) => handle);
}

Deno.test("LINE_APPNEWCALL makes a call known, as its owner or monitor, but reports nothing yet", async () => {
  await using telephony = await Telephony.start();
  await telephony.takeSignals("call-state");
  for (const [handle, privilege] of [[1, MONITOR], [2, OWNER]] as const) {
    telephony.deliver("201", {
      dwMessageID: LINE.APPNEWCALL,
      dwParam2: handle,
      dwParam3: privilege,
    });
  }
  telephony.deliver("201", { dwMessageID: LINE.APPNEWCALL, dwParam2: 0, dwParam3: MONITOR });
  const { calls } = telephony.session;
  assert.deepEqual(handlesOf(telephony), [1, 2]);
  assert.deepEqual([...calls].map(({ owned }) => owned), [false, true]);
  assert.deepEqual(await telephony.takeSignals("call-state"), []);
});

Deno.test("a line that is not open takes no calls", async () => {
  await using telephony = await Telephony.start();
  telephony.tapi.fail(LINEERR.RESOURCEUNAVAIL, ["lineOpenW"]);
  telephony.fake.forceClose("201");
  await telephony.until(() => telephony.deviceOf("201").status === "failed");
  telephony.deliver("201", { dwMessageID: LINE.APPNEWCALL, dwParam2: 1, dwParam3: MONITOR });
  telephony.deliver("201", {
    dwMessageID: LINE.CALLSTATE,
    hDevice: 2,
    dwParam1: OFFERING,
    dwParam3: OWNER,
  });
  assert.deepEqual(handlesOf(telephony), []);
});

Deno.test("LINE_CALLSTATE adds a call only if it says which privilege the program has", async () => {
  await using telephony = await Telephony.start();
  telephony.tapi.fail(LINEERR.OPERATIONFAILED, CALL_QUESTIONS);
  telephony.deliver("201", { dwMessageID: LINE.CALLSTATE, hDevice: 1, dwParam1: OFFERING });
  assert.deepEqual(handlesOf(telephony), []);
  telephony.deliver("201", {
    dwMessageID: LINE.CALLSTATE,
    hDevice: 2,
    dwParam1: OFFERING,
    dwParam3: MONITOR,
  });
  assert.deepEqual(handlesOf(telephony), [2]);
  const [signal] = await telephony.takeSignals("call-state");
  assert.deepEqual([signal?.state, signal?.line.line], ["OFFERING", "201"]);
});

Deno.test("LINE_CALLSTATE changes the privilege of a known call, unless it is 0", async () => {
  await using telephony = await Telephony.start({ scenario: RING });
  await telephony.reach("201", "OFFERING");
  const call = telephony.tapiCallOf("201");
  for (const [privilege, owned] of [[OWNER, true], [0, true], [MONITOR, false]] as const) {
    telephony.deliver("201", {
      dwMessageID: LINE.CALLSTATE,
      hDevice: call.handle,
      dwParam1: OFFERING,
      dwParam3: privilege,
    });
    assert.equal(call.owned, owned);
  }
});

Deno.test("LINE_CALLINFO reads the parties of a known call again, and of no other", async () => {
  await using telephony = await Telephony.start({ scenario: RING });
  await telephony.reach("201", "OFFERING");
  const { handle, id } = telephony.tapiCallOf("201");
  await telephony.takeSignals("call-info");
  for (const hDevice of [handle, UNKNOWN_HANDLE]) {
    telephony.deliver("201", { dwMessageID: LINE.CALLINFO, hDevice });
  }
  const infos = await telephony.takeSignals("call-info");
  assert.deepEqual(infos.map(({ call }) => call), [id]);
});

Deno.test("a handle that another line's message names has ended the call before, unheard", async () => {
  await using telephony = await Telephony.start({ scenario: TALK });
  await telephony.reach("201", "CONNECTED");
  const before = telephony.tapiCallOf("201");
  telephony.deliver("202", {
    dwMessageID: LINE.APPNEWCALL,
    dwParam2: before.handle,
    dwParam3: MONITOR,
  });
  const lost = await telephony.takeSignals("call-lost");
  assert.deepEqual(lost.map(({ call }) => call), [before.id]);
  assert.notEqual(telephony.tapiCallOf("202").id, before.id);
});

Deno.test("messages for the call that a command makes wait until its handle is known", async () => {
  await using telephony = await Telephony.start();
  const { session } = telephony;
  telephony.tapi.fail(LINEERR.OPERATIONFAILED, CALL_QUESTIONS);
  const line = telephony.deviceOf("201").lines[0]!;
  await telephony.takeSignals("call-state");
  // A function that has not returned: its call may have any handle.
  const returned = Promise.withResolvers<void>();
  const asked = session.requests.ask(line, "lineMakeCallW", () => returned.promise);
  for (const state of [LINECALLSTATE.DIALTONE, LINECALLSTATE.DIALING]) {
    telephony.deliver("201", {
      dwMessageID: LINE.CALLSTATE,
      hDevice: UNKNOWN_HANDLE,
      dwParam1: state,
    });
  }
  const before = handlesOf(telephony);
  const { id, owned } = session.messages.adopt(line, UNKNOWN_HANDLE, {}) ?? {};
  returned.resolve();
  await asked;
  assert.deepEqual(before, []);
  assert(owned, "a call that a command makes is the program's own");
  const signals = await telephony.takeSignals("call-state");
  const states = signals.map(({ call, state }) => [call, state]);
  assert.deepEqual(states, [[id, "DIALTONE"], [id, "DIALING"]]);
});

Deno.test("messages for unknown handles are kept only while a request may explain them", async () => {
  await using telephony = await Telephony.start();
  const { session } = telephony;
  const line = telephony.deviceOf("201").lines[0]!;
  await telephony.takeSignals("call-state");
  const message = { dwMessageID: LINE.CALLSTATE, hDevice: UNKNOWN_HANDLE, dwParam1: CONNECTED };
  telephony.deliver("201", message);
  const returned = Promise.withResolvers<void>();
  const asked = session.requests.ask(line, "lineMakeCallW", () => returned.promise);
  session.messages.adopt(line, UNKNOWN_HANDLE, {});
  const early = await telephony.takeSignals("call-state");
  telephony.deliver("201", { ...message, hDevice: UNKNOWN_HANDLE + 1 });
  returned.resolve();
  await asked;
  assert.deepEqual(early, [], "it came before the request");
  // Any LINE_REPLY shows that nothing is outstanding.
  telephony.deliver("201", { dwMessageID: LINE.REPLY, dwParam1: 4711 });
  session.messages.adopt(line, UNKNOWN_HANDLE + 1, {});
  assert.deepEqual(await telephony.takeSignals("call-state"), [], "no request made its call");
});

Deno.test("a LINE_REPLY that no request awaits does no harm", async () => {
  await using log = await LogRecorder.start("debug");
  await using telephony = await Telephony.start();
  telephony.deliver("201", { dwMessageID: LINE.REPLY, hDevice: 0, dwParam1: 4711 });
  assert.equal(log.count(/LINE_REPLY 4711 belongs to no request/), 1);
});

Deno.test("LINE_CLOSE ends the line and its calls, if it names the line's handle", async () => {
  await using telephony = await Telephony.start({ scenario: TALK });
  await telephony.reach("201", "CONNECTED");
  await telephony.takeSignals("call-lost");
  telephony.deliver("201", { dwMessageID: LINE.CLOSE, hDevice: UNKNOWN_HANDLE });
  assert.equal(telephony.deviceOf("201").status, "open");
  const { id } = telephony.tapiCallOf("201");
  telephony.deliver("201", { dwMessageID: LINE.CLOSE });
  assert.equal(telephony.deviceOf("201").status, "closed");
  assert.deepEqual(handlesOf(telephony), []);
  const lost = await telephony.takeSignals("call-lost");
  assert.deepEqual(lost.map(({ call }) => call), [id]);
});

Deno.test("LINE_CLOSE that comes before lineOpen returns closes the line that it opens", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  const { tapi, fake } = telephony;
  tapi.hang("lineOpenW", "after its work");
  fake.forceClose("201");
  await telephony.until(() => tapi.callsOf("lineOpenW") === 2);
  fake.forceClose("201");
  await telephony.pass(100);
  tapi.release("lineOpenW");
  await telephony.until(() => telephony.deviceOf("201").status === "open");
  assert.equal(tapi.callsOf("lineOpenW"), 3);
});

Deno.test("LINE_LINEDEVSTATE is believed by a driver that does not report the level", async () => {
  await using telephony = await Telephony.start({
    library: (fake) => ({ ...fake, lineGetLineDevStatusW: null }),
  });
  await telephony.takeSignals("line-status");
  for (const dwParam1 of [LINEDEVSTATE.OUTOFSERVICE, LINEDEVSTATE.INSERVICE]) {
    telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1 });
    // Repeated, it is no change.
    telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1 });
  }
  assert.deepEqual(
    (await telephony.takeSignals("line-status")).map(({ line, status }) => [line.line, status]),
    [["201", "out_of_service"], ["201", "open"]],
  );
});

Deno.test("LINE_LINEDEVSTATE changes nothing that the driver's level contradicts", async () => {
  await using telephony = await Telephony.start();
  const extension = telephony.fake.exchange.extensions.get("201");
  for (const isInService of [false, true]) {
    extension?.setInService(isInService);
    await telephony.pass(1000);
  }
  const reads = telephony.tapi.callsOf("lineGetLineDevStatusW");
  await telephony.takeSignals("line-status");
  telephony.deliver("201", {
    dwMessageID: LINE.LINEDEVSTATE,
    dwParam1: LINEDEVSTATE.OUTOFSERVICE,
  });
  assert.deepEqual(await telephony.takeSignals("line-status"), []);
  assert(telephony.tapi.callsOf("lineGetLineDevStatusW") > reads, "the level was read");
});

Deno.test("LINE_LINEDEVSTATE switches the message lamp", async () => {
  await using telephony = await Telephony.start();
  await telephony.takeSignals("line-report");
  for (const dwParam1 of [LINEDEVSTATE.MSGWAITON, LINEDEVSTATE.MSGWAITOFF]) {
    telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1 });
  }
  assert.deepEqual(
    (await telephony.takeSignals("line-report")).flatMap(({ messageWaiting }) =>
      messageWaiting ?? []
    ),
    [true, false],
  );
});

for (
  const [what, message, reads] of [
    ["LINE_LINEDEVSTATE with CAPSCHANGE", {
      dwMessageID: LINE.LINEDEVSTATE,
      dwParam1: LINEDEVSTATE.CAPSCHANGE,
    }, { caps: 1, status: 1 }],
    ["LINE_ADDRESSSTATE with CAPSCHANGE", {
      dwMessageID: LINE.ADDRESSSTATE,
      dwParam2: LINEADDRESSSTATE.CAPSCHANGE,
    }, { caps: 1, status: 1 }],
    ["LINE_ADDRESSSTATE with FORWARD", {
      dwMessageID: LINE.ADDRESSSTATE,
      dwParam2: LINEADDRESSSTATE.FORWARD,
    }, { caps: 0, status: 1 }],
    ["LINE_ADDRESSSTATE of a second address", {
      dwMessageID: LINE.ADDRESSSTATE,
      dwParam1: 1,
      dwParam2: LINEADDRESSSTATE.CAPSCHANGE,
    }, { caps: 1, status: 1 }],
    ["LINE_LINEDEVSTATE with RINGING", {
      dwMessageID: LINE.LINEDEVSTATE,
      dwParam1: LINEDEVSTATE.RINGING,
    }, { caps: 0, status: 0 }],
  ] as const
) {
  Deno.test(`${what} has the caps read ${reads.caps} times, and the status ${reads.status}`, async () => {
    await using telephony = await Telephony.start();
    const { tapi } = telephony;
    await telephony.takeSignals("line-report");
    const counts = () => [
      tapi.callsOf("lineGetDevCapsW"),
      tapi.callsOf("lineGetAddressCapsW"),
      tapi.callsOf("lineGetAddressStatusW"),
    ];
    const before = counts();
    telephony.deliver("201", message);
    await telephony.takeSignals("line-report");
    const { caps, status } = reads;
    assert.deepEqual(counts().map((count, i) => count - before[i]!), [caps, caps, status]);
  });
}

Deno.test("LINE_LINEDEVSTATE with REINIT ends the session, unless it only forwards a message", async () => {
  await using telephony = await Telephony.start();
  const { session } = telephony;
  const reinit = { dwMessageID: LINE.LINEDEVSTATE, dwParam1: LINEDEVSTATE.REINIT };
  telephony.deliver("201", { ...reinit, dwParam2: LINE.CREATE });
  assert(!session.over);
  telephony.deliver("201", reinit);
  assert.equal(await session.ended, "LINEERR_REINIT");
});

Deno.test("LINE_REMOVE takes a device away, and LINE_CREATE brings it back", async () => {
  await using telephony = await Telephony.start({ scenario: RING });
  await telephony.reach("201", "OFFERING");
  const { id: device } = telephony.deviceOf("201");
  const { id: call } = telephony.tapiCallOf("201");
  telephony.signals.splice(0);
  telephony.deliver("201", { dwMessageID: LINE.REMOVE, hDevice: 0, dwParam1: device });
  await telephony.pass(100);
  assert(![...telephony.session.lines].some(({ name }) => name === "201"));
  const kinds = telephony.signals.map(({ kind }) => kind).filter((kind) => kind !== "line-status");
  assert.deepEqual(kinds, ["call-lost", "line-removed"]);
  telephony.session.messages.handle({
    dwMessageID: LINE.CREATE,
    hDevice: 0,
    dwCallbackInstance: 0,
    dwParam1: device,
    dwParam2: 0,
    dwParam3: 0,
  });
  // The call is still there: it is found again, as another one.
  const again = await telephony.reach("201", "OFFERING");
  assert(again.id > call);
});

Deno.test("messages that the program has no use for change nothing", async () => {
  await using telephony = await Telephony.start({ scenario: RING });
  await telephony.reach("201", "OFFERING");
  telephony.signals.splice(0);
  const used: readonly number[] = [
    ...[LINE.REPLY, LINE.APPNEWCALL, LINE.CALLSTATE, LINE.CALLINFO, LINE.CLOSE],
    ...[LINE.DEVSPECIFIC, LINE.LINEDEVSTATE, LINE.ADDRESSSTATE, LINE.CREATE, LINE.REMOVE],
  ];
  for (let dwMessageID = 0; dwMessageID < 32; dwMessageID++) {
    if (used.includes(dwMessageID)) continue;
    telephony.deliver("201", { dwMessageID, dwParam1: IDLE, dwParam2: 1, dwParam3: OWNER });
  }
  await telephony.pass(1000);
  assert.deepEqual(telephony.signals, []);
});
