/** The report for somebody who helps: what it has, and what it must not have. */
import assert from "node:assert/strict";
import { reportOf } from "../../src/cli/report.ts";
import { settingsOfFile } from "../support/settings.ts";

const HASH = "ab".repeat(32);

function report(finding: string, log = ""): string {
  return reportOf({
    at: new Date("2026-01-31T12:00:00Z"),
    findings: [
      { about: "line 201", result: "wrong", message: finding, advice: "Restart it." },
      { about: "certificate", result: "fine", message: "for DNS:pbx.example.com, the key fits" },
    ],
    settings: settingsOfFile(
      `allowHosts = ["phones.example.com"]\n[[token]]\nname = "anna"\nsha256 = "${HASH}"\nlines = ["*"]\n` +
        `[jwt]\nsecret = "${"s".repeat(32)}"\n[dial]\nallow = ["+441632960123"]\n`,
    ),
    log,
    host: "PBX-SRV",
  });
}

Deno.test("it has the checks with their advice, the settings, and the end of the log", () => {
  const text = report("out_of_service: LINEERR_RESOURCEUNAVAIL", "12:00 the last line");
  assert.match(text, /^Tapi2Ws report of 2026-01-31T12:00:00\.000Z\n/);
  assert.match(text, /wrong line 201: out_of_service: LINEERR_RESOURCEUNAVAIL\n +-> Restart it\./);
  assert.match(text, /^port = 43001$/m);
  assert.match(text, /^maxUnsentBytes = 4194304$/m);
  assert.match(text, /^tokens = 1$/m);
  assert.match(text, /== Log\n\n12:00 the last line\n/);
});

Deno.test("numbers keep three digits, names give way; times, ports and builds stay", () => {
  const log =
    `2026-01-31T12:00:00.123Z [INF] Call 0x1 on line 201: OFFERING from +44 1632 960123 to 202
2026-01-31T12:00:01.123Z [INF] Client anna at 192.168.100.123:51234 connected: 1 now
2026-01-31T12:00:02.123Z [INF] Client Anna Smith at [fe80::1]:51234 left with 1000: 0 now
2026-01-31T12:00:03.123Z [INF] C:\\Users\\anna.smith\\tapi2ws.toml on PBX-SRV for phones.example.com`;
  const text = report("running, process 12345; automatic, as CORP\\phones, 01632960456", log);
  assert.match(text, /from \+\*\* \*\*\*\* \*\*\*123 to 202/);
  assert.match(text, /as \*\*\*/);
  assert.match(text, /\*{8}456/);
  assert.match(text, /2026-01-31T12:00:01\.123Z \[INF\] Client \*\*\* at 192\.168\.100\.123:51234/);
  assert.match(text, /process 12345;/);
  assert.match(text, /C:\\Users\\\*\*\*\\tapi2ws\.toml on SERVER for host-1/);
  for (
    const secret of ["anna", "Anna", "CORP", "1632", "960", HASH, "sss", "example.com", "PBX-SRV"]
  ) {
    assert(!text.includes(secret), `${secret} in\n${text}`);
  }
});
