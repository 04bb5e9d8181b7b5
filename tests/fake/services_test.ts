/** The services that people use with calls, each through the byte interface. */
import assert from "node:assert/strict";
import {
  LINE,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEDIGITMODE,
  LINEERR,
  LINEPARKMODE,
  LINETRANSFERMODE,
} from "../../src/tapi/constants.ts";
import { LINEADDRESSSTATUS, VARSTRING } from "../../src/tapi/structs.ts";
import { decodeText } from "../../src/tapi/text.ts";
import { address, originName, reasonName, room, TapiApp, toU32, u32 } from "../support/wire.ts";

/** A call from outside that `extension` has answered and the application owns. */
async function answeredCall(app: TapiApp, extension: string): Promise<number> {
  app.tapi.exchange.routing.ring({
    to: extension,
    from: { number: "+441632960007", name: "Ada", presentation: "shown" },
    reason: 1,
  });
  await app.drain();
  const call = app.lastCall(extension);
  await app.own(call);
  assert.equal(await app.ask(app.tapi.lineAnswer(call, null, 0)), 0);
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  return call;
}

async function endsClean(app: TapiApp): Promise<void> {
  await app.run(65_000);
  assert.equal(app.tapi.liveHandles(), 0, "every call ends by itself");
  await app.shutdown();
  assert.equal(app.clock.pendingTimers, 0);
}

Deno.test("hold and unhold", async () => {
  const app = await TapiApp.start();
  const call = await answeredCall(app, "201");
  assert.equal(await app.ask(app.tapi.lineUnhold(call)), "LINEERR_INVALCALLSTATE");
  assert.equal(await app.ask(app.tapi.lineHold(call)), 0);
  assert.equal(await app.ask(app.tapi.lineUnhold(call)), 0);
  assert.deepEqual(app.statesOf(call), ["OFFERING", "CONNECTED", "ONHOLD", "CONNECTED"]);
  await endsClean(app);
});

Deno.test("answering a second call holds the first, and both change places", async () => {
  const app = await TapiApp.start();
  const first = await answeredCall(app, "201");
  app.tapi.exchange.routing.ring({
    to: "201",
    from: { number: "+441632960008", name: "", presentation: "shown" },
    reason: 0x4000,
    callWaiting: true,
  });
  await app.drain();
  const second = app.lastCall("201");
  await app.own(second);
  assert.equal(await app.ask(app.tapi.lineAnswer(second, null, 0)), 0);
  assert.equal(app.statesOf(first).at(-1), "ONHOLD");
  assert.equal(await app.ask(app.tapi.lineSwapHold(second, first)), 0);
  assert.equal(app.statesOf(first).at(-1), "CONNECTED");
  assert.equal(app.statesOf(second).at(-1), "ONHOLD");
  await endsClean(app);
});

Deno.test("a blind transfer", async () => {
  const app = await TapiApp.start();
  const call = await answeredCall(app, "201");
  assert.equal(await app.ask(app.tapi.lineBlindTransferW(call, address("203"), 0)), 0);
  assert.equal(app.statesOf(call).at(-1), "IDLE");
  const { info } = app.states.findLast(({ line }) => line === "203")!;
  assert.deepEqual([originName(info), reasonName(info)], ["EXTERNAL", "TRANSFER"]);
  assert.deepEqual([info.CallerID, info.CalledID], ["+441632960007", "203"]);
  assert.equal(info.RedirectingID, "201");
  await app.run(5000);
  assert.equal(app.statesOf("203").at(-1), "CONNECTED");
  await endsClean(app);
});

Deno.test("a held call that is transferred to a busy number ends", async () => {
  const app = await TapiApp.start();
  const caller = await app.dial("201", "202", 6000);
  assert.equal(await app.ask(app.tapi.lineHold(caller)), 0);
  const called = app.lastCall("202");
  await app.own(called);
  await app.ask(app.tapi.lineBlindTransferW(called, address("900"), 0), 1500);
  assert.deepEqual(app.statesOf(caller).slice(-3), ["ONHOLD", "DISCONNECTED", "IDLE"]);
  await endsClean(app);
});

