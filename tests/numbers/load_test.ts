/** What stops the program: rules that fit no country, and examples that do not come true. */
import assert from "node:assert/strict";
import { loadNumbers } from "../../src/numbers/load.ts";
import { SettingsError } from "../../src/settings/setting.ts";
import { settingsWith } from "../support/settings.ts";

async function problemOf(toml: string): Promise<string> {
  try {
    await loadNumbers(settingsWith(toml).numbers);
  } catch (error) {
    assert(error instanceof SettingsError, String(error));
    return error.message;
  }
  return "";
}

Deno.test("without a country there are no rules, and no others", async () => {
  assert.equal(settingsWith("").numbers, undefined);
  assert.match(
    await problemOf('[numbers]\noutsidePrefix = "0"'),
    /numbers\.outsidePrefix alone: expected numbers\.country/,
  );
});

Deno.test("a country that does not exist, or has several prefixes, is named with its key", async () => {
  assert.match(await problemOf('[numbers]\ncountry = "XX"'), /numbers\.country = "XX"/);
  assert.match(await problemOf('[numbers]\ncountry = "Germany"'), /numbers\.country/);
  assert.match(await problemOf('[numbers]\ncountry = "BR"'), /numbers\.internationalPrefix/);
  assert.equal(await problemOf('[numbers]\ncountry = "BR"\ninternationalPrefix = "0015"'), "");
});

Deno.test("a wrong example is named with what became of its number, and why", async () => {
  const rules = '[numbers]\ncountry = "DE"\noutsidePrefix = "0"\nexamples = [\n' +
    '  { caller = "030123456", e164 = "+4930123456" },\n';
  assert.equal(await problemOf(`${rules}]`), "");
  const wrong = await problemOf(`${rules}  { written = "030 123456", dials = "030123456" } ]`);
  assert.match(wrong, /numbers\.examples\[1\]\.dials = "030123456"/);
  assert.match(wrong, /"0030123456"/);
  assert.match(wrong, /It is a number of the country/);
  assert.match(await problemOf(`${rules}  { called = "201", internal = true } ]`), /\.internal/);
  assert.match(await problemOf(`${rules}  { called = "201", e164 = "" } ]`), /^$/);
});

Deno.test("an example without a number, with several, or without a result is refused", async () => {
  for (
    const example of [
      '{ e164 = "+4930123456" }',
      '{ caller = "1", called = "2", e164 = "" }',
      '{ caller = "030123456" }',
      '{ caller = 30, e164 = "" }',
      '{ callr = "1", e164 = "" }',
    ]
  ) {
    const problem = await problemOf(`[numbers]\ncountry = "DE"\nexamples = [${example}]`);
    assert.match(problem, /numbers\.examples\[0\]/, example);
  }
});
