/**
 * The native stand-in itself, byte by byte through openTapi32: that it answers as TAPI does, and
 * that src/tapi/structs.ts reads what C wrote by the names of tapi.h.
 */
import assert from "node:assert/strict";
import { lineErrorName } from "../../src/tapi/errors.ts";
import type { Decoded } from "../../src/tapi/layout.ts";
import { openTapi32 } from "../../src/rights.ts";
import type { Memory, TapiLibrary } from "../../src/tapi/library.ts";
import { listProviders } from "../../src/tapi/provider_list.ts";
import {
  LINEADDRESSCAPS,
  LINEADDRESSSTATUS,
  LINECALLINFO,
  LINECALLLIST,
  LINECALLSTATUS,
  LINEDEVCAPS,
  LINEDEVSTATUS,
  LINEEXTENSIONID,
  LINEFORWARD,
  LINEFORWARDLIST,
  LINEINITIALIZEEXPARAMS,
  LINEMESSAGE,
  LINEPROVIDERENTRY,
  LINEPROVIDERLIST,
  VARSTRING,
} from "../../src/tapi/structs.ts";
import { decodeText, encodeText } from "../../src/tapi/text.ts";
import {
  buildStandin,
  DIAL,
  LIE,
  openControl,
  PARTY,
  placeOf,
  REPLY,
  type StandIn,
} from "./standin.ts";
import { until } from "../support/patience.ts";

const path = await buildStandin();
const opened = path === undefined ? undefined : open(path);

function open(libraryPath: string): { standin: StandIn; library: TapiLibrary } {
  return { standin: openControl(libraryPath), library: openTapi32(libraryPath) };
}

// tapi.h's numbers, written out: this suite does not take them from the code that it tests.
const VERSION = 0x00020002;
const MONITOR = 2;
const OWNER = 4;
const STATE = {
  IDLE: 0x1,
  OFFERING: 0x2,
  ACCEPTED: 0x4,
  DIALTONE: 0x8,
  DIALING: 0x10,
  RINGBACK: 0x20,
  BUSY: 0x40,
  CONNECTED: 0x100,
  PROCEEDING: 0x200,
  ONHOLD: 0x400,
  CONFERENCED: 0x800,
  ONHOLDPENDCONF: 0x1000,
  ONHOLDPENDTRANSFER: 0x2000,
  DISCONNECTED: 0x4000,
} as const;
const MESSAGE = {
  ADDRESSSTATE: 0,
  CALLINFO: 1,
  CALLSTATE: 2,
  CLOSE: 3,
  GENERATE: 7,
  LINEDEVSTATE: 8,
  REPLY: 12,
  APPNEWCALL: 23,
} as const;

/** Every function, for calling those that the program may do without. */
type Complete = { readonly [F in keyof TapiLibrary]: NonNullable<TapiLibrary[F]> };

/** What a test has: the exchange, the library, and an application that is initialised. */
class Rig {
  readonly library: Complete;
  app = 0;

  constructor(readonly standin: StandIn, library: TapiLibrary) {
    this.library = library as Complete;
  }

  async initialize(): Promise<number> {
    const outApp = new Uint8Array(4);
    const outCount = new Uint8Array(4);
    const version = memoryOf(VERSION);
    const params = new Uint8Array(32);
    LINEINITIALIZEEXPARAMS.encode(params, { dwTotalSize: 28, dwOptions: 2 });
    const name = encodeText("Test");
    done(
      await this.library.lineInitializeExW(outApp, null, null, name, outCount, version, params),
    );
    assert.equal(LINEINITIALIZEEXPARAMS.decode(params).hEvent, 0x7a91n);
    this.app = u32(outApp);
    return u32(outCount);
  }

  async negotiate(device: number): Promise<number> {
    const version = new Uint8Array(4);
    const extension = new Uint8Array(LINEEXTENSIONID.size);
    const { library, app } = this;
    done(
      await library.lineNegotiateAPIVersion(app, device, 0x00010004, VERSION, version, extension),
    );
    return u32(version);
  }

  /** Negotiates and opens a device; its HLINE. */
  async openLine(device: number, instance = 0n, privileges = MONITOR): Promise<number> {
    const version = await this.negotiate(device);
    const out = new Uint8Array(4);
    const { library, app } = this;
    done(await library.lineOpenW(app, device, out, version, 0, instance, privileges, 4, null));
    return u32(out);
  }

  /** The next message, in short: what it is, and its parameters as far as they are set. */
  async message(): Promise<{ id: number; device: number; params: number[]; instance: number }> {
    const buffer = new Uint8Array(LINEMESSAGE.size);
    done(await this.library.lineGetMessage(this.app, buffer, 2000));
    const message = LINEMESSAGE.decode(buffer);
    return {
      id: message.dwMessageID,
      device: message.hDevice,
      params: [message.dwParam1, message.dwParam2, message.dwParam3],
      instance: message.dwCallbackInstance,
    };
  }

  /** Takes the messages that are queued; nothing else may be. */
  drainNow(): { id: number; device: number; params: number[] }[] {
    const messages = [];
    const buffer = new Uint8Array(LINEMESSAGE.size);
    let result;
    while ((result = this.library.lineGetMessageNow(this.app, buffer, 0)) === 0) {
      const message = LINEMESSAGE.decode(buffer);
      const { hDevice, dwMessageID, dwParam1, dwParam2, dwParam3 } = message;
      messages.push({ id: dwMessageID, device: hDevice, params: [dwParam1, dwParam2, dwParam3] });
    }
    assert.equal(lineErrorName(result), "LINEERR_OPERATIONFAILED");
    return messages;
  }

  /** Takes the reply to a request and what is told after it: `[call, state]` each. */
  replied(requestId: number): [number, number][] {
    assert.ok(requestId > 0, lineErrorName(requestId));
    const [reply, ...rest] = this.drainNow();
    assert.deepEqual(reply, { id: MESSAGE.REPLY, device: 0, params: [requestId, 0, 0] });
    for (const message of rest) assert.equal(message.id, MESSAGE.CALLSTATE);
    return rest.map(({ device, params }) => [device, params[0]!]);
  }

  async callInfo(call: number, bytes = 2048): Promise<Decoded<typeof LINECALLINFO>> {
    const buffer = sized(bytes);
    done(await this.library.lineGetCallInfoW(call, buffer));
    return LINECALLINFO.decode(buffer);
  }

  /** A call on a line that is open, owned and in a state; its messages are taken. */
  async ownedCall(device: number, state: number): Promise<number> {
    const call = this.standin.offerCall(device);
    this.standin.setState(call, state);
    done(await this.library.lineSetCallPrivilege(call, OWNER));
    this.drainNow();
    return call;
  }
}

