import assert from "node:assert/strict";
import type { CommandResult } from "../../src/model/command.ts";
import type { Call, ConnectOptions, Line, StreamEvent } from "../../src/client/client.d.ts";
import { connect, Tapi2WsError } from "../../src/client/client.js";
import { callEvent, lineEvent } from "../support/events.ts";
import { ANYONE } from "../support/identity.ts";
import { until } from "../support/patience.ts";
import { rulesFor, tokenRule } from "../support/server.ts";
import { ClientRig, stateOf } from "./rig.ts";

/** The error of a rejected command. */
const failsWith = (code: string) => (error: unknown) => {
  assert(error instanceof Tapi2WsError, `${error}`);
  assert.equal(error.name, "Tapi2WsError");
  assert.equal(error.code, code);
  return true;
};

Deno.test("the state is the server's at first, and after every event", async () => {
  await using rig = new ClientRig();
  rig.bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  rig.bus.publish(callEvent({ id: 1, connectedAtMs: 5 }, { change: "new" }));
  const client = await rig.open();
  assert.equal(client.status, "open");
  assert.equal(client.provider, "up");
  assert.deepEqual(client.identity, {
    name: "anonymous",
    can: ["monitor", "control"],
    lines: ["*"],
  });
  assert.deepEqual(client.server, { name: "tapi2ws", version: "1.2.3" });
  assert.deepEqual(stateOf(client), rig.state);
  assert.equal(client.calls.get(1)?.connectedAt, "1970-01-01T00:00:00.005Z");
  rig.bus.publish(lineEvent({ line: "202", permanentId: "p:2" }, { change: "added" }));
  rig.bus.publish(lineEvent({ line: "201", status: "failed", error: "LINEERR_ALLOCATED" }));
  rig.bus.publish(callEvent({ id: 1, state: "IDLE" }, { change: "ended" }));
  rig.bus.publish(callEvent({ id: 2, line: "202" }, { change: "new" }));
  rig.bus.publish({ type: "provider", atMs: 0, state: "restarting" });
  await until(() => client.provider === "restarting");
  assert.deepEqual(stateOf(client), rig.state);
  assert.deepEqual([...client.lines.keys()], ["provider:1", "p:2"]);
  assert.equal(client.lines.get("provider:1")?.error, "LINEERR_ALLOCATED");
  assert.deepEqual([...client.calls.keys()], [2]);
  rig.bus.publish(lineEvent({ line: "202", permanentId: "p:2" }, { change: "removed" }));
  await until(() => !client.lines.has("p:2"));
});

Deno.test("lines that share an extension are two, and each is found by either name", async () => {
  await using rig = new ClientRig();
  const client = await rig.open();
  for (const permanentId of ["p:1", "p:2"]) {
    rig.bus.publish(lineEvent({ permanentId }, { change: "added" }));
  }
  rig.bus.publish(lineEvent({ permanentId: "p:1", status: "failed" }));
  rig.bus.publish(callEvent({ permanentId: "p:2" }, { change: "new" }));
  await until(() => client.calls.size === 1);
  const both = [["p:1", "failed"], ["p:2", "open"]];
  const known = (lines: readonly Line[]) => lines.map((line) => [line.permanentId, line.status]);
  assert.deepEqual(known([...client.lines.values()]), both);
  assert.deepEqual(known(client.linesOf(201)), both);
  assert.deepEqual(known(client.linesOf("p:2")), [["p:2", "open"]]);
  assert.deepEqual(client.linesOf("202"), []);
  assert.equal(client.lines.get(client.calls.get(1)?.permanentId ?? "")?.permanentId, "p:2");
  // The same after the whole state came anew.
  const late = await rig.open();
  assert.deepEqual(known(late.linesOf("201")), both);
  rig.bus.publish(lineEvent({ permanentId: "p:1" }, { change: "removed" }));
  await until(() => client.lines.size === 1);
  assert.deepEqual(known(client.linesOf("201")), [["p:2", "open"]]);
});

Deno.test("a line that has another extension from now on is another one in its place", async () => {
  await using rig = new ClientRig();
  const client = await rig.open();
  rig.bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  rig.bus.publish(lineEvent({ line: "201" }, { change: "removed" }));
  rig.bus.publish(lineEvent({ line: "333" }, { change: "added" }));
  await until(() => client.linesOf("333").length === 1);
  assert.deepEqual([...client.lines.keys()], ["provider:1"]);
  assert.deepEqual(client.linesOf("201"), []);
});

