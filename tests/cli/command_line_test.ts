/** The command line: commands, operands and switches; `--help` and `--version`. */
import assert from "node:assert/strict";
import { execute, readCommandLine } from "../../src/cli/command_line.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { SettingsError } from "../../src/settings/setting.ts";
import { NOTHING_SET } from "../support/settings.ts";

const run = (...args: string[]) =>
  execute(args, { ...NOTHING_SET, os: "linux" }, {
    windows: undefined,
    lifecycle: {
      stopped: () => Promise.reject(new Error("it runs")),
      running() {},
      stopping() {},
    },
  });

function rejects(args: string[], ...mentions: string[]): void {
  assert.throws(() => readCommandLine(args), (error) => {
    assert(error instanceof SettingsError);
    for (const mention of mentions) assert(error.message.includes(mention), error.message);
    return true;
  });
}

Deno.test("--help and --version win over everything else", async () => {
  // Without Windows and without --provider, nothing else can be executed.
  const { text: help = "", exitCode } = await run("--help");
  assert.equal(exitCode, 0);
  for (const flag of ["--provider", "--lines", "--fake-rate", "--log-file", "--config"]) {
    assert(help.includes(flag), flag);
  }
  for (const { usage } of Object.values(COMMANDS)) assert(help.includes(usage), usage);
  assert.deepEqual((await run("token", "--help")).text, help);
  assert.match((await run("--version", "--port", "x")).text ?? "", /^tapi2ws \d/);
});

Deno.test("commands stand first, and each takes what it needs", () => {
  const command = (...args: string[]) => readCommandLine(args).command;
  assert.equal(command("lines", "--json", "--provider", "fake"), "lines");
  assert.equal(command("doctor", "--provider", "fake"), "doctor");
  assert.equal(command("run", "--provider", "fake"), "run");
  assert.equal(command("--provider", "fake"), "run");
  const { command: token, operand } = readCommandLine(["token", "crm"]);
  assert.deepEqual([token, operand], ["token", "crm"]);
  rejects(["token"], "a name");
  rejects(["token", "a", "b"], '"b"');
  rejects(["run", "now"], '"now"');
  rejects(["--json"], "--json", "doctor");
  rejects(["token", "crm", "--json"], "--json", "doctor or lines");
  rejects(["doctor", "now"], '"now"');
  rejects(["--port", "1", "doctor"], '"doctor"');
  rejects(["lines", "--prot", "1"], "--prot");
});

Deno.test("the doctor reports wrong settings, every other command refuses them", async () => {
  const { text = "", exitCode } = await run("doctor", "--port", "x");
  assert.equal(exitCode, 1);
  assert.match(text, /^wrong +settings: Cannot use --port = "x"/m);
  await assert.rejects(run("lines", "--port", "x"), SettingsError);
  await assert.rejects(run("--port", "x"), SettingsError);
});