/** A test on a fresh exchange of two voice lines; it must not break TAPI's rules unawares. */
function nativeTest(name: string, run: (rig: Rig) => Promise<void>, broken = 0): void {
  Deno.test({
    name,
    ignore: opened === undefined,
    async fn() {
      const rig = new Rig(opened!.standin, opened!.library);
      rig.standin.reset({ voiceLines: 2 });
      await rig.initialize();
      try {
        await run(rig);
        const { count, last } = rig.standin.violations;
        assert.equal(count, broken, last);
      } finally {
        rig.standin.reset({ voiceLines: 0 });
      }
    },
  });
}

function done(result: number): void {
  assert.equal(result, 0, lineErrorName(result));
}

function fails(result: number, name: string): void {
  assert.equal(lineErrorName(result), `LINEERR_${name}`);
}

function sized(bytes: number): Memory {
  const buffer = new Uint8Array(bytes);
  new DataView(buffer.buffer).setUint32(0, bytes, true);
  return buffer;
}

function memoryOf(value: number): Memory {
  const memory = new Uint8Array(4);
  new DataView(memory.buffer).setUint32(0, value, true);
  return memory;
}

function u32(memory: Memory, offset = 0): number {
  return new DataView(memory.buffer).getUint32(offset, true);
}

/** Collects garbage, by making it where the engine does not offer to. */
function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  if (gc !== undefined) return gc();
  for (let i = 0; i < 200; i++) new Uint8Array(1 << 20).fill(i);
}

nativeTest("a second opening of the same path reaches the same exchange", async ({ standin }) => {
  assert.equal(standin.reset({ voiceLines: 5, dataLine: true }), 6);
  const other = open(path!);
  const rig = new Rig(other.standin, other.library);
  assert.equal(await rig.initialize(), 6);
  assert.equal(standin.callsOf("lineInitializeExW"), 1);
});

nativeTest("devices say what they are, in every version's layout", async (rig) => {
  const { standin, library } = rig;
  standin.reset({ voiceLines: 3, dataLine: true, notNegotiating: true, notOpening: true });
  standin.setDevice(1, "Приёмная ☎ 😀", 0x00020000);
  standin.setDevice(2, "old", 0x00010004);
  assert.equal(await rig.initialize(), 6);
  const caps = [];
  for (const device of [0, 1, 2, 3, 5]) {
    const version = await rig.negotiate(device);
    const buffer = sized(2048);
    done(await library.lineGetDevCapsW(rig.app, device, version, 0, buffer));
    caps.push({ version, ...LINEDEVCAPS.decode(buffer, version) });
  }
  assert.deepEqual(caps.map(({ version }) => version), [
    VERSION,
    0x00020000,
    0x00010004,
    VERSION,
    VERSION,
  ]);
  assert.deepEqual(caps.map(({ LineName }) => LineName), [
    "Line 201",
    "Приёмная ☎ 😀",
    "old",
    "Line 204",
    "Line 206",
  ]);
  assert.deepEqual(caps.map(({ dwMediaModes }) => dwMediaModes), [4, 4, 4, 0x100, 4]);
  assert.deepEqual(caps.map(({ dwPermanentLineID }) => dwPermanentLineID), [
    1000,
    1001,
    1002,
    1003,
    1005,
  ]);
  for (const { version, ProviderInfo, SwitchInfo, DeviceClasses } of caps) {
    assert.equal(ProviderInfo, "Tapi2Ws stand-in");
    assert.equal(SwitchInfo, "Pretend exchange");
    assert.equal(decodeText(DeviceClasses), version < 0x00020000 ? "" : "tapi/line");
  }
  // Before 2.2, the place of the GUID holds text.
  assert.deepEqual(caps.map(({ PermanentLineGuid }) => PermanentLineGuid.length), [
    16,
    0,
    0,
    16,
    16,
  ]);

  const out = new Uint8Array(4);
  const { app } = rig;
  const extension = new Uint8Array(16);
  fails(
    await library.lineNegotiateAPIVersion(app, 4, 0x00010004, VERSION, out, extension),
    "INCOMPATIBLEAPIVERSION",
  );
  fails(
    await library.lineOpenW(app, 5, out, VERSION, 0, 0n, MONITOR, 4, null),
    "RESOURCEUNAVAIL",
  );
});

nativeTest("an address reports the extension and what it supports", async (rig) => {
  await rig.negotiate(1);
  const buffer = sized(1024);
  done(await rig.library.lineGetAddressCapsW(rig.app, 1, 0, VERSION, 0, buffer));
  const caps = LINEADDRESSCAPS.decode(buffer);
  assert.equal(caps.Address, "202");
  assert.equal(caps.dwLineDeviceID, 1);
  assert.equal(caps.dwAddressStates, 0x160);
  assert.equal(caps.dwMaxForwardEntries, 4);
  assert.equal(caps.dwAvailableMediaModes, 4);
});

nativeTest(
  "a struct that is too small gets its fixed part, and says what it needs",
  async (rig) => {
    await rig.openLine(0);
    const call = rig.standin.offerCall(0, { caller: "1".repeat(500), called: "201" });
    const info = await rig.callInfo(call, 400);
    assert.equal(info.CallerID, "");
    assert.equal(info.CalledID, "201");
    assert.equal(info.dwNeededSize, 324 + 1002 + 8);
    assert.equal(info.dwUsedSize, 324 + 8);
    assert.equal((await rig.callInfo(call, info.dwNeededSize)).CallerID, "1".repeat(500));
  },
);

nativeTest("a call comes up, with its parties in 16-bit text", async (rig) => {
  const line = await rig.openLine(1, 0x1_0000_0007n);
  const call = rig.standin.offerCall(1, {
    caller: "+49 (30) 12",
    callerName: "Жанна Ёжикова 😀",
    called: "202",
  });
  assert.deepEqual(await rig.message(), {
    id: MESSAGE.APPNEWCALL,
    device: line,
    params: [0, call, MONITOR],
    instance: 7,
  });
  assert.deepEqual(await rig.message(), {
    id: MESSAGE.CALLSTATE,
    device: call,
    params: [STATE.OFFERING, 1, MONITOR],
    instance: 7,
  });
  const info = await rig.callInfo(call);
  assert.equal(info.hLine, line);
  assert.equal(info.dwLineDeviceID, 1);
  assert.equal(info.dwOrigin, 4);
  assert.equal(info.dwReason, 1);
  assert.equal(info.dwCallerIDFlags, 0xc);
  assert.equal(info.CallerID, "+49 (30) 12");
  assert.equal(info.CallerIDName, "Жанна Ёжикова 😀");
  assert.equal(info.CalledID, "202");
  assert.equal(info.dwCalledIDFlags, 8);
  assert.equal(info.dwNumMonitors, 1);
  assert.equal(info.dwTrunk, 0xffffffff);

  const status = sized(256);
  done(await rig.library.lineGetCallStatus(call, status));
  const { dwCallState, dwCallStateMode, dwCallPrivilege, tStateEntryTime } = LINECALLSTATUS
    .decode(status);
  assert.deepEqual([dwCallState, dwCallStateMode, dwCallPrivilege], [STATE.OFFERING, 1, MONITOR]);
  assert.deepEqual([...tStateEntryTime.subarray(0, 2)], [2026 & 0xff, 2026 >> 8]);
});

