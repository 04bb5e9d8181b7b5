/** Settings of telephones by TAPI's own members and functions, and the steps of scenarios that change them. */
import assert from "node:assert/strict";
import type { FakeTapiOptions } from "../../src/fake/library.ts";
import { parseScenario, ScenarioError } from "../../src/fake/scenarios/scenario.ts";
import {
  LINECALLCOMPLMODE,
  LINECALLFEATURE,
  LINEDEVSTATE,
  LINEDEVSTATUSFLAGS,
  LINEERR,
  LINEFORWARDMODE,
} from "../../src/tapi/constants.ts";
import { LINEADDRESSSTATUS, LINEDEVSTATUS, LINEFORWARD } from "../../src/tapi/structs.ts";
import { room, TapiApp, toU32, u32 } from "../support/wire.ts";

const OUTSIDE = { number: "+441632960007", name: "Ada", presentation: "shown" } as const;

function scenarioOf(data: Record<string, unknown>): Pick<FakeTapiOptions, "scenario"> {
  return { scenario: parseScenario(JSON.stringify(data), "test.json") };
}

Deno.test("do not disturb is a forward to nowhere: calls meet busy", async () => {
  const app = await TapiApp.start();
  const extension = app.tapi.exchange.extensions.get("202")!;
  extension.forward([{ mode: LINEFORWARDMODE.BUSY, to: "203" }]);
  extension.setDoNotDisturb(true);
  const memory = room(512);
  assert.equal(await app.tapi.lineGetAddressStatusW(app.line("202"), 0, memory), 0);
  const { dwForwardNumEntries, Forward } = LINEADDRESSSTATUS.decode(memory);
  const { dwForwardMode, dwDestAddressSize } = LINEFORWARD.decode(Forward);
  assert.equal(dwForwardNumEntries, 2);
  assert.deepEqual([dwForwardMode, dwDestAddressSize], [LINEFORWARDMODE.UNCOND, 0]);
  await app.dial("201", "202", 2000);
  assert.equal(app.statesOf("201").at(-1), "BUSY");
  extension.setDoNotDisturb(false);
  assert.deepEqual(extension.forwards, [{ mode: LINEFORWARDMODE.BUSY, to: "203" }]);
  await app.shutdown();
});

Deno.test("lineSetLineDevStatus sets the message lamp, and nothing else", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  const line = app.line("201");
  const { MSGWAITOFF, MSGWAITON } = LINEDEVSTATE;
  assert.equal(await tapi.lineSetStatusMessages(line, MSGWAITON | MSGWAITOFF, 0), 0);
  const { LOCKED, MSGWAIT } = LINEDEVSTATUSFLAGS;
  for (const isOn of [1, 0]) {
    assert.equal(await app.ask(tapi.lineSetLineDevStatus(line, MSGWAIT, isOn)), 0);
    const status = room(256);
    assert.equal(await tapi.lineGetLineDevStatusW(line, status), 0);
    assert.equal((LINEDEVSTATUS.decode(status).dwDevStatusFlags & MSGWAIT) !== 0, isOn === 1);
  }
  assert.deepEqual(
    app.messages.filter(({ hDevice }) => hDevice === line).map(({ dwParam1 }) => dwParam1),
    [MSGWAITON, MSGWAITOFF],
  );
  assert.equal(await tapi.lineSetLineDevStatus(line, LOCKED, 1), LINEERR.OPERATIONUNAVAIL | 0);
  await app.shutdown();
});

