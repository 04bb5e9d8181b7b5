/** Applications, lines, structs and waiting for messages, at the level of bytes. */
import assert from "node:assert/strict";
import {
  LINE,
  LINECALLPRIVILEGE,
  LINECALLSELECT,
  LINEERR,
  LINEMEDIAMODE,
} from "../../src/tapi/constants.ts";
import { API_VERSION } from "../../src/tapi/layout.ts";
import type { Memory } from "../../src/tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINECALLINFO,
  LINECALLLIST,
  LINEDEVCAPS,
  LINEINITIALIZEEXPARAMS,
  LINEMESSAGE,
  LINEPROVIDERENTRY,
  LINEPROVIDERLIST,
} from "../../src/tapi/structs.ts";
import { decodeText } from "../../src/tapi/text.ts";
import { address, OPERATIONFAILED, room, TapiApp, toU32, u32 } from "../support/wire.ts";

const message = (): Memory => new Uint8Array(LINEMESSAGE.size);
const TOO_SMALL = LINEERR.STRUCTURETOOSMALL | 0;
const OUTSIDE = { number: "+441632960007", name: "Ada", presentation: "shown" } as const;

Deno.test("the devices are extensions, and others that carry no voice", async () => {
  const app = await TapiApp.start();
  assert.equal(app.deviceCount, 10);
  assert.deepEqual([...app.lines.keys()], [
    "201",
    "202",
    "203",
    "204",
    "205",
    "206",
    "207",
    "208",
  ]);
  const wan = await app.devCaps(0);
  assert.equal(wan.LineName, "WAN Miniport (L2TP)");
  assert.equal(wan.dwMediaModes, LINEMEDIAMODE.DIGITALDATA);
  const first = await app.devCaps(1);
  assert.equal(first.ProviderInfo, "Tapi2Ws fake exchange");
  assert.equal(first.LineName, "Extension 201");
  assert.equal((await app.addressCaps(1)).Address, "201");
  assert.match((await app.devCaps(5)).LineName, /^Extension 205 Наталья Орлова 🎧$/);
  await app.shutdown();
});

Deno.test("many extensions have five digits", async () => {
  const app = new TapiApp({ extensions: 501 });
  await app.initialize();
  assert.equal((await app.addressCaps(1)).Address, "20001");
  assert.equal((await app.addressCaps(501)).Address, "20501");
  await app.shutdown();
});

Deno.test("the provider list", async () => {
  const app = new TapiApp();
  const list = room(256);
  assert.equal(await app.tapi.lineGetProviderListW(API_VERSION, list), 0);
  const { dwNumProviders, ProviderList } = LINEPROVIDERLIST.decode(list);
  assert.equal(dwNumProviders, 1);
  const entry = LINEPROVIDERENTRY.decode(ProviderList);
  const { dwProviderFilenameOffset: offset, dwProviderFilenameSize: size } = entry;
  assert.equal(decodeText(list.subarray(offset, offset + size)), "tapi2wsfake.tsp");
});

Deno.test("versions are negotiated honestly", async () => {
  const app = await TapiApp.start();
  const { handle, tapi } = app;
  const negotiate = (deviceId: number, low: number, high: number, out = u32()) =>
    tapi.lineNegotiateAPIVersion(handle, deviceId, low, high, out, new Uint8Array(16));
  const out = u32();
  assert.equal(await negotiate(1, 0x00010004, 0x00030001, out), 0);
  assert.equal(toU32(out), API_VERSION);
  const incompatible = LINEERR.INCOMPATIBLEAPIVERSION | 0;
  assert.equal(await negotiate(1, 0x00010003, 0x00010004), incompatible);
  assert.equal(await negotiate(1, 0x00030000, 0x00030001), incompatible);
  assert.equal(await negotiate(99, 0x00010004, API_VERSION), LINEERR.BADDEVICEID | 0);
  assert.equal(await tapi.lineGetDevCapsW(handle, 1, 0x00020000, 0, room(512)), incompatible);
  await app.shutdown();
});