nativeTest("only the low halves of a message's parameters mean anything", async (rig) => {
  await rig.openLine(0);
  rig.standin.post(MESSAGE.CALLSTATE, 5, 1, 2, 3);
  const buffer = new Uint8Array(LINEMESSAGE.size);
  done(rig.library.lineGetMessageNow(rig.app, buffer, 0));
  assert.deepEqual([16, 24, 32].map((at) => u32(buffer, at)), [1, 2, 3]);
  for (const at of [20, 28, 36]) assert.notEqual(u32(buffer, at), 0);
});

nativeTest("each party has its own place in the struct", async (rig) => {
  await rig.openLine(0);
  const call = rig.standin.offerCall(0);
  rig.drainNow();
  for (const [name, party] of Object.entries(PARTY)) {
    rig.standin.setParty(call, party, `${party}`, name, 0x10 + party);
  }
  rig.standin.setOrigin(call, { callId: 77, relatedCallId: 78, origin: 2, reason: 0x100 });
  assert.deepEqual(rig.drainNow().map(({ params }) => params[0]), [
    0x8000,
    0x10000,
    0x20000,
    0x40000,
    0x80000,
    0x340,
  ]);
  const info = await rig.callInfo(call);
  assert.deepEqual([
    info.CallerID,
    info.CallerIDName,
    info.dwCallerIDFlags,
    info.CalledID,
    info.CalledIDName,
    info.dwCalledIDFlags,
    info.ConnectedID,
    info.ConnectedIDName,
    info.dwConnectedIDFlags,
    info.RedirectionID,
    info.RedirectionIDName,
    info.dwRedirectionIDFlags,
    info.RedirectingID,
    info.RedirectingIDName,
    info.dwRedirectingIDFlags,
  ], [
    "0",
    "CALLER",
    0x10,
    "1",
    "CALLED",
    0x11,
    "2",
    "CONNECTED",
    0x12,
    "3",
    "REDIRECTION",
    0x13,
    "4",
    "REDIRECTING",
    0x14,
  ]);
  assert.deepEqual(
    [info.dwCallID, info.dwRelatedCallID, info.dwOrigin, info.dwReason],
    [77, 78, 2, 0x100],
  );
});

nativeTest("callers can be withheld, late, or reported by the state alone", async (rig) => {
  await rig.openLine(0);
  const blocked = await rig.callInfo(rig.standin.offerCall(0, { caller: "5", blocked: true }));
  assert.deepEqual([blocked.dwCallerIDFlags, blocked.CallerID], [1, "5"]);
  const late = rig.standin.offerCall(0, { lateCaller: true, internal: true });
  const before = await rig.callInfo(late);
  assert.deepEqual([before.dwCallerIDFlags, before.CallerID, before.dwOrigin], [0x20, "", 2]);
  rig.drainNow();
  rig.standin.setCaller(late, "203", "Ы");
  assert.deepEqual(rig.drainNow(), [
    { id: MESSAGE.CALLINFO, device: late, params: [0x8000, 0, 0] },
  ]);
  const after = await rig.callInfo(late);
  assert.deepEqual([after.dwCallerIDFlags, after.CallerID, after.CallerIDName], [0xc, "203", "Ы"]);
  const call = rig.standin.offerCall(0, { unannounced: true, connected: true });
  assert.deepEqual(rig.drainNow(), [
    { id: MESSAGE.CALLSTATE, device: call, params: [STATE.CONNECTED, 1, MONITOR] },
  ]);
});

nativeTest("calls from before the line was open are listed once", async (rig) => {
  const calls = [rig.standin.existingCall(0), rig.standin.existingCall(0)];
  const line = await rig.openLine(0);
  assert.equal(rig.standin.liveCalls, 0);
  assert.deepEqual(rig.drainNow(), []);

  const tooSmall = sized(28);
  done(await rig.library.lineGetNewCalls(line, 0, 1, tooSmall));
  assert.equal(LINECALLLIST.decode(tooSmall).dwNeededSize, 32);
  assert.equal(rig.standin.liveCalls, 0);

  const list = sized(256);
  done(await rig.library.lineGetNewCalls(line, 0, 1, list));
  const { dwCallsNumEntries, Calls } = LINECALLLIST.decode(list);
  assert.equal(dwCallsNumEntries, 2);
  assert.deepEqual([...new Uint32Array(Calls.buffer)], calls);
  assert.equal(rig.standin.liveCalls, 2);

  const again = sized(256);
  done(await rig.library.lineGetNewCalls(line, 0, 1, again));
  assert.equal(LINECALLLIST.decode(again).dwCallsNumEntries, 0);
});

nativeTest("a made call's handle is written when LINE_REPLY is taken", async (rig) => {
  const line = await rig.openLine(0);
  const out = new Uint8Array(4);
  const requestId = await rig.library.lineMakeCallW(line, out, encodeText("0123"), 0, null);
  assert.ok(requestId > 0);
  assert.equal(u32(out), 0xcdcdcdcd);
  assert.equal(rig.standin.pendingReplies, 1);
  const states = rig.replied(requestId);
  const call = u32(out);
  assert.deepEqual(states, [
    [call, STATE.DIALTONE],
    [call, STATE.DIALING],
    [call, STATE.PROCEEDING],
    [call, STATE.RINGBACK],
    [call, STATE.CONNECTED],
  ]);
  assert.equal(rig.standin.pendingReplies, 0);
  const info = await rig.callInfo(call);
  assert.deepEqual([info.CallerID, info.CalledID, info.dwOrigin], ["201", "0123", 1]);
  assert.equal(info.dwNumOwners, 1);
});

nativeTest("dial scripts end as they say", async (rig) => {
  const line = await rig.openLine(0);
  const dialled = async () => {
    const out = new Uint8Array(4);
    return rig.replied(await rig.library.lineMakeCallW(line, out, encodeText("1"), 0, null))
      .map(([, state]) => state).slice(3);
  };
  rig.standin.dialScript(DIAL.RINGS);
  assert.deepEqual(await dialled(), [STATE.RINGBACK]);
  rig.standin.dialScript(DIAL.BUSY);
  assert.deepEqual(await dialled(), [STATE.BUSY]);
  rig.standin.dialScript(DIAL.REFUSED);
  assert.deepEqual(await dialled(), [STATE.DISCONNECTED, STATE.IDLE]);
  rig.standin.dialScript(DIAL.NOTHING);
  assert.deepEqual(await dialled(), []);
});

nativeTest("an early reply overtakes the function's return", async (rig) => {
  const line = await rig.openLine(0);
  rig.standin.replyMode(REPLY.EARLY);
  const out = new Uint8Array(4);
  const order: string[] = [];
  const returned = rig.library.lineMakeCallW(line, out, encodeText("1"), 0, null)
    .then((requestId) => (order.push("return"), requestId));
  const reply = await rig.message();
  order.push("reply");
  assert.deepEqual(reply.params, [await returned, 0, 0]);
  assert.deepEqual(order, ["reply", "return"]);
});

