/** Settings: where they come from, what may be written, what is said of what may not. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { readCommandLine } from "../../src/cli/command_line.ts";
import { ROWS } from "../../src/settings/schema.ts";
import { SettingsError } from "../../src/settings/setting.ts";
import {
  readSettings,
  type Settings,
  type SettingsSources,
  telephonyOf,
} from "../../src/settings/settings.ts";

import { NOTHING_SET } from "../support/settings.ts";

const TAPI_LIBRARY = "C:\\Windows\\System32\\tapi32.dll";
const HASH = "ab".repeat(32);

interface Given {
  /** Beside the settings file. */
  files?: Record<string, string>;
  args?: string[];
  env?: Record<string, string>;
  file?: string;
  os?: SettingsSources["os"];
  journal?: string;
  isInstalled?: boolean;
}

function settingsOf(
  { args = [], env = {}, file, files = {}, os = "windows", journal, isInstalled = false }: Given,
): Settings {
  return readSettings(readCommandLine(args).flags, {
    env: (name) => env[name],
    os,
    tapiLibrary: TAPI_LIBRARY,
    isInstalled,
    dataFile: (name) => name === "tapi2ws.toml" ? name : journal,
    readTextFile: (path) => path === "tapi2ws.toml" ? file : files[path],
  });
}

function rejects(given: Given, ...mentions: string[]) {
  assert.throws(() => settingsOf(given), (error) => {
    assert(error instanceof SettingsError);
    for (const mention of mentions) assert(error.message.includes(mention), error.message);
    assert(!error.message.includes("\n"), "one line");
    return true;
  });
}

Deno.test("without any setting, a Windows server gets the documented defaults", () => {
  assert.deepEqual(settingsOf({}), {
    provider: "tapi32",
    tapiLibrary: TAPI_LIBRARY,
    host: "0.0.0.0",
    port: 43001,
    lineType: "number",
    lines: [],
    groups: [],
    vendorFeatures: true,
    placeholders: {
      withheld: [
        "anonymous",
        "private",
        "p",
        "withheld",
        "restricted",
        "sip:anonymous@anonymous.invalid",
      ],
      unavailable: ["unknown", "unavailable", "o"],
    },
    maxUnsentBytes: 4194304,
    historyLength: 10_000,
    clientTimeoutSeconds: 30,
    replyTimeoutSeconds: 10,
    journal: { file: ":memory:", days: 90 },
    fake: { extensions: 8, rate: 12, seed: undefined, driver: "tapi", scenario: undefined },
    rules: {
      anonymous: {
        can: ["monitor", "control"],
        lines: ["*"],
        dial: { allow: undefined, deny: undefined },
      },
      tokens: [],
      jwt: undefined,
      dial: { allow: undefined, deny: undefined },
      allowOrigins: [],
      allowSharedAddresses: false,
      allowHosts: [],
      trustProxy: [],
    },
    nats: undefined,
    numbers: undefined,
    directory: {
      source: [],
      timeoutMs: 3000,
      atOnce: 4,
      hitSeconds: 3600,
      missSeconds: 300,
      entries: 10_000,
      pauseSeconds: 30,
    },
    links: [],
    tls: undefined,
    limits: {
      connections: 20000,
      connectionsPerAddress: 5000,
      commandsPerSecond: 200,
      messageBytes: 65536,
      requestSeconds: 20,
      guard: false,
    },
    audit: { file: undefined },
    log: { level: "info", format: "text", file: undefined, maskNumbers: true },
    files: ["tapi2ws.toml"],
    isConfigured: false,
    problems: [],
  });
});

Deno.test("the journal is kept next to the executable, elsewhere, or not at all", () => {
  const journal = "C:\\Tapi2Ws\\tapi2ws-journal.sqlite";
  assert.equal(settingsOf({ journal }).journal?.file, journal);
  const file = '[journal]\nfile = "D:\\\\calls.sqlite"\ndays = 30';
  assert.deepEqual(settingsOf({ file }).journal, { file: "D:\\calls.sqlite", days: 30 });
  assert.equal(settingsOf({ file: "journal = false" }).journal, undefined);
  assert.equal(settingsOf({ args: ["--journal", "false"] }).journal, undefined);
  assert.equal(settingsOf({ env: { TAPI2WS_JOURNAL: "false" } }).journal, undefined);
  assert.equal(settingsOf({ file: "journal = true" }).journal?.days, 90);
  rejects({ file: 'journal = "off"' }, 'journal in tapi2ws.toml = "off"', '"true" or "false"');
  rejects({ args: ["--journal-days", "0"] }, "--journal-days", "from 1 to 36500");
});