Deno.test("a struct below its fixed part is refused", async () => {
  const app = await TapiApp.start();
  const { handle, tapi } = app;
  const small = (bytes: number) => room(bytes - 1);
  const caps = small(LINEDEVCAPS.size);
  assert.equal(await tapi.lineGetDevCapsW(handle, 1, API_VERSION, 0, caps), TOO_SMALL);
  const addressCaps = small(LINEADDRESSCAPS.size);
  const asked = tapi.lineGetAddressCapsW(handle, 1, 0, API_VERSION, 0, addressCaps);
  assert.equal(await asked, TOO_SMALL);
  const call = await app.dial("201", "902");
  assert.equal(await tapi.lineGetCallInfoW(call, small(LINECALLINFO.size)), TOO_SMALL);
  const params = small(LINEINITIALIZEEXPARAMS.size);
  const count = u32();
  const again = tapi.lineInitializeExW(u32(), null, null, address("x"), count, u32(-1), params);
  assert.notEqual(await again, 0);
  // dwTotalSize counts, not how much memory follows it.
  const lying = room(1024);
  new DataView(lying.buffer).setUint32(0, 100, true);
  assert.equal(await tapi.lineGetCallInfoW(call, lying), TOO_SMALL);
  await app.shutdown();
});

Deno.test("a value that does not fit has size 0 and offset 0, and the function succeeds", async () => {
  const app = await TapiApp.start();
  const caps = room(LINEDEVCAPS.size + 10);
  assert.equal(await app.tapi.lineGetDevCapsW(app.handle, 1, API_VERSION, 0, caps), 0);
  const decoded = LINEDEVCAPS.decode(caps);
  assert.ok(decoded.dwNeededSize > caps.length);
  assert.ok(decoded.dwUsedSize <= caps.length);
  const view = new DataView(caps.buffer);
  const { offset } = LINEDEVCAPS.fields.LineName;
  assert.deepEqual([view.getUint32(offset, true), view.getUint32(offset + 4, true)], [0, 0]);
  const enough = room(decoded.dwNeededSize);
  await app.tapi.lineGetDevCapsW(app.handle, 1, API_VERSION, 0, enough);
  assert.equal(LINEDEVCAPS.decode(enough).LineName, "Extension 201");
  assert.equal(LINEDEVCAPS.decode(enough).dwUsedSize, decoded.dwNeededSize);
  await app.shutdown();
});

Deno.test("a call list without room keeps its calls", async () => {
  const app = new TapiApp();
  await app.initialize();
  app.tapi.exchange.routing.ring({ to: "201", from: OUTSIDE, reason: 1 });
  await app.open(1, LINECALLPRIVILEGE.MONITOR);
  const list = room(LINECALLLIST.size);
  const line = app.line("201");
  assert.equal(await app.tapi.lineGetNewCalls(line, 0, LINECALLSELECT.LINE, list), 0);
  const { dwCallsNumEntries, dwNeededSize } = LINECALLLIST.decode(list);
  assert.deepEqual([dwCallsNumEntries, dwNeededSize], [0, LINECALLLIST.size + 4]);
  assert.equal(app.tapi.liveHandles(), 0);
  assert.equal((await app.newCalls("201")).length, 1);
  const wrong = app.tapi.lineGetNewCalls(line, 0, LINECALLSELECT.CALL, list);
  assert.equal(await wrong, LINEERR.INVALCALLSELECT | 0);
  await app.shutdown();
});

Deno.test("handles that are none", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const info = room(1024);
  assert.equal(await tapi.lineGetCallInfoW(app.handle, info), LINEERR.INVALCALLHANDLE | 0);
  assert.equal(await tapi.lineClose(1), LINEERR.INVALLINEHANDLE | 0);
  assert.equal(await tapi.lineShutdown(1), LINEERR.INVALAPPHANDLE | 0);
  assert.equal(tapi.lineGetMessageNow(1, message(), 0), LINEERR.INVALAPPHANDLE | 0);
  assert.equal(await tapi.lineGetMessage(1, message(), 0), LINEERR.INVALAPPHANDLE | 0);
  const short: Memory = new Uint8Array(39);
  assert.equal(tapi.lineGetMessageNow(app.handle, short, 0), LINEERR.INVALPOINTER | 0);
  await app.shutdown();
});