nativeTest("a late reply finds its memory, whatever was collected meanwhile", async (rig) => {
  const line = await rig.openLine(0);
  rig.standin.replyMode(REPLY.LATE);
  const outs = [];
  for (let i = 0; i < 50; i++) {
    const out = new Uint8Array(4);
    // The request keeps the only other reference to the number.
    await rig.library.lineMakeCallW(line, out, encodeText(`${1000 + i}`), 0, null);
    outs.push(out);
    if (i % 10 === 0) collectGarbage();
  }
  assert.deepEqual(rig.drainNow(), []);
  assert.equal(rig.standin.releaseReplies(), 50);
  collectGarbage();
  assert.equal(rig.drainNow().filter(({ id }) => id === MESSAGE.REPLY).length, 50);
  const numbers = [];
  for (const out of outs) numbers.push((await rig.callInfo(u32(out))).CalledID);
  assert.deepEqual(numbers, outs.map((_, i) => `${1000 + i}`));
  assert.equal(rig.standin.liveCalls, 50);
});

nativeTest("memory that was reused before LINE_REPLY is noticed", async (rig) => {
  const line = await rig.openLine(0);
  const out = new Uint8Array(4);
  await rig.library.lineMakeCallW(line, out, encodeText("1"), 0, null);
  out.fill(0);
  rig.drainNow();
  assert.match(rig.standin.violations.last, /memory for a call handle changed/);
}, 1);

nativeTest("a call that is being made is reported only after its reply", async (rig) => {
  const line = await rig.openLine(0);
  rig.standin.replyMode(REPLY.LATE);
  rig.standin.dialScript(DIAL.NOTHING);
  const out = new Uint8Array(4);
  const requestId = await rig.library.lineMakeCallW(line, out, encodeText("1"), 0, null);
  // The first call there is: the handle is not known by any other way.
  const call = 0x40000;
  rig.standin.setState(call, STATE.RINGBACK);
  fails(await rig.library.lineGetCallStatus(call, sized(256)), "INVALCALLHANDLE");
  assert.deepEqual(rig.drainNow(), []);
  rig.standin.releaseReplies();
  assert.deepEqual(rig.replied(requestId), [[call, STATE.RINGBACK]]);
  assert.equal(u32(out), call);
});

nativeTest("a reply that brings an error makes no call", async (rig) => {
  const line = await rig.openLine(0);
  rig.standin.replyMode(REPLY.ERROR, 0x80000005);
  const out = new Uint8Array(4);
  const requestId = await rig.library.lineMakeCallW(line, out, encodeText("1"), 0, null);
  assert.deepEqual(rig.drainNow(), [
    { id: MESSAGE.REPLY, device: 0, params: [requestId, 0x80000005, 0] },
  ]);
  assert.equal(u32(out), 0xcdcdcdcd);
  assert.equal(rig.standin.liveCalls, 0);
});

nativeTest("a closed line replies to nothing, and writes nothing", async (rig) => {
  const line = await rig.openLine(0);
  const out = new Uint8Array(4);
  await rig.library.lineMakeCallW(line, out, encodeText("1"), 0, null);
  rig.standin.replyMode(REPLY.NEVER);
  await rig.library.lineMakeCallW(line, new Uint8Array(4), encodeText("2"), 0, null);
  assert.equal(rig.standin.pendingReplies, 2);
  done(await rig.library.lineClose(line));
  assert.equal(rig.standin.pendingReplies, 0);
  assert.deepEqual(rig.drainNow().filter(({ id }) => id === MESSAGE.REPLY), []);
  assert.equal(u32(out), 0xcdcdcdcd);
});

nativeTest("only an owner drops a call", async (rig) => {
  await rig.openLine(0);
  const call = rig.standin.offerCall(0);
  rig.drainNow();
  fails(await rig.library.lineDrop(call, null, 0), "NOTOWNER");
  done(await rig.library.lineSetCallPrivilege(call, OWNER));
  fails(await rig.library.lineSetCallPrivilege(call, MONITOR), "INVALCALLSTATE");
  assert.deepEqual(rig.replied(await rig.library.lineDrop(call, null, 0)), [
    [call, STATE.DISCONNECTED],
    [call, STATE.IDLE],
  ]);
  fails(await rig.library.lineDrop(call, null, 0), "INVALCALLSTATE");
  assert.equal(rig.standin.liveCalls, 1);
  done(await rig.library.lineDeallocateCall(call));
  assert.equal(rig.standin.liveCalls, 0);
});

nativeTest("a call handle is never valid again", async (rig) => {
  await rig.openLine(0);
  const first = rig.standin.offerCall(0);
  done(await rig.library.lineDeallocateCall(first));
  const second = rig.standin.offerCall(0);
  assert.notEqual(second, first);
  fails(await rig.library.lineGetCallInfoW(first, sized(1024)), "INVALCALLHANDLE");
  assert.match(rig.standin.violations.last, /was deallocated/);
}, 1);

nativeTest("LINE_CLOSE: the line's handles are dead before the message is read", async (rig) => {
  const line = await rig.openLine(0, 3n);
  const call = rig.standin.offerCall(0);
  rig.standin.closeLine(0);
  fails(await rig.library.lineGetCallInfoW(call, sized(1024)), "INVALCALLHANDLE");
  fails(await rig.library.lineClose(line), "INVALLINEHANDLE");
  assert.equal(rig.standin.liveCalls, 0);
  assert.equal(rig.standin.abandonedCalls, 0);
  assert.equal(rig.standin.openLines, 0);
  const messages = [await rig.message(), await rig.message(), await rig.message()];
  assert.deepEqual(messages.map(({ id }) => id), [
    MESSAGE.APPNEWCALL,
    MESSAGE.CALLSTATE,
    MESSAGE.CLOSE,
  ]);
  assert.deepEqual([messages[2]!.device, messages[2]!.instance], [line, 3]);
  assert.notEqual(await rig.openLine(0), line);
});

nativeTest("handles forgotten over lineClose are counted", async (rig) => {
  const line = await rig.openLine(0);
  rig.standin.offerCall(0);
  done(await rig.library.lineClose(line));
  assert.equal(rig.standin.liveCalls, 0);
  assert.equal(rig.standin.abandonedCalls, 1);
});

nativeTest(
  "status is told only to those who asked, and only what the line reports",
  async (rig) => {
    const line = await rig.openLine(0);
    assert.equal(rig.standin.lineState(0, 0x80), false);
    done(await rig.library.lineSetStatusMessages(line, 0xc0, 0x40));
    assert.equal(rig.standin.lineState(0, 0x80), true);
    assert.deepEqual(rig.drainNow(), [
      { id: MESSAGE.LINEDEVSTATE, device: line, params: [0x80, 0, 0] },
    ]);
    fails(await rig.library.lineSetStatusMessages(line, 0x100, 0), "INVALLINESTATE");
  },
  1,
);

