/** The manual's samples: settings are accepted, scenarios play, messages are read, code has the right types. */
import assert from "node:assert/strict";
import { join } from "node:path";
import denoJson from "../../deno.json" with { type: "json" };
import { readCommandLine } from "../../src/cli/command_line.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import { parseClassic } from "../../src/server/classic/messages.ts";
import { parseMessage } from "../../src/server/v2/requests.ts";
import { hasOpenSsl, makeCertificate } from "../support/certificate.ts";
import { MANUAL, sample, samples } from "../support/manual.ts";
import { TestProgram } from "../support/program.ts";
import { settingsOfFile } from "../support/settings.ts";

Deno.test("the sample of a settings file is accepted", () => {
  const settings = settingsOfFile(sample("toml", "[log]"));
  assert.deepEqual(settings.lines, ["201", "3*"]);
  assert.equal(settings.log.file, "tapi2ws.log");
});

Deno.test("every sample of settings is accepted, alone and as it stands", async () => {
  const all = samples("toml").filter((toml) => !toml.includes("[[step]]"));
  assert(all.length >= 8);
  const pem = hasOpenSsl ? await makeCertificate("manual") : undefined;
  for (const toml of all) {
    if (pem === undefined && toml.includes("[tls]")) continue;
    settingsOfFile(toml, (path) => path.endsWith(".pem") ? pem?.cert : pem?.key);
  }
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

Deno.test("every message of a client that the text has is read without an error, by v2 or classic", () => {
  const messages = [...MANUAL.matchAll(/`(\{"cmd":[^`]*\})`/g)].map(([, text = ""]) => text);
  assert(messages.length >= 3);
  for (const text of messages) {
    const kinds = [parseMessage(text).kind, parseClassic(text).kind];
    assert(kinds.some((kind) => kind !== "error"), text);
  }
});

/** Flags that only some commands take. */
const COMMAND_FLAGS = Object.values(COMMANDS).flatMap(({ switches, options = [], lists = [] }) => [
  ...switches,
  ...options,
  ...lists,
]);

/** A command line's words; quotes keep blanks together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|[^\s"]+/g)].map(([word, quoted]) => quoted ?? word);
}

Deno.test("every command line of the program is one that it takes", () => {
  const inline = [...MANUAL.matchAll(/`(?:\.\\)?tapi2ws((?: [^`…]+)?)`/g)];
  const terminal = [...samples("sh"), ...samples("bat")].join("\n");
  const lines = terminal.matchAll(/^(?:\.\\)?tapi2ws((?: [^#\n]*)?)/gm);
  const all = [...inline, ...lines].map(([, args = ""]) => args);
  assert(all.length >= 8);
  for (const line of all) readCommandLine(wordsOf(line));
  const flags = [...MANUAL.matchAll(/`(--[a-z-]+)(?: ([^`]+))?`/g)];
  assert(flags.length >= 30);
  for (const [, flag = "", value] of flags) {
    const ofCommand = COMMAND_FLAGS.includes(flag.slice(2));
    const takesNone = /^--(?:version|help)$/.test(flag);
    if (!ofCommand) readCommandLine([flag, ...takesNone ? [] : [value ?? "1"]]);
  }
});

Deno.test("every task that the manual names is there", () => {
  const names = [...MANUAL.matchAll(/\bdeno(?:@[\d.]+)? task ([a-z:]+)/g)].map(([, name]) => name);
  assert(names.length >= 8);
  for (const name of names) assert(name !== undefined && name in denoJson.tasks, String(name));
});

/** Declarations that the JavaScript samples take for granted. */
const GIVEN = `declare const client: import("./client.d.ts").Client;
declare const token: string;
declare function replaceAll(state: unknown): void;
declare function apply(event: unknown): void;
declare const EXTENSION_ID: string;
declare const chrome: { runtime: { sendMessage(id: string, message: object): Promise<any> } };
`;

Deno.test("every JavaScript sample has the types of the client library", async () => {
  const folder = await Deno.makeTempDir({ prefix: "tapi2ws-samples-" });
  try {
    const types = await Deno.readTextFile(new URL("../../src/client/client.d.ts", import.meta.url));
    const model = new URL("../../src/model/", import.meta.url).href;
    await Deno.writeTextFile(join(folder, "client.d.ts"), types.replaceAll("../model/", model));
    const all = samples("js");
    assert(all.length >= 3);
    const paths = [];
    for (const [index, text] of all.entries()) {
      const own = text.replaceAll(
        /"https?:\/\/(?:server|localhost):43001\/client\.js"/g,
        () => '"./client.d.ts"',
      )
        .replace("import { connect }", "import { connect as connectTo }")
        .replaceAll(" = connect(", " = connectTo(");
      const given = text.includes("const client =") ? GIVEN.replace(/^.*\n/, "") : GIVEN;
      const path = join(folder, `sample${index}.ts`);
      await Deno.writeTextFile(path, `${given}${own}\nexport {};\n`);
      paths.push(path);
    }
    const config = join(folder, "deno.json");
    await Deno.writeTextFile(config, '{ "compilerOptions": { "lib": ["dom", "esnext"] } }');
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--no-lock", "--config", config, ...paths],
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
