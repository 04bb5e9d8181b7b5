import assert from "node:assert/strict";
import { CallTable, TapiCall } from "../../src/session/call.ts";
import { LINECALLSTATE } from "../../src/tapi/constants.ts";
import { describedDevice, descriptionOf, lineOfDevice } from "../support/lines.ts";

const HANDLE = 0x80010001;
const MONITORED = { isPlaced: true, heardAtMs: 0 };
const OWNED = { ...MONITORED, owned: true };

/** A table whose calls are numbered from 1. */
function tableOf() {
  let lastId = 0;
  return new CallTable(() => ++lastId);
}

Deno.test("a handle is one call, however many messages name it", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const call = table.upsert(line, HANDLE, { isPlaced: true, heardAtMs: 1000 });
  assert.equal(table.upsert(line, HANDLE, { isPlaced: true, heardAtMs: 2000 }), call);
  assert.equal(table.size, 1);
  assert.deepEqual([call.id, call.handle, call.line, call.heardAtMs], [1, HANDLE, line, 1000]);
  assert.equal(table.byHandle(HANDLE), call);
  assert.equal(table.byId(1), call);
  assert.deepEqual([...table], [call]);
  assert(table.has(call));
});

Deno.test("a message can make the program an owner of a known call, but never a monitor again", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const call = table.upsert(line, HANDLE, MONITORED);
  assert(!call.owned);
  table.upsert(line, HANDLE, OWNED);
  assert(call.owned);
  table.upsert(line, HANDLE, MONITORED);
  assert(call.owned);
});

Deno.test("the calls of a line are listed oldest first, and of no other line", () => {
  const table = tableOf();
  const [one, other] = [lineOfDevice(1), lineOfDevice(2)];
  const calls = [3, 1, 2].map((handle) => table.upsert(one, handle, MONITORED));
  table.upsert(other, 4, MONITORED);
  assert.deepEqual([...table.of(one)], calls);
  table.delete(calls[1] as TapiCall);
  assert.deepEqual([...table.of(one)], [calls[0], calls[2]]);
  assert.deepEqual([...table.of(lineOfDevice(3))], []);
});

Deno.test("a call that is deleted is gone from every index, once", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const call = table.upsert(line, HANDLE, MONITORED);
  assert.equal(table.delete(call), true);
  assert.equal(table.delete(call), false);
  assert.deepEqual([table.byHandle(HANDLE), table.byId(call.id)], [undefined, undefined]);
  assert.deepEqual([table.size, table.has(call), [...table.of(line)]], [0, false, []]);
});

Deno.test("a handle that TAPI gives again is another call, and the one before leaves it alone", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const ended = table.upsert(line, HANDLE, OWNED);
  table.delete(ended);
  const next = table.upsert(line, HANDLE, MONITORED);
  assert.deepEqual([next.id, next.owned], [2, false]);
  assert.equal(table.delete(ended), false);
  assert.equal(table.byHandle(HANDLE), next);
});

Deno.test("a handle that another line's message names is a call of that line from then on", () => {
  const table = tableOf();
  const [one, other] = [lineOfDevice(1), lineOfDevice(2)];
  const before = table.upsert(one, HANDLE, MONITORED);
  const now = table.upsert(other, HANDLE, MONITORED);
  assert.notEqual(now.id, before.id);
  assert(!table.has(before));
  assert.deepEqual([[...table.of(one)], [...table.of(other)]], [[], [now]]);
});

Deno.test("a call is reported from its first state to its end", () => {
  const call = new TapiCall(1, HANDLE, lineOfDevice(1), true, false, 0);
  assert(!call.isReported);
  assert.equal(call.enter(LINECALLSTATE.OFFERING, 0), true);
  assert.equal(call.enter(LINECALLSTATE.CONNECTED, 2), false);
  assert.deepEqual([call.state, call.mode], [LINECALLSTATE.CONNECTED, 2]);
  assert(call.isReported);
  call.end();
  assert(call.ended && !call.isReported);
});

/** A table, and two lines of one device. */
function twoAddresses() {
  const device = describedDevice(descriptionOf(1, "201", "250"));
  return { table: tableOf(), first: device.lines[0]!, second: device.lines[1]! };
}

const UNPLACED = { ...MONITORED, isPlaced: false };

Deno.test("a call that was put on its device's first line moves to the line that it is on", () => {
  const { table, first, second } = twoAddresses();
  const call = table.upsert(first, HANDLE, UNPLACED);
  assert.equal(table.upsert(second, HANDLE, MONITORED), call);
  assert.deepEqual([call.line, call.isPlaced], [second, true]);
  assert.deepEqual([[...table.of(first)], [...table.of(second)]], [[], [call]]);
});

Deno.test("a call whose line is known stays on it, whatever line of its device is named", () => {
  const { table, first, second } = twoAddresses();
  const call = table.upsert(second, HANDLE, MONITORED);
  for (const named of [UNPLACED, MONITORED]) table.upsert(first, HANDLE, named);
  assert.equal(call.line, second);
  assert.deepEqual([...table.of(first)], []);
});

Deno.test("a call keeps the number that was dialled first, and stays a conference", () => {
  const call = tableOf().upsert(lineOfDevice(1), HANDLE, OWNED);
  assert.deepEqual([call.dialled, call.isConference], [undefined, false]);
  call.setMade({ dialled: "205", isConference: true });
  call.setMade({ dialled: "206", isConference: false });
  assert.deepEqual([call.dialled, call.isConference], ["205", true]);
});

Deno.test("a call that is held for a conference is one", () => {
  const call = tableOf().upsert(lineOfDevice(1), HANDLE, MONITORED);
  for (const state of Object.values(LINECALLSTATE)) {
    if (state !== LINECALLSTATE.ONHOLDPENDCONF) call.enter(state, 0);
  }
  assert(!call.isConference);
  call.enter(LINECALLSTATE.ONHOLDPENDCONF, 0);
  call.enter(LINECALLSTATE.CONNECTED, 0);
  assert(call.isConference);
});

Deno.test("the parties of a call are asked for once, however many messages say that they changed", () => {
  const call = tableOf().upsert(lineOfDevice(1), HANDLE, MONITORED);
  assert.equal(call.takeInfo(), false);
  assert.deepEqual([call.demandInfo(), call.demandInfo()], [true, false]);
  assert.deepEqual([call.takeInfo(), call.takeInfo()], [true, false]);
  assert.equal(call.demandInfo(), true);
});

Deno.test("failed questions about a call are counted until one is answered", () => {
  const call = tableOf().upsert(lineOfDevice(1), HANDLE, MONITORED);
  call.failedToAnswer();
  call.failedToAnswer();
  assert.equal(call.failedQuestions, 2);
  call.answered();
  assert.equal(call.failedQuestions, 0);
});
