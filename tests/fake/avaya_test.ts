/** The fake exchange behind Avaya's driver: its block byte by byte, its features, and what it leaves out. */
import assert from "node:assert/strict";
import type { FakeTapiOptions } from "../../src/fake/library.ts";
import type { PhoneSettings } from "../../src/fake/exchange/phone.ts";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import {
  LINE,
  LINECALLPRIVILEGE,
  LINEDEVSTATE,
  LINEDEVSTATUSFLAGS,
  LINEERR,
  LINEFORWARDMODE,
  LINEPARKMODE,
} from "../../src/tapi/constants.ts";
import { LINEADDRESSSTATUS, LINEDEVSTATUS } from "../../src/tapi/structs.ts";
import { address, reasonName, room, TapiApp, u32 } from "../support/wire.ts";

const OUTSIDE = { number: "+441632960007", name: "Ada", presentation: "shown" } as const;
const GROUP = { addresses: ["110"], name: "Sales", isGroup: true, members: ["201", "202"] };

function start(options: FakeTapiOptions = {}): Promise<TapiApp> {
  const { MONITOR, OWNER } = LINECALLPRIVILEGE;
  return TapiApp.start({ driver: "avaya_ip_office", ...options }, MONITOR | OWNER);
}

async function status(app: TapiApp, line: string) {
  const memory = room(1024);
  assert.equal(await app.tapi.lineGetLineDevStatusW(app.line(line), memory), 0);
  return LINEDEVSTATUS.decode(memory);
}

/** The device-specific block of a line, as lineGetLineDevStatus writes it. */
async function blockOf(app: TapiApp, line: string): Promise<Uint8Array> {
  return (await status(app, line)).DevSpecific;
}

/** Bytes as they are: text in 8 bits, and numbers. */
function bytes(...parts: readonly (string | number)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === "number" ? part : [...part].map((letter) => letter.charCodeAt(0))
    ),
  );
}

/** lineDevSpecific, and what its LINE_REPLY says. */
async function devSpecific(app: TapiApp, line: string, ...parts: readonly (string | number)[]) {
  const params = bytes(...parts);
  const request = app.tapi.lineDevSpecific(app.line(line), 0, 0, params, params.length);
  return { reply: await app.ask(request), params };
}

const NO_MORE = new Array<number>(32).fill(0);

Deno.test("the block of a telephone at which nothing is set, byte by byte", async () => {
  const app = await start();
  assert.deepEqual(
    [...await blockOf(app, "201")],
    // deno-fmt-ignore
    [
      0x32, 0x30, 0x31, 0, // 201
      0, 0, 0, 0, 0, 0, 0, 1, 0, // of the flags, voicemail is on
      0, 0, // messages: read, unread
      1, 2, 3, // ring tones
      15, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
      0x32, 0x30, 0x31, 0, // its user
      0x65, 0x6e, 0x67, 0, // eng
      0, 0, 0, // the number to forward to, follow-me, absence text
      0, // do not disturb has no exceptions
      0, // the number to forward to when busy
      5, 0, 0, 0, 0, 0, // in no group
      ...NO_MORE,
    ],
  );
  await app.shutdown();
});

Deno.test("the block of a telephone at which everything is set, byte by byte", async () => {
  const app = await start({ scenario: { name: "", telephones: [GROUP], steps: [] } });
  const extension = app.tapi.exchange.extensions.get("202")!;
  const { BUSY, NOANSW, UNCOND } = LINEFORWARDMODE;
  extension.forward([{ mode: UNCOND, to: "0199" }, { mode: BUSY, to: "203" }, {
    mode: NOANSW,
    to: "204",
  }], 4);
  extension.setDoNotDisturb(true);
  extension.setMessages(3, 2);
  extension.enableGroup("110", false);
  extension.set({ callWaiting: true, voicemail: false, user: "8005", absence: "Zürich 5€" });
  assert.deepEqual(
    [...await blockOf(app, "202")],
    // deno-fmt-ignore
    [
      0x32, 0x30, 0x32, 0, // 202
      1, 1, 1, 0, // forwarded: busy, unanswered, always; not the group's calls
      1, // do not disturb
      0, 1, 0, 0, // not barred, call waiting, no voicemail, no ring-back
      2, 3, // messages: read, unread
      1, 2, 3,
      20, 2, 0, 1, 0, 0, 0, 0, 11, 1, 0, 0, // the absence message is the user's own text, and set
      0x38, 0x30, 0x30, 0x35, 0, // 8005
      0x65, 0x6e, 0x67, 0,
      0x30, 0x31, 0x39, 0x39, 0, // 0199
      0, // follow-me
      0x5a, 0xfc, 0x72, 0x69, 0x63, 0x68, 0x20, 0x35, 0x3f, 0, // Zürich 5?
      0,
      0x32, 0x30, 0x33, 0, // 203
      5, 0, 0, 1, 0, 0, // disabled in one group
      ...NO_MORE,
    ],
  );
  await app.shutdown();
});