nativeTest("lineShutdown ends a lineGetMessage that waits", async (rig) => {
  await rig.openLine(0);
  const buffer = new Uint8Array(LINEMESSAGE.size);
  const startMs = performance.now();
  const waiting = rig.library.lineGetMessage(rig.app, buffer, 60_000);
  done(await rig.library.lineShutdown(rig.app));
  fails(await waiting, "INVALAPPHANDLE");
  assert.ok(performance.now() - startMs < 30_000);
  fails(await rig.library.lineGetMessage(rig.app, buffer, 60_000), "INVALAPPHANDLE");
  assert.equal(rig.standin.openLines, 0);
});

nativeTest("lineGetMessage waits as long as requested", async (rig) => {
  const buffer = new Uint8Array(LINEMESSAGE.size);
  const startMs = performance.now();
  fails(await rig.library.lineGetMessage(rig.app, buffer, 50), "OPERATIONFAILED");
  assert.ok(performance.now() - startMs >= 45);
});

nativeTest("two lineGetMessage at a time are noticed", async (rig) => {
  const waits = [1, 2].map(() =>
    rig.library.lineGetMessage(rig.app, new Uint8Array(LINEMESSAGE.size), 0xffffffff)
  );
  await until(() => rig.standin.violations.count > 0);
  done(await rig.library.lineShutdown(rig.app));
  for (const result of await Promise.all(waits)) fails(result, "INVALAPPHANDLE");
}, 1);

nativeTest("arguments that TAPI forbids are refused and counted", async (rig) => {
  const { library, app, standin } = rig;
  const line = await rig.openLine(0);
  const out = new Uint8Array(4);
  const expected: [Promise<number>, string][] = [
    [library.lineGetDevCapsW(app, 0, 0x00020000, 0, sized(2048)), "INCOMPATIBLEAPIVERSION"],
    [library.lineGetDevCapsW(app, 0, VERSION, 0, sized(267)), "STRUCTURETOOSMALL"],
    [library.lineGetDevCapsW(app, 9, VERSION, 0, sized(2048)), "BADDEVICEID"],
    [library.lineOpenW(app, 1, out, VERSION, 0, 0n, MONITOR, 4, null), "INCOMPATIBLEAPIVERSION"],
    [library.lineOpenW(app, 0, out, VERSION, 0, 0n, MONITOR, 4, null), "ALLOCATED"],
    [library.lineOpenW(app, 0, out, VERSION, 0, 0n, 8, 4, null), "INVALPRIVSELECT"],
    [library.lineGetNewCalls(line, 0, 7, sized(256)), "INVALCALLSELECT"],
    [library.lineMakeCallW(line, out, encodeText("1"), 0, sized(175)), "INVALCALLPARAMS"],
  ];
  for (const [result, name] of expected) fails(await result, name);
  assert.equal(standin.violations.count, expected.length);
  // Not against the rules, but in vain.
  fails(
    await library.lineOpenW(app, 0, out, VERSION, 0, 0n, OWNER, 0x100, null),
    "INVALMEDIAMODE",
  );
  fails(await library.lineMakeCallW(line, out, encodeText(""), 0, null), "INVALADDRESS");
  fails(await library.lineGetCallInfoW(0, sized(1024)), "INVALCALLHANDLE");
  fails(await library.lineClose(app), "INVALLINEHANDLE");
  fails(await library.lineShutdown(line), "INVALAPPHANDLE");
}, 8);

nativeTest("functions can be made to fail and to hang", async (rig) => {
  const { library, standin } = rig;
  standin.fail("lineNegotiateAPIVersion", 0x80000043, 1);
  const version = new Uint8Array(4);
  const extension = new Uint8Array(16);
  const negotiate = () =>
    library.lineNegotiateAPIVersion(rig.app, 0, 0x00010004, VERSION, version, extension);
  fails(await negotiate(), "NODRIVER");
  standin.delay("lineNegotiateAPIVersion", Infinity);
  let hangs = true;
  const hanging = negotiate().finally(() => hangs = false);
  // Everything else goes on.
  fails(
    await library.lineGetMessage(rig.app, new Uint8Array(LINEMESSAGE.size), 30),
    "OPERATIONFAILED",
  );
  assert.ok(hangs);
  standin.delay("lineNegotiateAPIVersion", 0);
  done(await hanging);
  assert.equal(standin.callsOf("lineNegotiateAPIVersion"), 2);
  assert.throws(() => standin.fail("lineNothing", 0), /no such/);
});

nativeTest("a device that hangs in lineOpen keeps no other waiting", async (rig) => {
  const { standin } = rig;
  standin.hangOpening(0, true);
  let hangs = true;
  const hanging = rig.openLine(0).finally(() => hangs = false);
  await rig.openLine(1);
  assert.ok(hangs);
  assert.equal(standin.openLines, 1);
  standin.hangOpening(0, false);
  await hanging;
  assert.equal(standin.openLines, 2);
  assert.throws(() => standin.hangOpening(99, true), /no such/);
});

nativeTest("the log has each call, its arguments and its result", async (rig) => {
  const line = await rig.openLine(0);
  await rig.library.lineMakeCallW(line, new Uint8Array(4), encodeText("Ж1"), 0, null);
  fails(await rig.library.lineDrop(5, null, 0), "INVALCALLHANDLE");
  const app = `0x${rig.app.toString(16).toUpperCase()}`;
  const hLine = `0x${line.toString(16).toUpperCase()}`;
  assert.deepEqual(rig.standin.log, [
    'lineInitializeExW(version=0x20002 total=28 options=2 "Test") = 0',
    `lineNegotiateAPIVersion(app=${app} device=0 low=0x10004 high=0x20002 version=0x20002) = 0`,
    `lineOpenW(app=${app} device=0 version=0x20002 ext=0 privileges=0x2 media=0x4) = 0`,
    `lineMakeCallW(line=${hLine} address=0 country=0 "Ж1") = ${
      rig.standin.log[3]!.split(" ").at(-1)
    }`,
    "lineDrop(call=0x5 size=0) = 0x80000018",
  ]);
});

Deno.test({
  name: "the log is also appended to a file, for tests of another process",
  ignore: path === undefined,
  async fn() {
    const file = await Deno.makeTempFile();
    try {
      const script = `Deno.dlopen(${JSON.stringify(path)}, {
        lineShutdown: { parameters: ["u32"], result: "i32" },
      }).symbols.lineShutdown(7)`;
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-ffi", `data:application/javascript,${encodeURIComponent(script)}`],
        env: { TAPI_STANDIN_LOG: file },
      }).output();
      assert.ok(success);
      assert.equal(await Deno.readTextFile(file), "lineShutdown(app=0x7) = 0x80000014\n");
    } finally {
      await Deno.remove(file);
    }
  },
});

