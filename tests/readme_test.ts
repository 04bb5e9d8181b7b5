/** README's samples, as they stand there: its settings, its scenario, its tables. */
import assert from "node:assert/strict";
import { readInvocation } from "../src/settings/settings.ts";
import { createFakeTapi } from "../src/fake/library.ts";
import { SPECIAL_NUMBERS } from "../src/fake/dial_plan.ts";
import { parseScenario } from "../src/fake/scenario.ts";
import { flagOf, OPTIONS, variableOf } from "../src/settings/options.ts";
import { RULE_OPTIONS } from "../src/settings/access_rules.ts";
import { CLOSE } from "../src/server/close_codes.ts";
import { REQUESTS } from "../src/server/v2/requests.ts";
import { jsonSchema } from "../src/server/v2/schema.ts";
import { hasOpenSsl, makeCertificate } from "./support/certificate.ts";
import { FlowProgram } from "./support/program.ts";

const README = await Deno.readTextFile(new URL("../README.md", import.meta.url));

const TOML = [...README.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, toml = ""]) => toml);
const SCENARIO = TOML.find((toml) => toml.includes("[[step]]")) ?? "";
const SETTINGS = TOML.find((toml) => !toml.includes("[[step]]")) ?? "";

Deno.test("the sample of a settings file is accepted", () => {
  const invocation = readInvocation({
    args: [],
    env: () => undefined,
    os: "windows",
    defaultFile: "tapi2ws.toml",
    readTextFile: () => SETTINGS,
  });
  assert(invocation.kind === "run");
  assert.deepEqual(invocation.config.lines, ["201", "3*"]);
  assert.equal(invocation.config.log.file, "C:\\Tapi2Ws\\tapi2ws.log");
});

Deno.test("every sample of the security page is accepted, alone and as it stands", async () => {
  const page = README.slice(README.indexOf("## Security"), README.indexOf("## Protocol"));
  const samples = [...page.matchAll(/^ *```toml\n([\s\S]*?)```/gm)].map(([, toml = ""]) => toml);
  assert(samples.length >= 7);
  const pem = hasOpenSsl ? await makeCertificate("readme") : undefined;
  for (const toml of samples) {
    if (pem === undefined && toml.includes("[tls]")) continue;
    const invocation = readInvocation({
      args: [],
      env: () => undefined,
      os: "windows",
      defaultFile: "tapi2ws.toml",
      readTextFile: (path) =>
        path.endsWith(".pem") ? pem?.cert : path.endsWith(".key") ? pem?.key : toml,
    });
    assert(invocation.kind === "run", toml);
  }
});

Deno.test("every key of the tables of rights is in a sample, or named", () => {
  for (const { key } of RULE_OPTIONS) {
    const [table = "", name = table] = key.split(".");
    assert(README.includes(`[${table}]`) || README.includes(`${table} = `), key);
    assert(new RegExp(`\\b${name}\\b`).test(README), key);
  }
});

Deno.test("every setting is in the table, with its flag, its key and its default", () => {
  for (const { key, help } of OPTIONS) {
    const row = README.split("\n").find((line) => line.startsWith(`| \`${flagOf(key)} `));
    assert(row, `${flagOf(key)} has no row`);
    assert(row.includes(`\`${key}\``), row);
    const fallback = help.match(/\(default: ([\d.]+|[^ ,)]+\.dll)/)?.[1];
    if (fallback !== undefined) assert(row.includes(`\`${fallback}\``), row);
  }
  assert(README.includes(variableOf("log.file")));
});

Deno.test("the sample scenario plays: rings, is answered, is transferred, ends", async () => {
  const { name, steps } = parseScenario(SCENARIO, "README.md");
  // Once, so that it ends, and later, so that the client is there at its beginning.
  const scenario = { name, steps: steps.map((step) => ({ ...step, atMs: step.atMs + 2000 })) };
  await using flow = await FlowProgram.start([], { scenario, polite: true });
  const client = await flow.connect();
  await flow.pass(() => client.frames.some((f) => f.line === 202 && f.state === "IDLE"));
  const of = (line: number) =>
    client.frames.filter((frame) => frame.line === line).map(({ state }) => state);
  assert.deepEqual(of(201).slice(0, 2), ["OFFERING", "CONNECTED"]);
  assert.equal(of(201).at(-1), "IDLE");
  assert.equal(of(202)[0], "OFFERING");
  assert(of(202).includes("CONNECTED"));
  assert.equal(client.frames[0]?.callerId, "+441632960001");
});

Deno.test("every special number of the fake exchange is in its table", () => {
  for (const number of Object.values(SPECIAL_NUMBERS)) {
    assert(new RegExp(`^\\| \`${number}\` +\\|`, "m").test(README), number);
  }
});

Deno.test("every command, error, close code and named scenario is in its table", () => {
  const firstCells = [...README.matchAll(/^\| ([^|]+)\|/gm)].map(([, cell = ""]) => cell).join();
  const { $defs } = jsonSchema() as {
    $defs: { Error: { properties: { error: { properties: { code: { enum: string[] } } } } } };
  };
  const words = [
    ...Object.keys(REQUESTS),
    ...$defs.Error.properties.error.properties.code.enum,
    ...createFakeTapi().simulation.scenarios.map(({ name }) => name),
  ];
  for (const word of words) assert(firstCells.includes(`\`${word}\``), word);
  for (const code of Object.values(CLOSE)) {
    assert(new RegExp(`^\\| ${code} +\\|`, "m").test(README), String(code));
  }
});