Deno.test("each change is announced by both messages, and shown by no member of TAPI's", async () => {
  const app = await start();
  const { DEVSPECIFIC, INSERVICE, MSGWAITON } = LINEDEVSTATE;
  const line = app.line("201");
  assert.equal(await app.tapi.lineSetStatusMessages(line, DEVSPECIFIC | INSERVICE, 0), 0);
  const lamp = app.tapi.lineSetStatusMessages(line, MSGWAITON, 0);
  assert.equal(await lamp, LINEERR.INVALLINESTATE | 0);
  const extension = app.tapi.exchange.extensions.get("201")!;
  extension.setDoNotDisturb(true);
  extension.setMessages(1, 0);
  await app.drain();
  const told = app.messages.map(({ dwMessageID, hDevice, dwParam1 }) => {
    assert.equal(hDevice, line);
    return dwMessageID === LINE.LINEDEVSTATE ? dwParam1 : dwMessageID;
  });
  assert.deepEqual(told, [LINE.DEVSPECIFIC, DEVSPECIFIC, LINE.DEVSPECIFIC, DEVSPECIFIC]);
  const { dwDevStatusFlags } = await status(app, "201");
  assert.equal(dwDevStatusFlags & LINEDEVSTATUSFLAGS.MSGWAIT, 0);
  const memory = room(512);
  assert.equal(await app.tapi.lineGetAddressStatusW(line, 0, memory), 0);
  assert.equal(LINEADDRESSSTATUS.decode(memory).dwForwardNumEntries, 0);
  await app.shutdown();
});

Deno.test("features are carried out with their LINE_REPLY, in memory that is the driver's until then", async () => {
  const app = await start({ scenario: { name: "", telephones: [GROUP], steps: [] } });
  const extension = app.tapi.exchange.extensions.get("201")!;
  const set = (): Partial<PhoneSettings> => extension.settings;
  const { BUSY, NOANSW, UNCOND } = LINEFORWARDMODE;
  const cases: [(string | number)[], () => unknown, unknown][] = [
    [[9, 7, 0], () => extension.doNotDisturb, true],
    [[9, 8, 0], () => extension.doNotDisturb, false],
    [[9, 6, "0199", 0], () => set().forwardNumber, "0199"],
    [[9, 0, 0], () => extension.forwards, [{ mode: UNCOND, to: "0199" }]],
    [[9, 2, 0], () => extension.forwards.length, 2],
    [[9, 6, "203", 0], () => extension.forwards, [
      { mode: UNCOND, to: "203" },
      { mode: BUSY, to: "203" },
    ]],
    [[9, 1, 0], () => extension.forwards, [{ mode: BUSY, to: "203" }]],
    [[9, 3, 0], () => extension.forwards, []],
    [[9, 4, 0], () => extension.forwards, [{ mode: NOANSW, to: "203" }]],
    [[9, 5, 0], () => extension.forwards, []],
    [[9, 77, "110", 0], () => set().groups, new Map([["110", false]])],
    [[9, 76, 0], () => set().groups, new Map([["110", true]])],
    [[9, 73, ";Mailbox Msgs=2", 0], () => set().unreadMessages, 2],
    [[9, 73, "Lunch", 0], () => set().unreadMessages, 2],
    [[9, 73, ";Mailbox Msgs=0", 0], () => set().unreadMessages, 0],
    [[9, 101, "4711", 0], () => set().account, "4711"],
    [[9, 47, 0], () => set().user, ""],
    [[8, "202", 0], () => set().user, "202"],
  ];
  for (const [parts, read, expected] of cases) {
    const { reply, params } = await devSpecific(app, "201", ...parts);
    assert.equal(reply, 0, String(parts));
    assert.deepEqual(read(), expected, String(parts));
    assert(params.every((byte) => byte === 0xdd), "the driver wrote to it");
  }
  // Logged in elsewhere.
  assert.equal(app.tapi.exchange.extensions.get("202")!.settings.user, "");
  await app.shutdown();
});

Deno.test("requests that the driver does not know are refused, at once or by the reply", async () => {
  const app = await start();
  for (const parts of [[], [9], [9, 7], [9, 99, 0], [7, 7, 0]]) {
    const { reply } = await devSpecific(app, "201", ...parts);
    assert.equal(reply, "LINEERR_INVALPARAM", String(parts));
  }
  for (const parts of [[9, 76, "110", 0], [9, 100, "202", 0], [9, 83, "999", 0], [8, "1", 0]]) {
    const { reply } = await devSpecific(app, "201", ...parts);
    assert.equal(reply, "LINEERR_OPERATIONFAILED", String(parts));
  }
  const dnd = bytes(9, 7, 0);
  const line = app.line("201");
  assert.equal(await app.tapi.lineDevSpecific(line, 0, 5, dnd, 3), LINEERR.INVALCALLHANDLE | 0);
  assert.equal(await app.tapi.lineDevSpecific(line, 0, 0, dnd, 4), LINEERR.INVALPOINTER | 0);
  await app.shutdown();
});

