/** Subscriptions that name lines which do not exist, and commands that reach for other people's calls. */
import assert from "node:assert/strict";
import { callEvent, lineEvent } from "../support/events.ts";
import { ANYONE } from "../support/identity.ts";
import { rulesFor, startTestServer, tokenRule } from "../support/server.ts";
import { V2TestClient } from "../support/v2_client.ts";

Deno.test("a list of invented lines is refused when it is long, and costs the others nothing", async () => {
  const { server, bus } = startTestServer();
  for (let line = 201; line < 301; line++) {
    bus.publish(lineEvent({ line: String(line) }, { change: "added" }));
  }
  await using attacker = await V2TestClient.connect(server.port);
  const invented = (count: number) => Array.from({ length: count }, (_, i) => `x${i}`);
  const { error } = await attacker.ask({ cmd: "subscribe", lines: invented(1001) });
  assert.equal(error.code, "bad_request");
  assert.match(error.message, /^lines: expected at most 1000/);
  const attackers = await Promise.all(
    Array.from({ length: 50 }, () => V2TestClient.connect(server.port)),
  );
  for (const one of attackers) await one.ask({ cmd: "subscribe", lines: invented(1000) });
  // The lines that exist are asked of each subscription once, invented ones are nowhere.
  let asked = 0;
  bus.subscribe(() => {}, () => {
    asked++;
    return false;
  });
  for (let i = 0; i < 100; i++) bus.publish(callEvent({ line: "201", id: i }));
  assert.equal(asked, 100);
  for (const one of attackers) await one[Symbol.asyncDispose]();
  await server.stop(1000);
});

Deno.test("patterns of lines are subscribed to, as far as one may see them", async () => {
  const tokens = [tokenRule("ada", { lines: ["2*"] })];
  const { server, bus } = startTestServer({ rules: rulesFor(ANYONE, { tokens }) });
  for (const line of ["201", "301"]) bus.publish(lineEvent({ line }, { change: "added" }));
  await using ada = await V2TestClient.connect(server.port, "tapi2ws.token.ada");
  const { result } = await ada.ask({ cmd: "subscribe", lines: ["*1"] });
  assert.deepEqual(result.lines.map(({ line }: { line: string }) => line), ["201"]);
  for (const line of ["301", "202", "221"]) bus.publish(callEvent({ line, id: Number(line) }));
  await ada.ask({ cmd: "ping" });
  assert.deepEqual(ada.events.map(({ call }) => call.line), ["221"]);
  await server.stop(1000);
});

Deno.test("nobody takes a call of a line that they may not control", async () => {
  const tokens = [
    tokenRule("ada", { lines: ["2*"] }),
    tokenRule("chief", { lines: ["*"] }),
  ];
  const { server, bus, commands } = startTestServer({ rules: rulesFor(ANYONE, { tokens }) });
  for (const line of ["201", "202", "301"]) bus.publish(lineEvent({ line }, { change: "added" }));
  await using ada = await V2TestClient.connect(server.port, "tapi2ws.token.ada");
  await using chief = await V2TestClient.connect(server.port, "tapi2ws.token.chief");
  const reaching = [
    { cmd: "pickup", line: "201" },
    { cmd: "pickup", line: "201", group: "7" },
    { cmd: "pickup", line: "201", from: "202", group: "7" },
    { cmd: "unpark", line: "201", slot: "7" },
  ];
  for (const command of reaching) {
    assert.equal((await ada.ask(command)).error?.code, "not_permitted", JSON.stringify(command));
    assert((await chief.ask(command)).result, JSON.stringify(command));
  }
  assert.equal(
    (await ada.ask({ cmd: "pickup", line: "201", from: "301" })).error.code,
    "unknown_line",
  );
  assert((await ada.ask({ cmd: "pickup", line: "201", from: "202" })).result);
  assert.equal(commands.length, reaching.length + 1);
  await server.stop(1000);
});
