/** What drivers in the field do, and pages must be able to see: scenarios by name, at the bytes. */
import assert from "node:assert/strict";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import {
  LINE,
  LINEADDRCAPFLAGS,
  LINEADDRESSMODE,
  LINEADDRESSSTATE,
  LINECALLINFOSTATE,
  LINECALLPARTYID,
  LINECALLPRIVILEGE,
  LINECALLSELECT,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE,
} from "../../src/tapi/constants.ts";
import { API_VERSION } from "../../src/tapi/layout.ts";
import type { Memory } from "../../src/tapi/library.ts";
import {
  LINEADDRESSCAPS,
  LINEADDRESSSTATUS,
  LINECALLLIST,
  LINECALLPARAMS,
} from "../../src/tapi/structs.ts";
import { address, reasonName, room, TapiApp, toU32, u32 } from "../support/wire.ts";

const FRONT_DESK = `
  [[telephone]]
  addresses = [150, 151]
  name = "Front desk"

  [[step]]
  atMs = 1000
  do = "ring"
  call = "a"
  to = 151
`;

/** Plays a scenario at 204 and lets time pass until a step before its last one. */
async function play(app: TapiApp, name: string, ms: number): Promise<void> {
  const result = app.tapi.simulation.play(name, "204");
  assert(result.ok);
  assert.equal(result.call.line, "204");
  await app.run(ms);
}

/** Opens the devices that LINE_CREATE has announced. */
async function openCreated(app: TapiApp): Promise<string[]> {
  await app.drain();
  const created = app.messages.filter(({ dwMessageID }) => dwMessageID === LINE.CREATE);
  const opened: string[] = [];
  for (const { dwParam1 } of created) {
    opened.push(await app.open(dwParam1, LINECALLPRIVILEGE.MONITOR));
  }
  return opened;
}

async function endsClean(app: TapiApp): Promise<void> {
  await app.run(20_000);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
  assert.equal(app.clock.pendingTimers, 0);
}

Deno.test("anonymous: a word where the number belongs, flagged as one", async () => {
  const app = await TapiApp.start();
  await play(app, "anonymous", 100);
  const [{ info } = assert.fail()] = app.states;
  assert.equal(info.CallerID, "anonymous");
  assert.equal(info.dwCallerIDFlags, LINECALLPARTYID.ADDRESS);
  assert.equal(info.CallerIDName, "");
  await endsClean(app);
});

Deno.test("new-id: another dwCallID while the call is connected, reported as CALLID", async () => {
  const app = await TapiApp.start();
  await play(app, "new-id", 4400);
  const call = app.lastCall("204");
  const before = await app.callInfo(call);
  app.messages.length = 0;
  await app.run(200);
  assert.deepEqual(
    app.messages.map(({ dwMessageID, dwParam1, hDevice }) => [hDevice, dwMessageID, dwParam1]),
    [[call, LINE.CALLINFO, LINECALLINFOSTATE.CALLID]],
  );
  const after = await app.callInfo(call);
  assert.notEqual(after.dwCallID, before.dwCallID);
  await app.run(6000);
  assert.deepEqual(app.statesOf(call), ["OFFERING", "CONNECTED", "DISCONNECTED", "IDLE"]);
  assert.equal(app.states.at(-1)?.info.dwCallID, after.dwCallID);
  await endsClean(app);
});

Deno.test("an id may be chosen, also 0", async () => {
  const step = [
    { atMs: 100, do: "ring", call: "a", to: 201 },
    { atMs: 200, do: "changeId", call: "a", id: 0 },
    { atMs: 300, do: "changeId", call: "a", id: 0xffffffff },
  ];
  const scenario = parseScenario(JSON.stringify({ step }), "ids.json");
  const app = await TapiApp.start({ scenario });
  await app.run(250);
  assert.equal((await app.callInfo(app.lastCall("201"))).dwCallID, 0);
  await app.run(100);
  assert.equal((await app.callInfo(app.lastCall("201"))).dwCallID, 0xffffffff);
  await app.shutdown();
});

Deno.test("the oddities of a call stay when its id changes", async () => {
  for (let seed = 0; seed < 8; seed++) {
    const app = await TapiApp.start({ seed, polite: false, callsPerMinute: 0 });
    await play(app, "new-id", 4400);
    const before = await app.callInfo(app.lastCall("204"));
    await app.run(200);
    const after = await app.callInfo(app.lastCall("204"));
    assert.deepEqual({ ...after, dwCallID: before.dwCallID }, before);
    await app.shutdown();
  }
});