Deno.test("listening and intruding make a call of their own, which ends with the other one", async () => {
  const app = await start();
  const { tapi } = app;
  tapi.exchange.routing.ring({ to: "202", from: OUTSIDE, reason: 1 });
  await app.run(100);
  await app.ask(tapi.lineAnswer(app.lastCall("202"), null, 0));
  for (const [feature, reason] of [[100, "DIRECT"], [83, "INTRUDE"]] as const) {
    assert.equal((await devSpecific(app, "201", 9, feature, "202", 0)).reply, 0);
    const { info, state } = app.states.findLast(({ line }) => line === "201")!;
    assert.deepEqual([state, reasonName(info), info.dwRelatedCallID], ["CONNECTED", reason, 0]);
    await app.ask(tapi.lineDrop(app.lastCall("201"), null, 0), 1000);
  }
  await devSpecific(app, "201", 9, 100, "202", 0);
  await app.ask(tapi.lineDrop(app.lastCall("202"), null, 0), 2000);
  assert.equal(app.statesOf("201").at(-1), "IDLE");
  // An idle telephone is called instead.
  await devSpecific(app, "201", 9, 83, "202", 0);
  await app.run(3000);
  assert.equal(app.statesOf("202").at(-1), "OFFERING");
  await app.shutdown();
});

Deno.test("it has no forwarding, pickup and message lamp of TAPI's, and parks where it is told", async () => {
  const app = await start();
  const { tapi } = app;
  const line = app.line("201");
  const unavailable = LINEERR.OPERATIONUNAVAIL | 0;
  assert.equal(await tapi.lineForwardW(line, 0, 0, null, 0, u32(), null), unavailable);
  assert.equal(await tapi.linePickupW(line, 0, u32(), address("202"), null), unavailable);
  assert.equal(
    await tapi.lineSetLineDevStatus(line, LINEDEVSTATUSFLAGS.MSGWAIT, 1),
    unavailable,
  );
  const call = await app.dial("201", "0123", 4000);
  const { DIRECTED, NONDIRECTED } = LINEPARKMODE;
  const park = (mode: number) => app.ask(tapi.lineParkW(call, mode, address("71"), room(64)));
  assert.equal(await park(NONDIRECTED), "LINEERR_INVALPARKMODE");
  assert.equal(await park(DIRECTED), 0);
  const caps = await app.devCaps(1);
  assert.deepEqual([caps.ProviderInfo, caps.LineName], ["Avaya", "Anna Brandt:201"]);
  await app.shutdown();
});

Deno.test("a group's call has one id on the caller's, the member's and the group's line", async () => {
  for (const driver of ["tapi", "avaya_ip_office"] as const) {
    const app = await start({ driver, scenario: { name: "", telephones: [GROUP], steps: [] } });
    const ringing = async () => {
      app.states.length = 0;
      await app.dial("203", "110", 2000);
      const { info: { dwCallID: id } } = app.states.findLast(({ line }) => line === "203")!;
      const offered = app.states.filter(({ state }) => state === "OFFERING");
      assert(offered.every(({ info }) => info.dwCallID === id && info.CalledID === "110"));
      await app.ask(app.tapi.lineDrop(app.lastCall("203"), null, 0), 2000);
      return offered.map(({ line }) => line);
    };
    assert.deepEqual(await ringing(), ["201", "110"]);
    // The next member, while the first is away; and with nobody there, the group's own line.
    app.tapi.exchange.extensions.get("201")!.enableGroup("110", false);
    assert.deepEqual(await ringing(), ["202", "110"]);
    app.tapi.exchange.extensions.get("202")!.setDoNotDisturb(true);
    assert.deepEqual(await ringing(), ["110"]);
    await app.shutdown();
  }
});

Deno.test("a telephone of a scenario has the driver that it names", async () => {
  const app = await TapiApp.start({
    scenario: parseScenario(
      `[[telephone]]
       addresses = [8001]
       name = "Desk"
       driver = "avaya_ip_office"
       [[step]]
       do = "dnd"
       line = 8001
       atMs = 100`,
      "test.toml",
    ),
  });
  await app.run(200);
  assert.equal((await blockOf(app, "8001"))[4 + 1 + 4], 1);
  assert.equal((await blockOf(app, "201")).length, 0);
  const dnd = bytes(9, 7, 0);
  const refused = await app.tapi.lineDevSpecific(app.line("201"), 0, 0, dnd, dnd.length);
  assert.equal(refused, LINEERR.OPERATIONUNAVAIL | 0);
  await app.shutdown();
});
