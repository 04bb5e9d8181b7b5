/** Parking, taking parked calls and picking up: what a line is asked, and what it may leave unsaid. */
import assert from "node:assert/strict";
import type { Command } from "../../../src/model/command.ts";
import type { FakeTapi } from "../../../src/fake/library.ts";
import { LINEADDRFEATURE, LINEERR, LINEPARKMODE } from "../../../src/tapi/constants.ts";
import type { Memory, TapiLibrary } from "../../../src/tapi/library.ts";
import { LINEADDRESSSTATUS } from "../../../src/tapi/structs.ts";
import { decodeText } from "../../../src/tapi/text.ts";
import { setU32 } from "../../support/answers.ts";
import { TestProgram } from "../../support/program.ts";

const text = (memory: Memory | null) => memory && decodeText(memory);

Deno.test("a slot is where the call is parked; without one the switch chooses, in memory of the program's", async () => {
  const asked: unknown[] = [];
  await using program = await TestProgram.start({
    changed: ({ lineParkW }) => ({
      lineParkW(call, mode, address, out) {
        asked.push([mode, text(address), out === null ? null : out.length > 24]);
        return lineParkW(call, mode, address, out);
      },
    }),
  });
  await program.talk("201");
  assert.deepEqual(await program.does({ cmd: "park", line: "201", slot: "77" }), { slot: "77" });
  await program.talk("202");
  assert.deepEqual(await program.does({ cmd: "park", line: "202" }), { slot: "2021" });
  assert.deepEqual(asked, [
    [LINEPARKMODE.DIRECTED, "77", null],
    [LINEPARKMODE.NONDIRECTED, null, true],
  ]);
});

Deno.test("a switch that does not say where it has parked the call leaves the slot out", async () => {
  await using program = await TestProgram.start({
    changed: ({ lineParkW }) => ({
      // The address goes elsewhere.
      lineParkW: (call, mode, address, out) => lineParkW(call, mode, address, out?.slice() ?? null),
    }),
  });
  const call = await program.talk("201");
  assert.deepEqual(await program.does({ cmd: "park", line: "201" }), {});
  await program.reach(call, "IDLE");
});

Deno.test("a pickup names the extension that rings, the group, both or neither", async () => {
  const asked: unknown[] = [];
  await using program = await TestProgram.start({
    changed: () => ({
      linePickupW(_line, address, _out, from, group) {
        asked.push([address, text(from), text(group)]);
        return Promise.resolve(LINEERR.NOTOWNER | 0);
      },
    }),
  });
  const where = [{ from: "202" }, { group: "2" }, { from: "202", group: "2" }, {}];
  for (const each of where) {
    await program.fails({ cmd: "pickup", line: "201", ...each }, "tapi_error");
  }
  assert.deepEqual(asked, [[0, "202", null], [0, null, "2"], [0, "202", "2"], [0, null, null]]);
});

/** Changes the LINEADDRFEATURE_ bits that lines have now. */
const withFeatures = (change: (features: number) => number) =>
(
  { lineGetAddressStatusW }: FakeTapi,
): Partial<TapiLibrary> => ({
  async lineGetAddressStatusW(line, address, status) {
    const result = await lineGetAddressStatusW(line, address, status);
    const { dwAddressFeatures: { offset } } = LINEADDRESSSTATUS.fields;
    const features = new DataView(status.buffer).getUint32(offset, true);
    return setU32(status, offset, change(features))(result);
  },
});

const { PICKUP, PICKUPDIRECT, PICKUPGROUP, UNPARK } = LINEADDRFEATURE;
for (
  const [command, features, name] of [
    [{ cmd: "unpark", line: "201", slot: "77" }, UNPARK, "UNPARK"],
    [{ cmd: "pickup", line: "201", from: "202" }, PICKUP | PICKUPDIRECT, "PICKUPDIRECT"],
    [{ cmd: "pickup", line: "201" }, PICKUP | PICKUPGROUP, "PICKUPGROUP"],
  ] as const satisfies readonly (readonly [Command, number, string])[]
) {
  const fn = command.cmd === "unpark" ? "lineUnparkW" : "linePickupW";

  Deno.test(`${JSON.stringify(command)} needs ${name} now, if the line reports what it can do`, async () => {
    await using program = await TestProgram.start({
      changed: withFeatures((all) => all & ~features),
    });
    const { message } = await program.fails(command, "not_supported");
    assert.match(message, new RegExp(`does not allow it now: .*LINEADDRFEATURE_${name}`));
    assert(!program.tapi.called.includes(fn));
  });

  for (
    const [what, changed] of [
      ["reports no features", withFeatures(() => 0)],
      ["does not report its status", () => ({
        lineGetAddressStatusW: () => Promise.resolve(LINEERR.OPERATIONUNAVAIL | 0),
      })],
      ["cannot be asked for its status", () => ({ lineGetAddressStatusW: null })],
    ] as const
  ) {
    Deno.test(`${JSON.stringify(command)} is tried on a line that ${what}`, async () => {
      await using program = await TestProgram.start({ changed });
      const call = await program.talk("203");
      await program.does({ cmd: "park", call, slot: "77" });
      await program.ring("202");
      const taken = await program.does(command);
      await program.reach(taken.call, "CONNECTED");
    });
  }
}
