/** Which changed settings wait for the next start. */
import assert from "node:assert/strict";
import { DIRECTORY_SETTINGS } from "../../src/settings/directory.ts";
import { changedForNextStart } from "../../src/settings/reload.ts";
import { ACCESS_SETTINGS, widenings } from "../../src/settings/access_rules.ts";
import { ROWS } from "../../src/settings/schema.ts";
import { flagNameOf, type Setting } from "../../src/settings/setting.ts";
import { readSettings, type Settings } from "../../src/settings/settings.ts";
import { NOTHING_SET, settingsOfFile } from "../support/settings.ts";

const DEFAULTS = settingsOf(new Map());

function settingsOf(flags: ReadonlyMap<string, readonly string[]>): Settings {
  return readSettings(flags, NOTHING_SET);
}

/** A value that is not the default. */
function otherValue({ placeholder = "", default: standard }: Setting): string {
  if (placeholder === "N") return String(typeof standard === "number" ? standard + 1 : 1);
  // Texts that stand for a number have no digit.
  if (placeholder === "TEXT...") return "nobody";
  if (!placeholder.includes("|")) return "9";
  return placeholder.split("|").find((choice) => choice !== String(standard)) ?? "";
}

Deno.test("a change of any setting that is not live is noticed, and named by its key", () => {
  const fixed = ROWS.filter(([key, { live }]) => !live && !/^(?:numbers|nats)\./.test(key));
  assert(fixed.length > 20);
  for (const [key, row] of fixed) {
    const value = key === "provider" ? "fake" : otherValue(row);
    const changed = changedForNextStart(
      DEFAULTS,
      settingsOf(new Map([[flagNameOf(key), [value]]])),
    );
    // Without the journal, its file and days are gone too.
    if (key === "journal") assert.deepEqual(changed, [key, "journal.file", "journal.days"]);
    else assert.deepEqual(changed, [key], key);
  }
});

Deno.test("a change of any rule of numbers is noticed: they need a country", () => {
  const rules = (line: string) => settingsOfFile(`[numbers]\ncountry = "GB"\n${line}`);
  const before = rules('examples = [{ caller = "201", internal = true }]');
  const examples = 'examples = [{ caller = "202", internal = true }]';
  assert.deepEqual(changedForNextStart(before, rules(examples)), ["numbers.examples"]);
  assert.deepEqual(
    changedForNextStart(rules(""), rules('outsidePrefix = "9"\nextensionLengths = [3]')),
    ["numbers.outsidePrefix", "numbers.extensionLengths"],
  );
});

Deno.test("a change of what connects several servers is noticed", () => {
  const nats = (more: string) =>
    settingsOfFile(`[nats]\nservers = ["nats://a"]\nsite = "a"\nnumber = 1\n${more}`, () => "x");
  const changed = (more: string) => changedForNextStart(nats(""), nats(more));
  assert.deepEqual(changed('ca = "a.pem"\nnkey = "a.nk"\nreplicas = 3'), [
    "nats.ca",
    "nats.nkey",
    "nats.replicas",
  ]);
  assert.deepEqual(changed('grant.can = ["control"]\ngrant.dial.deny = ["0*"]'), [
    "nats.grant.can",
    "nats.grant.dial.deny",
  ]);
  const other = settingsOfFile('[nats]\nservers = ["nats://b"]\nsite = "b"\nnumber = 2\n');
  assert.deepEqual(changedForNextStart(nats(""), other), [
    "nats.servers",
    "nats.site",
    "nats.number",
  ]);
});

Deno.test("changes of live settings take effect at once: what the running program can apply", () => {
  const live = ROWS.flatMap(([key, row]) => row.live ? [key] : []);
  assert.deepEqual(live, [
    "tls.cert",
    "tls.key",
    ...Object.keys(DIRECTORY_SETTINGS),
    ...Object.keys(ACCESS_SETTINGS),
  ]);
  const before = settingsOfFile("");
  const rules = 'allowOrigins = ["null"]\nanonymous = false\n[dial]\ndeny = ["0*"]\n';
  assert.deepEqual(changedForNextStart(before, settingsOfFile(rules)), []);
  const tls = { ...before, tls: { cert: "a", key: "a" } };
  assert.deepEqual(changedForNextStart(tls, { ...tls, tls: { cert: "b", key: "b" } }), []);
  // The port cannot change between http and https.
  assert.deepEqual(changedForNextStart(before, tls), ["tls"]);
});

Deno.test("rules give everyone more only by what no former pattern covers", () => {
  const rules = (toml: string) => settingsOfFile(toml).rules;
  const anyone = rules("");
  const some = rules('[anonymous]\ncan = ["monitor"]\nlines = ["2*"]');
  assert.deepEqual(widenings(anyone, some), []);
  assert.deepEqual(widenings(some, anyone), [
    "rights without a token: control",
    "lines without a token: *",
  ]);
  const fewer = rules('[anonymous]\nlines = ["201", "20*"]\n[dial]\ndeny = ["0900*"]');
  assert.deepEqual(widenings(some, fewer), []);
  assert.deepEqual(widenings(fewer, rules('[anonymous]\nlines = ["3*"]\n[dial]\ndeny = ["0*"]')), [
    "lines without a token: 3*",
  ]);
});