Deno.test("elsewhere the provider has to be named, and the message says how", () => {
  rejects({ os: "linux" }, "--provider fake");
  assert.equal(settingsOf({ os: "linux", args: ["--provider", "fake"] }).provider, "fake");
});

Deno.test("flags win over the environment, the environment over the file, the file over defaults", () => {
  const file = 'port = 1\nhost = "127.0.0.1"\nlineType = "string"\n[log]\nlevel = "debug"';
  const env = { TAPI2WS_PORT: "2", TAPI2WS_HOST: "127.0.0.2" };
  const settings = settingsOf({ args: ["--port", "3"], env, file });
  assert.equal(settings.port, 3);
  assert.equal(settings.host, "127.0.0.2");
  assert.equal(settings.lineType, "string");
  assert.equal(settings.log.level, "debug");
  assert.equal(settings.log.format, "text");
});

Deno.test("--lines takes several patterns, in each of the ways to write them", () => {
  const expected = ["201", "2*"];
  assert.deepEqual(settingsOf({ args: ["--lines", "201", "2*"] }).lines, expected);
  assert.deepEqual(settingsOf({ args: ["--lines", "201", "--lines", "2*"] }).lines, expected);
  assert.deepEqual(settingsOf({ args: ["--lines=201, 2*", "--port", "1"] }).lines, expected);
  assert.deepEqual(settingsOf({ env: { TAPI2WS_LINES: "201,2*" } }).lines, expected);
  assert.deepEqual(settingsOf({ file: 'lines = ["201", "2*"]' }).lines, expected);
  assert.deepEqual(settingsOf({ file: 'lines = [201, "2*"]' }).lines, expected);
  assert.deepEqual(settingsOf({ file: "lines = 201" }).lines, ["201"]);
});

Deno.test("placeholders and groups are what the session with TAPI compares with", () => {
  const file = `
groups = [110, "6*"]
[placeholders]
withheld = ["Hidden"]
unavailable = []
`;
  const { isGroup, placeholders } = telephonyOf(settingsOf({ file }));
  assert.deepEqual(["110", "61", "201"].map(isGroup), [true, true, false]);
  assert.deepEqual(placeholders, { withheld: new Set(["hidden"]), unavailable: new Set() });
});

Deno.test("a wrong value is named with its key, its value and what was expected", () => {
  rejects({ args: ["--port", "abc"] }, "--port", '"abc"', "whole number from 0 to 65535");
  rejects({ args: ["--port", "65536"] }, "--port", "65536", "65535");
  rejects({ args: ["--port=-1"] }, "--port", "-1");
  rejects({ env: { TAPI2WS_PORT: "1.5" } }, "TAPI2WS_PORT", "1.5");
  rejects({ file: 'port = "x"' }, "port in tapi2ws.toml", '"x"');
  rejects({ file: "port = 1.5" }, "port in tapi2ws.toml", "1.5");
  rejects({ args: ["--provider", "sip"] }, "--provider", '"tapi32", "fake" or "nats"');
  rejects({ args: ["--line-type", "text"] }, "--line-type", '"number" or "string"');
  rejects({ args: ["--lines", ""] }, "--lines", "expected extensions");
  rejects({ file: "host = 1" }, "host in tapi2ws.toml", "expected an address");
  rejects(
    { file: '[placeholders]\nwithheld = ["anonymous", "0"]' },
    "placeholders.withheld in tapi2ws.toml",
    "texts without a digit",
  );
  rejects({ file: "[log]\nlevel = 'loud'" }, "log.level in tapi2ws.toml", '"loud"', '"debug"');
});

