/** Advice on TAPI's errors: the same in the doctor, the panel and README. */
import assert from "node:assert/strict";
import { ADVICE, adviceOn } from "../../src/model/advice.ts";
import { LINEERR } from "../../src/tapi/constants.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
const TROUBLESHOOTING = README.slice(
  README.indexOf("## Troubleshooting"),
  README.indexOf("## Developing"),
);

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

Deno.test("README's troubleshooting gives the same advice", () => {
  const rows = TROUBLESHOOTING.matchAll(/^\| (.*?) \| (.*?) \|$/gm);
  const advice: Readonly<Record<string, string>> = ADVICE;
  const adviceOf = new Map<string, string>();
  for (const [, seen = "", todo = ""] of rows) {
    for (const [name] of seen.matchAll(/LINEERR_[A-Z_]+/g)) {
      assert.equal(todo.trim(), advice[name], name);
    }
    adviceOf.set(todo.trim(), seen);
  }
  assert(new Set(TROUBLESHOOTING.match(/LINEERR_[A-Z_]+/g)).size >= 4);
  assert.match(adviceOf.get(ADVICE.closed) ?? "", /closed by its provider/);
  assert.match(adviceOf.get(ADVICE.out_of_service) ?? "", /is out of service/);
  assert.match(adviceOf.get(ADVICE.hanging) ?? "", /has not returned/);
});
