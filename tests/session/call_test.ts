import assert from "node:assert/strict";
import { CallTable, TapiCall } from "../../src/session/call.ts";
import { LINECALLSTATE } from "../../src/tapi/constants.ts";
import { lineOfDevice } from "../support/lines.ts";

const HANDLE = 0x80010001;

/** A table whose calls are numbered from 1. */
function tableOf() {
  let lastId = 0;
  return new CallTable(() => ++lastId);
}

Deno.test("a handle is one call, however many messages name it", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const call = table.upsert(line, HANDLE, false, 1000);
  assert.equal(table.upsert(line, HANDLE, false, 2000), call);
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
  const call = table.upsert(line, HANDLE, false, 0);
  assert(!call.owned);
  table.upsert(line, HANDLE, true, 0);
  assert(call.owned);
  table.upsert(line, HANDLE, false, 0);
  assert(call.owned);
});

Deno.test("the calls of a line are listed oldest first, and of no other line", () => {
  const table = tableOf();
  const [one, other] = [lineOfDevice(1), lineOfDevice(2)];
  const calls = [3, 1, 2].map((handle) => table.upsert(one, handle, false, 0));
  table.upsert(other, 4, false, 0);
  assert.deepEqual([...table.of(one)], calls);
  table.delete(calls[1] as TapiCall);
  assert.deepEqual([...table.of(one)], [calls[0], calls[2]]);
  assert.deepEqual([...table.of(lineOfDevice(3))], []);
});

Deno.test("a call that is deleted is gone from every index, once", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const call = table.upsert(line, HANDLE, false, 0);
  assert.equal(table.delete(call), true);
  assert.equal(table.delete(call), false);
  assert.deepEqual([table.byHandle(HANDLE), table.byId(call.id)], [undefined, undefined]);
  assert.deepEqual([table.size, table.has(call), [...table.of(line)]], [0, false, []]);
});

Deno.test("a handle that TAPI gives again is another call, and the one before leaves it alone", () => {
  const table = tableOf();
  const line = lineOfDevice(1);
  const ended = table.upsert(line, HANDLE, true, 0);
  table.delete(ended);
  const next = table.upsert(line, HANDLE, false, 0);
  assert.deepEqual([next.id, next.owned], [2, false]);
  assert.equal(table.delete(ended), false);
  assert.equal(table.byHandle(HANDLE), next);
});

Deno.test("a handle that another line's message names is a call of that line from then on", () => {
  const table = tableOf();
  const [one, other] = [lineOfDevice(1), lineOfDevice(2)];
  const before = table.upsert(one, HANDLE, false, 0);
  const now = table.upsert(other, HANDLE, false, 0);
  assert.notEqual(now.id, before.id);
  assert(!table.has(before));
  assert.deepEqual([[...table.of(one)], [...table.of(other)]], [[], [now]]);
});

Deno.test("a call is reported from its first state to its end", () => {
  const call = new TapiCall(1, HANDLE, lineOfDevice(1), false, 0);
  assert(!call.isReported);
  assert.equal(call.enter(LINECALLSTATE.OFFERING, 0), true);
  assert.equal(call.enter(LINECALLSTATE.CONNECTED, 2), false);
  assert.deepEqual([call.state, call.mode], [LINECALLSTATE.CONNECTED, 2]);
  assert(call.isReported);
  call.end();
  assert(call.ended && !call.isReported);
});
