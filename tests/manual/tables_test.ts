/** The manual's samples, as they stand there: its settings, its scenario, its tables. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { createFakeTapi } from "../../src/fake/library.ts";
import { SPECIAL_NUMBERS } from "../../src/fake/exchange/dial_plan.ts";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import { ACCESS_SETTINGS } from "../../src/settings/access_rules.ts";
import { ROWS } from "../../src/settings/schema.ts";
import { defaultTextOf, flagNameOf, type Setting, variableOf } from "../../src/settings/setting.ts";
import { CLOSE } from "../../src/model/close_code.ts";
import { FORMS } from "../../src/server/v2/requests.ts";
import { jsonSchema } from "../../src/server/v2/schema.ts";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import { MANUAL, rowsOf, sample, samples, TABLE_ROWS } from "../support/manual.ts";
import { TestProgram } from "../support/program.ts";
import { settingsOfFile } from "../support/settings.ts";

/** A setting's row in the manual: flag, key, default, meaning. */
function rowOf(key: string, row: Setting): string[] {
  const { placeholder, help, manual } = row;
  const flag = placeholder === undefined ? "" : `\`--${flagNameOf(key)} ${placeholder}\``;
  const meaning = [help, ...manual === undefined ? [] : [manual]].join(". ");
  const cells = [flag, `\`${key}\``, defaultTextOf(row) ?? "none", meaning];
  return cells.map((cell) => cell.replaceAll("|", "\\|"));
}

Deno.test("the sample of a settings file is accepted", () => {
  const settings = settingsOfFile(sample("toml", "[log]"));
  assert.deepEqual(settings.lines, ["201", "3*"]);
  assert.equal(settings.log.file, "tapi2ws.log");
});

Deno.test("every sample of settings is accepted, alone and as it stands", async () => {
  const all = samples("toml").filter((toml) => !toml.includes("[[step]]"));
  assert(all.length >= 8);
  const pem = hasOpenSsl ? await makeCertificate("readme") : undefined;
  for (const toml of all) {
    if (pem === undefined && toml.includes("[tls]")) continue;
    settingsOfFile(toml, (path) => path.endsWith(".pem") ? pem?.cert : pem?.key);
  }
});

Deno.test("every key of the tables of rights is in a sample, or named", () => {
  for (const key of Object.keys(ACCESS_SETTINGS)) {
    const [table = "", name = table] = key.split(".");
    assert(MANUAL.includes(`[${table}]`) || MANUAL.includes(`${table} = `), key);
    assert(new RegExp(`\\b${name}\\b`).test(MANUAL), key);
  }
});

Deno.test("the table of settings is the program's: flags, keys, defaults, meanings", () => {
  const expected = ROWS.map(([key, row]) => rowOf(key, row));
  const first = TABLE_ROWS.findIndex((row) => isDeepStrictEqual(row, expected[0]));
  assert.deepEqual(TABLE_ROWS.slice(first).slice(0, expected.length), expected);
  assert(MANUAL.includes(variableOf("log.file")));
});

Deno.test("the sample scenario plays: rings, is answered, is transferred, ends", async () => {
  const { name, steps } = parseScenario(sample("toml", "[[step]]"), "the manual");
  // Once, so that it ends, and later, so that the client is there at its beginning.
  const scenario = { name, steps: steps.map((step) => ({ ...step, atMs: step.atMs + 2000 })) };
  await using flow = await TestProgram.start({ scenario });
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
    assert.equal(rowsOf(new RegExp(`^\`${number}\`$`)).length, 1, number);
  }
});

Deno.test("the scenarios are in their table, as the server describes them", () => {
  for (const { name, description } of createFakeTapi().simulation.scenarios) {
    const isRow = ([cell, text]: readonly string[]) =>
      cell === `\`${name}\`` && text === description;
    assert(TABLE_ROWS.some(isRow), name);
  }
});

Deno.test("every command, error and close code is in its table", () => {
  const firstCells = TABLE_ROWS.map(([cell]) => cell).join();
  const { $defs } = jsonSchema() as {
    $defs: { Error: { properties: { error: { properties: { code: { enum: string[] } } } } } };
  };
  const words = [
    ...FORMS.keys(),
    ...$defs.Error.properties.error.properties.code.enum,
  ];
  for (const word of words) assert(firstCells.includes(`\`${word}\``), word);
  for (const { code } of Object.values(CLOSE)) {
    assert.equal(rowsOf(new RegExp(`^${code}$`)).length, 1, String(code));
  }
});
