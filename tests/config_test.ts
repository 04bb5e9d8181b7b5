import assert from "node:assert/strict";
import { type Config, ConfigError, type ConfigSources, readInvocation } from "../src/config.ts";
import { helpText } from "../src/options.ts";

interface Given {
  args?: string[];
  env?: Record<string, string>;
  file?: string;
  os?: ConfigSources["os"];
}

function sources({ args = [], env = {}, file, os = "windows" }: Given): ConfigSources {
  return {
    args,
    env: (name) => env[name],
    os,
    defaultFile: "tapi2ws.toml",
    readTextFile: (path) => path === "tapi2ws.toml" ? file : undefined,
  };
}

function configOf(given: Given): Config {
  const invocation = readInvocation(sources(given));
  assert.equal(invocation.kind, "run");
  return (invocation as Extract<typeof invocation, { kind: "run" }>).config;
}

function rejects(given: Given, ...mentions: string[]) {
  assert.throws(() => readInvocation(sources(given)), (error) => {
    assert(error instanceof ConfigError);
    for (const mention of mentions) assert(error.message.includes(mention), error.message);
    assert(!error.message.includes("\n"), "one line");
    return true;
  });
}

Deno.test("without any setting, a Windows server gets the documented defaults", () => {
  assert.deepEqual(configOf({ env: { SystemRoot: "D:\\Windows" } }), {
    provider: "tapi32",
    tapiLibrary: "D:\\Windows\\System32\\tapi32.dll",
    host: "0.0.0.0",
    port: 43001,
    lineType: "number",
    lines: [],
    maxUnsentBytes: 4194304,
    historyLength: 10_000,
    clientTimeoutSeconds: 30,
    replyTimeoutSeconds: 10,
    journal: { file: ":memory:", days: 90 },
    fake: { extensions: 8, rate: 12, seed: undefined, scenario: undefined },
    log: { level: "info", format: "text", file: undefined },
  });
});

Deno.test("the journal is kept beside the executable, elsewhere, or not at all", () => {
  const given = { ...sources({}), defaultJournal: "C:\\Tapi2Ws\\tapi2ws-journal.sqlite" };
  const beside = readInvocation(given);
  assert(beside.kind === "run");
  assert.equal(beside.config.journal?.file, given.defaultJournal);
  const file = '[journal]\nfile = "D:\\\\calls.sqlite"\ndays = 30';
  assert.deepEqual(configOf({ file }).journal, { file: "D:\\calls.sqlite", days: 30 });
  assert.equal(configOf({ file: "journal = false" }).journal, undefined);
  assert.equal(configOf({ args: ["--journal", "false"] }).journal, undefined);
  assert.equal(configOf({ env: { TAPI2WS_JOURNAL: "false" } }).journal, undefined);
  assert.equal(configOf({ file: "journal = true" }).journal?.days, 90);
  rejects({ file: 'journal = "off"' }, 'journal in tapi2ws.toml = "off"', '"true" or "false"');
  rejects({ args: ["--journal-days", "0"] }, "--journal-days", "from 1 to 36500");
});

Deno.test("elsewhere the provider has to be named, and the message says how", () => {
  rejects({ os: "linux" }, "--provider fake");
  assert.equal(configOf({ os: "linux", args: ["--provider", "fake"] }).provider, "fake");
});

Deno.test("flags win over the environment, the environment over the file, the file over defaults", () => {
  const file = 'port = 1\nhost = "127.0.0.1"\nlineType = "string"\n[log]\nlevel = "debug"';
  const env = { TAPI2WS_PORT: "2", TAPI2WS_HOST: "127.0.0.2" };
  const config = configOf({ args: ["--port", "3"], env, file });
  assert.equal(config.port, 3);
  assert.equal(config.host, "127.0.0.2");
  assert.equal(config.lineType, "string");
  assert.equal(config.log.level, "debug");
  assert.equal(config.log.format, "text");
});

Deno.test("--lines takes several patterns, in each of the ways to write them", () => {
  const expected = ["201", "2*"];
  assert.deepEqual(configOf({ args: ["--lines", "201", "2*"] }).lines, expected);
  assert.deepEqual(configOf({ args: ["--lines", "201", "--lines", "2*"] }).lines, expected);
  assert.deepEqual(configOf({ args: ["--lines=201, 2*", "--port", "1"] }).lines, expected);
  assert.deepEqual(configOf({ env: { TAPI2WS_LINES: "201,2*" } }).lines, expected);
  assert.deepEqual(configOf({ file: 'lines = ["201", "2*"]' }).lines, expected);
  assert.deepEqual(configOf({ file: 'lines = [201, "2*"]' }).lines, expected);
  assert.deepEqual(configOf({ file: "lines = 201" }).lines, ["201"]);
});

Deno.test("a wrong value is named with its key, its value and what was expected", () => {
  rejects({ args: ["--port", "abc"] }, "--port", '"abc"', "whole number from 0 to 65535");
  rejects({ args: ["--port", "65536"] }, "--port", "65536", "65535");
  rejects({ args: ["--port=-1"] }, "--port", "-1");
  rejects({ env: { TAPI2WS_PORT: "1.5" } }, "TAPI2WS_PORT", "1.5");
  rejects({ file: 'port = "x"' }, "port in tapi2ws.toml", '"x"');
  rejects({ file: "port = 1.5" }, "port in tapi2ws.toml", "1.5");
  rejects({ args: ["--provider", "sip"] }, "--provider", '"tapi32" or "fake"');
  rejects({ args: ["--line-type", "text"] }, "--line-type", '"number" or "string"');
  rejects({ args: ["--lines", ""] }, "--lines", "expected extensions");
  rejects({ file: "host = 1" }, "host in tapi2ws.toml", "expected an address");
  rejects({ file: "[log]\nlevel = 'loud'" }, "log.level in tapi2ws.toml", '"loud"', '"debug"');
});

Deno.test("an unknown key is named, in a flag, as an argument and in the file", () => {
  rejects({ args: ["--prot", "1"] }, "--prot");
  rejects({ args: ["-p", "1"] }, "-p");
  rejects({ args: ["run"] }, '"run"');
  rejects({ args: ["--", "x"] }, "--");
  rejects({ file: "prot = 1" }, "prot = 1", "tapi2ws.toml", "port");
  rejects({ file: "[log]\nfoo = true" }, "log.foo", "tapi2ws.toml");
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
  assert.equal(configOf({ args: ["--config", "tapi2ws.toml"], file: "port = 5" }).port, 5);
  assert.equal(configOf({}).port, 43001);
  rejects({ env: { TAPI2WS_CONFIG: "other.toml" } }, "TAPI2WS_CONFIG", "other.toml");
  assert.equal(configOf({ env: { TAPI2WS_CONFIG: "" }, file: "port = 5" }).port, 5);
});

Deno.test("settings are frozen", () => {
  const config = configOf({});
  assert(Object.isFrozen(config) && Object.isFrozen(config.log) && Object.isFrozen(config.fake));
});

Deno.test("--help and --version win over everything else", () => {
  assert.equal(readInvocation(sources({ args: ["--help"], os: "linux" })).kind, "help");
  assert.equal(readInvocation(sources({ args: ["--version"], file: "x" })).kind, "version");
  for (const flag of ["--provider", "--lines", "--fake-rate", "--log-file", "--config"]) {
    assert(helpText().includes(flag), flag);
  }
});
