/** Names of callers in the whole program: when they come, who gets them, and where they stay. */
import assert from "node:assert/strict";
import type { Party } from "../../src/model/call.ts";
import { Folder } from "../support/folder.ts";
import { LogRecorder } from "../support/log.ts";
import { eventually } from "../support/patience.ts";
import { TestProgram } from "../support/program.ts";
import { tokenRule } from "../support/server.ts";
import { settingsWith } from "../support/settings.ts";

const KNOWN = "+441632960051";
const SEVERAL = "+441632960081";
const LATE = "+441632960091";
const UNKNOWN = "+441632960001";
const V2 = ["tapi2ws.v2"];

interface CallFrame {
  readonly change: string;
  readonly seq: number;
  readonly call: { readonly id: number; readonly caller: Party; readonly state: string };
}

/** A client that hears calls, and the events of one. */
async function listen(flow: TestProgram) {
  const client = await flow.connect("/", V2);
  client.send({ cmd: "subscribe", id: 1 });
  await flow.pass(() => client.frames.some((frame) => "result" in frame));
  const of = (id: number) =>
    (client.frames as unknown as CallFrame[]).filter(({ call }) => call?.id === id);
  return { of };
}

const nameIn = (frames: readonly CallFrame[]) => frames.at(-1)?.call.caller.directory?.name;

Deno.test("a call's event comes at once, and its name as a change of its information", async () => {
  await using flow = await TestProgram.start();
  const { of } = await listen(flow);
  const call = await flow.ring("201", KNOWN);
  await flow.pass(() => nameIn(of(call)) !== undefined);
  const frames = of(call);
  assert.equal(frames[0]?.change, "new");
  assert.equal(frames[0]?.call.caller.directory, undefined);
  const named = frames.filter(({ call }) => call.caller.directory !== undefined);
  assert.equal(named[0]?.change, "info");
  const { directory } = named[0]!.call.caller;
  assert.equal(directory?.source, "simulated");
  assert.equal(directory?.id, "C-0051-1");
  assert.equal(directory?.others, undefined);
  // It stays while the call goes on.
  await flow.does({ cmd: "answer", call });
  await flow.reach(call, "CONNECTED");
  assert.equal(flow.program.state.call(call)?.caller.directory?.id, "C-0051-1");
});

Deno.test("unknown, several and late: nothing, all of them, and the name when it comes", async () => {
  await using flow = await TestProgram.start();
  const { of } = await listen(flow);
  const [unknown, several, late] = [
    await flow.ring("201", UNKNOWN),
    await flow.ring("202", SEVERAL),
    await flow.ring("203", LATE),
  ];
  await flow.pass(() => nameIn(of(several)) !== undefined);
  assert.equal(nameIn(of(late)), undefined);
  assert.equal(of(several).at(-1)?.call.caller.directory?.others?.length, 1);
  await flow.pass(() => nameIn(of(late)) !== undefined);
  assert.equal(nameIn(of(unknown)), undefined);
  // The next call has it before the answer could come again.
  const again = await flow.ring("204", LATE);
  const startMs = flow.clock.nowMs();
  await flow.pass(() => nameIn(of(again)) !== undefined);
  assert(flow.clock.nowMs() - startMs < 2000);
});

Deno.test("the journal keeps the name, and the log has nothing of it", async () => {
  await using log = await LogRecorder.start("debug");
  await using flow = await TestProgram.start();
  const call = await flow.ring("201", KNOWN);
  await flow.pass(() => flow.program.state.call(call)?.caller.directory !== undefined);
  const { name, company } = flow.program.state.call(call)!.caller.directory!;
  await flow.does({ cmd: "drop", call });
  await flow.reach(call, "IDLE");
  await flow.clock.advanceAsync(1000);
  const response = await fetch(`http://127.0.0.1:${flow.port}/api/v2/journal`);
  const { entries } = await response.json();
  assert.equal(entries[0]?.caller.directory?.name, name);
  const lines = log.lines.join("\n");
  for (const secret of [name, company, KNOWN]) assert(!lines.includes(secret), secret);
});