Deno.test("shared: CONNECTED, INACTIVE, and nothing can be done with the call", async () => {
  const app = await TapiApp.start({}, LINECALLPRIVILEGE.MONITOR | LINECALLPRIVILEGE.OWNER);
  const device = (await app.addressCaps(4)).dwConnectedModes;
  assert.equal(device & LINECONNECTEDMODE.INACTIVE, LINECONNECTEDMODE.INACTIVE);
  await play(app, "shared", 3200);
  const call = app.lastCall("204");
  const { mode, state } = app.states.at(-1) ?? assert.fail();
  assert.deepEqual([state, mode], ["CONNECTED", LINECONNECTEDMODE.INACTIVE]);
  const status = await app.callStatus(call);
  assert.deepEqual(
    [status.dwCallStateMode, status.dwCallFeatures, status.dwCallFeatures2],
    [LINECONNECTEDMODE.INACTIVE, 0, 0],
  );
  assert.equal(await app.ask(app.tapi.lineDrop(call, null, 0)), "LINEERR_INVALCALLSTATE");
  // The telephone is free for another call.
  const other = await app.dial("204", "0123", 500);
  assert.deepEqual(app.statesOf(other), ["DIALTONE", "DIALING"]);
  await app.own(other);
  assert.equal(await app.ask(app.tapi.lineDrop(other, null, 0), 5500), 0);
  assert.deepEqual(app.statesOf(call), ["OFFERING", "CONNECTED", "DISCONNECTED", "IDLE"]);
  await endsClean(app);
});

Deno.test("two-addresses: a device with two, created once, and a call of the second", async () => {
  const app = await TapiApp.start();
  const before = app.deviceCount;
  await play(app, "two-addresses", 100);
  assert.deepEqual(await openCreated(app), ["150"]);
  assert.equal((await app.devCaps(before)).dwNumAddresses, 2);
  await app.run(8500);
  const second = app.states.filter(({ line }) => line === "150");
  assert.deepEqual(second.map(({ state }) => state), ["OFFERING", "CONNECTED"]);
  for (const { info } of second) {
    assert.deepEqual([info.dwAddressID, info.CalledID, reasonName(info)], [1, "151", "TRANSFER"]);
  }
  const announced = app.messages.find(({ dwMessageID, hDevice }) =>
    dwMessageID === LINE.APPNEWCALL && hDevice === app.line("150")
  );
  assert.equal(announced?.dwParam1, 1);
  await app.run(10_000);
  app.messages.length = 0;
  await play(app, "two-addresses", 100);
  assert.deepEqual(await openCreated(app), [], "it is there already");
  await endsClean(app);
});

Deno.test("two addresses from the start: caps, status, new calls and dialling go by address", async () => {
  const scenario = parseScenario(FRONT_DESK, "desk.toml");
  const app = await TapiApp.start({ scenario });
  const { tapi } = app;
  const line = app.line("150");
  const deviceId = 9;
  assert.equal((await app.devCaps(deviceId)).LineName, "Extension 150");
  const addressOf = async (addressId: number) => {
    const caps = room(1024);
    const result = await tapi.lineGetAddressCapsW(
      app.handle,
      deviceId,
      addressId,
      API_VERSION,
      0,
      caps,
    );
    return result === 0 ? LINEADDRESSCAPS.decode(caps).Address : result;
  };
  assert.deepEqual(
    [await addressOf(0), await addressOf(1), await addressOf(2)],
    ["150", "151", 0x80000011 | 0],
  );
  await tapi.lineSetStatusMessages(line, 0, LINEADDRESSSTATE.NUMCALLS);
  await app.run(1100);
  const states = app.messages.filter(({ dwMessageID }) => dwMessageID === LINE.ADDRESSSTATE);
  assert.deepEqual(states.map(({ dwParam1 }) => dwParam1), [1]);

  const inUse = async (addressId: number) => {
    const status = room(256);
    await tapi.lineGetAddressStatusW(line, addressId, status);
    return LINEADDRESSSTATUS.decode(status).dwNumInUse;
  };
  assert.deepEqual([await inUse(0), await inUse(1)], [0, 1]);

  app.deallocates = false;
  await tapi.lineDeallocateCall(app.lastCall("150"));
  const newCalls = async (addressId: number) => {
    const list = room(256);
    const { ADDRESS } = LINECALLSELECT;
    await tapi.lineGetNewCalls(line, addressId, ADDRESS, list);
    return LINECALLLIST.decode(list).dwCallsNumEntries;
  };
  assert.deepEqual([await newCalls(0), await newCalls(1)], [0, 1]);

  const params: Memory = new Uint8Array(LINECALLPARAMS.size);
  LINECALLPARAMS.encode(params, {
    dwTotalSize: params.length,
    dwAddressMode: LINEADDRESSMODE.ADDRESSID,
    dwAddressID: 1,
  });
  const outs = [u32(), u32()] as const;
  const first = tapi.lineMakeCallW(line, outs[0], address("202"), 0, null);
  assert.equal(await app.ask(first), 0);
  assert.equal((await app.callInfo(toU32(outs[0]))).CallerID, "150");
  await tapi.lineSetCallPrivilege(toU32(outs[0]), LINECALLPRIVILEGE.OWNER);
  assert.equal(await app.ask(tapi.lineDrop(toU32(outs[0]), null, 0), 500), 0);
  const second = tapi.lineMakeCallW(line, outs[1], address("202"), 0, params);
  assert.equal(await app.ask(second), 0);
  const info = await app.callInfo(toU32(outs[1]));
  assert.deepEqual([info.dwAddressID, info.CallerID], [1, "151"]);
  await app.shutdown();
});

