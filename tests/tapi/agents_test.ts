/** The groups of agents as bytes, by the offsets of tapi.h, and against any bytes there may be. */
import assert from "node:assert/strict";
import { decodeAgentGroups, decodeAgentStatus, encodeAgentGroups } from "../../src/tapi/agents.ts";
import { encodeText } from "../../src/tapi/text.ts";
import { fc } from "../support/properties.ts";

/** As tapi.h has them, not as the declarations that are tested. */
const ENTRY_BYTES = 24;
const LIST = { bytes: 24, entries: 12, size: 16, offset: 20 };
const STATUS = { bytes: 56, entries: 12, size: 16, offset: 20, features: 44 };
const [SALES, SERVICE] = ["01000000000000000000000000000000", "02000000aabbccddeeff001122334455"];

/** A struct with two entries and their names after them. */
function twoGroups(head: typeof LIST): Uint8Array {
  const names = [encodeText("Sales"), encodeText("110")];
  const bytes = new Uint8Array(head.bytes + 2 * ENTRY_BYTES + names[0]!.length + names[1]!.length);
  const view = new DataView(bytes.buffer);
  [0, 4, 8].forEach((at) => view.setUint32(at, bytes.length, true));
  view.setUint32(head.entries, 2, true);
  view.setUint32(head.size, 2 * ENTRY_BYTES, true);
  view.setUint32(head.offset, head.bytes, true);
  let place = head.bytes + 2 * ENTRY_BYTES;
  [SALES, SERVICE].forEach((id, index) => {
    const entry = head.bytes + index * ENTRY_BYTES;
    const name = names[index]!;
    bytes.set(Uint8Array.fromHex(id!), entry);
    view.setUint32(entry + 16, name.length, true);
    view.setUint32(entry + 20, place, true);
    bytes.set(name, place);
    place += name.length;
  });
  return bytes;
}

const GROUPS = [{ id: SALES, name: "Sales" }, { id: SERVICE, name: "110" }];

Deno.test("the groups that an agent can log in to are read", () => {
  assert.deepEqual(decodeAgentGroups(twoGroups(LIST)), { groups: GROUPS, isComplete: true });
});

Deno.test("the groups that an agent is logged in to are read, and what can be done", () => {
  const status = twoGroups(STATUS);
  new DataView(status.buffer).setUint32(STATUS.features, 0x21, true);
  assert.deepEqual(decodeAgentStatus(status), { groups: GROUPS, isComplete: true, features: 0x21 });
});

Deno.test("groups are written as tapi.h lays them out, without their names", () => {
  const list = encodeAgentGroups([{ id: SERVICE!, name: "110" }]);
  const view = new DataView(list.buffer);
  const head = [0, 4, 8, 12, 16, 20].map((at) => view.getUint32(at, true));
  assert.deepEqual(head, [48, 48, 48, 1, 24, 24]);
  assert.equal(list.subarray(24).toHex(), `${SERVICE}${"00".repeat(8)}`);
  assert.equal(encodeAgentGroups([]).toHex().slice(24), "00".repeat(12));
});

for (const count of [1, 3, 0xffffffff]) {
  Deno.test(`a count of ${count} for two groups is not believed to be all`, () => {
    const list = twoGroups(LIST);
    new DataView(list.buffer).setUint32(LIST.entries, count, true);
    const { groups, isComplete } = decodeAgentGroups(list);
    // A count below what the list has room for is the driver's own to say.
    assert.deepEqual([groups.length, isComplete], [Math.min(count, 2), count === 1]);
  });
}

Deno.test("a struct that has needed more room does not hold all groups", () => {
  const list = twoGroups(LIST);
  new DataView(list.buffer).setUint32(4, list.length + 1, true);
  assert.equal(decodeAgentGroups(list).isComplete, false);
});

Deno.test("any bytes are read without an error, and never more groups than they hold", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    for (const decode of [decodeAgentGroups, decodeAgentStatus]) {
      const { groups } = decode(bytes);
      assert(groups.length * ENTRY_BYTES <= bytes.length);
    }
  }));
});

Deno.test("any damage to a list leaves names and ids that are in it", () => {
  const at = fc.integer({ min: 0, max: twoGroups(LIST).length / 4 - 1 });
  fc.assert(fc.property(at, fc.integer({ min: 0, max: 0xffffffff }), (dword, value) => {
    const list = twoGroups(LIST);
    new DataView(list.buffer).setUint32(dword * 4, value, true);
    for (const { id, name } of decodeAgentGroups(list).groups) {
      assert.equal(id.length, 32);
      assert(name.length <= list.length / 2);
    }
  }));
});