Deno.test("a number that is withheld is not looked up, and a name goes with its number", async () => {
  await using flow = await TestProgram.start();
  flow.fake.simulation.ring({ to: "201", from: KNOWN, hidden: true });
  await flow.pass(() => flow.program.state.calls().length === 1);
  await flow.clock.advanceAsync(5000);
  const [call] = flow.program.state.calls();
  assert.equal(call?.caller.presentation, "withheld");
  assert.equal(JSON.stringify(call).includes("directory"), false);
});

Deno.test("a directory that hangs delays no event, and readyz and metrics name it", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}/?n={e164}`;
  await using flow = await TestProgram.start({
    file: `
[[directory.source]]
type = "http"
name = "crm"
url = "${url}"
`,
  });
  const { of } = await listen(flow);
  const call = await flow.ring("201", KNOWN);
  await flow.pass(() => of(call).length > 0);
  assert.equal(of(call)[0]?.change, "new");
  const get = async (path: string) =>
    await (await fetch(`http://127.0.0.1:${flow.port}${path}`)).text();
  // The second source is asked after the first one's time.
  await flow.pass(() => nameIn(of(call)) !== undefined);
  const { directory } = JSON.parse(await get("/readyz"));
  assert.deepEqual(directory, [
    { source: "crm", status: "failing", error: "no answer within 3000 ms" },
    { source: "simulated", status: "up" },
  ]);
  const metrics = await get("/metrics");
  assert.match(metrics, /tapi2ws_directory_questions_total\{source="crm",result="failed"\} 1\n/);
  assert.match(metrics, /tapi2ws_directory_source_up\{source="crm"\} 0\n/);
  assert.match(metrics, /tapi2ws_directory_source_up\{source="simulated"\} 1\n/);
});

Deno.test("changed settings of the directory and of links are used while the program runs", async () => {
  await using folder = await Folder.make();
  const file = await folder.write("people.csv", `number,name,id\n${UNKNOWN},Ada Example,7\n`);
  await using flow = await TestProgram.start();
  flow.program.reconfigure(settingsWith(`
[[directory.source]]
type = "csv"
name = "people"
file = "${file}"

[[link]]
name = "Card"
url = "https://crm.example.com/{id}"
on = "ring"
`));
  const call = await flow.ring("201", UNKNOWN);
  await flow.pass(() => flow.program.state.call(call)?.caller.directory?.name === "Ada Example");
  const response = await fetch(`http://127.0.0.1:${flow.port}/api/v2/calls`);
  const [{ links }] = await response.json();
  assert.deepEqual(links, [{ name: "Card", url: "https://crm.example.com/7", on: "ring" }]);
});

Deno.test("only those who see the line hear the name", async () => {
  await using flow = await TestProgram.start({
    file: `
[anonymous]
can = ["monitor", "control"]
lines = ["202"]
`,
  });
  const client = await flow.connect("/", V2);
  client.send({ cmd: "subscribe", id: 1 });
  const hidden = await flow.ring("201", KNOWN);
  await flow.pass(() => flow.program.state.call(hidden)?.caller.directory !== undefined);
  const seen = await flow.ring("202", SEVERAL);
  await flow.pass(() => flow.program.state.call(seen)?.caller.directory !== undefined);
  await eventually(() => assert(JSON.stringify(client.frames).includes("C-0081")));
  assert(!JSON.stringify(client.frames).includes("C-0051"));
});

Deno.test("any number is looked up for a token that sees every line, and for nobody else", async () => {
  const tokens = ["all", "some"].map((name) =>
    tokenRule(name, { lines: name === "all" ? ["*"] : ["201"] })
  );
  const file = tokens.map(({ name, sha256, lines }) =>
    `[[token]]\nname = "${name}"\nsha256 = "${sha256}"\nlines = ${JSON.stringify(lines)}\n`
  ).join("\n");
  await using flow = await TestProgram.start({ file });
  const ask = async (token?: string) => {
    const response = await fetch(`http://127.0.0.1:${flow.port}/api/v2/commands`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...token !== undefined && { authorization: `Bearer ${token}` },
      },
      body: JSON.stringify({ cmd: "number", text: "+44 (0)1632 960051" }),
    });
    const { result } = await response.json();
    assert.equal(result.number.e164, KNOWN);
    return result.number.directory?.id;
  };
  assert.equal(await ask("all"), "C-0051-1");
  assert.equal(await ask("some"), undefined);
  assert.equal(await ask(), undefined);
});