Deno.test("a shared line is followed by its permanent id", async () => {
  await using rig = new ClientRig();
  for (const [index, permanentId] of ["p:1", "p:2"].entries()) {
    rig.bus.publish(lineEvent({ permanentId }, { change: "added" }));
    rig.bus.publish(callEvent({ id: index, permanentId }, { change: "new" }));
  }
  const client = await rig.open({ lines: "p:2" });
  rig.bus.publish(callEvent({ id: 3, permanentId: "p:1" }, { change: "new" }));
  rig.bus.publish(callEvent({ id: 4, permanentId: "p:2" }, { change: "new" }));
  await until(() => client.calls.has(4));
  assert.deepEqual([[...client.lines.keys()], [...client.calls.keys()]], [["p:2"], [1, 4]]);
});

Deno.test("lines and kinds choose the events", async () => {
  await using rig = new ClientRig();
  const one = await rig.open({ lines: 202, events: ["call"] });
  const many = await rig.open({ lines: ["202", 203] });
  for (const line of ["201", "202", "203"]) {
    rig.bus.publish(lineEvent({ line, permanentId: line }, { change: "added" }));
    rig.bus.publish(callEvent({ line, id: Number(line) }, { change: "new" }));
  }
  await until(() => many.calls.has(203) && one.calls.has(202));
  assert.deepEqual([[...one.lines.keys()], [...one.calls.keys()]], [[], [202]]);
  assert.deepEqual([[...many.lines.keys()], [...many.calls.keys()]], [["202", "203"], [202, 203]]);
});

Deno.test("each command is sent as the protocol has it, and resolves with its result", async () => {
  const outcome = { call: 7, slot: "8001" };
  await using rig = new ClientRig({ execute: () => ({ ok: true, outcome }) });
  rig.bus.publish(callEvent({ id: 1 }, { change: "new" }));
  const client = await rig.open();
  const call = client.calls.get(1) as Call;
  const target = { call: 1 };
  assert.deepEqual(await client.dial(201, "0123"), outcome);
  assert.equal(await client.drop({ line: 201 }), undefined);
  await client.answer(call);
  await client.hold(target);
  await client.unhold(call);
  await client.swap("201");
  await client.transfer(call, "202");
  assert.equal((await client.consult({ line: "201" }, "203")).call, 7);
  await client.complete(201, "conference");
  assert.equal((await client.park(call)).slot, "8001");
  await client.park(call, "8002");
  assert.equal((await client.unpark(201, "8001")).call, 7);
  assert.deepEqual(await client.pickup(201), outcome);
  await client.pickup(201, { from: 202, group: "5" });
  await client.redirect(call, "204");
  await client.dtmf(call, "12#");
  assert.equal(await client.forget(call), undefined);
  await client.forward(201, "busy", "205");
  await client.forward(201, "busy", null);
  await client.ping();
  assert.deepEqual(await client.command("dial", { line: "201", number: "9" }), outcome);
  assert.deepEqual(rig.commands, [
    { cmd: "dial", line: "201", number: "0123" },
    { cmd: "drop", line: "201" },
    { cmd: "answer", ...target },
    { cmd: "hold", ...target },
    { cmd: "unhold", ...target },
    { cmd: "swap", line: "201" },
    { cmd: "transfer", ...target, number: "202" },
    { cmd: "consult", line: "201", number: "203" },
    { cmd: "complete", line: "201", mode: "conference" },
    { cmd: "park", ...target },
    { cmd: "park", ...target, slot: "8002" },
    { cmd: "unpark", line: "201", slot: "8001" },
    { cmd: "pickup", line: "201" },
    { cmd: "pickup", line: "201", from: "202", group: "5", redirect: true },
    { cmd: "redirect", ...target, number: "204" },
    { cmd: "dtmf", ...target, digits: "12#" },
    { cmd: "forget", ...target },
    { cmd: "forward", line: "201", when: "busy", to: "205" },
    { cmd: "forward", line: "201", when: "busy", to: null },
    { cmd: "dial", line: "201", number: "9" },
  ]);
});

Deno.test("a refused command rejects with the server's code, and with TAPI's", async () => {
  const tapi = { code: 0x80000004, name: "LINEERR_CALLUNAVAIL" };
  const refused: CommandResult = {
    ok: false,
    error: { code: "tapi_error", message: "lineMakeCall: LINEERR_CALLUNAVAIL", tapi },
  };
  await using rig = new ClientRig({ execute: () => refused });
  const client = await rig.open();
  await assert.rejects(client.dial(201, "1"), (error) => {
    assert(failsWith("tapi_error")(error) && error instanceof Tapi2WsError);
    assert.deepEqual(error.tapi, tapi);
    assert.equal(error.message, "lineMakeCall: LINEERR_CALLUNAVAIL");
    return true;
  });
  await assert.rejects(client.command("dance"), failsWith("unknown_command"));
  await assert.rejects(client.dial(201, ""), failsWith("bad_request"));
});

