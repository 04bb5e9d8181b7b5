import assert from "node:assert/strict";
import { diagnose } from "../../src/cli/doctor.ts";
import { describeNumber } from "../../src/cli/number.ts";
import { Folder } from "../support/folder.ts";
import { settingsWith } from "../support/settings.ts";

const RULES = '[numbers]\ncountry = "DE"\noutsidePrefix = "0"';
const SITE = settingsWith(RULES);

Deno.test("tapi2ws number shows each step, what is known, and what is dialled", async () => {
  const text = await describeNumber("tel:+49-30-123456;ext=5", SITE, false);
  const [written = "", caller = ""] = text.split("\n\n");
  assert.match(written, /^To be dialled/);
  assert.match(written, /\+49-30-123456 +The scheme tel:/);
  assert.match(written, /e164: \+4930123456 {2}national: 030 123456 {2}dials: 0030123456$/);
  assert.match(caller, /^Of a caller/);
  assert.doesNotMatch(caller, /dials/);
});

Deno.test("tapi2ws number says why a text is refused, and that there are no rules", async () => {
  assert.match(
    await describeNumber("call me", SITE, false),
    /refused: expected a telephone number/,
  );
  const text = await describeNumber("030 123456", settingsWith(""), false);
  assert.match(text, /^Without \[numbers\]/);
  assert.match(text, /dials: 030123456/);
});

Deno.test("tapi2ws number --json has all of it", async () => {
  const { written, caller } = JSON.parse(await describeNumber("030 123456", SITE, true));
  assert.equal(written.dials, "0030123456");
  assert.equal(caller.e164, "+4930123456");
});

Deno.test("the number's owner is shown, with the source that knows it", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("people.csv", "number,name\n030 / 12 34 56,Otto Muster\n");
  const source = `[[directory.source]]\ntype = "csv"\nname = "people"\nfile = "${file}"\n`;
  const settings = settingsWith(`${RULES}\n${source}`);
  const text = await describeNumber("+49 30 123456", settings, false);
  assert.match(text, /directory: Otto Muster \(people\)/);
  assert.doesNotMatch(await describeNumber("+49 30 1", settings, false), /directory:/);
});

Deno.test("the doctor verifies the examples of the site's numbers", async () => {
  for (
    const [dials, expected] of [["0030123456", /^fine +numbers: .*1 examples hold/m], [
      "030123456",
      /^WRONG +numbers: Cannot use numbers\.examples\[0\]\.dials/mi,
    ]] as const
  ) {
    const settings = settingsWith(
      '[fake]\nextensions = 1\n[numbers]\ncountry = "DE"\noutsidePrefix = "0"\n' +
        `examples = [{ written = "030 123456", dials = "${dials}" }]`,
    );
    const { text } = await diagnose({
      readSettings: () => settings,
      windows: undefined,
      json: false,
      report: undefined,
    });
    assert.match(text, expected);
  }
});