nativeTest("a burst loses nothing and keeps every call's order", async (rig) => {
  const calls = 2000;
  await rig.openLine(0);
  await rig.openLine(1);
  const expected = rig.standin.burst(calls, 50, 500);
  assert.equal(expected, calls * 6);
  const lives = new Map<number, number[]>();
  const numbers: string[] = [];
  const buffer = new Uint8Array(LINEMESSAGE.size);
  const info = sized(1024);
  for (let taken = 0; taken < expected; taken++) {
    // Wait on a worker thread only where nothing is queued, as the program does.
    if (rig.library.lineGetMessageNow(rig.app, buffer, 0) !== 0) {
      done(await rig.library.lineGetMessage(rig.app, buffer, 5000));
    }
    const { dwMessageID, hDevice, dwParam1, dwParam2 } = LINEMESSAGE.decode(buffer);
    if (dwMessageID === MESSAGE.APPNEWCALL) {
      lives.set(dwParam2, []);
      done(await rig.library.lineGetCallInfoW(dwParam2, info));
      numbers.push(LINECALLINFO.decode(info).CallerID);
    } else {
      assert.equal(dwMessageID, MESSAGE.CALLSTATE);
      lives.get(hDevice)!.push(dwParam1);
      if (dwParam1 === STATE.IDLE) done(await rig.library.lineDeallocateCall(hDevice));
    }
  }
  assert.deepEqual(numbers, Array.from({ length: calls }, (_, i) => `${i + 1}`));
  const life = [0x2, 0x4, 0x100, 0x4000, 0x1];
  assert.equal(lives.size, calls);
  for (const states of lives.values()) assert.deepEqual(states, life);
  assert.deepEqual(rig.drainNow(), []);
  assert.equal(rig.standin.bursting, false);
  assert.equal(rig.standin.liveCalls, 0);
});

/** What is read of a caller 0123 under each lie. */
const CALLER_READ: Record<Exclude<keyof typeof LIE, "RANDOM">, string> = {
  NONE: "0123",
  OFFSET_OUTSIDE: "",
  SIZE_OUTSIDE: "",
  ALL_ONES: "",
  WRAPPING: "",
  USED_TOO_BIG: "",
  ODD_SIZE: "0123",
  NO_NUL: "0123",
  LONE_SURROGATE: "\ufffd123",
  IN_FIXED_PART: "",
  OVERLAPPING: "0123",
  NEEDS_MORE: "",
  COUNTS: "0123",
};

nativeTest("lies are told for as many structs as asked", async (rig) => {
  await rig.openLine(0);
  const call = rig.standin.offerCall(0, { caller: "0123", called: "201" });
  for (const [name, expected] of Object.entries(CALLER_READ)) {
    rig.standin.lie(LIE[name as keyof typeof CALLER_READ], 1);
    const lied = await rig.callInfo(call);
    assert.equal(lied.CallerID, expected, name);
    if (name === "NEEDS_MORE") assert.equal(lied.dwNeededSize, 4097);
    if (name === "USED_TOO_BIG") assert.equal(lied.dwUsedSize, 0xffffffff);
    assert.equal((await rig.callInfo(call)).CallerID, "0123", `after ${name}`);
  }
});

nativeTest(
  "under lies nothing throws, and nothing is read from outside the buffer",
  async (rig) => {
    const { library, standin, app } = rig;
    const line = await rig.openLine(0);
    rig.standin.existingCall(0);
    const call = standin.offerCall(0, { caller: "0123", callerName: "Ы😀", called: "201" });
    type Read = [(into: Memory) => Promise<number>, (from: Memory) => object];
    const reads: Read[] = [
      [(into) => library.lineGetDevCapsW(app, 0, VERSION, 0, into), (b) => LINEDEVCAPS.decode(b)],
      [
        (into) => library.lineGetAddressCapsW(app, 0, 0, VERSION, 0, into),
        (from) => LINEADDRESSCAPS.decode(from),
      ],
      [(into) => library.lineGetCallInfoW(call, into), (from) => LINECALLINFO.decode(from)],
      [(into) => library.lineGetCallStatus(call, into), (from) => LINECALLSTATUS.decode(from)],
      [(into) => library.lineGetNewCalls(line, 0, 1, into), (from) => LINECALLLIST.decode(from)],
      [(into) => library.lineGetProviderListW(VERSION, into), (b) => LINEPROVIDERLIST.decode(b)],
    ];
    for (const [name, lie] of Object.entries(LIE)) {
      for (let seed = 0; seed < (lie === LIE.RANDOM ? 100 : 1); seed++) {
        for (const bytes of [400, 1024]) {
          for (const [fill, decode] of reads) {
            // Behind the buffer lies text that must never show.
            const buffer = new Uint8Array(4096).fill(0x58, bytes).subarray(0, bytes);
            new DataView(buffer.buffer).setUint32(0, bytes, true);
            standin.lie(lie, 1, seed);
            done(await fill(buffer));
            for (const value of Object.values(decode(buffer))) {
              if (typeof value === "string") assert.ok(!value.includes("\u5858"), name);
              if (value instanceof Uint8Array) assert.ok(value.length <= bytes, name);
            }
          }
        }
      }
    }
  },
);

nativeTest("calls are answered, held, swapped, and get digits", async (rig) => {
  const { library } = rig;
  await rig.openLine(0);
  const call = await rig.ownedCall(0, STATE.OFFERING);
  fails(await library.lineHold(call), "INVALCALLSTATE");
  assert.deepEqual(rig.replied(await library.lineAnswer(call, null, 0)), [[call, STATE.CONNECTED]]);
  done(await library.lineGenerateDigitsW(call, 2, encodeText("12#"), 0));
  assert.deepEqual(rig.drainNow(), [{ id: MESSAGE.GENERATE, device: call, params: [1, 0, 0] }]);
  assert.deepEqual(rig.replied(await library.lineHold(call)), [[call, STATE.ONHOLD]]);
  const other = await rig.ownedCall(0, STATE.CONNECTED);
  assert.deepEqual(rig.replied(await library.lineSwapHold(other, call)), [
    [other, STATE.ONHOLD],
    [call, STATE.CONNECTED],
  ]);
  assert.deepEqual(rig.replied(await library.lineUnhold(other)), [[other, STATE.CONNECTED]]);
});