Deno.test("the settings of several servers are complete, or refused", () => {
  const site = '[nats]\nservers = ["nats://a:4222"]\nsite = "a"\nnumber = 1\n';
  const gateway = 'provider = "nats"\n[nats]\nservers = ["tls://a:4222"]\n';
  assert.equal(settingsOf({ file: site }).nats?.wantsTls, false);
  assert.deepEqual(settingsOf({ file: site }).nats?.grant.can, ["monitor"]);
  assert.equal(settingsOf({ file: gateway }).nats?.wantsTls, true);
  // Without a token, everyone controls one server, and nobody the lines of a whole company.
  assert.deepEqual(settingsOf({ file: site }).rules.anonymous?.can, ["monitor", "control"]);
  assert.deepEqual(settingsOf({ file: gateway }).rules.anonymous?.can, ["monitor"]);
  rejects({ file: 'provider = "nats"' }, "provider", "without nats.servers");
  rejects({ file: '[nats]\nsite = "a"' }, "nats.site", "without nats.servers");
  rejects({ file: '[nats]\nservers = ["nats://a"]' }, "without nats.site and nats.number");
  rejects({ file: `${gateway}site = "a"` }, "on a gateway");
  for (const url of ["http://a", "nats://u:p@a", "a:4222", "nats://"]) {
    rejects({ file: site.replace("nats://a:4222", url) }, "nats.servers", url, "nats:// or tls://");
  }
  for (const name of ["Berlin", "a.b", "*", "live", "event", "-a", ""]) {
    rejects({ file: site.replace('site = "a"', `site = "${name}"`) }, "nats.site");
  }
  for (const number of [0, 4096]) {
    rejects({ file: site.replace("number = 1", `number = ${number}`) }, "nats.number", "4095");
  }
  rejects({ file: `${site}nkey = "missing"` }, "nats.nkey", '"missing"', "no such file");
});

Deno.test("an unknown key is named, in a flag, as an argument and in the file", () => {
  rejects({ args: ["--prot", "1"] }, "--prot");
  rejects({ args: ["-p", "1"] }, "-p");
  rejects({ args: ["serve"] }, '"serve"');
  rejects({ args: ["--", "x"] }, "--");
  rejects({ file: "prot = 1" }, "Cannot use prot in tapi2ws.toml", "port");
  rejects({ file: "[log]\nfoo = true" }, "log.foo", "tapi2ws.toml", "log.level");
});

Deno.test("a flag without its value, or given twice, is an error", () => {
  rejects({ args: ["--port"] }, "--port", "value");
  rejects({ args: ["--host", "--port", "1"] }, "--host", "value");
  rejects({ args: ["--port", "1", "--port", "2"] }, "--port", "twice");
});

Deno.test("a file that is no TOML is named with the place", () => {
  rejects({ file: "port = 1\nhost = " }, "tapi2ws.toml", "line 2");
});

Deno.test("a file named by --config must be there; the default one need not", () => {
  rejects({ args: ["--config", "other.toml"] }, "--config", "other.toml");
  assert.equal(settingsOf({ args: ["--config", "tapi2ws.toml"], file: "port = 5" }).port, 5);
  assert.equal(settingsOf({}).port, 43001);
  rejects({ env: { TAPI2WS_CONFIG: "other.toml" } }, "TAPI2WS_CONFIG", "other.toml");
  assert.equal(settingsOf({ env: { TAPI2WS_CONFIG: "" }, file: "port = 5" }).port, 5);
});

Deno.test("settings are frozen", () => {
  const settings = settingsOf({});
  for (
    const part of [
      settings,
      settings.log,
      settings.fake,
      settings.rules,
      settings.limits,
      settings.audit,
    ]
  ) {
    assert(Object.isFrozen(part));
  }
});

