/** The numbers of commands as the phone system is given them. */
import assert from "node:assert/strict";
import type { WrittenCommand } from "../../src/model/command.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import { Numbers } from "../../src/numbers/numbers.ts";
import { asDialled } from "../../src/server/dialling.ts";
import { settingsWith } from "../support/settings.ts";

const PLAIN = new Numbers();
const SITE = await loadNumbers(
  settingsWith('[numbers]\ncountry = "DE"\noutsidePrefix = "0"').numbers,
);
const WRITTEN = "+49 (0)30 / 123-456";
const DIALLED = "0030123456";

Deno.test("every command that sends a call to a number dials it by the rules; slots stay", () => {
  const target = { line: "201" };
  const cases: readonly (readonly [WrittenCommand, string])[] = [
    [{ cmd: "dial", line: "201", number: WRITTEN }, DIALLED],
    [{ cmd: "transfer", ...target, number: WRITTEN }, DIALLED],
    [{ cmd: "consult", ...target, number: WRITTEN }, DIALLED],
    [{ cmd: "redirect", ...target, number: WRITTEN }, DIALLED],
    [{ cmd: "forward", line: "201", when: "always", to: WRITTEN }, DIALLED],
    [{ cmd: "park", ...target, slot: "7 1" }, "7 1"],
    [{ cmd: "unpark", line: "201", slot: "030 71" }, "030 71"],
    [{ cmd: "pickup", line: "201", from: "202", group: "0 30" }, "0 30"],
    [{ cmd: "dial", line: "201", number: WRITTEN, raw: false }, DIALLED],
    [{ cmd: "dial", line: "201", number: WRITTEN, raw: true }, WRITTEN],
  ];
  for (const [command, expected] of cases) {
    const { command: dialled, error } = asDialled(command, SITE);
    assert.equal(error, undefined);
    assert(Object.values(dialled).includes(expected), JSON.stringify(dialled));
    assert.equal("raw" in dialled, command.raw === true, "a gateway's site must know of it");
  }
  const off = { cmd: "forward", line: "201", when: "always", to: null } as const;
  assert.deepEqual(asDialled(off, SITE).command, off);
});

Deno.test("letters are refused with their field, unless the number is raw", () => {
  const command = { cmd: "dial", line: "201", number: "0800-CALL-US" } as const;
  const { error } = asDialled(command, SITE);
  assert.equal(error?.code, "bad_number");
  assert.match(error?.message ?? "", /^number: expected a telephone number/);
  assert.equal(asDialled({ ...command, raw: true }, SITE).error, undefined);
  const forward = { cmd: "forward", line: "201", when: "busy", to: "%ff" } as const;
  assert.match(asDialled(forward, SITE).error?.message ?? "", /^to: /);
});

Deno.test("a number that becomes longer than TAPI takes is refused", () => {
  const number = `${"1".repeat(79)}`;
  assert.equal(asDialled({ cmd: "dial", line: "201", number }, SITE).error, undefined);
  const longer = `+${number.slice(1)}`;
  assert.equal(
    asDialled({ cmd: "dial", line: "201", number: longer }, SITE).error?.code,
    "bad_number",
  );
});

Deno.test("without rules only what is the same everywhere is done", () => {
  const dials = (number: string) => {
    const { command } = asDialled({ cmd: "dial", line: "201", number }, PLAIN);
    return "number" in command ? command.number : undefined;
  };
  for (
    const [number, expected] of [
      ["0163 296-0001", "01632960001"],
      ["(01632) 960 001", "01632960001"],
      ["+44 (0)1632 960001", "+441632960001"],
      ["+39 (0)6 1234567", "+39061234567"],
      ["tel:+44-1632-960001;ext=5", "+441632960001"],
      ["0044%201632%20960001", "00441632960001"],
      ["*21*01632 960001#", "*21*01632960001#"],
      ["0163,12", "0163,12"],
      // A driver's own characters, and names, are left to it.
      ["T0163 2W,960", "T0163 2W,960"],
      ["name@host", "name@host"],
      ["name%0Ahost", "name%0Ahost"],
      ["01632%0A960001", "01632960001"],
      ["201", "201"],
    ] as const
  ) assert.equal(dials(number), expected, number);
});
