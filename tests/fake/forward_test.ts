import assert from "node:assert/strict";
import { LINE, LINEADDRESSSTATE, LINEERR, LINEFORWARDMODE } from "../../src/tapi/constants.ts";
import type { Memory } from "../../src/tapi/library.ts";
import { LINEADDRESSSTATUS, LINEFORWARD, LINEFORWARDLIST } from "../../src/tapi/structs.ts";
import { decodeText } from "../../src/tapi/text.ts";
import { address, reasonName, room, TapiApp, toU32, u32 } from "../support/wire.ts";

/** A LINEFORWARDLIST as a program makes it. */
function forwardList(entries: readonly [mode: number, to: string][]): Memory {
  const list = room(1024);
  LINEFORWARDLIST.encode(list, { dwTotalSize: list.length, dwNumEntries: entries.length });
  let end = LINEFORWARDLIST.size + entries.length * LINEFORWARD.size;
  entries.forEach(([mode, to], i) => {
    const text = address(to);
    list.set(text, end);
    LINEFORWARD.encode(list.subarray(LINEFORWARDLIST.size + i * LINEFORWARD.size), {
      dwForwardMode: mode,
      dwDestAddressSize: text.length,
      dwDestAddressOffset: end,
    });
    end += text.length;
  });
  return list;
}

async function forward(app: TapiApp, line: string, list: Memory | null): Promise<void> {
  const out = u32(99);
  const request = app.tapi.lineForwardW(app.line(line), 0, 0, list, 1, out, null);
  assert.equal(await app.ask(request), 0);
  assert.equal(toU32(out), 0, "there is no consultation call");
}

Deno.test("forwards, and how they show", async () => {
  const app = await TapiApp.start();
  const { tapi } = app;
  await tapi.lineSetStatusMessages(app.line("202"), 0, LINEADDRESSSTATE.FORWARD);
  const { BUSY, NOANSW, UNCOND } = LINEFORWARDMODE;
  const list = forwardList([[BUSY, "203"], [NOANSW, "204"]]);
  await forward(app, "202", list);
  const told = app.messages.findLast(({ dwMessageID }) => dwMessageID === LINE.ADDRESSSTATE)!;
  assert.equal(told.hDevice, app.line("202"));
  assert.equal(told.dwParam2, LINEADDRESSSTATE.FORWARD);

  const memory = room(512);
  assert.equal(await tapi.lineGetAddressStatusW(app.line("202"), 0, memory), 0);
  const status = LINEADDRESSSTATUS.decode(memory);
  assert.equal(status.dwForwardNumEntries, 2);
  const second = LINEFORWARD.decode(status.Forward.subarray(LINEFORWARD.size));
  const { dwDestAddressOffset: offset, dwDestAddressSize: size } = second;
  assert.equal(decodeText(memory.subarray(offset, offset + size)), "204");

  const caller = await app.dial("201", "202", 7000);
  assert.equal(reasonName(app.states.find(({ line }) => line === "204")!.info), "FWDNOANSWER");
  await app.ask(tapi.lineDrop(caller, null, 0), 1500);

  await app.dial("202", "902", 2000);
  await app.dial("201", "202", 2000);
  const busy = app.states.find(({ line }) => line === "203")!.info;
  assert.equal(reasonName(busy), "FWDBUSY");
  assert.deepEqual([busy.CalledID, busy.RedirectingID, busy.RedirectionID], ["202", "202", "203"]);

  await forward(app, "202", forwardList([[UNCOND, "206"]]));
  await app.dial("205", "202", 2000);
  assert.equal(reasonName(app.states.find(({ line }) => line === "206")!.info), "FWDUNCOND");

  await forward(app, "202", null);
  assert.deepEqual(tapi.exchange.extensions.get("202")?.forwards, []);
  await app.shutdown();
});

Deno.test("forwards in a circle end", async () => {
  const app = await TapiApp.start();
  await forward(app, "202", forwardList([[LINEFORWARDMODE.UNCOND, "203"]]));
  await forward(app, "203", forwardList([[LINEFORWARDMODE.UNCOND, "202"]]));
  const call = await app.dial("201", "202", 2000);
  assert.equal(app.statesOf(call).at(-1), "BUSY");
  await app.shutdown();
});

Deno.test("a forward list that lies is refused", async () => {
  const app = await TapiApp.start();
  const line = app.line("201");
  const lying = forwardList([[LINEFORWARDMODE.UNCOND, "203"]]);
  new DataView(lying.buffer).setUint32(LINEFORWARDLIST.size + 20, 5000, true);
  const { tapi } = app;
  const out = u32();
  assert.equal(await tapi.lineForwardW(line, 0, 0, lying, 1, out, null), LINEERR.INVALPARAM | 0);
  const many = room(16);
  LINEFORWARDLIST.encode(many, { dwTotalSize: 16, dwNumEntries: 9 });
  const tooSmall = LINEERR.STRUCTURETOOSMALL | 0;
  assert.equal(await tapi.lineForwardW(line, 0, 0, many, 1, out, null), tooSmall);
  await app.shutdown();
});
