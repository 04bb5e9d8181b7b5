/** The manual's tables say what the program's own say, and are made of nothing else. */
import assert from "node:assert/strict";
import { CALL_STATES } from "../../src/model/call.ts";
import { FORMS } from "../../src/server/v2/requests.ts";
import { variableOf } from "../../src/settings/setting.ts";
import { ACCESS_SETTINGS } from "../../src/settings/access_rules.ts";
import { FILES, MANUAL, TABLE_ROWS } from "../support/manual.ts";
import { TABLES, tablesOf, withTables } from "./tables.ts";

Deno.test("every table of the program's own is up to date; `deno task manual` writes them", () => {
  for (const { name, text } of FILES) {
    assert.equal(text, withTables(text), `${name} is out of date: run deno task manual`);
  }
});

Deno.test("every table is on one page", () => {
  const used = FILES.flatMap(({ text }) => tablesOf(text));
  assert.deepEqual(used.toSorted(), Object.keys(TABLES).toSorted());
});

Deno.test("a table that says something else is found, and rewritten", () => {
  const [page] = FILES.filter(({ text }) => tablesOf(text).includes("errors"));
  assert(page);
  const wrong = page.text.replace("The message is not JSON", "The message is not JPEG");
  assert.notEqual(wrong, page.text);
  assert.equal(withTables(wrong), page.text);
  assert.throws(
    () => withTables("<!-- table nothing -->\n<!-- end of table -->"),
    /There is no table nothing/,
  );
});

Deno.test("every request of v2 is in a table, and TAPI's states are explained", () => {
  const firstCells = TABLE_ROWS.map(([cell]) => cell).join();
  for (const word of [...FORMS.keys(), ...CALL_STATES]) {
    assert(firstCells.includes(`\`${word}\``), word);
  }
});

Deno.test("every key of the tables of rights is in a sample, or named", () => {
  for (const key of Object.keys(ACCESS_SETTINGS)) {
    const [table = "", name = table] = key.split(".");
    assert(MANUAL.includes(`[${table}]`) || MANUAL.includes(`${table} = `), key);
    assert(new RegExp(`\\b${name}\\b`).test(MANUAL), key);
  }
  assert(MANUAL.includes(variableOf("log.file")));
});
