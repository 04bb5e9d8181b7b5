/** The habits of the fake exchange unless it is set to be polite. */
import assert from "node:assert/strict";
import {
  LINE,
  LINECALLINFOSTATE,
  LINECALLPARTYID,
  LINECALLREASON,
  LINEERR,
} from "../../src/tapi/constants.ts";
import type { Memory } from "../../src/tapi/library.ts";
import { LINECALLINFO, LINEMESSAGE } from "../../src/tapi/structs.ts";
import { type CallInfo, room, TapiApp, toU32 } from "../support/wire.ts";

const NUMBER = "+441632960007";
const DIRECT = LINECALLREASON.DIRECT;

/** The info of many calls from one caller, each at its first state. */
async function infos(
  app: TapiApp,
  presentation: "shown" | "withheld",
  count = 60,
): Promise<CallInfo[]> {
  const from = { number: NUMBER, name: "Ada", presentation };
  for (let i = 0; i < count; i++) {
    app.tapi.exchange.routing.ring({ to: "201", from, reason: DIRECT, callWaiting: true });
  }
  await app.drain();
  return app.states.filter(({ state }) => state === "OFFERING").map(({ info }) => info);
}

Deno.test("a withheld number is BLOCKED, and there all the same now and then", async () => {
  const app = await TapiApp.start({ polite: false });
  const withheld = await infos(app, "withheld");
  assert.ok(withheld.every(({ dwCallerIDFlags }) => dwCallerIDFlags & LINECALLPARTYID.BLOCKED));
  const numbers = new Set(withheld.map(({ CallerID }) => CallerID));
  assert.deepEqual([...numbers].toSorted(), ["", NUMBER]);
  await app.shutdown();
});

Deno.test("a polite exchange leaves a withheld number out", async () => {
  const app = await TapiApp.start();
  for (const info of await infos(app, "withheld")) {
    assert.deepEqual([info.dwCallerIDFlags, info.CallerID], [LINECALLPARTYID.BLOCKED, ""]);
  }
  await app.shutdown();
});

Deno.test("garbage, odd sizes and long structs still decode to the number", async () => {
  const app = await TapiApp.start({ polite: false });
  const shown = await infos(app, "shown");
  assert.ok(shown.every(({ CallerID }) => CallerID === NUMBER));
  assert.ok(shown.some(({ dwNeededSize }) => dwNeededSize > 6000), "some need a second buffer");

  const sizes = new Set<number>();
  for (const { call } of app.states) {
    const memory = room(8192);
    await app.tapi.lineGetCallInfoW(call, memory);
    const { offset } = LINECALLINFO.fields.CallerID;
    sizes.add(new DataView(memory.buffer).getUint32(offset, true) - NUMBER.length * 2);
  }
  assert.ok(sizes.has(2), "some texts are as they should be");
  assert.ok(sizes.has(1), "some have an odd size");
  assert.ok([...sizes].some((beyond) => beyond > 2), "some go on behind the NUL");
  await app.shutdown();
});

Deno.test("if not everything fits, there is no text at all", async () => {
  const app = await TapiApp.start({ polite: false });
  const shown = await infos(app, "shown");
  const index = shown.findIndex(({ dwNeededSize }) => dwNeededSize > 6000);
  const memory = room(2048);
  assert.equal(await app.tapi.lineGetCallInfoW(app.states[index]!.call, memory), 0);
  const info = LINECALLINFO.decode(memory);
  assert.ok(info.dwNeededSize > 6000);
  assert.deepEqual([info.dwUsedSize, info.CallerID], [LINECALLINFO.size, ""]);
  assert.equal(info.dwCallID, shown[index]!.dwCallID);
  await app.shutdown();
});

Deno.test("a late caller id is pending first and reported with LINE_CALLINFO", async () => {
  const app = await TapiApp.start();
  const from = { number: NUMBER, name: "Ada", presentation: "shown" } as const;
  app.tapi.exchange.routing.ring({ to: "201", from, reason: DIRECT, lateCallerId: true });
  await app.run(900);
  const { call, info } = app.states[0]!;
  assert.deepEqual([info.dwCallerIDFlags, info.CallerID], [LINECALLPARTYID.UNKNOWN, ""]);
  assert.ok(app.messages.every(({ dwMessageID }) => dwMessageID !== LINE.CALLINFO));
  await app.run(200);
  const told = app.messages.find(({ dwMessageID }) => dwMessageID === LINE.CALLINFO)!;
  assert.equal(told.hDevice, call);
  assert.ok(told.dwParam1 & LINECALLINFOSTATE.CALLERID);
  const now = await app.callInfo(call);
  assert.deepEqual([now.CallerID, now.CallerIDName], [NUMBER, "Ada"]);
  await app.shutdown();
});

Deno.test("replies overtake the function, or come late", async () => {
  const app = await TapiApp.start({ polite: false, extensions: 100 });
  let overtaking = 0;
  let late = 0;
  for (const extension of [...app.lines.keys()].slice(0, 60)) {
    const memory: Memory = new Uint8Array(LINEMESSAGE.size);
    const waiting = app.tapi.lineGetMessage(app.handle, memory, 0xffffffff);
    let replied = false;
    const noted = waiting.then(() => replied = true);
    const { out } = await app.makeCall(extension, "900");
    if (replied) overtaking++;
    await app.run(50);
    if (!replied) late++;
    await app.run(1600);
    await noted;
    assert.notEqual(toU32(out), 0, "whenever it comes, the reply brings the handle");
  }
  assert.ok(overtaking > 0 && overtaking < 30, `${overtaking} overtake`);
  assert.ok(late > 0 && late < 30, `${late} are late`);
  await app.run(20_000);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
});

Deno.test("a failed reply is a LONG widened with its sign", async () => {
  const app = await TapiApp.start();
  await app.makeCall("201", "901");
  app.clock.advance(100);
  const memory: Memory = new Uint8Array(LINEMESSAGE.size);
  assert.equal(app.tapi.lineGetMessageNow(app.handle, memory, 0), 0);
  const { offset } = LINEMESSAGE.fields.dwParam2;
  const wide = new DataView(memory.buffer).getBigInt64(offset, true);
  assert.equal(wide, BigInt(LINEERR.CALLUNAVAIL | 0));
  await app.shutdown();
});

Deno.test("call states carry a vendor's bits now and then, unless polite", async () => {
  const vendor = async (polite: boolean) => {
    const app = await TapiApp.start({ polite });
    await infos(app, "shown", 100);
    await app.shutdown();
    return app.messages.filter(({ dwMessageID, dwParam1 }) =>
      dwMessageID === LINE.CALLSTATE && dwParam1 > 0xffffff
    ).length;
  };
  const rude = await vendor(false);
  assert.ok(rude > 0 && rude < 25, `${rude} of 100`);
  assert.equal(await vendor(true), 0);
});
