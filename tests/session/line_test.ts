import assert from "node:assert/strict";
import type { LineDevice } from "../../src/session/line.ts";
import { LINEDEVSTATE, LINEERR } from "../../src/tapi/constants.ts";
import { TapiError } from "../../src/tapi/errors.ts";
import { deviceOf, lineOfDevice } from "../support/lines.ts";

const HANDLE = 0x80010001;
const NEVER = new AbortController().signal;
const { CONNECTED, DISCONNECTED, INSERVICE, OUTOFSERVICE } = LINEDEVSTATE;

async function openDevice(handle = HANDLE): Promise<LineDevice> {
  const device = deviceOf(1);
  await device.open(() => Promise.resolve(handle), NEVER);
  return device;
}

/** Whether a promise has settled, without waiting for it. */
async function isSettled(promise: Promise<void>): Promise<boolean> {
  const pending = {};
  return await Promise.race([promise, Promise.resolve(pending)]) !== pending;
}

Deno.test("a device is open in the turn in which lineOpen returns", async () => {
  const device = deviceOf(1);
  assert.deepEqual([device.handle, device.status, device.takesCalls], [0, "opening", false]);
  const returned = Promise.withResolvers<number>();
  const opening = device.open(() => returned.promise, NEVER);
  // Messages about its calls may overtake lineOpen's return.
  assert.deepEqual([device.handle, device.takesCalls], [0, true]);
  returned.resolve(HANDLE);
  assert.deepEqual(await opening, { handle: HANDLE, isTaken: true });
  assert.deepEqual([device.handle, device.status, device.takesCalls], [HANDLE, "open", true]);
});

Deno.test("a handle that LINE_CLOSE has named before lineOpen returned is not taken", async () => {
  const device = deviceOf(1);
  const returned = Promise.withResolvers<number>();
  const opening = device.open(() => returned.promise, NEVER);
  device.heardClose(HANDLE);
  returned.resolve(HANDLE);
  await assert.rejects(opening, (error) => {
    assert(error instanceof TapiError);
    assert.equal(error.code, LINEERR.INVALLINEHANDLE);
    return true;
  });
  assert.deepEqual([device.handle, device.takesCalls], [0, false]);
  // That close was of the handle before; the next lineOpen begins anew.
  await device.open(() => Promise.resolve(HANDLE), NEVER);
  assert.equal(device.handle, HANDLE);
});

Deno.test("LINE_CLOSE of another handle does not keep the device closed", async () => {
  const device = deviceOf(1);
  const returned = Promise.withResolvers<number>();
  const opening = device.open(() => returned.promise, NEVER);
  device.heardClose(HANDLE + 1);
  returned.resolve(HANDLE);
  await opening;
  assert.equal(device.handle, HANDLE);
});

Deno.test("a device that nobody wants any more leaves its handle to the caller", async () => {
  const device = deviceOf(1);
  const removed = new AbortController();
  const returned = Promise.withResolvers<number>();
  const opening = device.open(() => returned.promise, removed.signal);
  removed.abort();
  returned.resolve(HANDLE);
  assert.deepEqual(await opening, { handle: HANDLE, isTaken: false });
  assert.deepEqual([device.handle, device.status, device.takesCalls], [0, "opening", false]);
});

Deno.test("a lineOpen that fails leaves the device as it was, and says why", async () => {
  const device = deviceOf(1);
  const failure = new TapiError("lineOpenW", LINEERR.RESOURCEUNAVAIL);
  await assert.rejects(device.open(() => Promise.reject(failure), NEVER), failure);
  assert.equal(device.takesCalls, false);
  device.failed(failure);
  assert.deepEqual([device.status, device.error], ["failed", "LINEERR_RESOURCEUNAVAIL"]);
  device.failed(new Error("no thread"));
  assert.equal(device.error, "no thread");
  await device.open(() => Promise.resolve(HANDLE), NEVER);
  assert.deepEqual([device.status, device.error], ["open", undefined]);
});

Deno.test("each time the device is open, its closing can be waited for", async () => {
  const device = await openDevice();
  const first = device.whenClosed;
  assert.equal(await isSettled(first), false);
  device.closed();
  await first;
  assert.deepEqual([device.handle, device.status, device.takesCalls], [0, "closed", false]);
  await device.open(() => Promise.resolve(HANDLE), NEVER);
  assert.equal(await isSettled(device.whenClosed), false);
});

Deno.test("a device is out of service while it is out of service or disconnected", async () => {
  const device = await openDevice();
  assert.equal(device.heardState(OUTOFSERVICE), true);
  assert.equal(device.status, "out_of_service");
  assert.equal(device.heardState(DISCONNECTED), false);
  assert.equal(device.heardState(INSERVICE), false);
  assert.equal(device.heardState(CONNECTED), true);
  assert.equal(device.status, "open");
  assert.equal(device.heardState(LINEDEVSTATE.RINGING), false);
  assert.equal(device.heardState(DISCONNECTED | INSERVICE), true);
});

Deno.test("a device that is not open has no service to lose", () => {
  const device = deviceOf(1);
  for (const state of [OUTOFSERVICE, INSERVICE]) {
    assert.equal(device.heardState(state), false);
    assert.equal(device.status, "opening");
  }
});

Deno.test("a device that is opened again is in service until its driver reports otherwise", async () => {
  const device = await openDevice();
  device.heardState(OUTOFSERVICE | DISCONNECTED);
  device.closed();
  await device.open(() => Promise.resolve(HANDLE), NEVER);
  assert.equal(device.heardState(LINEDEVSTATE.RINGING), false);
  assert.equal(device.status, "open");
});

Deno.test("only a driver that has set the in-service flag says something by clearing it", async () => {
  const device = await openDevice();
  assert.equal(device.readInService(false), false);
  assert.equal(device.status, "open");
  assert.equal(device.readInService(true), false);
  assert.equal(device.readInService(false), true);
  assert.equal(device.status, "out_of_service");
  assert.equal(device.readInService(true), true);
});

Deno.test("only a driver that has lit the message lamp says something by leaving it dark", () => {
  const device = deviceOf(1);
  assert.equal(device.readMessageWaiting(false), undefined);
  assert.equal(device.readMessageWaiting(true), true);
  assert.equal(device.readMessageWaiting(false), false);
});

Deno.test("what is to be read again adds up until it is taken", () => {
  const device = deviceOf(1);
  assert.equal(device.demandRefresh({ calls: true }), true);
  assert.equal(device.demandRefresh({ status: true }), false);
  assert.deepEqual(device.takeRefresh(), { calls: true, status: true, caps: false });
  assert.equal(device.takeRefresh(), undefined);
  assert.equal(device.demandRefresh({ caps: true }), true);
});

Deno.test("lines with the same permanent id are told apart by extension, then by device", () => {
  const line = lineOfDevice(1);
  const { identity } = line;
  line.tellApart(new Set(["provider:2"]));
  assert.equal(line.identity, identity, "one object for as long as the id is its own");
  line.tellApart(new Set(["provider:1"]));
  assert.equal(line.identity.permanentId, "provider:1/201");
  const twin = lineOfDevice(1);
  twin.tellApart(new Set(["provider:1", "provider:1/201"]));
  assert.equal(twin.identity.permanentId, "provider:1/201#1");
});

Deno.test("a device is named by its first line, or by its id while it has none", () => {
  const device = deviceOf(7);
  assert.deepEqual([device.name, device.lines.length], ["207", 1]);
  // The instance of device 0 must not be 0: a message that names none has 0.
  assert.equal(deviceOf(0).instance, 1);
});
