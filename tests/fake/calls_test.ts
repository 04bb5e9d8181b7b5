import assert from "node:assert/strict";
import {
  LINE,
  LINECALLFEATURE,
  LINECALLPRIVILEGE,
  LINECALLSTATE,
  LINEDISCONNECTMODE,
  LINEERR,
} from "../../src/tapi/constants.ts";
import { address, originName, reasonName, TapiApp, toU32, u32 } from "../support/wire.ts";

Deno.test("a call to somebody outside goes through all its states", async () => {
  const app = await TapiApp.start();
  const { result, out } = await app.makeCall("203", "0123 456");
  assert.ok(result > 0);
  assert.equal(toU32(out), 0, "the handle must not be there before LINE_REPLY");

  await app.run(50);
  assert.equal(app.replies.get(result), 0);
  const call = toU32(out);
  assert.ok(call > 0x7fffffff, "handles use their highest bit");
  assert.equal(app.messages[0]?.dwMessageID, LINE.REPLY, "events wait for the reply");
  assert.equal(app.messages[0]?.dwCallbackInstance, 3);

  await app.run(3000);
  const up = ["DIALTONE", "DIALING", "PROCEEDING", "RINGBACK", "CONNECTED"];
  assert.deepEqual(app.statesOf(call), up);
  assert.ok(app.messages.every(({ dwMessageID }) => dwMessageID !== LINE.APPNEWCALL));
  const { info } = app.states.at(-1)!;
  assert.deepEqual([originName(info), reasonName(info)], ["OUTBOUND", "DIRECT"]);
  assert.deepEqual([info.CallerID, info.CalledID], ["203", "0123456"]);
  assert.equal((await app.callInfo(call)).ConnectedID, "0123456");

  await app.run(61_500);
  assert.deepEqual(app.statesOf(call), [...up, "DISCONNECTED", "IDLE"]);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
  assert.equal(app.clock.pendingTimers, 0);
});

Deno.test("the handle is written when the reply is taken, not when it is queued", async () => {
  const app = await TapiApp.start();
  const { result, out } = await app.makeCall("203", "0123");
  app.clock.advance(2000);
  assert.equal(toU32(out), 0);
  await app.drain();
  assert.equal(app.replies.get(result), 0);
  assert.deepEqual(app.statesOf(toU32(out)), ["DIALTONE", "DIALING", "PROCEEDING", "RINGBACK"]);
  await app.shutdown();
});

Deno.test("an internal call shows at both extensions, and a colleague answers", async () => {
  const app = await TapiApp.start();
  const caller = await app.dial("201", "205", 1600);
  assert.deepEqual(app.statesOf(caller), ["DIALTONE", "DIALING", "PROCEEDING", "RINGBACK"]);
  const called = app.lastCall("205");
  assert.deepEqual(app.statesOf(called), ["OFFERING"]);
  const offering = app.states.find(({ call }) => call === called)!;
  assert.equal(offering.privilege, LINECALLPRIVILEGE.MONITOR);
  assert.deepEqual([originName(offering.info), reasonName(offering.info)], ["INTERNAL", "DIRECT"]);
  assert.equal(offering.info.CallerIDName, "Anna Brandt");
  assert.notEqual(offering.info.dwCallID, (await app.callInfo(caller)).dwCallID);

  const announced = app.messages.findIndex(({ dwMessageID }) => dwMessageID === LINE.APPNEWCALL);
  assert.equal(app.messages[announced]?.hDevice, app.line("205"));
  assert.equal(app.messages[announced]?.dwParam2, called);
  assert.equal(app.messages[announced + 1]?.dwMessageID, LINE.CALLSTATE);
  assert.equal(app.messages[announced + 1]?.hDevice, called);

  await app.run(4000);
  assert.equal(app.statesOf(caller).at(-1), "CONNECTED");
  assert.equal(app.statesOf(called).at(-1), "CONNECTED");
  assert.equal((await app.callInfo(caller)).ConnectedIDName, "Наталья Орлова 🎧");

  assert.equal(await app.ask(app.tapi.lineDrop(caller, null, 0), 1500), 0);
  assert.deepEqual(app.statesOf(caller).slice(-2), ["DISCONNECTED", "IDLE"]);
  assert.deepEqual(app.statesOf(called).slice(-2), ["DISCONNECTED", "IDLE"]);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
});

