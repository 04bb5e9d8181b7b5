/** A command that is added to the table: the server reads, permits, audits and publishes it as the others. */
import assert from "node:assert/strict";
import { type Command, COMMANDS, type CommandShape } from "../../src/model/command.ts";
import { LogRecorder } from "../support/log.ts";

/** Added before the server's modules read the table. */
const WHISPER: CommandShape = {
  target: "call",
  can: "call",
  fields: {
    number: { kind: "number", dialled: true },
    beside: { kind: "extension", optional: true },
    tone: { kind: ["soft", "loud"] },
  },
  result: [],
  help: "Speaks to one party of a call",
};
Object.assign(COMMANDS, { whisper: WHISPER });
const { startTestServer, rulesFor } = await import("../support/server.ts");
const { V2TestClient } = await import("../support/v2_client.ts");
const { assertValid } = await import("../support/v2_schema.ts");
const { callEvent, lineEvent } = await import("../support/events.ts");

Deno.test("a row in the table is all that the server needs for a command", async () => {
  await using log = await LogRecorder.start();
  const identity = {
    can: ["monitor", "control"],
    lines: ["20*"],
    dial: { deny: ["0900*"] },
  } as const;
  const { server, bus, commands } = startTestServer({ rules: rulesFor(identity) });
  for (const line of ["201", "202"]) bus.publish(lineEvent({ line }, { change: "added" }));
  bus.publish(callEvent({ id: 7, line: "201" }, { change: "new" }));
  await using client = await V2TestClient.connect(server.port);
  const whisper = { cmd: "whisper", number: "01632960001", tone: "soft" };
  const codeOf = async (fields: object) => (await client.ask({ ...whisper, ...fields })).error.code;

  assert.equal((await client.ask({ ...whisper, call: 7, beside: "202" })).type, "result");
  assert.equal((await client.ask({ ...whisper, line: "201" })).type, "result");
  assert.equal(await codeOf({}), "bad_request", "no target");
  assert.equal(await codeOf({ call: 7, tone: "shrill" }), "bad_request");
  assert.equal(await codeOf({ call: 7, slot: "1" }), "bad_request");
  assert.equal(await codeOf({ call: 7, number: "0900123" }), "not_permitted");
  assert.equal(await codeOf({ call: 7, beside: "301" }), "unknown_line");
  assert.equal(await codeOf({ call: 8 }), "unknown_call");

  assert.deepEqual(commands, [
    { ...whisper, call: 7, beside: "202" },
    { ...whisper, line: "201" },
  ] as unknown as Command[]);
  assert.deepEqual(log.lines.slice(0, 2).map((line) => line.replace(/^.*:\d+: /, "")), [
    "whisper of call 7 on line 201 to ********001 to 202: done",
    "whisper on line 201 to ********001: done",
  ]);
  assertValid("WhisperCommand", { ...whisper, call: 7 });
  await server.stop(1000);
});
