import assert from "node:assert/strict";
import { DeviceTable } from "../../src/session/device_table.ts";
import { TapiError } from "../../src/tapi/errors.ts";
import { deviceOf } from "../support/lines.ts";

const NEVER = new AbortController().signal;

Deno.test("a device is found by its id, its instance and its handle while it is open", async () => {
  const table = new DeviceTable();
  const [one, other] = [deviceOf(1), deviceOf(2)];
  table.add(one);
  table.add(other);
  assert.deepEqual([...table], [one, other]);
  assert.deepEqual([...table.lines()].map(({ name }) => name), ["201", "202"]);
  assert.equal(table.byId(2), other);
  assert.equal(table.byInstance(other.instance), other);
  await other.open(() => Promise.resolve(77), NEVER);
  assert.equal(table.byHandle(77), other);
  other.closed();
  assert.equal(table.byHandle(77), undefined);
});

Deno.test("a permanent id is taken by other lines alone", () => {
  const table = new DeviceTable();
  const [one, other] = [deviceOf(1), deviceOf(2)];
  table.add(one);
  const [line] = one.lines;
  assert(line);
  const { permanentId } = line.identity;
  assert(!table.hasOther(line, permanentId));
  table.add(other);
  assert(!table.hasOther(line, permanentId));
  assert(table.hasOther(other.lines[0]!, permanentId));
});

Deno.test("no device has the handle 0, although none is open", () => {
  const table = new DeviceTable();
  table.add(deviceOf(1));
  assert.equal(table.byHandle(0), undefined);
});

Deno.test("a device is in the table once, until it is deleted", () => {
  const table = new DeviceTable();
  const device = deviceOf(1);
  table.add(device);
  table.add(device);
  assert.deepEqual([...table], [device]);
  table.delete(device);
  assert.deepEqual([...table], []);
  assert.equal(table.byId(1), undefined);
});

Deno.test("LINE_CLOSE reaches every device whose lineOpen is under way, also a removed one", async () => {
  const table = new DeviceTable();
  const [one, removed, open] = [deviceOf(1), deviceOf(2), deviceOf(3)];
  for (const device of [one, removed, open]) table.add(device);
  await table.opening(open, () => open.open(() => Promise.resolve(3), NEVER));
  const returned = Promise.withResolvers<void>();
  const openings = [one, removed].map((device) =>
    table.opening(
      device,
      () => device.open(() => returned.promise.then(() => device.id), NEVER),
    )
  );
  table.delete(removed);
  for (const handle of [2, 3]) table.heardClose(handle);
  returned.resolve();
  const [taken, refused] = await Promise.allSettled(openings);
  assert.equal(taken?.status, "fulfilled");
  assert(refused?.status === "rejected" && refused.reason instanceof TapiError);
  assert.deepEqual([one.handle, removed.handle, open.handle], [1, 0, 3]);
});

Deno.test("a device whose lineOpen has failed is not reached any more", async () => {
  const table = new DeviceTable();
  const device = deviceOf(1);
  const failure = new Error("refused");
  await assert.rejects(table.opening(device, () => Promise.reject(failure)), failure);
  const opening = device.open(() => Promise.resolve(5), NEVER);
  table.heardClose(5);
  await opening;
  assert.equal(device.handle, 5);
});

Deno.test("an extension is a group's while a line says so", () => {
  const table = new DeviceTable();
  const [one, group] = [deviceOf(1), deviceOf(2)];
  table.add(one);
  assert(!table.isGroup("202"));
  const { lines: [line], caps } = group;
  assert(line);
  const { identity, addressId, features } = line;
  const description = { addressId, identity: { ...identity, kind: "group" } as const, features };
  group.describe({ caps, addresses: [description], isComplete: true }, () => true);
  table.add(group);
  assert(table.isGroup("202"));
  assert(!table.isGroup("201"));
  table.delete(group);
  assert(!table.isGroup("202"));
});
