/** The one way of a command: permitted, executed, and in the audit log once, without numbers in full. */
import { Numbers } from "../../src/numbers/numbers.ts";
import assert from "node:assert/strict";
import type { Command, CommandResult } from "../../src/model/command.ts";
import { type Right, RIGHTS } from "../../src/model/right.ts";
import { execute } from "../../src/server/commands.ts";
import { RecordingClient } from "../support/client.ts";
import { callEvent, lineEvent, strictBus } from "../support/events.ts";
import { ANYONE, strangers } from "../support/identity.ts";
import { LogRecorder } from "../support/log.ts";
import { until } from "../support/patience.ts";
import { startTestServer } from "../support/server.ts";
import { FoldedState } from "../support/state.ts";

const SENDER = { identity: { ...ANYONE, name: "ada" }, address: "192.0.2.1:5000" };
const NUMBER = "+441632960456";

/** Line 201 with call 7, and a phone system that ends the call with each command. */
function rig(result: CommandResult = { ok: true, outcome: {} }) {
  const bus = strictBus();
  const state = FoldedState.of(bus);
  bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  bus.publish(callEvent({ id: 7, line: "201" }, { change: "new" }));
  const executed: Command[] = [];
  const commands = {
    execute(command: Command) {
      executed.push(command);
      bus.publish(callEvent({ id: 7, line: "201", state: "IDLE" }, { change: "ended" }));
      return Promise.resolve(result);
    },
    lineOf: () => undefined,
  };
  const give = (command: Command, identity = SENDER.identity) =>
    execute(command, { ...SENDER, identity }, {
      state,
      commands,
      numbers: new Numbers(),
      strangers: strangers(),
    });
  return { executed, give };
}

Deno.test("every command is in the audit log once, with its result, and no number in full", async () => {
  const error = { code: "tapi_error", message: "LINEERR_RESOURCEUNAVAIL" } as const;
  const cases: [Command, string][] = [
    [{ cmd: "answer", call: 7 }, "answer of call 7 on line 201: done"],
    [{ cmd: "dtmf", call: 7, digits: "4711" }, "dtmf of call 7 on line 201: done"],
    [{ cmd: "consult", line: "201", number: NUMBER }, "consult on line 201 to +*********456: done"],
    [{ cmd: "drop", line: "201", all: true }, "drop on line 201: done"],
    [{ cmd: "drop", call: 8 }, "drop of call 8: done"],
    [
      { cmd: "dial", line: "+441632960111", number: NUMBER },
      "dial on line +*********111 to +*********456: done",
    ],
    [{ cmd: "forward", line: "201", when: "busy", to: "202" }, "forward on line 201 to 202: done"],
    [{ cmd: "forward", line: "201", when: "busy", to: null }, "forward on line 201: done"],
    [{ cmd: "park", call: 7, slot: "1234" }, "park of call 7 on line 201 in slot *234: done"],
    [{ cmd: "pickup", line: "201", from: "2024" }, "pickup on line 201 from *024: done"],
    [{ cmd: "complete", line: "201", mode: "transfer" }, "complete on line 201: done"],
  ];
  await using log = await LogRecorder.start("debug");
  for (const [command] of cases) await rig().give(command);
  await rig({ ok: false, error }).give({ cmd: "hold", call: 7 });
  assert.deepEqual(log.lines, [
    ...cases.map(([, line]) => `ada at 192.0.2.1:5000: ${line}`),
    "ada at 192.0.2.1:5000: hold of call 7 on line 201: tapi_error, LINEERR_RESOURCEUNAVAIL",
  ]);
});

Deno.test("commands that need more than control are in the audit log; bytes are not", async () => {
  const chief = { ...ANYONE, can: RIGHTS };
  const cases: [Command, string][] = [
    [{ cmd: "intrude", line: "201", extension: "2024" }, "intrude on line 201 of *024: done"],
    [{ cmd: "login", line: "201", user: "2024" }, "login on line 201 for *024: done"],
    [{ cmd: "account", line: "201", code: "4711" }, "account on line 201 with code *711: done"],
    [{ cmd: "vendor", line: "201", data: "092f" }, "vendor on line 201: done"],
  ];
  await using log = await LogRecorder.start();
  for (const [command] of cases) await rig().give(command, chief);
  assert.deepEqual(log.lines, cases.map(([, line]) => `anonymous at 192.0.2.1:5000: ${line}`));
});

Deno.test("a right holds on every line that a command names, and includes no other", async () => {
  const { executed, give } = rig();
  const codeOf = async (command: Command, can: readonly Right[], lines = ["*"]) => {
    const result = await give(command, { ...ANYONE, can, lines });
    return result.ok ? "done" : result.error.code;
  };
  const intrude: Command = { cmd: "intrude", line: "201", extension: "202" };
  const bytes: Command = { cmd: "vendor", line: "201", data: "00" };
  for (const can of [["control"], ["monitor", "control"], ["control", "vendor"]] as const) {
    assert.equal(await codeOf(intrude, can), "not_permitted");
  }
  assert.equal(await codeOf(intrude, ["supervise"], ["201"]), "unknown_line");
  assert.equal(await codeOf(intrude, ["supervise"], ["202"]), "unknown_line");
  assert.equal(await codeOf(bytes, ["monitor", "control", "supervise"]), "not_permitted");
  assert.equal(await codeOf({ cmd: "dnd", line: "201", on: true }, ["supervise"]), "not_permitted");
  assert.deepEqual(executed, []);
  assert.equal(await codeOf(intrude, ["supervise"], ["201", "202"]), "done");
  assert.equal(await codeOf(bytes, ["vendor"]), "done");
});

Deno.test("a refused command is in the audit log, and not executed", async () => {
  await using log = await LogRecorder.start();
  const { executed, give } = rig();
  const { ok } = await give({ cmd: "drop", call: 7 }, { ...ANYONE, can: ["monitor"] });
  assert.deepEqual([ok, executed], [false, []]);
  assert.deepEqual(log.lines, [
    "anonymous at 192.0.2.1:5000: drop of call 7 on line 201: not_permitted, You can see the line, but not control it",
  ]);
});

Deno.test("from the socket's text to the phone system it is six functions of the server", async () => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  try {
    const stacks: string[] = [];
    const { server } = startTestServer({}, () => {
      stacks.push(new Error().stack ?? "");
      return { ok: true, outcome: {} };
    });
    for (const protocols of [[], ["tapi2ws.v2"]]) {
      await using client = await RecordingClient.connect(server.port, "/", protocols);
      client.send({ cmd: "drop", line: "201" });
      await until(() => stacks.length > 0);
      const frames = stacks.splice(0).join("").split("\n").filter((line) => line.includes("/src/"));
      assert.equal(frames.length, 6, frames.join("\n"));
    }
    await server.stop(1000);
  } finally {
    Error.stackTraceLimit = limit;
  }
});
