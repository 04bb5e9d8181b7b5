/** Settings of phones through the whole program, as Avaya's driver has them and by TAPI's own means. */
import assert from "node:assert/strict";
import type { FakeTapiOptions } from "../../src/fake/library.ts";
import type { Command } from "../../src/model/command.ts";
import type { FakeDriver } from "../../src/model/simulation.ts";
import type { Line } from "../../src/model/line.ts";
import { OUTSIDE, TestProgram } from "../support/program.ts";

const GROUP = { addresses: ["110"], name: "Sales", isGroup: true, members: ["201", "202"] };

function start(driver: FakeDriver, options: FakeTapiOptions = {}): Promise<TestProgram> {
  const scenario = { name: "", telephones: [GROUP], steps: [] };
  return TestProgram.start({ driver, scenario, ...options });
}

function lineOf({ program }: TestProgram, extension: string): Line {
  const line = program.state.lines().find(({ line }) => line === extension);
  assert(line, extension);
  return line;
}

const ON = "201";

/** A command, and what the line says when it has been carried out. */
const CHANGES: readonly (readonly [command: Command, expected: Partial<Line>])[] = [
  [{ cmd: "dnd", line: ON, on: true }, { doNotDisturb: true }],
  [{ cmd: "dnd", line: ON, on: false }, { doNotDisturb: false }],
  [{ cmd: "lamp", line: ON, on: true }, { messageWaiting: true }],
  [{ cmd: "lamp", line: ON, on: false }, { messageWaiting: false }],
  [{ cmd: "forward", line: ON, when: "always", to: "0199" }, {
    forwards: [{ when: "always", to: "0199" }],
  }],
  [{ cmd: "forward", line: ON, when: "always", to: null }, { forwards: [] }],
];
/** Those that TAPI has no function for. */
const AVAYAS: typeof CHANGES = [
  [{ cmd: "group", line: ON, mode: "out", group: "110" }, { groups: { member: 0, disabled: 1 } }],
  [{ cmd: "group", line: ON, mode: "in" }, { groups: { member: 1, disabled: 0 } }],
  [{ cmd: "logout", line: ON }, { user: null }],
  [{ cmd: "login", line: ON, user: "205" }, { user: { number: "205" } }],
];

for (
  const [driver, changes] of [["tapi", CHANGES], ["avaya_ip_office", [
    ...CHANGES,
    ...AVAYAS,
  ]]] as const
) {
  Deno.test(`${driver}: a line shows what a command has changed`, async () => {
    await using flow = await start(driver);
    for (const [command, expected] of changes) {
      assert(lineOf(flow, ON).can.includes(command.cmd as Line["can"][number]), command.cmd);
      await flow.does(command);
      await flow.pass(() => {
        const line = lineOf(flow, ON);
        return JSON.stringify({ ...line, ...expected }) === JSON.stringify(line);
      });
    }
  });
}

Deno.test("tapi: what only a vendor has is not_supported", async () => {
  await using flow = await start("tapi");
  assert.equal(lineOf(flow, ON).user, undefined);
  for (const [command] of AVAYAS) await flow.fails(command, "not_supported");
});

Deno.test("settings made at the phone arrive, and the group's line has the kind group", async () => {
  await using flow = await start("avaya_ip_office");
  const extension = flow.fake.exchange.extensions.get(ON)!;
  extension.setMessages(3, 2);
  extension.set({ absence: "At lunch", callWaiting: true });
  await flow.pass(() => lineOf(flow, ON).voicemail?.unread === 3);
  const { absence, callWaiting, messageWaiting, vendor, voicemail } = lineOf(flow, ON);
  assert.deepEqual(voicemail, { on: true, unread: 3, read: 2 });
  assert.deepEqual([absence, callWaiting, messageWaiting], ["At lunch", true, true]);
  assert.equal(vendor?.name, "avaya_ip_office");
  assert.deepEqual([lineOf(flow, "110").kind, lineOf(flow, ON).kind], ["group", "extension"]);
});

Deno.test("a hunt group's call is one: one id on every line, and the member's names the group", async () => {
  for (const driver of ["tapi", "avaya_ip_office"] as const) {
    await using flow = await start(driver);
    await flow.does({ cmd: "dial", line: "203", number: "110" });
    await flow.pass(() => flow.statesOf(ON).join() === "OFFERING");
    await flow.pass(() => flow.statesOf("110").length === 1);
    const [member] = flow.callsOf(ON);
    const [group] = flow.callsOf("110");
    const [caller] = flow.callsOf("203");
    assert.equal(new Set([member, group, caller].map((call) => call?.callId)).size, 1);
    assert.deepEqual([member?.group, group?.group], ["110", undefined]);
    await flow.does({ cmd: "drop", line: "203" });
    await flow.ends();
  }
});

Deno.test("a supervisor joins calls and hears them, where there is one", async () => {
  await using flow = await start("avaya_ip_office");
  const call = await flow.talk("202", OUTSIDE);
  for (const cmd of ["listen", "intrude"] as const) {
    await flow.does({ cmd, line: ON, extension: "202" });
    await flow.pass(() => flow.statesOf(ON).join() === "CONNECTED");
    await flow.does({ cmd: "drop", line: ON });
    await flow.pass(() => flow.callsOf(ON).length === 0);
  }
  await flow.does({ cmd: "drop", call });
  await flow.ends();
  await flow.fails({ cmd: "listen", line: ON, extension: "202" }, "tapi_error");
});

Deno.test("TAPI's own way to intrude: a call that has met busy", async () => {
  await using flow = await start("tapi");
  await flow.talk("202", OUTSIDE);
  await flow.does({ cmd: "dial", line: ON, number: "202" });
  await flow.pass(() => flow.statesOf(ON).join() === "BUSY");
  await flow.does({ cmd: "intrude", line: ON, extension: "202" });
  await flow.pass(() => flow.statesOf(ON).join() === "CONNECTED");
});
