/** The doctor asks every source of the directory. */
import assert from "node:assert/strict";
import { checkDirectory } from "../../src/cli/directory_checks.ts";
import { Folder } from "../support/folder.ts";
import { settingsWith } from "../support/settings.ts";

Deno.test("a source that works says what it has, one that fails why; without sources there is nothing", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("people.csv", "number,name\n+441632960001,Ada\n");
  const findings = await checkDirectory(settingsWith(`
[[directory.source]]
type = "csv"
name = "people"
file = "${file}"

[[directory.source]]
type = "http"
name = "crm"
url = "http://127.0.0.1:1/?n={e164}"
headers = { authorization = "Bearer secret" }
`));
  assert.deepEqual(findings.map(({ about, result, message }) => ({ about, result, message })), [
    { about: "directory people", result: "fine", message: "1 rows with 1 numbers" },
    { about: "directory crm", result: "wrong", message: "it cannot be reached" },
  ]);
  assert.deepEqual(await checkDirectory(settingsWith("")), []);
});
