/** Commands of other servers: whatever they send, it is a command that the sender may give, or an error. */
import assert from "node:assert/strict";
import type { Identity } from "../../src/server/access/identity.ts";
import { lineEvent } from "../support/events.ts";
import { startTestServer } from "../support/server.ts";

const GATEWAY: Identity = {
  name: "crm by the gateway g",
  can: ["monitor", "control"],
  lines: ["2*"],
  dial: { deny: ["0900*"] },
};

Deno.test("commands of another server are checked as those of clients, and no field is believed", async () => {
  const { server, bus, commands: executed } = startTestServer();
  for (const line of ["201", "301"]) {
    bus.publish(lineEvent({ line, permanentId: line }, { change: "added" }));
  }
  const codeOf = async (written: object, identity = GATEWAY) => {
    const result = await server.execute(written, { identity, address: "192.0.2.1" });
    return result.ok ? "ok" : result.error.code;
  };
  assert.equal(await codeOf({ cmd: "dial", line: "201", number: "0123" }), "ok");
  assert.equal(await codeOf({ cmd: "drop", line: "201", all: true }), "ok");
  assert.equal(await codeOf({ cmd: "pickup", line: "201", from: "201", redirect: true }), "ok");
  assert.deepEqual(executed, [
    { cmd: "dial", line: "201", number: "0123" },
    { cmd: "drop", line: "201", all: true },
    { cmd: "pickup", line: "201", from: "201", redirect: true },
  ]);
  executed.length = 0;
  assert.equal(await codeOf({ cmd: "dial", line: "201", number: { length: 1 } }), "bad_request");
  assert.equal(await codeOf({ cmd: "dial", line: "201" }), "bad_request");
  assert.equal(await codeOf({ cmd: "subscribe" }), "unknown_command");
  assert.equal(await codeOf({}), "bad_request");
  assert.equal(await codeOf({ cmd: "dial", line: "301", number: "0123" }), "unknown_line");
  assert.equal(await codeOf({ cmd: "dial", line: "201", number: "0900123" }), "not_permitted");
  const listener: Identity = { ...GATEWAY, can: ["monitor"] };
  assert.equal(
    await codeOf({ cmd: "dial", line: "201", number: "0123" }, listener),
    "not_permitted",
  );
  assert.deepEqual(executed, []);
  await server.stop(0);
});
