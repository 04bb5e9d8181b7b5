/** What holds for every number, at sites of every kind. */
import assert from "node:assert/strict";
import parse from "libphonenumber-js/core";
import metadata from "libphonenumber-js/min/metadata";
import { DIAL_FORMS } from "../../src/model/number.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import type { Numbers } from "../../src/numbers/numbers.ts";
import { fc } from "../support/properties.ts";
import { settingsWith } from "../support/settings.ts";

const COUNTRIES = ["DE", "GB", "US", "IT", "FR", "ES", "HU", "AU", "RU", "CH", "AT", "SE", "JP"];
const OUTSIDE = ["", "0", "9", "00"];

/** Every combination of a country, an outside prefix and a form to dial, made once. */
const SITES: readonly { readonly settings: string; readonly numbers: Numbers }[] = await Promise
  .all(
    COUNTRIES.flatMap((country) =>
      OUTSIDE.flatMap((outside) =>
        DIAL_FORMS.map(async (dialForm) => {
          const settings =
            `country = "${country}"\nareaCode = "2"\noutsidePrefix = "${outside}"\n` +
            `dialForm = "${dialForm}"\nextensionLengths = [3, 4]`;
          return {
            settings,
            numbers: await loadNumbers(settingsWith(`[numbers]\n${settings}`).numbers),
          };
        })
      )
    ),
  );
const site = fc.constantFrom(...SITES);

/** Numbers that may exist, of the sites' countries and of others. */
const e164 = fc.tuple(
  fc.constantFrom("49", "44", "1", "39", "33", "34", "36", "61", "7", "41", "43", "46", "81", "55"),
  fc.stringMatching(/^[1-9][0-9]{4,11}$/),
).map(([code, rest]) => `+${code}${rest}`);

/** What people, drivers and pages write, and what nobody would. */
const text = fc.oneof(
  fc.string({ maxLength: 79 }),
  fc.stringMatching(/^\+?[0-9 ()\/.*#,-]{1,40}$/),
  e164.map((number) => `tel:${number};ext=12`),
);

Deno.test("a shown number dials back to itself", () => {
  let shownOnce = 0;
  fc.assert(
    fc.property(site, e164, ({ settings, numbers }, number) => {
      const read = numbers.read(number, "written");
      if (read.national === undefined) return;
      shownOnce++;
      const again = numbers.read(read.national, "written");
      assert.deepEqual(
        [again.e164, again.dials],
        [read.e164, read.dials],
        `${number} is shown as ${read.national}\n${settings}`,
      );
    }),
    { numRuns: 3000 },
  );
  assert(shownOnce > 1000, String(shownOnce));
});

Deno.test("E.164 is read as itself, whatever stands between its digits", () => {
  fc.assert(
    fc.property(site, e164, fc.infiniteStream(fc.constantFrom("", " ", "-", "/", ".")), (
      { numbers },
      number,
      separators,
    ) => {
      const { e164 } = numbers.read(number, "written");
      if (e164 === undefined) return;
      const separated = [...e164].map((digit) => digit + separators.next().value).join("");
      assert.equal(numbers.read(separated, "written").e164, e164, separated);
      assert.equal(numbers.read(`tel:${encodeURIComponent(separated)}`, "written").e164, e164);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("no text throws; what is dialled has only characters that can be dialled", () => {
  fc.assert(
    fc.property(site, text, ({ numbers }, text) => {
      const { dials, problem, e164 } = numbers.read(text, "written");
      assert.equal(dials === undefined, problem !== undefined);
      assert.match(dials ?? "1", /^\+?[0-9*#]+(?:,[0-9*#+,]*)*$/);
      assert.match(e164 ?? "+1234567", /^\+[1-9][0-9]{6,14}$/);
      const facts = numbers.factsOf(text, "caller", "in");
      assert.match(facts.e164 ?? "+1234567", /^\+[1-9][0-9]{6,14}$/);
      assert(!(facts.internal && facts.e164 !== undefined));
    }),
    { numRuns: 3000 },
  );
});

Deno.test("a dialled number is the same when the phone system reports it", () => {
  let readOnce = 0;
  fc.assert(
    fc.property(site, e164, ({ settings, numbers }, number) => {
      // Numbers of no range that is known are believed after + only.
      if (parse(number, metadata)?.isValid() !== true) return;
      readOnce++;
      const { e164, dials = "" } = numbers.read(number, "written");
      const called = numbers.read(dials, "called").e164;
      assert.equal(called, e164, `${number} is dialled as ${dials}\n${settings}`);
    }),
    { numRuns: 5000 },
  );
  assert(readOnce > 1000, String(readOnce));
});

Deno.test("numbers are remembered, but only so many", async () => {
  const numbers = await loadNumbers(settingsWith('[numbers]\ncountry = "GB"').numbers);
  const first = numbers.factsOf("01632960001", "caller", "in");
  assert.equal(numbers.factsOf("01632960001", "caller", "in"), first, "the same object");
  for (let i = 0; i < 5000; i++) numbers.factsOf(`0163296${1000 + i}`, "caller", "in");
  assert.notEqual(numbers.factsOf("01632960001", "caller", "in"), first);
  assert.deepEqual(numbers.factsOf("01632960001", "caller", "in"), first);
});

Deno.test("a text of more than 80 characters is not read: a file can have it in place of a number", async () => {
  for (const settings of ["", '[numbers]\ncountry = "GB"']) {
    const numbers = await loadNumbers(settingsWith(settings).numbers);
    const number = "01632 960001";
    assert.equal(numbers.read(number.padStart(80), "written").dials, "01632960001");
    for (const text of [number.padStart(81), `(${" ".repeat(1_000_000)}+1+`]) {
      const { problem, dials, steps } = numbers.read(text, "written");
      assert.equal(problem, "expected a telephone number of at most 80 characters");
      assert.equal(dials, undefined);
      assert.deepEqual(steps, []);
    }
  }
});
