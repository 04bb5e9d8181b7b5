/** Advice on TAPI's errors: the same in the doctor, the panel and the manual. */
import assert from "node:assert/strict";
import { ADVICE, adviceOn } from "../../src/model/advice.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { rowsOf, TABLE_ROWS } from "../support/manual.ts";

Deno.test("every error with advice is one of TAPI's", () => {
  const names = Object.keys(ADVICE).filter((key) => key.startsWith("LINEERR_"));
  assert(names.length > 20);
  for (const name of names) assert(name.replace("LINEERR_", "") in LINEERR, name);
});

Deno.test("an error that is not known leaves the advice on the status", () => {
  assert.match(adviceOn("LINEERR_$80001234", "out_of_service") ?? "", /lost the phone system/);
  assert.equal(adviceOn("LINEERR_$80001234", "open"), undefined);
  assert.equal(adviceOn("LINEERR_ALLOCATED", "failed"), ADVICE.LINEERR_ALLOCATED);
});

Deno.test("the manual's troubleshooting gives the same advice", () => {
  const advice: Readonly<Record<string, string>> = ADVICE;
  const adviceOf = new Map(TABLE_ROWS.map(([seen = "", todo = ""]) => [todo, seen]));
  const names = rowsOf(/LINEERR_/).flatMap(([seen = "", todo]) =>
    [...seen.matchAll(/LINEERR_[A-Z_]+/g)].map(([name]) => {
      assert.equal(todo, advice[name], name);
      return name;
    })
  );
  assert(new Set(names).size >= 4);
  assert.match(adviceOf.get(ADVICE.closed) ?? "", /closed by its provider/);
  assert.match(adviceOf.get(ADVICE.out_of_service) ?? "", /is out of service/);
  assert.match(adviceOf.get(ADVICE.hanging) ?? "", /has not returned/);
});