Deno.test("without a connection a command rejects at once and is never sent", async () => {
  await using rig = new ClientRig();
  const client = rig.connect();
  await assert.rejects(client.dial(201, "1"), failsWith("disconnected"));
  await client.ready;
  rig.network.down = true;
  rig.network.cut();
  await until(() => client.status === "waiting");
  await assert.rejects(client.dial(201, "2"), failsWith("disconnected"));
  rig.network.down = false;
  await rig.back(client);
  await client.dial(201, "3");
  assert.deepEqual(rig.commands.map((c) => "number" in c && c.number), ["3"]);
});

Deno.test("a command that is under way rejects when the connection is cut, and in time", async () => {
  const never = { execute: () => new Promise<never>(() => {}), lineOf: () => undefined };
  await using rig = new ClientRig({ server: { commands: never } });
  const client = await rig.open({ timeoutMs: 4000 });
  const late = assert.rejects(client.dial(201, "1"), failsWith("timeout"));
  rig.clock.advance(3999);
  const cut = assert.rejects(client.dial(201, "2"), failsWith("disconnected"));
  rig.clock.advance(1);
  await late;
  rig.network.cut();
  await cut;
  assert.equal(rig.clock.pendingTimers, 1, "only the wait for the next attempt is left");
});

Deno.test("a call rings once: when it comes, or when the client connects while it rings", async () => {
  await using rig = new ClientRig();
  rig.bus.publish(callEvent({ id: 1 }, { change: "new" }));
  rig.bus.publish(callEvent({ id: 2, state: "CONNECTED" }, { change: "new" }));
  const client = rig.connect();
  const heard: string[] = [];
  client.on("ring", ({ id }) => heard.push(`ring ${id}`));
  client.on("ended", ({ id, state }) => heard.push(`ended ${id} ${state}`));
  await client.ready;
  rig.bus.publish(callEvent({ id: 1, state: "ACCEPTED" }));
  rig.bus.publish(callEvent({ id: 1 }, { change: "info" }));
  rig.bus.publish(callEvent({ id: 3, state: "DIALTONE", direction: "out" }, { change: "new" }));
  rig.bus.publish(callEvent({ id: 4, state: "ACCEPTED" }, { change: "new" }));
  rig.bus.publish(callEvent({ id: 4, state: "IDLE" }, { change: "ended" }));
  await until(() => heard.includes("ended 4 IDLE"));
  assert.deepEqual(heard, ["ring 1", "ring 4", "ended 4 IDLE"]);
});

Deno.test("a listener that throws hurts nobody else, and is reported", async () => {
  await using rig = new ClientRig();
  const client = await rig.open();
  const heard: string[] = [];
  const errors: Tapi2WsError[] = [];
  client.on("call", () => {
    throw new Error("broken page");
  });
  const off = client.on("call", ({ change }) => heard.push(change));
  client.on("error", (error) => errors.push(error));
  rig.bus.publish(callEvent({}, { change: "new" }));
  await until(() => heard.length === 1 && errors.length === 1);
  assert(failsWith("listener")(errors[0]));
  assert.match(String(errors[0]?.message), /"call".*broken page/);
  assert.equal((errors[0]?.cause as Error).message, "broken page");
  assert.equal(client.calls.size, 1);
  off();
  rig.bus.publish(callEvent({}));
  await until(() => errors.length === 2);
  assert.deepEqual(heard, ["new"]);
  assert.throws(() => client.on("calls" as "call", () => {}), /no event "calls"/);
});

Deno.test("events are iterated in order, to the end of the client", async () => {
  await using rig = new ClientRig();
  const client = await rig.open();
  const stream = client.events();
  rig.bus.publish(callEvent({}, { change: "new" }));
  rig.bus.publish(lineEvent());
  rig.bus.publish({ type: "provider", atMs: 0, state: "down" });
  const events: StreamEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type === "provider") void client.close();
  }
  assert.deepEqual(events.map(({ type, seq }) => [type, seq]), [
    ["call", 1],
    ["line", 2],
    ["provider", 3],
  ]);
  assert.deepEqual(await client.events().next(), { value: undefined, done: true });
});