Deno.test("a transfer after asking", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await answeredCall(app, "201");
  const out = u32();
  assert.equal(await app.ask(tapi.lineSetupTransferW(call, out, null)), 0);
  const consultation = toU32(out);
  assert.equal(app.statesOf(call).at(-1), "ONHOLDPENDTRANSFER");
  assert.deepEqual(app.statesOf(consultation), ["DIALTONE"]);
  const early = tapi.lineCompleteTransfer(call, consultation, u32(), LINETRANSFERMODE.TRANSFER);
  assert.equal(await app.ask(early), "LINEERR_INVALCALLSTATE");
  assert.equal(await app.ask(tapi.lineDialW(consultation, address("202"), 0), 6000), 0);
  assert.equal(app.statesOf(consultation).at(-1), "CONNECTED");
  const { dwCallFeatures } = await app.callStatus(consultation);
  assert.ok(dwCallFeatures & LINECALLFEATURE.COMPLETETRANSF);

  const complete = tapi.lineCompleteTransfer(call, consultation, u32(), LINETRANSFERMODE.TRANSFER);
  assert.equal(await app.ask(complete), 0);
  assert.equal(app.statesOf(call).at(-1), "IDLE");
  assert.equal(app.statesOf(consultation).at(-1), "IDLE");
  const target = await app.callInfo(app.lastCall("202"));
  assert.deepEqual([reasonName(target), target.CallerID], ["TRANSFER", "+441632960007"]);
  assert.equal(target.ConnectedIDName, "Ada");
  await endsClean(app);
});

Deno.test("a conference of three, then of four", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await answeredCall(app, "201");
  const outConsult = u32();
  await app.ask(tapi.lineSetupTransferW(call, outConsult, null));
  const second = toU32(outConsult);
  await app.ask(tapi.lineDialW(second, address("202"), 0), 6000);
  const outConference = u32();
  const { CONFERENCE } = LINETRANSFERMODE;
  const complete = tapi.lineCompleteTransfer(call, second, outConference, CONFERENCE);
  assert.equal(await app.ask(complete), 0);
  const conference = toU32(outConference);
  assert.deepEqual(app.statesOf(conference), ["CONNECTED"]);
  assert.equal(originName(await app.callInfo(conference)), "CONFERENCE");
  assert.equal(app.statesOf(call).at(-1), "CONFERENCED");
  assert.equal(app.statesOf(second).at(-1), "CONFERENCED");

  const outThird = u32();
  const prepare = tapi.linePrepareAddToConferenceW(conference, outThird, null);
  assert.equal(await app.ask(prepare), 0);
  const third = toU32(outThird);
  assert.equal(app.statesOf(conference).at(-1), "ONHOLDPENDCONF");
  await app.ask(tapi.lineDialW(third, address("0123"), 0), 4000);
  assert.equal(await app.ask(tapi.lineAddToConference(conference, third)), 0);
  assert.equal(app.statesOf(third).at(-1), "CONFERENCED");
  assert.equal(app.states.findLast(({ call }) => call === third)!.mode, conference);
  assert.equal(app.statesOf(conference).at(-1), "CONNECTED");

  assert.equal(await app.ask(tapi.lineDrop(conference, null, 0), 1500), 0);
  for (const ended of [conference, call, second, third]) {
    assert.equal(app.statesOf(ended).at(-1), "IDLE");
  }
  assert.equal(app.statesOf("202").at(-1), "IDLE");
  await endsClean(app);
});

Deno.test("a conference that one of three leaves is an ordinary call again", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await answeredCall(app, "201");
  const out = u32();
  await app.ask(tapi.lineSetupTransferW(call, out, null));
  const second = toU32(out);
  await app.ask(tapi.lineDialW(second, address("202"), 0), 6000);
  await app.ask(tapi.lineCompleteTransfer(call, second, out, LINETRANSFERMODE.CONFERENCE));
  assert.equal(await app.ask(tapi.lineDrop(second, null, 0)), 0);
  assert.equal(app.statesOf(toU32(out)).at(-1), "IDLE");
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  await endsClean(app);
});

Deno.test("park where the exchange likes, and unpark", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const call = await answeredCall(app, "201");
  const slot = room(256);
  const request = tapi.lineParkW(call, LINEPARKMODE.NONDIRECTED, null, slot);
  const requestId = await request;
  assert.equal(VARSTRING.decode(slot).String.length, 0, "written with LINE_REPLY only");
  await app.run(100);
  assert.equal(app.replies.get(requestId), 0);
  const at = decodeText(VARSTRING.decode(slot).String);
  assert.equal(at, "2011");
  assert.equal(app.statesOf(call).at(-1), "IDLE");

  const out = u32();
  const nowhere = tapi.lineUnparkW(app.line("202"), 0, out, address("2019"));
  assert.equal(await app.ask(nowhere), "LINEERR_INVALADDRESS");
  assert.equal(await app.ask(tapi.lineUnparkW(app.line("202"), 0, out, address(at))), 0);
  const { info, state } = app.states.find(({ call }) => call === toU32(out))!;
  assert.deepEqual([state, originName(info), reasonName(info)], [
    "CONNECTED",
    "EXTERNAL",
    "UNPARK",
  ]);
  await endsClean(app);
});

