import assert from "node:assert/strict";
import { Numbers } from "../../../src/numbers/numbers.ts";
import { CLOSE } from "../../../src/model/close_code.ts";
import type { CommandPort } from "../../../src/bus/ports.ts";
import type { Command, CommandResult } from "../../../src/model/command.ts";
import { ClassicEncoder } from "../../../src/server/classic/messages.ts";
import { ClassicClient, type ClassicSubscription } from "../../../src/server/classic/client.ts";
import { ManualClock } from "../../support/clock.ts";
import { callEvent, strictBus } from "../../support/events.ts";
import { ANYONE, PROVENANCE, strangers } from "../../support/identity.ts";
import { MemorySocket } from "../../support/memory_socket.ts";
import { FoldedState } from "../../support/state.ts";

function setUp(
  answer: CommandResult = { ok: true, outcome: {} },
  wanted: Partial<ClassicSubscription> = {},
) {
  const bus = strictBus();
  const commands: Command[] = [];
  const port: CommandPort = {
    execute: (command) => {
      commands.push(command);
      return Promise.resolve(answer);
    },
    lineOf: () => undefined,
  };
  const state = FoldedState.of(bus);
  const encoder = new ClassicEncoder();
  const connect = () => {
    const socket = new MemorySocket();
    const client = new ClassicClient(
      socket,
      {
        clock: new ManualClock(),
        identity: ANYONE,
        maxUnsentBytes: 1000,
        address: "192.0.2.1:5000",
        provenance: PROVENANCE,
        onClosed: () => {},
      },
      { bus, state, commands: port, numbers: new Numbers(), encoder, strangers: strangers() },
      { lineType: "number", ...wanted },
    );
    return { socket, client };
  };
  return { bus, commands, connect };
}

Deno.test("a client hears nothing when it connects, and every call event from then on", () => {
  const { bus, connect } = setUp();
  const { socket } = connect();
  assert.deepEqual(socket.sent, []);
  bus.publish(callEvent({ line: "201", state: "OFFERING" }));
  bus.publish(callEvent({ line: "202", state: "IDLE" }));
  assert.deepEqual(socket.sent.map((text) => JSON.parse(text).line), [201, 202]);
});

Deno.test("a client that asked for lines hears theirs only", () => {
  const { bus, connect } = setUp({ ok: true, outcome: {} }, { lines: ["202"] });
  const { socket } = connect();
  bus.publish(callEvent({ line: "201" }));
  bus.publish(callEvent({ line: "202" }));
  assert.deepEqual(socket.sent.map((text) => JSON.parse(text).line), [202]);
});

Deno.test("a command that succeeds is not answered; one that fails is, without a line", async () => {
  const good = setUp();
  const happy = good.connect();
  await happy.client.receive('{"cmd":"dial","line":201,"number":"0123"}');
  assert.deepEqual(good.commands, [{ cmd: "dial", line: "201", number: "0123" }]);
  assert.deepEqual(happy.socket.sent, []);

  const error = { code: "unknown_line", message: "There is no line 999" } as const;
  const sad = setUp({ ok: false, error }).connect();
  await sad.client.receive('{"cmd":"drop","line":999}');
  assert.deepEqual(sad.socket.sent.map((text) => JSON.parse(text)), [{ error }]);
});

Deno.test("commands of a client at one site mean the site's lines", async () => {
  const { commands, connect } = setUp(undefined, { beginning: "berlin/", lines: ["berlin/*"] });
  const { client } = connect();
  await client.receive('{"cmd":"dial","line":201,"number":"0123"}');
  await client.receive('{"cmd":"drop","line":"202"}');
  assert.deepEqual(commands, [
    { cmd: "dial", line: "berlin/201", number: "0123" },
    { cmd: "drop", line: "berlin/202", all: true },
  ]);
});

Deno.test("bad messages answer the one who sent them and leave the connection open", async () => {
  const { bus, commands, connect } = setUp();
  const [bad, other] = [connect(), connect()];
  for (const text of ["nonsense", "[]", '{"cmd":"fly"}', "", '{"cmd":"dial"}']) {
    await bad.client.receive(text);
  }
  assert.deepEqual(bad.socket.sent.map((text) => JSON.parse(text).error.code), [
    "bad_json",
    "bad_request",
    "unknown_command",
    "bad_json",
    "bad_request",
  ]);
  assert.deepEqual([commands, other.socket.sent, bad.socket.closed], [[], [], undefined]);
  bus.publish(callEvent({ line: "201" }));
  assert.equal(bad.socket.sent.length, 6);
});

Deno.test("a heartbeat is neither answered nor passed on", async () => {
  const { commands, connect } = setUp();
  const { client, socket } = connect();
  await client.receive("{}");
  assert.deepEqual([commands, socket.sent], [[], []]);
});

Deno.test("a client that reads too slowly is closed with 4410, the others get everything", () => {
  const { bus, connect } = setUp();
  const [slow, quick] = [connect(), connect()];
  slow.socket.stalled = true;
  for (let i = 0; i < 100; i++) bus.publish(callEvent({ line: "201" }));
  assert.equal(slow.socket.closed?.code, 4410);
  assert(slow.socket.sent.length < 20, "nothing is sent beyond the bound");
  assert.equal(quick.socket.closed, undefined);
  assert.equal(quick.socket.sent.length, 100);
});

Deno.test("a closed client hears nothing more", () => {
  const { bus, connect } = setUp();
  const { client, socket } = connect();
  client.close(CLOSE.goingAway, "server stops");
  bus.publish(callEvent({ line: "201" }));
  assert.deepEqual([socket.sent, socket.closed?.code], [[], 1001]);
});

Deno.test("a socket that fails on close does no harm", () => {
  const { connect } = setUp();
  const { client, socket } = connect();
  socket.close = () => {
    throw new Error("broken");
  };
  client.close(CLOSE.goingAway, "server stops");
});

Deno.test("a client that takes nothing any more is closed with 4408 at the second look", () => {
  const { bus, connect } = setUp();
  const [stuck, slow, idle] = [connect(), connect(), connect()];
  for (const { socket } of [stuck, slow]) socket.stalled = true;
  bus.publish(callEvent());
  const look = () => [stuck, slow, idle].forEach(({ client }) => client.closeIfStuck());
  look();
  slow.socket.bufferedAmount -= 50;
  bus.publish(callEvent());
  look();
  assert.equal(stuck.socket.closed?.code, 4408);
  assert.equal(slow.socket.closed, undefined);
  assert.equal(idle.socket.closed, undefined);
});