Deno.test("an iteration ends with its signal, and by itself when it falls behind", async () => {
  await using rig = new ClientRig();
  const client = await rig.open();
  const controller = new AbortController();
  const aborted = client.events({ signal: controller.signal });
  const next = aborted.next();
  controller.abort();
  assert.equal((await next).done, true);

  const slow = client.events({ limit: 2 });
  const left = client.events({ limit: 3 });
  for (let i = 0; i < 3; i++) rig.bus.publish(callEvent());
  await until(() => client.calls.size === 1);
  await client.ping();
  await assert.rejects(slow.next(), failsWith("overflow"));
  assert.equal((await slow.next()).done, true);
  for await (const event of left) {
    assert.equal(event.seq, 1);
    break;
  }
  assert.equal((await left.next()).done, true);
});

Deno.test("close is final: nothing waits, no event follows, ready rejects", async () => {
  await using rig = new ClientRig();
  const client = rig.connect();
  const statuses: string[] = [];
  client.on("status", ({ status }) => statuses.push(status));
  await client.ready;
  await client.close();
  assert.deepEqual(statuses, ["connecting", "open", "closed"]);
  await until(() => rig.network.links === 0);
  assert.equal(rig.clock.pendingTimers, 0);
  await assert.rejects(client.dial(201, "1"), failsWith("disconnected"));
  const early = rig.connect();
  await early.close();
  await assert.rejects(early.ready, failsWith("disconnected"));
  {
    await using scoped = await rig.open();
    assert.equal(scoped.status, "open");
  }
  await until(() => rig.network.links === 0);
  assert.equal(rig.clock.pendingTimers, 0);
});

Deno.test("a listener that closes the client while it opens leaves nothing behind", async () => {
  await using rig = new ClientRig();
  rig.bus.publish(callEvent({ id: 1 }, { change: "new" }));
  const client = rig.connect();
  client.on("state", () => void client.close());
  await assert.rejects(client.ready, failsWith("disconnected"));
  await until(() => rig.network.links === 0);
  assert.equal(rig.clock.pendingTimers, 0);
});

Deno.test("a token is offered as a sub-protocol, asked for before each attempt", async () => {
  const tokens = ["t1", "t2", "fixed"].map((token) => tokenRule(token));
  await using rig = new ClientRig({ server: { rules: rulesFor(ANYONE, { tokens }) } });
  let asked = 0;
  const client = await rig.open({ token: () => Promise.resolve(`t${++asked}`) });
  assert.equal(client.identity?.name, "t1");
  await rig.cut(client);
  assert.equal(client.identity?.name, "t2");
  assert.equal((await rig.open({ token: "fixed" })).identity?.name, "fixed");
  assert.equal((await rig.open()).identity?.name, "anonymous");
});

Deno.test("one who may only command is open without a state", async () => {
  const rules = rulesFor({ can: ["control"], lines: ["*"] });
  await using rig = new ClientRig({ server: { rules } });
  rig.bus.publish(callEvent({}, { change: "new" }));
  const client = await rig.open();
  assert.equal(client.calls.size, 0);
  rig.bus.publish(callEvent());
  await rig.cut(client);
  assert.equal(client.status, "open");
});

Deno.test("an impossible server URL, and a missing WebSocket, are reported at once", () => {
  assert.throws(() => connect("ftp://server/"), /Not the URL of a Tapi2Ws server: ftp/);
  assert.throws(() => connect("nonsense"), TypeError);
  const before = globalThis.WebSocket;
  Reflect.deleteProperty(globalThis, "WebSocket");
  try {
    assert.throws(() => connect("ws://server/"), /pass one as the option WebSocket/);
  } finally {
    globalThis.WebSocket = before;
  }
});

Deno.test("http and https are taken as ws and wss, and impossible sharing is reported", async () => {
  const opened: string[] = [];
  const WebSocket = class {
    readyState = 0;
    onopen = null;
    onmessage = null;
    onerror = null;
    onclose = null;
    constructor(url: string) {
      opened.push(url);
      throw new SyntaxError("refused");
    }
    send() {}
    close() {}
  };
  const told: string[] = [];
  // Web Locks are not there in a page that is served over plain http.
  const navigator = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  try {
    const options: ConnectOptions = { WebSocket, shared: "crm" };
    for (const url of ["http://server:1/a", new URL("https://server/")]) {
      const client = connect(url, options);
      assert.equal(client.sharing, "unavailable");
      assert.equal(client.isLeader, true);
      client.on("error", ({ code }) => told.push(code));
      await assert.rejects(client.ready, failsWith("disconnected"));
      assert.equal(client.status, "closed");
    }
  } finally {
    Object.defineProperty(globalThis, "navigator", navigator!);
  }
  assert.deepEqual(opened, ["ws://server:1/a", "wss://server/"]);
  assert.deepEqual(told, ["not_shared", "cannot_connect", "not_shared", "cannot_connect"]);
});
