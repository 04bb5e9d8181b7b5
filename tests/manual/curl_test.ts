/** The `curl` samples of the manual, run as a reader pastes them, on the fake exchange. */
import assert from "node:assert/strict";
import { Folder } from "../support/folder.ts";
import { MANUAL, samples } from "../support/manual.ts";
import { eventually } from "../support/patience.ts";
import { FakeExchange } from "../support/process.ts";
import { hasTool } from "../support/tools.ts";
import { assertValid } from "../support/v2_schema.ts";

const hasCurl = hasTool({
  command: "curl",
  suite: "the curl samples of the manual",
  remedy: "apt-get install curl",
  linuxOnly: true,
});

/** Each command of the samples, from one `curl` to the next. */
const COMMANDS = samples("sh", "curl ").flatMap((text) => text.trimEnd().split(/\n(?=curl )/));

/**
 * Runs a command in a shell, in a folder.
 *
 * @returns What it prints.
 * @throws Error if it fails, also by an HTTP status of 400 or above.
 */
async function run(command: string, port: number, cwd: string): Promise<string> {
  const own = command.replace("localhost:43001", `127.0.0.1:${port}`)
    .replace("curl ", "curl --silent --show-error --fail-with-body ");
  const { success, stdout, stderr } = await new Deno.Command("sh", { args: ["-c", own], cwd })
    .output();
  const text = new TextDecoder().decode(stdout);
  assert(success, `${command}\n${text}\n${new TextDecoder().decode(stderr)}`);
  return text;
}

/** The command that contains a text. */
function commandWith(part: string): string {
  const found = COMMANDS.filter((command) => command.includes(part));
  assert.equal(found.length, 1, part);
  return found[0] as string;
}

Deno.test({
  name: "every curl command of the manual does what the text says",
  ignore: !hasCurl,
  async fn() {
    await using folder = await Folder.make();
    await using exchange = await FakeExchange.start(
      `--journal-file=${folder.at("journal.sqlite")}`,
    );
    const { port } = exchange;
    const output = new Map<string, string>();
    // A missed call, for the journal: it rings, and the caller hangs up.
    await exchange.ring("201", "+441632960001", 1);
    await eventually(async () =>
      assert.equal(await exchange.metric("tapi2ws_journal_written_entries_total"), 1)
    );
    for (const command of COMMANDS) output.set(command, await run(command, port, folder.path));
    const answerTo = (part: string) => JSON.parse(output.get(commandWith(part)) ?? "");

    const ringing = answerTo("/fake/calls");
    assert.equal(ringing.call.line, "201");
    const [, shape = ""] = MANUAL.match(/`(\{"call":\{[^`]*\})`/) ?? [];
    for (const { call } of [ringing, answerTo("/fake/scenarios")]) {
      assert.deepEqual(Object.keys(call), Object.keys(JSON.parse(shape).call));
    }
    const dialled = answerTo("/commands");
    assertValid("Result", dialled);
    assert.equal(typeof dialled.result.call, "number");
    const page = answerTo("missed=true");
    assertValid("JournalPage", page);
    assert.deepEqual(page.entries.map(({ result }: { result: string }) => result), ["missed"]);
    assert.equal(output.get(commandWith("-o calls.csv")), "");
    assert.match(await Deno.readTextFile(folder.at("calls.csv")), /\+441632960001/);
    assert.equal(COMMANDS.length, 5);
  },
});
