/** The known traps of drivers: told by a driver's header, by a line's provider, by a running server. */
import assert from "node:assert/strict";
import { diagnose } from "../../src/cli/doctor.ts";
import { checkDriverAge, checkVendors } from "../../src/cli/driver_checks.ts";
import { builtAtMs } from "../../src/windows/portable_executable.ts";
import { lineOf } from "../support/events.ts";
import { Folder } from "../support/folder.ts";
import { startTestServer, WORKING_STATUS } from "../support/server.ts";
import { settingsOfFile } from "../support/settings.ts";

const SERVER_2012 = 9200;

/** The header of a library, by the format's documentation: built at so many seconds since 1970. */
function library(builtAtSeconds: number, signature = 0xe8): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(1024);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x5a]); // MZ
  view.setUint32(0x3c, signature, true);
  if (signature + 12 > bytes.length) return bytes;
  bytes.set([0x50, 0x45, 0, 0, 0x64, 0x86], signature); // PE, for x64
  view.setUint32(signature + 8, builtAtSeconds, true);
  return bytes;
}

const seconds = (date: string) => Date.parse(date) / 1000;

Deno.test("a library's header says when it was built", () => {
  assert.equal(builtAtMs(library(seconds("2009-05-12"))), Date.UTC(2009, 4, 12));
  assert.equal(builtAtMs(library(1, 0x80)), 1000);
});

Deno.test("other files, and those that are cut off, have no such time", () => {
  const whole = library(seconds("2009-05-12"));
  for (let length = 0; length < 0xe8 + 12; length++) {
    assert.equal(builtAtMs(whole.subarray(0, length)), undefined, `${length} bytes`);
  }
  assert.equal(builtAtMs(library(1, 0xffffffff)), undefined);
  assert.equal(builtAtMs(new TextEncoder().encode("x".repeat(1024))), undefined);
});

Deno.test("a driver from before 2012 is named on Windows 8 and later, with what to do", async () => {
  await using folder = await Folder.make();
  const drivers = {
    "old.tsp": seconds("2011-12-31"),
    "new.tsp": seconds("2012-01-01"),
    "hashed.tsp": 5,
    "unimdm.tsp": seconds("2009-05-12"),
  };
  const paths: string[] = [];
  for (const [name, built] of Object.entries(drivers)) {
    paths.push(folder.at(name));
    await Deno.writeFile(folder.at(name), library(built));
  }
  const findings = checkDriverAge([...paths, "/not/there.tsp"], SERVER_2012, "");
  assert.deepEqual(findings.map(({ about, result }) => [about, result]), [
    ["driver old.tsp", "note"],
  ]);
  assert.match(findings[0]?.message ?? "", /^built in 2011: .*no incoming calls/);
  assert.match(findings[0]?.advice ?? "", /newer version/);
  assert.deepEqual(checkDriverAge(paths, SERVER_2012 - 1, ""), []);
  assert.deepEqual(checkDriverAge(new Error("no list"), SERVER_2012, ""), []);
});

Deno.test("Avaya's lines come with the licence and the restart that they need", () => {
  assert.deepEqual(checkVendors([lineOf()]), []);
  const [finding, ...others] = checkVendors([lineOf(), lineOf({ provider: "Avaya" })]);
  assert.deepEqual([finding?.about, others], ["Avaya IP Office", []]);
  assert.match(`${finding?.message} ${finding?.advice}`, /CTI Link Pro.*restart the .*Telephony/);
});

Deno.test("the doctor says that the running server hears no call", async () => {
  for (const silentForSeconds of [null, 1900]) {
    const { server } = startTestServer({
      status: { status: () => ({ ...WORKING_STATUS, silentForSeconds }) },
    });
    const settings = settingsOfFile(
      `provider = "fake"\nport = ${server.port}\nhost = "127.0.0.1"\n[fake]\nextensions = 1\n`,
    );
    const { text } = await diagnose({
      readSettings: () => settings,
      windows: undefined,
      json: false,
      report: undefined,
    });
    assert.match(text, /^fine +port \d+: Tapi2Ws is running and answers$/m);
    const silence = text.match(/^note +calls: none was heard for 31 min\n +-> .*CTI Link Pro/m);
    assert.equal(silence !== null, silentForSeconds !== null, text);
    await server.stop(1000);
  }
});
