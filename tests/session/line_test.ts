import assert from "node:assert/strict";
import {
  type AddressDescription,
  type DeviceDescription,
  NO_FEATURES,
} from "../../src/session/description.ts";
import type { LineDevice } from "../../src/session/line.ts";
import { LINEDEVSTATE, LINEERR } from "../../src/tapi/constants.ts";
import { TapiError } from "../../src/tapi/errors.ts";
import { describedDevice, descriptionOf, deviceOf, lineOfDevice } from "../support/lines.ts";

const HANDLE = 0x80010001;
const NEVER = new AbortController().signal;
const { INSERVICE, OUTOFSERVICE } = LINEDEVSTATE;

async function openDevice(handle = HANDLE): Promise<LineDevice> {
  const device = deviceOf(1);
  await device.open(() => Promise.resolve(handle), NEVER);
  return device;
}

/** Device 1 with an address for each extension, of which those are lines that are wanted. */
function deviceWanting(
  wanted: (extension: string) => boolean,
  ...extensions: readonly string[]
): LineDevice {
  return describedDevice(descriptionOf(1, ...extensions), wanted);
}

/** Device 1 with an address for each extension. */
function deviceWith(...extensions: readonly string[]): LineDevice {
  return deviceWanting(() => true, ...extensions);
}