nativeTest("calls are transferred, blindly or after a consultation", async (rig) => {
  const { library } = rig;
  await rig.openLine(0);
  const blind = await rig.ownedCall(0, STATE.CONNECTED);
  assert.deepEqual(rig.replied(await library.lineBlindTransferW(blind, encodeText("202"), 0)), [
    [blind, STATE.DISCONNECTED],
    [blind, STATE.IDLE],
  ]);
  const ringing = await rig.ownedCall(0, STATE.OFFERING);
  assert.deepEqual(rig.replied(await library.lineRedirectW(ringing, encodeText("202"), 0)), [
    [ringing, STATE.DISCONNECTED],
    [ringing, STATE.IDLE],
  ]);

  const call = await rig.ownedCall(0, STATE.CONNECTED);
  const out = new Uint8Array(4);
  const setUp = rig.replied(await library.lineSetupTransferW(call, out, null));
  const consultation = u32(out);
  assert.deepEqual(setUp, [[call, STATE.ONHOLDPENDTRANSFER], [consultation, STATE.DIALTONE]]);
  const dialled = rig.replied(await library.lineDialW(consultation, encodeText("202"), 0));
  assert.deepEqual(dialled.at(-1), [consultation, STATE.CONNECTED]);
  assert.equal((await rig.callInfo(consultation)).CalledID, "202");
  const transferred = await library.lineCompleteTransfer(call, consultation, new Uint8Array(4), 1);
  assert.deepEqual(rig.replied(transferred), [[call, STATE.IDLE], [consultation, STATE.IDLE]]);
});

nativeTest("calls are brought together in a conference, and more are added", async (rig) => {
  const { library } = rig;
  await rig.openLine(0);
  const call = await rig.ownedCall(0, STATE.ONHOLD);
  const second = await rig.ownedCall(0, STATE.CONNECTED);
  const out = new Uint8Array(4);
  const joined = rig.replied(await library.lineCompleteTransfer(call, second, out, 2));
  const conference = u32(out);
  assert.deepEqual(joined, [
    [conference, STATE.CONNECTED],
    [call, STATE.CONFERENCED],
    [second, STATE.CONFERENCED],
  ]);
  const prepared = rig.replied(await library.linePrepareAddToConferenceW(conference, out, null));
  const third = u32(out);
  assert.deepEqual(prepared, [[conference, STATE.ONHOLDPENDCONF], [third, STATE.DIALTONE]]);
  const requestId = await library.lineAddToConference(conference, third);
  assert.deepEqual(rig.drainNow(), [
    { id: MESSAGE.REPLY, device: 0, params: [requestId, 0, 0] },
    { id: MESSAGE.CALLSTATE, device: third, params: [STATE.CONFERENCED, conference, 0] },
    { id: MESSAGE.CALLSTATE, device: conference, params: [STATE.CONNECTED, 1, 0] },
  ]);
});

nativeTest("a conference is set up with one call, for another to come", async (rig) => {
  const { library } = rig;
  const line = await rig.openLine(0);
  const call = await rig.ownedCall(0, STATE.CONNECTED);
  const [outConference, outConsult] = [new Uint8Array(4), new Uint8Array(4)];
  const setUp = rig.replied(
    await library.lineSetupConferenceW(call, line, outConference, outConsult, 3, null),
  );
  const [conference, consultation] = [u32(outConference), u32(outConsult)];
  assert.deepEqual(setUp, [
    [conference, STATE.ONHOLDPENDCONF],
    [call, STATE.CONFERENCED],
    [consultation, STATE.DIALTONE],
  ]);
  assert.equal((await rig.callInfo(conference)).dwOrigin, 0x40);
  const [out, other] = [new Uint8Array(4), new Uint8Array(4)];
  fails(
    await library.lineSetupConferenceW(call, line, out, other, 3, null),
    "INVALCALLSTATE",
  );
});

nativeTest("features are taken away, and hidden from monitors", async (rig) => {
  const { standin, library } = rig;
  await rig.openLine(0);
  const call = standin.offerCall(0);
  const features = async () => {
    const buffer = sized(256);
    done(await library.lineGetCallStatus(call, buffer));
    return LINECALLSTATUS.decode(buffer).dwCallFeatures;
  };
  const [ANSWER, DROP, REDIRECT] = [0x4, 0x80, 0x20000];
  assert.equal(await features(), ANSWER | DROP | REDIRECT);
  standin.lack(REDIRECT, true);
  assert.equal(await features(), 0);
  done(await library.lineSetCallPrivilege(call, OWNER));
  assert.equal(await features(), ANSWER | DROP);
});

nativeTest("calls are parked, unparked and picked up", async (rig) => {
  const { library } = rig;
  const line = await rig.openLine(1);
  const call = await rig.ownedCall(1, STATE.CONNECTED);
  const slot = sized(256);
  const parked = await library.lineParkW(call, 2, null, slot);
  assert.equal(VARSTRING.decode(slot).String.length, 0);
  assert.deepEqual(rig.replied(parked), [[call, STATE.IDLE]]);
  const { String: address, dwStringFormat } = VARSTRING.decode(slot);
  assert.deepEqual([decodeText(address), dwStringFormat], ["7001", 3]);
  const directed = await rig.ownedCall(1, STATE.CONNECTED);
  assert.deepEqual(rig.replied(await library.lineParkW(directed, 1, encodeText("9"), null)), [
    [directed, STATE.IDLE],
  ]);

  const out = new Uint8Array(4);
  const unparked = rig.replied(await library.lineUnparkW(line, 0, out, encodeText("7001")));
  assert.deepEqual(unparked, [[u32(out), STATE.CONNECTED]]);
  assert.equal((await rig.callInfo(u32(out))).dwReason, 0x20);
  rig.replied(await library.linePickupW(line, 0, out, encodeText("201"), null));
  const { dwReason, CallerID } = await rig.callInfo(u32(out));
  assert.deepEqual([dwReason, CallerID], [0x10, "201"]);
});

nativeTest("forwarding is set, reported and read back", async (rig) => {
  const { library } = rig;
  const line = await rig.openLine(0);
  done(await library.lineSetStatusMessages(line, 0, 0x40));
  const dest = encodeText("0171 55");
  const list = new Uint8Array(LINEFORWARDLIST.size + LINEFORWARD.size + dest.length);
  LINEFORWARDLIST.encode(list, { dwTotalSize: list.length, dwNumEntries: 1 });
  LINEFORWARD.encode(list.subarray(LINEFORWARDLIST.size), {
    dwForwardMode: 0x10,
    dwDestAddressSize: dest.length,
    dwDestAddressOffset: 32,
  });
  list.set(dest, 32);
  const requestId = await library.lineForwardW(line, 1, 0, list, 3, new Uint8Array(4), null);
  assert.deepEqual(rig.drainNow(), [
    { id: MESSAGE.REPLY, device: 0, params: [requestId, 0, 0] },
    { id: MESSAGE.ADDRESSSTATE, device: line, params: [0, 0x40, 0] },
  ]);

  const status = sized(512);
  done(await library.lineGetAddressStatusW(line, 0, status));
  const { dwForwardNumEntries, Forward } = LINEADDRESSSTATUS.decode(status);
  assert.equal(dwForwardNumEntries, 1);
  const entry = LINEFORWARD.decode(Forward);
  assert.equal(entry.dwForwardMode, 0x10);
  const { dwDestAddressOffset: at, dwDestAddressSize: bytes } = entry;
  assert.equal(decodeText(status.subarray(at, at + bytes)), "0171 55");

  new DataView(list.buffer).setUint32(4, 2, true); // one entry more than there is room for
  fails(
    await library.lineForwardW(line, 1, 0, list, 3, new Uint8Array(4), null),
    "INVALPARAM",
  );
}, 1);