Deno.test("park at an extension shows there", async () => {
  const app = await TapiApp.start();
  const call = await answeredCall(app, "201");
  const park = app.tapi.lineParkW(call, LINEPARKMODE.DIRECTED, address("204"), null);
  assert.equal(await app.ask(park), 0);
  const { info, state } = app.states.findLast(({ line }) => line === "204")!;
  assert.deepEqual([state, reasonName(info)], ["ONHOLD", "PARKED"]);
  await endsClean(app);
});

Deno.test("a call that is parked for long comes back", async () => {
  const app = await TapiApp.start();
  const call = await answeredCall(app, "201");
  await app.ask(app.tapi.lineParkW(call, LINEPARKMODE.DIRECTED, address("77"), null));
  await app.run(30_000);
  const { info, state } = app.states.findLast(({ line }) => line === "201")!;
  assert.deepEqual([state, reasonName(info)], ["OFFERING", "REMINDER"]);
  await app.shutdown();
});

Deno.test("a VARSTRING without room for the slot", async () => {
  const app = await TapiApp.start();
  const call = await answeredCall(app, "201");
  const park = app.tapi.lineParkW(call, LINEPARKMODE.NONDIRECTED, null, room(VARSTRING.size));
  assert.equal(await app.ask(park), "LINEERR_STRUCTURETOOSMALL");
  assert.equal(app.statesOf(call).at(-1), "CONNECTED");
  await endsClean(app);
});

Deno.test("pickup takes the call that rings at a colleague's", async () => {
  const app = await TapiApp.start();
  const caller = await app.dial("201", "202", 2000);
  const out = u32();
  const pickup = app.tapi.linePickupW(app.line("203"), 0, out, address("202"), null);
  assert.equal(await app.ask(pickup), 0);
  assert.deepEqual(app.statesOf("202"), ["OFFERING", "DISCONNECTED", "IDLE"]);
  const { info, state } = app.states.find(({ call }) => call === toU32(out))!;
  assert.deepEqual([state, reasonName(info)], ["CONNECTED", "PICKUP"]);
  assert.equal(app.statesOf(caller).at(-1), "CONNECTED");
  const none = app.tapi.linePickupW(app.line("204"), 0, out, null, null);
  assert.equal(await app.ask(none), "LINEERR_OPERATIONFAILED");
  await endsClean(app);
});

Deno.test("redirect sends a ringing call elsewhere", async () => {
  const app = await TapiApp.start();
  const caller = await app.dial("201", "202", 2000);
  const called = app.lastCall("202");
  await app.own(called);
  assert.equal(await app.ask(app.tapi.lineRedirectW(called, address("203"), 0), 5000), 0);
  assert.equal(app.statesOf(called).at(-1), "IDLE");
  const { info } = app.states.find(({ line }) => line === "203")!;
  assert.equal(reasonName(info), "REDIRECT");
  assert.equal(app.statesOf(caller).at(-1), "CONNECTED");
  await endsClean(app);
});

Deno.test("digits are sent, and their end is reported", async () => {
  const app = await TapiApp.start();
  const call = await answeredCall(app, "201");
  const { tapi } = app;
  const { DTMF } = LINEDIGITMODE;
  assert.equal(await tapi.lineGenerateDigitsW(call, DTMF, address("12#"), 0), 0);
  assert.equal(app.messages.at(-1)?.dwMessageID === LINE.GENERATE, false);
  await app.run(300);
  assert.equal(app.messages.at(-1)?.dwMessageID, LINE.GENERATE);
  const invalid = LINEERR.INVALDIGITS | 0;
  assert.equal(await tapi.lineGenerateDigitsW(call, DTMF, address("x"), 0), invalid);
  await endsClean(app);
});

Deno.test("an address says what it can do now", async () => {
  const app = await TapiApp.start();
  const features = async () => {
    const memory = room(512);
    await app.tapi.lineGetAddressStatusW(app.line("201"), 0, memory);
    return LINEADDRESSSTATUS.decode(memory);
  };
  assert.ok((await features()).dwAddressFeatures & LINEADDRFEATURE.MAKECALL);
  const call = await app.dial("201", "0123", 4000);
  const during = await features();
  assert.equal(during.dwAddressFeatures & LINEADDRFEATURE.MAKECALL, 0);
  assert.deepEqual([during.dwNumActiveCalls, during.dwNumOnHoldCalls], [1, 0]);
  await app.ask(app.tapi.lineHold(call));
  const held = await features();
  assert.deepEqual([held.dwNumActiveCalls, held.dwNumOnHoldCalls], [0, 1]);
  assert.ok(held.dwAddressFeatures & LINEADDRFEATURE.MAKECALL);
  assert.equal((await app.callStatus(call)).dwCallState, LINECALLSTATE.ONHOLD);
  await app.shutdown();
});
