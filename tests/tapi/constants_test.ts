/** TAPI's numbers against tapi.h's, and the helpers that read them. */
import assert from "node:assert/strict";
import * as constants from "../../src/tapi/constants.ts";
import golden from "../fixtures/tapi_constants.json" with { type: "json" };

const { has, nameOf, ...families } = constants;

/** Messages of telephones and queues may be missing: the program has no use for them. */
const INCOMPLETE = new Set(["LINE"]);

for (const [family, members] of Object.entries(families)) {
  Deno.test(`${family}_ has the values of tapi.h`, () => {
    const expected = Object.fromEntries(
      Object.entries(golden[family as keyof typeof golden])
        .filter(([name]) => name in members || !INCOMPLETE.has(family))
        .map(([name, value]) => [name, Number(value)]),
    );
    assert.deepEqual(Object.fromEntries(Object.entries(members)), expected);
  });
}

Deno.test("numbers that are often got wrong", () => {
  const { LINE, LINEDEVSTATE, LINEERR, LINEINITIALIZEEXOPTION } = constants;
  assert.equal(LINE.LINEDEVSTATE, 8);
  assert.equal(LINE.CREATE, 19);
  assert.equal(LINE.REPLY, 12);
  assert.equal(LINE.APPNEWCALL, 23);
  assert.equal(LINEDEVSTATE.RINGING, 0x2);
  assert.equal(LINEERR.INVALAPPHANDLE, 0x80000014);
  assert.equal(LINEERR.INVALLINEHANDLE, 0x8000002b);
  assert.equal(LINEINITIALIZEEXOPTION.USECOMPLETIONPORT, 3);
});

Deno.test("values are unsigned, and no two names of a family share one", () => {
  for (const [family, members] of Object.entries(families)) {
    const values = Object.values<number>(members);
    assert.ok(values.every((value) => value >= 0 && Number.isInteger(value)), family);
    assert.equal(new Set(values).size, values.length, family);
  }
});

Deno.test("a value has its name, in its own family", () => {
  assert.equal(nameOf(constants.LINECALLSTATE, 0x100), "CONNECTED");
  assert.equal(nameOf(constants.LINECALLREASON, 0x100), "TRANSFER");
  assert.equal(nameOf(constants.LINECALLFEATURE, 0x80000000), "SETCALLDATA");
  assert.equal(nameOf(constants.LINECALLSTATE, 0x3), undefined);
  assert.equal(nameOf(constants.LINECALLSTATE, 0x100), "CONNECTED");
});

Deno.test("bits are found, also the highest", () => {
  const { LINECALLFEATURE, LINECALLPARTYID } = constants;
  const both = LINECALLPARTYID.NAME | LINECALLPARTYID.ADDRESS;
  assert.ok(has(both, LINECALLPARTYID.NAME));
  assert.ok(has(both, both));
  assert.ok(!has(both, LINECALLPARTYID.BLOCKED));
  assert.ok(!has(LINECALLPARTYID.NAME, both));
  assert.ok(has(0x80000000, LINECALLFEATURE.SETCALLDATA));
  // As it comes out of bitwise operators: negative.
  assert.ok(has(0x80000001 | 0, LINECALLFEATURE.SETCALLDATA));
  assert.ok(!has(0x7fffffff, LINECALLFEATURE.SETCALLDATA));
});