Deno.test("a busy extension", async () => {
  const app = await TapiApp.start();
  await app.dial("202", "0123", 4000);
  const caller = await app.dial("201", "202", 1600);
  assert.equal(app.statesOf(caller).at(-1), "BUSY");
  await app.run(5000);
  assert.deepEqual(app.statesOf(caller).slice(-2), ["DISCONNECTED", "IDLE"]);
  await app.shutdown();
});

Deno.test("900 is busy", async () => {
  const app = await TapiApp.start();
  const call = await app.dial("201", "900", 10_000);
  assert.deepEqual(app.statesOf(call).slice(-3), ["BUSY", "DISCONNECTED", "IDLE"]);
  const { mode } = app.states.find(({ state }) => state === "DISCONNECTED")!;
  assert.equal(mode, LINEDISCONNECTMODE.BUSY);
  await app.shutdown();
});

Deno.test("901 is refused in the reply, and no call comes of it", async () => {
  const app = await TapiApp.start();
  const { result, out } = await app.makeCall("201", "901");
  assert.ok(result > 0);
  await app.run(5000);
  assert.equal(app.replies.get(result), "LINEERR_CALLUNAVAIL");
  assert.equal(toU32(out), 0);
  assert.equal(app.states.length, 0);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
});

Deno.test("902 never answers", async () => {
  const app = await TapiApp.start();
  const call = await app.dial("201", "902", 600_000);
  assert.equal(app.statesOf(call).at(-1), "RINGBACK");
  await app.shutdown();
});

Deno.test("903 is unobtainable", async () => {
  const app = await TapiApp.start();
  const call = await app.dial("201", "903", 10_000);
  assert.deepEqual(app.statesOf(call).slice(-3), ["SPECIALINFO", "DISCONNECTED", "IDLE"]);
  await app.shutdown();
});

Deno.test("904 and what cannot be dialled are invalid at once", async () => {
  const app = await TapiApp.start();
  for (const number of ["904", "9-04", "abc", "12x"]) {
    const { result } = await app.makeCall("201", number);
    assert.equal(result, LINEERR.INVALADDRESS | 0, number);
  }
  await app.shutdown();
});

Deno.test("905 gets no reply", async () => {
  const app = await TapiApp.start();
  const { result, out } = await app.makeCall("201", "905");
  assert.ok(result > 0);
  await app.run(600_000);
  assert.equal(app.replies.has(result), false);
  assert.equal(toU32(out), 0);
  await app.shutdown();
});

Deno.test("an extension that is on the telephone cannot make a second call", async () => {
  const app = await TapiApp.start();
  await app.dial("201", "0123", 4000);
  const { result } = await app.makeCall("201", "0124");
  await app.run(100);
  assert.equal(app.replies.get(result), "LINEERR_CALLUNAVAIL");
  await app.shutdown();
});

Deno.test("a monitor must take ownership before it drops", async () => {
  const app = await TapiApp.start();
  await app.dial("201", "202", 6000);
  const called = app.lastCall("202");
  assert.equal(await app.ask(app.tapi.lineDrop(called, null, 0)), "LINEERR_NOTOWNER");
  assert.equal(app.statesOf(called).at(-1), "CONNECTED");
  assert.equal(await app.own(called), 0);
  assert.equal((await app.callStatus(called)).dwCallPrivilege, LINECALLPRIVILEGE.OWNER);
  assert.equal(await app.ask(app.tapi.lineDrop(called, null, 0), 1500), 0);
  assert.equal(app.statesOf("201").at(-1), "IDLE");
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
});

Deno.test("the sole owner of a call cannot become a monitor again", async () => {
  const app = await TapiApp.start();
  const call = await app.dial("201", "0123", 4000);
  const result = await app.tapi.lineSetCallPrivilege(call, LINECALLPRIVILEGE.MONITOR);
  assert.equal(result, LINEERR.INVALCALLSTATE | 0);
  assert.equal(await app.tapi.lineSetCallPrivilege(call, 8), LINEERR.INVALCALLPRIVILEGE | 0);
  await app.shutdown();
});

Deno.test("dropping a ringing call rejects it", async () => {
  const app = await TapiApp.start();
  const caller = await app.dial("201", "202", 2000);
  const called = app.lastCall("202");
  await app.own(called);
  assert.equal(await app.ask(app.tapi.lineDrop(called, null, 0), 1500), 0);
  const lost = app.states.find(({ call, state }) => call === caller && state === "DISCONNECTED")!;
  assert.equal(lost.mode, LINEDISCONNECTMODE.REJECT);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
});

