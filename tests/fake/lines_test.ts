import assert from "node:assert/strict";
import {
  LINE,
  LINEADDRESSSTATE,
  LINECALLPRIVILEGE,
  LINEDEVSTATE,
  LINEDEVSTATUSFLAGS,
  LINEERR,
  LINEMEDIAMODE,
} from "../../src/tapi/constants.ts";
import { API_VERSION } from "../../src/tapi/layout.ts";
import { LINEDEVSTATUS } from "../../src/tapi/structs.ts";
import { room, TapiApp, toU32, u32 } from "../support/wire.ts";

const OUTSIDE = { number: "+441632960007", name: "Ada", presentation: "shown" } as const;

Deno.test("privileges and media modes of lineOpen", async () => {
  const app = new TapiApp({ openErrors: { "202": LINEERR.RESOURCEUNAVAIL } });
  await app.initialize();
  const open = (deviceId: number, privileges: number, mediaModes: number) =>
    app.tapi.lineOpenW(
      app.handle,
      deviceId,
      u32(),
      API_VERSION,
      0,
      0n,
      privileges,
      mediaModes,
      null,
    );
  const { MONITOR, NONE, OWNER } = LINECALLPRIVILEGE;
  assert.equal(await open(1, 0, 4), LINEERR.INVALPRIVSELECT | 0);
  assert.equal(await open(1, NONE | MONITOR, 4), LINEERR.INVALPRIVSELECT | 0);
  assert.equal(await open(1, OWNER, LINEMEDIAMODE.G3FAX), LINEERR.INVALMEDIAMODE | 0);
  assert.equal(await open(1, MONITOR, 0), 0);
  assert.equal(await open(2, MONITOR, 4), LINEERR.RESOURCEUNAVAIL | 0);
  await app.shutdown();
});

Deno.test("line and address states are reported only when requested", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const ring = (to: string) => tapi.exchange.routing.ring({ to, from: OUTSIDE, reason: 1 });
  const told = () =>
    app.messages.filter(({ dwMessageID }) =>
      dwMessageID === LINE.LINEDEVSTATE || dwMessageID === LINE.ADDRESSSTATE
    );
  ring("201");
  await app.run(10_000);
  assert.deepEqual(told(), []);

  const line = app.line("202");
  const { NUMCALLS, RINGING } = LINEDEVSTATE;
  assert.equal(await tapi.lineSetStatusMessages(line, RINGING, LINEADDRESSSTATE.INUSEONE), 0);
  ring("202");
  await app.run(9000);
  const rings = told().filter(({ dwMessageID }) => dwMessageID === LINE.LINEDEVSTATE);
  assert.deepEqual(rings.map(({ dwParam1, dwParam3 }) => [dwParam1, dwParam3]), [
    [RINGING, 0],
    [RINGING, 1],
    [RINGING, 2],
  ]);
  const uses = told().filter(({ dwMessageID }) => dwMessageID === LINE.ADDRESSSTATE);
  assert.deepEqual(uses.map(({ dwParam2 }) => dwParam2), [LINEADDRESSSTATE.INUSEONE]);

  const battery = tapi.lineSetStatusMessages(line, LINEDEVSTATE.BATTERY, 0);
  assert.equal(await battery, LINEERR.INVALLINESTATE | 0);
  const terminals = tapi.lineSetStatusMessages(line, NUMCALLS, LINEADDRESSSTATE.TERMINALS);
  assert.equal(await terminals, LINEERR.INVALADDRESSSTATE | 0);
  const status = room(256);
  assert.equal(await tapi.lineGetLineDevStatusW(line, status), 0);
  assert.equal(LINEDEVSTATUS.decode(status).dwNumOpens, 1);
  await app.shutdown();
});

Deno.test("a line that its provider closes takes its handles along", async () => {
  const app = await TapiApp.start();
  const call = await app.dial("201", "0123", 4000);
  await app.tapi.lineHold(call);
  app.tapi.forceClose("201");
  await app.run(1000);
  const last = app.messages.at(-1)!;
  assert.deepEqual([last.dwMessageID, last.hDevice], [LINE.CLOSE, app.line("201")]);
  assert.equal(app.tapi.liveHandles(), 0);
  assert.equal(await app.tapi.lineDeallocateCall(call), LINEERR.INVALCALLHANDLE | 0);
  assert.equal(await app.tapi.lineClose(app.line("201")), LINEERR.INVALLINEHANDLE | 0);
  await app.open(1, LINECALLPRIVILEGE.MONITOR);
  assert.equal((await app.newCalls("201")).length, 1, "the call itself goes on");
  await app.shutdown();
});

Deno.test("lineClose swallows outstanding replies", async () => {
  const app = await TapiApp.start();
  const { result, out } = await app.makeCall("201", "0123");
  assert.equal(await app.tapi.lineClose(app.line("201")), 0);
  await app.run(5000);
  assert.equal(app.replies.has(result), false);
  assert.equal(toU32(out), 0);
  await app.shutdown();
});

Deno.test("non-voice devices can be opened but make no calls", async () => {
  const app = new TapiApp();
  await app.initialize();
  await app.open(0, LINECALLPRIVILEGE.MONITOR);
  const { result } = await app.makeCall("", "0123");
  assert.equal(result, LINEERR.OPERATIONUNAVAIL | 0);
  assert.deepEqual(await app.newCalls(""), []);
  await app.shutdown();
});

Deno.test("a line reports its message lamp and its service, and keeps them in its status", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const line = app.line("201");
  const { INSERVICE, MSGWAITOFF, MSGWAITON, OUTOFSERVICE } = LINEDEVSTATE;
  const wanted = INSERVICE | MSGWAITOFF | MSGWAITON | OUTOFSERVICE;
  assert.equal(await tapi.lineSetStatusMessages(line, wanted, 0), 0);
  const extension = tapi.exchange.extensions.get("201")!;
  const flags = async () => {
    const status = room(256);
    assert.equal(await tapi.lineGetLineDevStatusW(line, status), 0);
    return LINEDEVSTATUS.decode(status).dwDevStatusFlags;
  };
  const { CONNECTED, INSERVICE: WORKS, MSGWAIT } = LINEDEVSTATUSFLAGS;
  for (const isOn of [true, true, false]) {
    extension.setMessageWaiting(isOn);
    assert.equal(await flags(), CONNECTED | WORKS | (isOn ? MSGWAIT : 0));
  }
  for (const isInService of [false, true]) {
    extension.setInService(isInService);
    assert.equal(await flags(), CONNECTED | (isInService ? WORKS : 0));
  }
  await app.run(100);
  const states = app.messages.filter(({ dwMessageID }) => dwMessageID === LINE.LINEDEVSTATE);
  assert.deepEqual(
    states.map(({ hDevice, dwParam1 }) => [hDevice, dwParam1]),
    [MSGWAITON, MSGWAITOFF, OUTOFSERVICE, INSERVICE].map((state) => [line, state]),
  );
  await app.shutdown();
});
