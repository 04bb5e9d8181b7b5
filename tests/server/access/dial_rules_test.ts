/** Which numbers may be dialled, by every command that takes one. */
import { Numbers } from "../../../src/numbers/numbers.ts";
import assert from "node:assert/strict";
import type { Command } from "../../../src/model/command.ts";
import type { DialRules } from "../../../src/settings/access_rules.ts";
import { loadNumbers } from "../../../src/numbers/load.ts";
import { asDialled } from "../../../src/server/dialling.ts";
import { settingsWith } from "../../support/settings.ts";
import { dialRefusal } from "../../../src/server/access/dial_rules.ts";

const NUMBERS = new Numbers();

const dial = (number: string, rules: DialRules) =>
  dialRefusal({ cmd: "dial", line: "201", number }, rules, NUMBERS)?.code ?? "dialled";

Deno.test("without rules every number is dialled, whatever is in it", () => {
  for (const number of ["0900", "T0900,W", "+44 1632 960001", "name@host"]) {
    assert.equal(dial(number, {}), "dialled");
    assert.equal(dial(number, { deny: [] }), "dialled");
  }
});

Deno.test("denied numbers are refused, even if allowed; with allow, all others are refused", () => {
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

Deno.test("numbers that cannot be judged are refused: tone switches, subaddresses, other digits", () => {
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
    assert.equal(dialRefusal(command, rules, NUMBERS)?.code, "not_permitted", command.cmd);
  }
  for (const command of free) {
    assert.equal(dialRefusal(command, rules, NUMBERS), undefined, command.cmd);
  }
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

Deno.test("the digits after a pause are judged on their own", () => {
  assert.equal(dial("112,1", { deny: ["112"] }), "not_permitted");
  assert.equal(dial("112,1", { deny: ["113"] }), "dialled");
});

const SITE = await loadNumbers(
  settingsWith('[numbers]\ncountry = "DE"\nareaCode = 30\noutsidePrefix = "0"').numbers,
);

/** The result of a number by the rules of a site: the dialled digits, or the code of the refusal. */
function dialAt(number: string, rules: DialRules, raw = false): string {
  const dialled = asDialled({ cmd: "dial", line: "201", number, raw }, SITE);
  const { code } = dialRefusal(dialled.command, rules, SITE) ?? dialled.error ?? {};
  return code ?? ("number" in dialled.command ? dialled.command.number ?? "" : "");
}

/** As people write 0900 123456, and as machines do. */
const SPELLINGS = [
  "0900 123456",
  "0 0900 123456",
  "(0900) 12-34-56",
  "+49 900 123456",
  "+49 (0)900 123456",
  "(+49) 900 123456",
  "0049 900 123456",
  "0 0049 900 123456",
  "00 49 (0) 900 123456",
  "tel:+49-900-123456",
  "tel:0900123456;phone-context=+49",
  "TEL:900123456;phone-context=+49;ext=1",
  "%2B49900123456",
  "0900%20123456",
  "٠٩٠٠١٢٣٤٥٦",
  "０９００１２３４５６",
  "09\u200b00123456",
  "0900\u2011123456",
  "0900123456,1",
  "0900 123456,,,#",
  // Networks ignore digits after a whole number.
  "0 0900 123456 7890 1234",
  "+49 900 123456 7890 1234",
];

Deno.test("with the site's rules, no spelling is a way round what is denied", () => {
  for (const deny of [["00900*"], ["+49900*"]]) {
    for (const number of SPELLINGS) {
      assert.equal(dialAt(number, { deny }), "not_permitted", `${number} by ${deny}`);
    }
    for (
      const number of [
        "00900123456",
        "000 49 900 123456",
        "#31#00900123456",
        "0,0900123456",
        "00900 123456 7890 1234",
        "000 49 900 123456 7890 1234",
      ]
    ) assert.equal(dialAt(number, { deny }, true), "not_permitted", `${number}, raw, by ${deny}`);
    assert.equal(dialAt("030 123456", { deny }), "0030123456");
    assert.equal(dialAt("0030 123456", { deny }, true), "0030 123456");
  }
});

Deno.test("with allow, a number is judged as it is dialled, however it is written", () => {
  const allow = ["0030*"];
  for (const number of ["030 123456", "+49 (0)30 123456", "tel:+4930123456", "0 030 123456"]) {
    assert.equal(dialAt(number, { allow }), "0030123456");
  }
  assert.equal(dialAt("030 123456", { allow }, true), "not_permitted");
  for (const number of SPELLINGS) assert.equal(dialAt(number, { allow }), "not_permitted", number);
});