Deno.test("access rules are read from their tables", () => {
  const { rules } = settingsOf({
    file: `
allowOrigins = ["https://crm.example.com", "null"]
allowHosts = "phones.example.com"
trustProxy = ["127.0.0.1"]
[anonymous]
can = ["monitor"]
lines = [201, "3*"]
[anonymous.dial]
allow = ["2*"]
[[token]]
name = "crm"
sha256 = "${HASH.toUpperCase()}"
can = ["monitor", "control"]
lines = "2*"
expires = 2027-01-31
dial = { deny = ["0900*"] }
[[token]]
name = "panel"
sha256 = "${HASH.replace("a", "c")}"
lines = ["*"]
expires = "2027-01-31T18:00:00Z"
[dial]
deny = ["00*"]
[jwt]
secret = "0123456789abcdef0123456789abcdef"
issuer = "sso"
`,
  });
  assert.deepEqual(rules, {
    anonymous: {
      can: ["monitor"],
      lines: ["201", "3*"],
      dial: { allow: ["2*"], deny: undefined },
    },
    tokens: [{
      name: "crm",
      sha256: HASH,
      can: ["monitor", "control"],
      lines: ["2*"],
      expiresAtMs: Date.UTC(2027, 0, 31),
      dial: { deny: ["0900*"] },
    }, {
      name: "panel",
      sha256: HASH.replace("a", "c"),
      can: ["monitor"],
      lines: ["*"],
      expiresAtMs: Date.UTC(2027, 0, 31, 18),
    }],
    jwt: {
      key: { secret: "0123456789abcdef0123456789abcdef" },
      issuer: "sso",
      audience: undefined,
    },
    dial: { allow: undefined, deny: ["00*"] },
    allowOrigins: ["https://crm.example.com", "null"],
    allowSharedAddresses: false,
    allowHosts: ["phones.example.com"],
    trustProxy: ["127.0.0.1"],
  });
  assert.equal(settingsOf({ file: "anonymous = false" }).rules.anonymous, undefined);
});

Deno.test("an error in a table is named with its place; a secret is not shown", () => {
  const token = (lines: string) => ({ file: `[[token]]\n${lines}` });
  const good = `name = "a"\nsha256 = "${HASH}"\nlines = ["*"]\n`;
  rejects(token(good.replace(HASH, "12")), "token[0].sha256 in tapi2ws.toml = …", "64 hex");
  rejects(token(good.replace(/name.*\n/, "")), "token[0].name", "nothing", "expected a name");
  rejects(token(`${good}can = ["dial"]`), "token[0].can", '"control"');
  rejects(token(`${good}expires = "soon"`), "token[0].expires", "2027-01-31");
  rejects(token(`${good}line = "201"`), "token[0].line", "no such key");
  rejects(token(`${good}dial = { allows = [] }`), "token[0].dial.allows");
  rejects(
    token(`${good}[[token]]\n${good.replace('"a"', '"b"')}`),
    "token[1].sha256",
    "same sha256",
  );
  rejects(
    token(`${good}[[token]]\n${good.replace("ab", "cd")}`),
    "token[1].name",
    "same name",
  );
  rejects({ file: "anonymous = true" }, "anonymous", "true", "expected false");
  rejects({ file: "[anonymous]\ncan = 'all'" }, "anonymous.can", '"all"');
  rejects({ file: "[anonymous]\ncan = ['vendor']" }, "anonymous.can", "only a token can have it");
  rejects({ file: "[anonymous]\nfoo = 1" }, "anonymous.foo", "anonymous.can");
  rejects({ file: "[dial]\ndeny = [1.5]" }, "dial.deny", "1.5");
  rejects({ file: "[limits]\nmessageBytes = 1" }, "limits.messageBytes", "256");
  assert.throws(
    () => settingsOf({ file: "[jwt]\nsecret = 'too short'" }),
    ({ message }: Error) => !message.includes("too short") && message.includes("32 characters"),
  );
  rejects({ args: ["--token", "x"] }, "--token", "expected an option");
  rejects({ file: "[log]\nmaskNumbers = 'no'" }, "log.maskNumbers", '"no"');
});

