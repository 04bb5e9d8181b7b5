/** Which numbers may be dialled, by every command that takes one. */
import assert from "node:assert/strict";
import type { Command } from "../../../src/model/command.ts";
import type { DialRules } from "../../../src/settings/access_rules.ts";
import { dialRefusal } from "../../../src/server/access/dial_rules.ts";

const dial = (number: string, rules: DialRules) =>
  dialRefusal({ cmd: "dial", line: "201", number }, rules)?.code ?? "dialled";

Deno.test("without rules every number is dialled, whatever is in it", () => {
  for (const number of ["0900", "T0900,W", "+44 1632 960001", "name@host"]) {
    assert.equal(dial(number, {}), "dialled");
    assert.equal(dial(number, { deny: [] }), "dialled");
  }
});

Deno.test("what is denied is refused, also where it is allowed; with allow, all else is refused", () => {
  assert.equal(dial("0900123", { deny: ["0900*"] }), "not_permitted");
  assert.equal(dial("0901123", { deny: ["0900*"] }), "dialled");
  assert.equal(dial("0900123", { allow: ["0*"], deny: ["0900*"] }), "not_permitted");
  assert.equal(dial("0123", { allow: ["0*"], deny: ["0900*"] }), "dialled");
  assert.equal(dial("1123", { allow: ["0*"] }), "not_permitted");
  assert.equal(dial("1123", { allow: [] }), "not_permitted");
});

Deno.test("numbers and patterns are compared without what separates digits", () => {
  for (const number of ["0900 123", "(0900)-123", "09.00/123", "0,900,123", " 0900123"]) {
    assert.equal(dial(number, { deny: ["0900*"] }), "not_permitted", number);
  }
  assert.equal(dial("+441632960001", { allow: ["+44 (1632) 96*"] }), "dialled");
});

Deno.test("what cannot be judged is refused: tone switches, subaddresses, other digits", () => {
  for (
    const number of [
      "T0900123",
      "P0900",
      "!0900",
      "W0900",
      "@0900",
      "0900^name",
      "1|0900",
      "1;0900",
    ]
  ) assert.equal(dial(number, { deny: ["0900*"] }), "not_permitted", number);
  for (const number of ["٠٩٠٠", "０９００", "0\u200b900", "zero"]) {
    assert.equal(dial(number, { deny: ["0900*"] }), "not_permitted", number);
  }
});

Deno.test("every command that sends a call to a number is judged, no other is", () => {
  const rules = { deny: ["0900*"] };
  const target = { line: "201" };
  const refused: Command[] = [
    { cmd: "dial", line: "201", number: "0900" },
    { cmd: "transfer", ...target, number: "0900" },
    { cmd: "consult", ...target, number: "0900" },
    { cmd: "redirect", ...target, number: "0900" },
    { cmd: "forward", line: "201", when: "always", to: "0900" },
    { cmd: "park", ...target, slot: "0900" },
    { cmd: "unpark", line: "201", slot: "0900" },
  ];
  const free: Command[] = [
    { cmd: "forward", line: "201", when: "always", to: null },
    { cmd: "pickup", line: "201", from: "0900" },
    { cmd: "dtmf", ...target, digits: "0900" },
    { cmd: "drop", ...target },
  ];
  for (const command of refused) {
    assert.equal(dialRefusal(command, rules)?.code, "not_permitted", command.cmd);
  }
  for (const command of free) assert.equal(dialRefusal(command, rules), undefined, command.cmd);
});

Deno.test("other spellings of a denied number are refused: with a country code, after a code", () => {
  const manual = { deny: ["0900*", "00*"] };
  for (const number of ["+49900123", "#31#0900123", "*21*0900123#", "*0900", "#0900", "**0900"]) {
    assert.equal(dial(number, manual), "not_permitted", number);
    assert.equal(dial(number, { ...manual, allow: ["*"] }), "not_permitted", number);
  }
  assert.equal(dial("0123", manual), "dialled");
  // Patterns that name them show that they were thought of.
  assert.equal(dial("+441632960001", { deny: ["0900*", "+49900*"] }), "dialled");
  assert.equal(dial("+49900123", { deny: ["0900*", "+49900*"] }), "not_permitted");
  assert.equal(dial("#31#0123", { allow: ["#31#*", "0*"], deny: ["0900*"] }), "dialled");
  assert.equal(dial("#31#0900", { allow: ["#31#*", "0*"], deny: ["0900*"] }), "not_permitted");
});