Deno.test("lineCompleteCall breaks in on an extension that talks", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  tapi.exchange.routing.ring({ to: "202", from: OUTSIDE, reason: 1 });
  await app.run(100);
  const talk = app.lastCall("202");
  assert.equal(await app.own(talk), 0);
  await app.ask(tapi.lineAnswer(talk, null, 0));
  const call = await app.dial("201", "202", 2000);
  assert.equal(app.statesOf("201").at(-1), "BUSY");
  assert.notEqual((await app.callStatus(call)).dwCallFeatures & LINECALLFEATURE.COMPLETECALL, 0);
  const { CAMPON, INTRUDE } = LINECALLCOMPLMODE;
  const id = u32(9);
  assert.equal(
    await tapi.lineCompleteCall(call, id, CAMPON, 0),
    LINEERR.INVALCALLCOMPLMODE | 0,
  );
  assert.equal(await app.ask(tapi.lineCompleteCall(call, id, INTRUDE, 0)), 0);
  assert.equal(app.statesOf("201").at(-1), "CONNECTED");
  assert.equal(toU32(id), 0);
  await app.ask(tapi.lineDrop(talk, null, 0), 3000);
  assert.equal(app.statesOf("201").at(-1), "IDLE");
  await app.shutdown();
});

Deno.test("every step about a telephone changes it, at its time", async () => {
  const app = await TapiApp.start(scenarioOf({
    telephone: [{ addresses: [110], group: true, members: [201, 202] }],
    step: [
      { do: "dnd", line: 201, atMs: 1000 },
      { do: "voicemail", line: 201, unread: 2, read: 1, on: false, atMs: 1000 },
      { do: "group", line: 201, group: 110, mode: "out", atMs: 1000 },
      { do: "login", line: 201, user: 202, atMs: 1000 },
      { do: "absence", line: 201, text: "Back at 3", atMs: 1000 },
      { do: "dnd", line: 201, on: false, atMs: 2000 },
      { do: "voicemail", line: 201, unread: 0, atMs: 2000 },
      { do: "group", line: 201, group: 110, mode: "in", atMs: 2000 },
      { do: "logout", line: 201, atMs: 2000 },
      { do: "absence", line: 201, atMs: 2000 },
    ],
  }));
  const extension = app.tapi.exchange.extensions.get("201")!;
  const seen = () => {
    const { doNotDisturb, isMessageWaiting, settings } = extension;
    const { absence, groups, readMessages, unreadMessages, user, voicemail } = settings;
    const messages = [unreadMessages, readMessages, voicemail, isMessageWaiting];
    return [doNotDisturb, messages, [...groups], user, absence];
  };
  await app.run(500);
  assert.deepEqual(seen(), [false, [0, 0, true, false], [["110", true]], "201", ""]);
  await app.run(1000);
  assert.deepEqual(seen(), [true, [2, 1, false, true], [["110", false]], "202", "Back at 3"]);
  assert.equal(app.tapi.exchange.extensions.get("202")!.settings.user, "");
  await app.run(1000);
  assert.deepEqual(seen(), [false, [0, 0, true, false], [["110", true]], "", ""]);
  await app.shutdown();
  assert.deepEqual(seen(), [false, [0, 0, true, false], [["110", true]], "201", ""]);
});

const MISTAKES: readonly (readonly [RegExp, Record<string, unknown>])[] = [
  [/members of the telephone 110: there is no extension 999/, {
    telephone: [{ addresses: [110], group: true, members: [201, 999] }],
    step: [{ do: "dnd", line: 201, atMs: 0 }],
  }],
  [/line = "999" of the step "dnd".*expected an extension/, {
    step: [{ do: "dnd", line: 999, atMs: 0 }],
  }],
  [/user = "999" of the step "login"/, { step: [{ do: "login", line: 201, user: 999, atMs: 0 }] }],
  [/unread = 256/, { step: [{ do: "voicemail", line: 201, unread: 256, atMs: 0 }] }],
  [/driver = "acme": .*tapi.*avaya_ip_office/, {
    telephone: [{ addresses: [8001], driver: "acme" }],
    step: [{ do: "dnd", line: 201, atMs: 0 }],
  }],
];

for (const [mention, data] of MISTAKES) {
  Deno.test(`a mistake is named: ${mention.source.slice(0, 40)}`, () => {
    assert.throws(
      () => new TapiApp(scenarioOf(data)),
      (error) => {
        assert(error instanceof ScenarioError);
        assert.match(error.message, mention);
        return true;
      },
    );
  });
}