Deno.test("files that settings name must be there and fit", () => {
  const jwks = { file: '[jwt]\njwks = "keys.json"', files: { "keys.json": '{"keys":[]}' } };
  assert.deepEqual(settingsOf(jwks).rules.jwt?.key, { jwks: '{"keys":[]}' });
  assert.deepEqual(settingsOf(jwks).files, ["tapi2ws.toml", "keys.json"]);
  rejects({ ...jwks, files: {} }, "jwt.jwks", '"keys.json"', "no such file");
  rejects({ ...jwks, files: { "keys.json": "{}" } }, "jwt.jwks", '"keys"');
  rejects({ ...jwks, file: `${jwks.file}\nsecret = "${HASH}"` }, "jwt.secret and jwt.jwks");
  rejects({ args: ["--tls-cert", "a.pem"] }, "tls.cert alone", "tls.key");
  rejects({ args: ["--tls-cert", "a.pem", "--tls-key", "b.pem"] }, "tls.cert", '"a.pem"');
  const files = { "a.pem": "no certificate", "b.pem": "no key" };
  rejects({ args: ["--tls-cert", "a.pem", "--tls-key", "b.pem"], files }, "tls.cert", "as PEM");
});

Deno.test("every default is a value that could be written", () => {
  for (const [key, { schema, default: standard }] of ROWS) {
    // An empty list stands for a setting that is not there.
    if (standard === undefined || String(standard) === "") continue;
    const value = typeof standard !== "function" ? standard : standard({
      env: () => undefined,
      os: "windows",
      tapiLibrary: TAPI_LIBRARY,
      isInstalled: true,
      dataFile: (name: string) => name,
    });
    assert.deepEqual(schema.parse(value), value, key);
  }
});

Deno.test("a relative path in the file starts at the file's folder; in a flag, where one is", () => {
  const folder = resolve("etc");
  const file = join(folder, "tapi2ws.toml");
  const audit = resolve("audit.jsonl");
  const text = `[log]
file = "logs/calls.log"
[audit]
file = ${JSON.stringify(audit)}
[journal]
file = ":memory:"
`;
  const sources = {
    ...NOTHING_SET,
    readTextFile: (path: string) => path === file ? text : undefined,
  };
  const read = (...args: string[]) =>
    readSettings(readCommandLine(["--config", file, ...args]).flags, sources);
  const settings = read();
  assert.equal(settings.log.file, join(folder, "logs", "calls.log"));
  assert.equal(settings.audit.file, audit);
  assert.equal(settings.journal?.file, ":memory:");
  assert.equal(read("--log-file", "here.log").log.file, "here.log");
});

Deno.test("a service always has a log file", () => {
  assert.equal(settingsOf({ isInstalled: true, journal: "C:\\beside" }).log.file, "C:\\beside");
  assert.equal(settingsOf({ journal: "C:\\beside" }).log.file, undefined);
  assert.equal(
    settingsOf({ isInstalled: true, file: '[log]\nfile = "own.log"' }).log.file,
    "own.log",
  );
});

Deno.test("nothing that is written below token or jwt appears in an error", () => {
  const secret = "a-secret-that-nobody-may-see-0123456789";
  for (
    const file of [
      `[jwt]\nsecert = "${secret}"`,
      `[jwt]\nissuer = ["${secret}"]`,
      `[jwt]\nsecret = ["${secret}"]`,
      `jwt = "${secret}"`,
      `token = "${secret}"`,
      `tokens = "${secret}"`,
      `[[token]]\nname = "a"\nsha256 = "${secret}"\nlines = "*"`,
      `[[token]]\nname = "a"\ntoken = "${secret}"\nlines = "*"`,
      `[[token]]\nname = "a"\nsha256 = { value = "${secret}" }\nlines = "*"`,
    ]
  ) {
    assert.throws(() => settingsOf({ file }), (error: Error) => {
      assert(error instanceof SettingsError);
      return !error.message.includes(secret);
    }, file);
  }
});

Deno.test("a table [anonymous] grants what it says: without can, monitor", () => {
  const canOf = (file: string) => settingsOf({ file }).rules.anonymous?.can;
  assert.deepEqual(canOf(""), ["monitor", "control"]);
  assert.deepEqual(canOf('[anonymous]\nlines = ["2*"]'), ["monitor"]);
  assert.deepEqual(canOf('[anonymous.dial]\ndeny = ["0900*"]'), ["monitor"]);
  assert.deepEqual(canOf('[anonymous]\ncan = ["control"]'), ["control"]);
});
