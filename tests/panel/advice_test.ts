import assert from "node:assert/strict";
import { adviceOn, ADVISED } from "../../src/panel/advice.js";
import { LINEERR } from "../../src/tapi/constants.ts";

const README = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

Deno.test("every error with advice is one of TAPI's", () => {
  for (const name of ADVISED) assert(name.replace("LINEERR_", "") in LINEERR, name);
});

Deno.test("every error of README's troubleshooting has advice in the panel too", () => {
  const section = README.slice(
    README.indexOf("## Troubleshooting"),
    README.indexOf("## Developing"),
  );
  const named = new Set(section.match(/LINEERR_[A-Z_]+/g));
  assert(named.size >= 4);
  for (const name of named) assert(adviceOn(name), name);
});

Deno.test("an error that is not known leaves the advice on the status", () => {
  assert.match(adviceOn("LINEERR_$80001234", "out_of_service") ?? "", /lost the telephone system/);
  assert.equal(adviceOn("LINEERR_$80001234"), undefined);
});
