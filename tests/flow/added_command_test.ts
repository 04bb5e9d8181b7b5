/**
 * A command that the program does not have, added to a copy of it by a row in two files. With a test of
 * its own that makes three; a method of the client library, and its type, would make five.
 */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Library from "../../src/client/client.d.ts";
import type * as Panel from "../../src/panel/commands.js";
import { V2_PROTOCOL } from "../../src/server/sub_protocols.ts";
import { RecordingClient } from "../support/client.ts";
import { FakeExchange } from "../support/process.ts";
import { ProgramCopy } from "../support/program_copy.ts";
import { validatorOf } from "../support/v2_schema.ts";

/** The rows of `wink`, which holds a call, by the file that each is added to. */
const ROWS: Readonly<Record<string, string>> = {
  "src/model/command.ts": `  wink: {
    target: "call",
    can: "call",
    fields: { times: { kind: ["once", "twice"] } },
    result: [],
    help: "Winks at whoever waits",
  },
`,
  "src/session/commands/table.ts":
    `  wink: onCall("lineHold", CAN.HOLD, CONNECTED, ({ handle }) => [handle]),
`,
};
/** The commands about calls come first; this is the first of the others, in both files. */
const NEXT_ROW = "  dial: {\n";

/** A copy of the program with the rows of `wink`. */
class CopyWithWink extends ProgramCopy {
  constructor() {
    super();
    for (const [file, row] of Object.entries(ROWS)) {
      const path = join(this.root, file);
      const parts = Deno.readTextFileSync(path).split(NEXT_ROW);
      assert.equal(parts.length, 2, `${file} has one row of dial`);
      Deno.writeTextFileSync(path, parts.join(row + NEXT_ROW));
    }
  }

  /** The errors of `deno check`. */
  async typeErrors(): Promise<string> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--frozen", "--quiet", "src/main.ts"],
      cwd: this.root,
      env: { NO_COLOR: "1" },
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  }
}

/** The modules that the server serves to browsers, imported as they import them. */
class Served {
  readonly #port: number;
  readonly #folder: string;

  constructor(port: number, folder: string) {
    this.#port = port;
    this.#folder = folder;
  }

  async text(path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.#port}/${path}`);
    const text = await response.text();
    assert.equal(response.status, 200, `${path}: ${text}`);
    return text;
  }

  /** @param path The module that is imported; `others`: those that it imports. */
  async module<M>(path: string, ...others: readonly string[]): Promise<M> {
    for (const each of [path, ...others]) {
      Deno.mkdirSync(dirname(join(this.#folder, each)), { recursive: true });
      Deno.writeTextFileSync(join(this.#folder, each), await this.text(each));
    }
    return await import(pathToFileURL(join(this.#folder, path)).href);
  }
}

Deno.test("a telephone command is added by a row in two files of src/: read, checked, done, audited, offered and published", async () => {
  using copy = new CopyWithWink();
  assert.equal(await copy.typeErrors(), "");
  await using exchange = await FakeExchange.startFrom(copy.root, "--fake-seed=1");
  const { port } = exchange;
  await using client = await RecordingClient.connect(port, "/", [V2_PROTOCOL]);
  // deno-lint-ignore no-explicit-any -- frames of a protocol that this program does not have
  const frames = () => client.texts.map((text): any => JSON.parse(text));
  const ask = async (command: object) => {
    const id = client.texts.length;
    client.send({ id, ...command });
    await client.until(() => frames().some((frame) => frame.id === id));
    return frames().find((frame) => frame.id === id);
  };
  /** What the call of 201 is now, of all that was heard. */
  const call = () => frames().findLast(({ type }) => type === "call")?.call;

  await ask({ cmd: "subscribe" });
  await exchange.ring("201", "+441632960001");
  await client.until(() => call()?.state === "OFFERING");
  assert(!call().can.includes("wink"), "a ringing call cannot be held");
  await ask({ cmd: "answer", line: "201" });
  await client.until(() => call()?.state === "CONNECTED");
  assert(call().can.includes("wink"));

  const wink = { cmd: "wink", call: call().id, times: "once" };
  for (
    const [wrong, message] of [
      [{ ...wink, loudly: true }, "loudly: expected no such field"],
      [{ ...wink, times: "thrice" }, 'times: expected "once" or "twice"'],
      [{ ...wink, call: "the first" }, "call: expected a call's number"],
      [{ cmd: "wink", times: "once" }, "line: expected an extension, a string"],
    ] as const
  ) {
    assert.deepEqual((await ask(wrong)).error, { code: "bad_request", message });
  }
  assert.equal(call().state, "CONNECTED");

  assert.deepEqual((await ask(wink)).result, {});
  await client.until(() => call()?.state === "ONHOLD");
  assert(!call().can.includes("wink"));
  await exchange.process.logged(/audit.* wink of call \d+ on line 201: done/);
  // Now it is refused by the call's features, as every other command.
  const refused = (await ask(wink)).error;
  assert.equal(refused.code, "not_supported");
  assert.match(refused.message, /lacks LINECALLFEATURE_HOLD in the state ONHOLD/);

  const served = new Served(port, join(copy.root, "served"));
  const schema = JSON.parse(await served.text("api/v2/schema.json"));
  assert(schema.$defs.WinkCommand);
  const isValid = validatorOf(schema);
  assert(isValid({ id: 1, ...wink }));
  assert(!isValid({ id: 1, ...wink, times: "thrice" }));
  for (const frame of frames()) assert(isValid(frame), JSON.stringify(frame));

  // The panel's button and its form.
  const panel = await served.module<typeof Panel>(
    ...["panel/commands.js", "panel/format.js", "model/command.ts"] as const,
  );
  const [button] = panel.commandsIn(["wink"]);
  assert(button);
  const { label, help, isAboutCall, fields } = button;
  assert.deepEqual([label, help, isAboutCall], ["Wink", "Winks at whoever waits", true]);
  const choices = [["once", "once"], ["twice", "twice"]];
  assert.deepEqual(fields.map((field) => [field.name, field.choices]), [["times", choices]]);

  // The client library, which needs a method of its own only for comfort.
  assert.match(await served.text("client.d.ts"), /CallAbility =[^;]*"wink"/);
  const { connect } = await served.module<typeof Library>("client.js");
  await using library = connect(`ws://127.0.0.1:${port}/`);
  await library.ready;
  await library.unhold({ line: "201" });
  await client.until(() => call()?.state === "CONNECTED");
  assert.deepEqual(await library.command("wink", { line: "201", times: "twice" }), {});
  await client.until(() => call()?.state === "ONHOLD");
});
