/** The manual's JSON: each sample is what the program sends, receives or writes. */
import assert from "node:assert/strict";
import { Ajv2020 } from "ajv/dist/2020.js";
import { openApi } from "../../src/server/http/openapi.ts";
import { asyncApi } from "../../src/server/v2/asyncapi.ts";
import { Folder } from "../support/folder.ts";
import { MANUAL, samples } from "../support/manual.ts";
import { FakeExchange } from "../support/process.ts";
import { tokenRule } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";

type Sample = Readonly<Record<string, unknown>>;

const SERVER = new URL("http://localhost:43001/");

/** A document in which objects have no members but those that it lists. */
function closed(document: object): object {
  return JSON.parse(
    JSON.stringify(document),
    (_, value) =>
      value?.type === "object" && "properties" in value
        ? { additionalProperties: false, ...value }
        : value,
  );
}

const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema(closed(openApi(SERVER, "0.1.0")), "http");
ajv.addSchema(closed(asyncApi(SERVER, "0.1.0")), "sockets");

/** The problems of a value that a document calls by this name. */
function problemsOf(document: "http" | "sockets", name: string, value: unknown): string {
  const validate = ajv.getSchema(`${document}#/components/schemas/${name}`);
  assert(validate, name);
  return validate(value) ? "" : ajv.errorsText(validate.errors);
}

/** The document and the name of a sample's schema, by the first of these members that it has. */
const KINDS: Readonly<Record<string, ["http" | "sockets", string]>> = {
  type: ["http", "ServerFrame"],
  cmd: ["http", "ClientFrame"],
  entries: ["http", "JournalPage"],
  error: ["sockets", "ClassicError"],
  troubles: ["http", "Readiness"],
  uptimeSeconds: ["http", "Health"],
  callerId: ["sockets", "ClassicCall"],
  presentation: ["http", "Party"],
};

function kindOf(sample: Sample): ["http" | "sockets", string] {
  const [member] = Object.keys(KINDS).filter((key) => key in sample);
  assert(member, `No schema is known for ${JSON.stringify(sample)}`);
  return KINDS[member] as ["http" | "sockets", string];
}

const ALL: readonly Sample[] = [
  ...samples("json"),
  ...[...MANUAL.matchAll(/`(\{"status":[^`]*\})`/g)].map(([, text = ""]) => text),
].map((text) => JSON.parse(text));
/** The audit file has no published schema. */
const AUDIT_LINES = ALL.filter((sample) => "at" in sample && "identity" in sample);
const SAMPLES = ALL.filter((sample) => !AUDIT_LINES.includes(sample));

Deno.test("every JSON sample is valid by a schema that the program publishes", () => {
  const found = new Set<string>();
  for (const sample of SAMPLES) {
    const [document, name] = kindOf(sample);
    found.add(name);
    assert.equal(problemsOf(document, name, sample), "", JSON.stringify(sample));
  }
  assert.deepEqual([...found].sort(), Object.values(KINDS).map(([, name]) => name).sort());
});

Deno.test("a sample with a member that the program does not have is refused", () => {
  for (const sample of SAMPLES) {
    const [document, name] = kindOf(sample);
    if (name !== "AuditLine") {
      assert(problemsOf(document, name, { ...sample, colour: "red" }), name);
    }
  }
});

Deno.test("the sample of the audit file is the line that its command leaves there", async () => {
  assert.equal(AUDIT_LINES.length, 1);
  const [line = {}] = AUDIT_LINES;
  await using folder = await Folder.make();
  const { sha256 } = tokenRule("secret");
  const config = await folder.write(
    "settings.toml",
    `[audit]\nfile = ${JSON.stringify(folder.at("audit.jsonl"))}\n
[[token]]\nname = "${line["identity"]}"\nsha256 = "${sha256}"\ncan = ["monitor", "control"]
lines = ["*"]
`,
  );
  await using exchange = await FakeExchange.start(`--config=${config}`);
  await using client = await V2TestClient.connect(exchange.port);
  await client.ask({ cmd: "auth", token: "secret" });
  await client.ask({ cmd: "dial", line: "201", number: "+441632960001" });
  const written = JSON.parse(await Deno.readTextFile(folder.at("audit.jsonl")));
  for (const { at, address } of [line, written]) {
    assert.match(String(at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assert.match(String(address), /^[\d.]+:\d+$/);
  }
  const { at, address } = line;
  assert.equal(JSON.stringify({ ...written, at, address }), JSON.stringify(line));
});
