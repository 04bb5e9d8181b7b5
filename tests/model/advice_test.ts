/** Advice on TAPI's errors, which the doctor, the panel and the manual give. */
import assert from "node:assert/strict";
import { ADVICE, adviceOn } from "../../src/model/advice.ts";
import { LINEERR } from "../../src/tapi/constants.ts";

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