Deno.test("lineGetMessage waits for a message", async () => {
  const app = await TapiApp.start();
  const into = message();
  const waiting = app.tapi.lineGetMessage(app.handle, into, 60_000);
  app.tapi.exchange.routing.ring({ to: "201", from: OUTSIDE, reason: 1 });
  assert.equal(await waiting, 0);
  assert.equal(LINEMESSAGE.decode(into).dwMessageID, LINE.APPNEWCALL);
  assert.equal(app.tapi.lineGetMessageNow(app.handle, into, 0), 0);
  assert.equal(LINEMESSAGE.decode(into).dwMessageID, LINE.CALLSTATE);
  assert.equal(app.tapi.lineGetMessageNow(app.handle, into, 0), OPERATIONFAILED);
  await app.shutdown();
});

Deno.test("lineGetMessage gives up when its time is over", async () => {
  const app = await TapiApp.start();
  let result: number | undefined;
  const waiting = app.tapi.lineGetMessage(app.handle, message(), 1000).then((r) => result = r);
  await app.clock.advanceAsync(999);
  assert.equal(result, undefined);
  await app.clock.advanceAsync(1);
  await waiting;
  assert.equal(result, OPERATIONFAILED);
  assert.equal(await app.tapi.lineGetMessage(app.handle, message(), 0), OPERATIONFAILED);
  await app.shutdown();
});

Deno.test("lineShutdown ends a lineGetMessage, every request and every timer", async () => {
  const app = await TapiApp.start({ callsPerMinute: 60 });
  await app.run(20_000);
  await app.makeCall("201", "0123");
  await app.drain();
  const waiting = app.tapi.lineGetMessage(app.handle, message(), 0xffffffff);
  assert.equal(await app.shutdown(), 0);
  assert.equal(await waiting, LINEERR.INVALAPPHANDLE | 0);
  assert.equal(app.clock.pendingTimers, 0);
  assert.equal(app.tapi.liveHandles(), 0);
  const after = app.tapi.lineGetMessage(app.handle, message(), 1000);
  assert.equal(await after, LINEERR.INVALAPPHANDLE | 0);
});

Deno.test("after lineShutdown the exchange starts again", async () => {
  const app = await TapiApp.start({ callsPerMinute: 12 });
  await app.run(5000);
  assert.ok(app.states.length > 0);
  await app.shutdown();
  await app.initialize();
  app.states.length = 0;
  await app.open(1, LINECALLPRIVILEGE.MONITOR);
  assert.deepEqual(await app.newCalls("201"), []);
  await app.run(120_000);
  assert.ok(app.states.length > 0);
  await app.shutdown();
  assert.equal(app.clock.pendingTimers, 0);
});

Deno.test("two applications see the same calls through handles of their own", async () => {
  const first = await TapiApp.start();
  const outApp = u32();
  const params = room(LINEINITIALIZEEXPARAMS.size);
  LINEINITIALIZEEXPARAMS.encode(params, { dwTotalSize: params.length, dwOptions: 2 });
  const version = u32(API_VERSION);
  await first.tapi.lineInitializeExW(outApp, null, null, address("2"), u32(), version, params);
  const second = toU32(outApp);
  const line = u32();
  await first.tapi.lineOpenW(second, 1, line, API_VERSION, 0, 77n, 2, 0, null);
  const own = await first.dial("201", "902", 2000);
  const into = message();
  assert.equal(first.tapi.lineGetMessageNow(second, into, 0), 0);
  const announced = LINEMESSAGE.decode(into);
  assert.equal(announced.dwMessageID, LINE.APPNEWCALL);
  assert.equal(announced.dwCallbackInstance, 77);
  assert.notEqual(announced.dwParam2, own);
  const info = await first.callInfo(own);
  assert.deepEqual([info.dwNumOwners, info.dwNumMonitors], [1, 1]);
  assert.equal(await first.tapi.lineShutdown(second), 0);
  assert.equal((await first.callInfo(own)).dwNumMonitors, 0);
  await first.shutdown();
});