nativeTest("a line's status and the providers can be read", async (rig) => {
  const line = await rig.openLine(0);
  rig.standin.offerCall(0);
  const status = sized(256);
  done(await rig.library.lineGetLineDevStatusW(line, status));
  const { dwNumOpens, dwNumActiveCalls, dwDevStatusFlags } = LINEDEVSTATUS.decode(status);
  assert.deepEqual([dwNumOpens, dwNumActiveCalls, dwDevStatusFlags], [1, 1, 5]);

  const list = sized(512);
  done(await rig.library.lineGetProviderListW(VERSION, list));
  const { dwNumProviders, ProviderList } = LINEPROVIDERLIST.decode(list);
  assert.equal(dwNumProviders, 1);
  const provider = LINEPROVIDERENTRY.decode(ProviderList);
  const { dwProviderFilenameOffset: at, dwProviderFilenameSize: bytes } = provider;
  assert.equal(provider.dwPermanentProviderID, 7);
  assert.equal(decodeText(list.subarray(at, at + bytes)), "standin.tsp");
  assert.deepEqual(await listProviders(rig.library), ["standin.tsp"]);
});

nativeTest("a device has as many addresses as have texts, each with its calls", async (rig) => {
  const { standin, library } = rig;
  standin.setText(placeOf(0, 1), "address", "250");
  const line = await rig.openLine(0);
  const address = async (id: number) => {
    const buffer = sized(512);
    const result = await library.lineGetAddressCapsW(rig.app, 0, id, VERSION, 0, buffer);
    return result === 0 ? LINEADDRESSCAPS.decode(buffer).Address : lineErrorName(result);
  };
  assert.deepEqual(await Promise.all([0, 1, 2].map(address)), [
    "201",
    "250",
    "LINEERR_INVALADDRESSID",
  ]);
  const call = standin.offerCall(placeOf(0, 1));
  assert.deepEqual(rig.drainNow(), [
    { id: MESSAGE.APPNEWCALL, device: line, params: [1, call, MONITOR] },
    { id: MESSAGE.CALLSTATE, device: call, params: [STATE.OFFERING, 1, MONITOR] },
  ]);
  assert.equal((await rig.callInfo(call)).dwAddressID, 1);

  const listed = async (id: number) => {
    const buffer = sized(64);
    done(await library.lineGetNewCalls(line, id, 2, buffer));
    return LINECALLLIST.decode(buffer).dwCallsNumEntries;
  };
  standin.offerCall(placeOf(0, 1), { silent: true });
  assert.equal(await listed(0), 0);
  assert.equal(await listed(1), 1);

  standin.addForward(placeOf(0, 1), 1, "9");
  const forwards = async (id: number) => {
    const buffer = sized(512);
    done(await library.lineGetAddressStatusW(line, id, buffer));
    return LINEADDRESSSTATUS.decode(buffer).dwForwardNumEntries;
  };
  assert.deepEqual([await forwards(0), await forwards(1)], [0, 1]);
});

nativeTest(
  "members hold what a test says, of one call or of all, until it says no more",
  async (rig) => {
    const { standin } = rig;
    await rig.openLine(0);
    const [one, other] = [standin.offerCall(0), standin.offerCall(0)];
    const trunks =
      async () => [(await rig.callInfo(one)).dwTrunk, (await rig.callInfo(other)).dwTrunk];
    standin.set("LINECALLINFO", { dwTrunk: 7 }, one);
    assert.deepEqual(await trunks(), [7, 0xffffffff]);
    standin.set("LINECALLINFO", { dwTrunk: 8 });
    assert.deepEqual(await trunks(), [8, 8]);
    standin.unset("LINECALLINFO", ["dwTrunk"]);
    assert.deepEqual(await trunks(), [7, 0xffffffff]);
    standin.setPartyText(one, PARTY.CALLER, "number", new Uint8Array([0x34, 0x66]));
    assert.equal((await rig.callInfo(one)).CallerID, "\u6634");
    assert.throws(() => standin.set("LINECALLINFO", { dwNothing: 1 }), /no dwNothing/);
  },
);

nativeTest("functions fail for one call or one device alone", async (rig) => {
  const { standin, library } = rig;
  const OPERATIONFAILED = 0x80000048;
  const [, other] = [await rig.openLine(0), await rig.openLine(1)];
  const [call, waiting] = [standin.offerCall(0), standin.offerCall(0)];
  const status = sized(256);
  standin.failFor({ call }, "lineGetCallStatus", OPERATIONFAILED);
  fails(await library.lineGetCallStatus(call, status), "OPERATIONFAILED");
  done(await library.lineGetCallStatus(waiting, status));
  standin.failFor({ device: 1 }, "lineGetLineDevStatusW", OPERATIONFAILED, 1);
  fails(await library.lineGetLineDevStatusW(other, status), "OPERATIONFAILED");
  done(await library.lineGetLineDevStatusW(other, status));
});

nativeTest(
  "calls come without a state, go without a word, and are made without a handle",
  async (rig) => {
    const { standin, library } = rig;
    const line = await rig.openLine(0);
    const call = standin.offerCall(0, { stateless: true });
    assert.deepEqual(rig.drainNow(), [
      { id: MESSAGE.APPNEWCALL, device: line, params: [0, call, MONITOR] },
    ]);
    standin.loseCall(call);
    fails(await library.lineGetCallStatus(call, sized(256)), "INVALCALLHANDLE");
    assert.deepEqual(rig.drainNow(), []);
    assert.equal(standin.liveCalls, 0);

    standin.withholdHandles(true);
    const out = new Uint8Array(4);
    assert.deepEqual(
      rig.replied(await library.lineMakeCallW(line, out, encodeText("1"), 0, null)),
      [],
    );
    assert.equal(u32(out), 0);
    assert.equal(standin.liveCalls, 0);
    standin.withholdHandles(false);
    standin.replyMode(REPLY.LATE);
    await library.lineMakeCallW(line, out, encodeText("1"), 0, null);
    const made = standin.newestCall(0);
    standin.releaseReplies();
    rig.drainNow();
    assert.equal(u32(out), made);
  },
);

nativeTest("a line that parks only where it is told to refuses to choose", async (rig) => {
  const { standin, library } = rig;
  await rig.openLine(0);
  const call = await rig.ownedCall(0, STATE.CONNECTED);
  standin.set("LINEADDRESSCAPS", { dwParkModes: 1 }, 0);
  const requestId = await library.lineParkW(call, 2, null, sized(256));
  const [reply] = rig.drainNow();
  assert.deepEqual(reply?.params.slice(0, 2), [requestId, 0x80000048]);
  assert.equal(rig.replied(await library.lineParkW(call, 1, encodeText("9"), null)).length, 1);
});