/** The description, with an address that is described otherwise. */
function withAddress(
  description: DeviceDescription,
  addressId: number,
  { identity, ...change }: Partial<Omit<AddressDescription, "identity">> & {
    readonly identity?: Partial<AddressDescription["identity"]>;
  },
): DeviceDescription {
  return {
    ...description,
    addresses: description.addresses.map((address) =>
      address.addressId === addressId
        ? { ...address, ...change, identity: { ...address.identity, ...identity } }
        : address
    ),
  };
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

Deno.test("an open device is as its service is", async () => {
  const device = await openDevice();
  device.service.take(OUTOFSERVICE, undefined);
  assert.equal(device.status, "out_of_service");
  device.service.take(INSERVICE, undefined);
  assert.equal(device.status, "open");
});

Deno.test("a device that is not open has no service to lose", () => {
  const device = deviceOf(1);
  device.service.take(OUTOFSERVICE, undefined);
  assert.equal(device.status, "opening");
});

Deno.test("a device that is opened again is in service until its driver reports otherwise", async () => {
  const device = await openDevice();
  device.service.take(OUTOFSERVICE, undefined);
  device.closed();
  await device.open(() => Promise.resolve(HANDLE), NEVER);
  assert.equal(device.status, "open");
});

Deno.test("lines with the same permanent id are distinguished by extension, then by device", () => {
  const line = lineOfDevice(1);
  const { identity } = line;
  line.tellApart((id) => ["provider:2"].includes(id));
  assert.equal(line.identity, identity, "one object for as long as the id is its own");
  line.tellApart((id) => ["provider:1"].includes(id));
  assert.equal(line.identity.permanentId, "provider:1/201");
  const twin = lineOfDevice(1);
  twin.tellApart((id) => ["provider:1", "provider:1/201"].includes(id));
  assert.equal(twin.identity.permanentId, "provider:1/201#1");
});

Deno.test("the log names a device by its extensions, or by its id if none of them is wanted", () => {
  assert.equal(deviceOf(7).name, "207");
  assert.equal(deviceWith("201", "250").name, "201, 250");
  assert.equal(deviceWanting(() => false, "201").name, "device 1");
});

Deno.test("no device has the instance 0, which a message has that names none", () => {
  assert.equal(deviceOf(0).instance, 1);
});

Deno.test("each address of a device is a line of its own", () => {
  const device = deviceWith("201", "250");
  assert.deepEqual(
    device.lines.map(({ addressId, name, identity }) => [addressId, name, identity.permanentId]),
    [[0, "201", "provider:1"], [1, "250", "provider:1/1"]],
  );
  assert(device.hasAddresses);
  assert(!deviceWith("201").hasAddresses);
});

Deno.test("a call belongs to the line of its address, or to the first if there is no such address", () => {
  const device = deviceWith("201", "250");
  const [first, second] = device.lines;
  assert.deepEqual([0, 1, 7].map((id) => device.lineAt(id)), [first, second, first]);
});

Deno.test("an address that nobody wants is no line, and its calls are no other line's", () => {
  const device = deviceWanting((extension) => extension === "250", "201", "250");
  assert.deepEqual(device.lines.map(({ name }) => name), ["250"]);
  assert.deepEqual([device.lineAt(0), device.lineAt(1)], [undefined, device.lines[0]]);
  assert(device.hasAddresses, "its calls have to be told from those of the line");
});

Deno.test("a description with another label and other features is of the same line", () => {
  const description = descriptionOf(1, "201", "250");
  const device = describedDevice(description);
  const { lines } = device;
  const identity = lines[1]?.identity;
  const features = { ...NO_FEATURES, call: 1 };
  const caps = { ...description.caps, mediaModes: 4 };
  const newer = {
    ...withAddress(description, 1, { identity: { name: "Zoe" }, features }),
    caps,
  };
  const renamed = [{ line: lines[1], name: "Zoe" }];
  assert.deepEqual(device.describe(newer, () => true), { renamed, found: [], removed: [] });
  assert.deepEqual(device.lines, lines);
  assert.equal(device.lines[1]?.identity, identity, "one object for those who know it");
  assert.deepEqual(lines.map(({ features }) => features), [NO_FEATURES, features]);
  assert.equal(device.caps, caps);
  assert.deepEqual(device.describe(newer, () => true).renamed, [], "the label is new once");
});

Deno.test("another extension, permanent id, driver or kind is another line at the same address", () => {
  const description = descriptionOf(1, "201", "250");
  const others = [
    { line: "333" },
    { permanentId: "provider:9" },
    { provider: "other" },
    { kind: "group" },
  ] as const;
  for (const identity of others) {
    for (const addressId of [0, 1]) {
      const device = describedDevice(description);
      const before = device.lines;
      const now = device.describe(
        withAddress(description, addressId, { identity }),
        () => true,
      );
      const line = device.lines[addressId];
      assert.notEqual(line, before[addressId]);
      assert.equal(device.lines[1 - addressId], before[1 - addressId]);
      const found = [{ line, replaces: before[addressId] }];
      assert.deepEqual(now, { renamed: [], found, removed: [] });
    }
  }
});

Deno.test("addresses come, and go", () => {
  const device = deviceWith("201");
  const { found: [added] } = device.describe(descriptionOf(1, "201", "250"), () => true);
  assert.deepEqual([added?.line.name, added?.replaces], ["250", undefined]);
  const { removed } = device.describe(descriptionOf(1, "201"), () => true);
  assert.deepEqual(removed, [added?.line]);
  assert.deepEqual(device.lines.map(({ name }) => name), ["201"]);
});

Deno.test("a line whose permanent id was made unique is still what its driver describes", () => {
  const device = deviceWith("201");
  device.lines[0]!.tellApart((id) => ["provider:1"].includes(id));
  assert.deepEqual(device.describe(descriptionOf(1, "201"), () => true).found, []);
});

Deno.test("an address is a line as long as its extension is wanted", () => {
  const wanted = (extension: string) => extension.startsWith("2");
  const device = deviceWanting(wanted, "301", "250");
  assert.deepEqual(device.describe(descriptionOf(1, "302", "250"), wanted).found, []);
  const { found } = device.describe(descriptionOf(1, "201", "250"), wanted);
  assert.deepEqual(found.map(({ line }) => line.name), ["201"]);
  const { removed } = device.describe(descriptionOf(1, "301", "250"), wanted);
  assert.deepEqual(removed, [found[0]?.line]);
});

Deno.test("a line has nine slots to park in, and takes the next one each time", () => {
  const line = lineOfDevice(1);
  const slots = Array.from({ length: 10 }, () => line.nextSlot());
  assert.deepEqual([...slots.slice(0, 2), ...slots.slice(8)], ["2011", "2012", "2019", "2011"]);
});
