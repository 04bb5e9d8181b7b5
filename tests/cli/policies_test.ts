/** `tapi2ws policies`: what an administrator rolls out so that pages work. */
import assert from "node:assert/strict";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { policiesFor, POLICY_FORMATS } from "../../src/cli/policies.ts";
import { SettingsError } from "../../src/settings/setting.ts";

const ORIGINS = ["https://crm.example.com", "http://intranet:8080"];

const read = (format: string) => JSON.parse(policiesFor({ origins: ORIGINS, format }));

Deno.test("Chrome and Edge are given each origin; http is made secure, and nothing else", () => {
  const common = {
    LocalNetworkAccessAllowedForUrls: ORIGINS,
    NotificationsAllowedForUrls: ORIGINS,
    OverrideSecurityRestrictionsOnInsecureOrigin: ["http://intranet:8080"],
  };
  const hosts = ["crm.example.com", "intranet"];
  assert.deepEqual(read("chrome"), { ...common, TabDiscardingExceptions: hosts });
  assert.deepEqual(read("edge"), { ...common, SleepingTabsBlockedForUrls: hosts });
  const secure = policiesFor({ origins: ["https://crm.example.com/"], format: "chrome" });
  assert.doesNotMatch(secure, /Override/);
});

Deno.test("Firefox is given the pages' hosts, and the server's if it is named", () => {
  const { policies } = JSON.parse(
    policiesFor({ origins: ORIGINS, format: "firefox", server: "phones.lan" }),
  );
  const { LocalNetworkAccess, Permissions, Preferences } = policies;
  assert.deepEqual(LocalNetworkAccess.SkipDomains, ["crm.example.com", "intranet", "phones.lan"]);
  assert.deepEqual(Permissions.Notifications.Allow, ORIGINS);
  assert.equal(Preferences["dom.securecontext.allowlist"].Value, "intranet");
});

Deno.test("the registry file has both browsers' lists, and replaces no entry of others", () => {
  const lines = policiesFor({ origins: ORIGINS, format: "reg" }).split("\r\n");
  assert.equal(lines[0], "Windows Registry Editor Version 5.00");
  const at = lines.indexOf(
    "[HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Edge\\LocalNetworkAccessAllowedForUrls]",
  );
  assert.deepEqual(lines.slice(at + 1, at + 4), [
    '"43001"="https://crm.example.com"',
    '"43002"="http://intranet:8080"',
    "",
  ]);
  assert(lines.some((line) => line.endsWith("Google\\Chrome\\TabDiscardingExceptions]")));
  assert(lines.every((line) => /^(?:Windows .*|\[HKEY.*\]|"\d{5}"="[^"\\]+"|)$/.test(line)));
});

Deno.test("without a format all are printed, each with its place", () => {
  const text = policiesFor({ origins: ORIGINS });
  assert.equal(text.match(/^# /gm)?.length, POLICY_FORMATS.length);
});

Deno.test("only origins of pages are taken, one or several", () => {
  const { flags } = readCommandLine(["policies", "--origin", ...ORIGINS, "--format", "reg"]);
  assert.deepEqual(flags.get("origin"), ORIGINS);
  const bad = [
    { origins: [] },
    { origins: ["crm"] },
    { origins: ["ws://crm"] },
    { origins: ["https://crm/path"] },
    { origins: ['https://crm"]'] },
    { origins: ["*"] },
    { origins: ORIGINS, format: "safari" },
    { origins: ORIGINS, server: '"' },
  ];
  for (const wanted of bad) assert.throws(() => policiesFor(wanted), SettingsError);
  assert.throws(() => readCommandLine(["--origin", "https://crm"]), /--origin here.* policies/);
});