Deno.test("group: its line shows the call, with the same id, until the member answers", async () => {
  const app = await TapiApp.start();
  await play(app, "group", 50);
  assert.deepEqual(await openCreated(app), ["110"]);
  const [shown = assert.fail()] = await app.newCalls("110");
  const atGroup = await app.callInfo(shown);
  const atMember = await app.callInfo(app.lastCall("204"));
  assert.deepEqual(
    [atGroup.dwCallID, atGroup.CalledID, atGroup.CallerID],
    [atMember.dwCallID, "110", atMember.CallerID],
  );
  assert.equal(atMember.CalledID, "110");
  assert.equal((await app.callStatus(shown)).dwCallFeatures, 0);
  await app.run(4000);
  const story = app.states.map(({ line, mode, state }) => [line, state, mode]);
  assert.deepEqual(story.slice(1), [
    ["110", "DISCONNECTED", LINEDISCONNECTMODE.FORWARDED],
    ["204", "CONNECTED", LINECONNECTEDMODE.ACTIVE],
    ["110", "IDLE", 0],
  ]);
  await endsClean(app);
});

Deno.test("group: the line of a group says that it is one, and no extension does", async () => {
  const app = await TapiApp.start();
  await play(app, "group", 50);
  await openCreated(app);
  const flags = LINEADDRCAPFLAGS.QUEUE | LINEADDRCAPFLAGS.ACDGROUP;
  assert.equal((await app.addressCaps(app.deviceCount)).dwAddrCapFlags, flags);
  assert.equal((await app.addressCaps(4)).dwAddrCapFlags, 0);
  assert.equal((await app.devCaps(app.deviceCount)).LineName, "Group 110");
  await endsClean(app);
});

Deno.test("group: a caller who gives up, and a late number, are seen at both lines", async () => {
  const text = JSON.stringify({
    telephone: [{ addresses: [110], group: true }],
    step: [
      { atMs: 100, do: "ring", call: "a", to: 201, group: 110, lateCallerId: true },
      { atMs: 3000, do: "drop", call: "a", by: "outside" },
    ],
  });
  const app = await TapiApp.start({ scenario: parseScenario(text, "group.json") });
  await app.run(2000);
  for (const line of ["201", "110"]) {
    assert.equal((await app.callInfo(app.lastCall(line))).CallerID, "+441632960001", line);
  }
  await app.run(3000);
  for (const line of ["201", "110"]) {
    assert.deepEqual(app.statesOf(line), ["OFFERING", "DISCONNECTED", "IDLE"], line);
    const { mode } = app.states.find((event) =>
      event.line === line && event.state === "DISCONNECTED"
    ) ?? assert.fail();
    assert.equal(mode, LINEDISCONNECTMODE.NORMAL, line);
  }
  await endsClean(app);
});

Deno.test("a colleague picks up the member's call, never the group's", async () => {
  const app = await TapiApp.start();
  await play(app, "group", 50);
  await openCreated(app);
  const out = u32();
  const group = app.tapi.linePickupW(app.line("205"), 0, out, address("110"), null);
  assert.equal(await app.ask(group), "LINEERR_OPERATIONFAILED");
  const member = app.tapi.linePickupW(app.line("205"), 0, out, address("204"), null);
  assert.equal(await app.ask(member, 1000), 0);
  assert.equal(app.statesOf(toU32(out)).at(-1), "CONNECTED");
  assert.equal(app.statesOf("204").at(-1), "IDLE");
  await endsClean(app);
});

Deno.test("without these scenarios there are no lines but the extensions'", async () => {
  const app = await TapiApp.start({ callsPerMinute: 60, seed: 5 });
  await app.run(60_000);
  assert.equal(app.messages.filter(({ dwMessageID }) => dwMessageID === LINE.CREATE).length, 0);
  assert(app.states.every(({ info }) => info.dwAddressID === 0));
  await app.shutdown();
});