Deno.test("commands that the state does not allow are refused", async () => {
  const app = await TapiApp.start();
  const call = await app.dial("201", "0123", 50);
  const { tapi } = app;
  assert.equal(await tapi.lineHold(call), LINEERR.INVALCALLSTATE | 0);
  assert.equal(await tapi.lineAnswer(call, null, 0), LINEERR.INVALCALLSTATE | 0);
  assert.equal(
    (await app.callStatus(call)).dwCallFeatures,
    LINECALLFEATURE.DROP | LINECALLFEATURE.DIAL,
  );
  await app.run(4000);
  const { dwCallFeatures, dwCallState } = await app.callStatus(call);
  assert.equal(dwCallState, LINECALLSTATE.CONNECTED);
  assert.ok(dwCallFeatures & LINECALLFEATURE.HOLD);
  assert.equal(dwCallFeatures & LINECALLFEATURE.ANSWER, 0);
  await app.shutdown();
});

Deno.test("a handle stays valid after IDLE until it is deallocated", async () => {
  const app = await TapiApp.start();
  app.deallocates = false;
  const call = await app.dial("201", "900", 10_000);
  assert.equal((await app.callInfo(call)).CalledID, "900");
  assert.equal((await app.callStatus(call)).dwCallState, LINECALLSTATE.IDLE);
  assert.equal(await app.tapi.lineDrop(call, null, 0), LINEERR.INVALCALLSTATE | 0);
  assert.equal(await app.own(call), LINEERR.INVALCALLSTATE | 0);
  assert.equal(app.tapi.liveHandles(), 1);
  assert.equal(await app.tapi.lineDeallocateCall(call), 0);
  assert.equal(app.tapi.liveHandles(), 0);
  assert.equal(await app.tapi.lineDeallocateCall(call), LINEERR.INVALCALLHANDLE | 0);
  await app.shutdown();
});

Deno.test("calls from before lineOpen are listed once, as monitor handles", async () => {
  const app = new TapiApp();
  await app.initialize();
  app.tapi.exchange.routing.ring({
    to: "201",
    from: { number: "+441632960007", name: "Ada", presentation: "shown" },
    reason: 1,
  });
  await app.open(1, LINECALLPRIVILEGE.MONITOR);
  await app.drain();
  assert.equal(app.messages.length, 0, "existing calls are not announced");
  const [call = 0, ...more] = await app.newCalls("201");
  assert.deepEqual(more, []);
  const { dwCallState, dwCallPrivilege } = await app.callStatus(call);
  assert.equal(dwCallState, LINECALLSTATE.OFFERING);
  assert.equal(dwCallPrivilege, LINECALLPRIVILEGE.MONITOR);
  assert.equal((await app.callInfo(call)).CallerIDName, "Ada");
  assert.deepEqual(await app.newCalls("201"), []);
  await app.shutdown();
});

Deno.test("an owner's line is offered incoming calls as their owner", async () => {
  const app = await TapiApp.start({}, LINECALLPRIVILEGE.OWNER | LINECALLPRIVILEGE.MONITOR);
  await app.dial("201", "202", 2000);
  const called = app.lastCall("202");
  const offering = app.states.find(({ call }) => call === called)!;
  assert.equal(offering.privilege, LINECALLPRIVILEGE.OWNER);
  assert.equal(await app.ask(app.tapi.lineAnswer(called, null, 0)), 0);
  assert.equal(app.statesOf(called).at(-1), "CONNECTED");
  await app.shutdown();
});

Deno.test("a call without a number waits in DIALTONE for lineDial", async () => {
  const app = await TapiApp.start();
  const out = u32();
  const request = app.tapi.lineMakeCallW(app.line("201"), out, null, 0, null);
  assert.equal(await app.ask(request, 5000), 0);
  const call = toU32(out);
  assert.deepEqual(app.statesOf(call), ["DIALTONE"]);
  assert.equal(await app.ask(app.tapi.lineDialW(call, address("012"), 0), 4000), 0);
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  assert.equal((await app.callInfo(call)).CalledID, "012");
  await app.shutdown();
});
