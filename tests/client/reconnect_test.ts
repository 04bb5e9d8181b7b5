/** The library after the network, or the server, has changed or failed. */
import assert from "node:assert/strict";
import type { Client, StatusEvent, StreamEvent } from "../../src/client/client.d.ts";
import { connect, Tapi2WsError } from "../../src/client/client.js";
import { callEvent, lineEvent } from "../support/events.ts";
import { ManualClock } from "../support/clock.ts";
import { socketTurn, until } from "../support/patience.ts";
import { ClientRig, stateOf, timersOf } from "./rig.ts";
import { HELLO, obliging, ScriptedServer } from "./scripted_server.ts";

/** Records what a client tells. */
function listen(
  client: Client,
): { events: StreamEvent[]; statuses: StatusEvent[]; errors: string[] } {
  const heard = {
    events: [] as StreamEvent[],
    statuses: [] as StatusEvent[],
    errors: [] as string[],
  };
  for (const name of ["call", "line", "provider", "state"] as const) {
    client.on(name, (event) => heard.events.push(event));
  }
  client.on("status", (event) => heard.statuses.push(event));
  client.on("error", ({ code }) => heard.errors.push(code));
  return heard;
}

/** Numbers between 0 and 1 that are the same in each run. */
function* chance(seed: number): Generator<number, never> {
  for (let x = seed;;) yield (x = (x * 16807) % 2147483647) / 2147483647;
}

Deno.test("cuts at any moment, within frames too: every event once, in order, and the same state", async () => {
  await using rig = new ClientRig({ server: { historyLength: 100_000 } });
  const client = await rig.open({ backOff: { longestMs: 2000 } });
  const { events } = listen(client);
  const random = chance(7);
  const under = (limit: number) => Math.floor(random.next().value * limit);
  let published = 0;
  const status = () => client.status;
  for (let cut = 0; cut < 60; cut++) {
    // The network takes the next bytes and ends then, wherever that is.
    rig.network.cutAfter(1 + under(4000));
    while (status() !== "waiting") {
      for (let i = under(6); i >= 0; i--) {
        const id = under(20);
        const ends = under(3) === 0;
        rig.bus.publish(
          callEvent({ id, line: `${201 + id % 3}` }, { change: ends ? "ended" : "state" }),
        );
        published++;
      }
      await socketTurn();
    }
    while (status() !== "open") {
      rig.clock.advance(500);
      rig.bus.publish(lineEvent({ messageWaiting: under(2) === 0 }));
      published++;
      await socketTurn();
    }
  }
  rig.network.cutAfter(Infinity);
  await until(() => events.length === published);
  assert(rig.network.accepted > 60);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    Array.from({ length: published }, (_, i) => i + 1),
  );
  const byId = (calls: unknown[]) => (calls as { id: number }[]).sort((a, b) => a.id - b.id);
  assert.deepEqual(byId(stateOf(client).calls), byId(rig.state.calls));
  assert.deepEqual(stateOf(client).lines, rig.state.lines);
});

Deno.test("the state is open again only when everything missed is there", async () => {
  await using rig = new ClientRig();
  const client = await rig.open();
  rig.network.cut();
  await until(() => client.status === "waiting");
  for (let id = 1; id <= 50; id++) rig.bus.publish(callEvent({ id }, { change: "new" }));
  let callsWhenOpen = 0;
  client.on("status", ({ status }) => {
    if (status === "open") callsWhenOpen = client.calls.size;
  });
  await rig.back(client);
  assert.equal(callsWhenOpen, 50);
});

/** Delivers all frames after the first, up to the one that says it is the last, in one turn. */
class InOneTurn extends WebSocket {
  override set onmessage(hear: ((event: MessageEvent) => void) | null) {
    const together: MessageEvent[] = [];
    super.onmessage = hear && ((event) => {
      together.push(event);
      const isWhole = /"hello"|"last"/.test(String(event.data));
      if (isWhole) { for (const each of together.splice(0)) hear(each); }
    });
  }
}

Deno.test("events that a WebSocket delivers in the same turn as the answer before them are not lost", async () => {
  const at = "2026-01-01T00:00:00.000Z";
  const provider = (seq: number, state: string) => ({ type: "provider", at, seq, state });
  await using server = new ScriptedServer(({ send }) => send(HELLO), (visitor, command) => {
    obliging(visitor, command);
    if (command["cmd"] !== "subscribe") return;
    visitor.send(provider(1, "down"));
    visitor.send([provider(2, "up"), provider(3, "last")]);
  });
  await using client = connect(server.url, { WebSocket: InOneTurn });
  const { events } = listen(client);
  await client.ready;
  assert.deepEqual(events.map(({ type, seq }) => [type, seq]), [
    ["state", 0],
    ["provider", 1],
    ["provider", 2],
    ["provider", 3],
  ]);
});

Deno.test("events that the server no longer remembers are a gap: the state is taken, and what it implies is reported", async () => {
  await using rig = new ClientRig({ server: { historyLength: 5 } });
  rig.bus.publish(callEvent({ id: 1 }, { change: "new" }));
  rig.bus.publish(callEvent({ id: 2 }, { change: "new" }));
  const client = await rig.open();
  const { events } = listen(client);
  const told: string[] = [];
  client.on("ring", ({ id }) => told.push(`ring ${id}`));
  client.on("ended", ({ id }) => told.push(`ended ${id}`));
  const stream = client.events();
  rig.network.cut();
  await until(() => client.status === "waiting");
  rig.bus.publish(callEvent({ id: 1, state: "IDLE" }, { change: "ended" }));
  for (let i = 0; i < 10; i++) rig.bus.publish(callEvent({ id: 3 }, { change: "state" }));
  await rig.back(client);
  assert.deepEqual(events, [{ type: "state", seq: 13, gap: true }]);
  assert.deepEqual((await stream.next()).value, events[0]);
  assert.deepEqual(told, ["ended 1", "ring 3"]);
  assert.deepEqual(stateOf(client), rig.state);
});

Deno.test("if nothing happens on the chosen lines, a ping moves the point to resume at", async () => {
  await using rig = new ClientRig({ server: { historyLength: 10 } });
  const client = await rig.open({ lines: 201, keepAliveMs: 20_000 });
  for (let id = 1; id <= 50; id++) rig.bus.publish(callEvent({ id, line: "202" }));
  rig.clock.advance(20_000);
  // Answered after the library's own.
  await client.ping();
  rig.network.cut();
  await until(() => client.status === "waiting");
  const { events } = listen(client);
  rig.bus.publish(callEvent({ id: 99, line: "201" }));
  await rig.back(client);
  assert.deepEqual(events.map(({ type, seq }) => [type, seq]), [["call", 51]]);
});

Deno.test("a restarted server is another one: its calls are new, the old ones have ended", async () => {
  await using rig = new ClientRig();
  rig.bus.publish(callEvent({ id: 1 }, { change: "new" }));
  const client = await rig.open();
  const { events } = listen(client);
  const told: string[] = [];
  client.on("ring", ({ id, callId }) => told.push(`ring ${id} ${callId}`));
  client.on("ended", ({ id, callId }) => told.push(`ended ${id} ${callId}`));
  await rig.restart();
  rig.bus.publish(callEvent({ id: 1, callId: "0xB" }, { change: "new" }));
  await rig.back(client);
  assert.deepEqual(events, [{ type: "state", seq: 1, gap: true }]);
  assert.deepEqual(told, ["ended 1 0x1A2B", "ring 1 0xB"]);
});

Deno.test("the waits double to the longest, each by chance between half and all; a lasting connection resets them", async () => {
  await using rig = new ClientRig();
  const draws = [0, 1, 0.5, 0, 0, 0, 0];
  const client = await rig.open({
    random: () => draws.shift() ?? 0,
    backOff: { firstMs: 1000, longestMs: 10_000 },
  });
  const { statuses } = listen(client);
  const waits = () => statuses.flatMap(({ retryInMs }) => retryInMs ?? []);
  rig.network.down = true;
  rig.network.cut();
  const expected = [500, 2000, 3000, 4000, 5000];
  for (let i = 1; i <= expected.length; i++) {
    await until(() => waits().length === i && client.status === "waiting");
    const before = rig.network.accepted;
    if (i === expected.length) rig.network.down = false;
    rig.clock.advance((expected[i - 1] ?? 0) - 1);
    assert.equal(client.status, "waiting", "not a millisecond earlier");
    assert.equal(rig.network.accepted, before);
    rig.clock.advance(1);
    assert.equal(client.status, "connecting");
  }
  await until(() => client.status === "open");
  assert.deepEqual(waits(), expected);
  // Cut at once: it has not lasted.
  rig.network.cut();
  await until(() => client.status === "waiting");
  assert.equal(waits().at(-1), 5000);
  rig.clock.advance(5000);
  await until(() => client.status === "open");
  rig.clock.advance(5000);
  rig.network.cut();
  await until(() => client.status === "waiting");
  assert.equal(waits().at(-1), 500);
});

Deno.test("a network that went silent is noticed by the ping that is not answered", async () => {
  await using rig = new ClientRig();
  const client = await rig.open({ keepAliveMs: 20_000, timeoutMs: 15_000 });
  const { statuses } = listen(client);
  for (let i = 0; i < 3; i++) {
    rig.clock.advance(20_000);
    await client.ping();
  }
  assert.equal(statuses.length, 0);
  rig.network.silent = true;
  rig.clock.advance(20_000);
  rig.clock.advance(14_999);
  await socketTurn();
  assert.equal(client.status, "open");
  rig.clock.advance(1);
  await until(() => client.status === "waiting");
  assert.equal(statuses[0]?.reason, "no sign of life");
  rig.network.silent = false;
  await rig.back(client);
});

Deno.test("keepAliveMs is how often there is traffic, and 0 is never", async () => {
  await using server = new ScriptedServer(({ send }) => send(HELLO), obliging);
  const clock = new ManualClock();
  for (const [keepAliveMs, pings] of [[25_000, 4], [0, 0]] as const) {
    await using client = connect(server.url, { keepAliveMs, timers: timersOf(clock) });
    await client.ready;
    const { received } = server.visitors.at(-1)!;
    const sent = () => received.filter(({ cmd }) => cmd === "ping").length;
    for (let i = 0; i < 4; i++) {
      clock.advance(25_000);
      // Behind the ping, if there was one, so that it has come.
      await client.command("lines");
    }
    assert.equal(sent(), pings);
  }
});

Deno.test("a server that greets nobody is left, and tried again", async () => {
  await using server = new ScriptedServer(() => {});
  const clock = new ManualClock();
  await using client = connect(server.url, { timers: timersOf(clock), connectTimeoutMs: 8000 });
  const { statuses } = listen(client);
  await until(() => server.visitors.length === 1);
  clock.advance(8000);
  assert.deepEqual(statuses.at(-1)?.reason, "no answer");
  clock.advance(1000);
  await until(() => server.visitors.length === 2);
});

// The network is back, the page comes out of the back/forward cache, is no longer frozen or hidden.
for (const name of ["online", "pageshow", "resume", "visibilitychange"]) {
  Deno.test(`${name} ends a wait, and tries out a connection that may be dead`, async () => {
    await using rig = new ClientRig();
    const client = await rig.open({ keepAliveMs: 0, timeoutMs: 3000 });
    const { events } = listen(client);
    // The machine sleeps: what the server sends is lost, and no timer runs.
    rig.network.silent = true;
    rig.bus.publish(callEvent({ id: 1 }, { change: "new" }));
    globalThis.dispatchEvent(new Event(name));
    rig.clock.advance(3000);
    await until(() => client.status === "waiting");
    rig.network.silent = false;
    globalThis.dispatchEvent(new Event(name));
    assert.equal(client.status, "connecting");
    await until(() => client.status === "open");
    assert.deepEqual(events.map(({ type }) => type), ["call"]);
  });
}

Deno.test("in a page that is hidden for ten minutes, timers are late and nothing is lost", async () => {
  await using rig = new ClientRig();
  const { clock } = rig;
  // As browsers throttle them then: once a minute.
  const lateMs = (delayMs: number) => Math.ceil(delayMs / 60_000) * 60_000;
  const client = await rig.open({
    timers: {
      setTimeout: (callback, delayMs) => clock.setTimeout(callback, lateMs(delayMs)),
      clearTimeout: (timer) => clock.clearTimeout(timer as number),
    },
  });
  const { events, statuses } = listen(client);
  for (let minute = 1; minute <= 10; minute++) {
    clock.advance(60_000);
    rig.bus.publish(callEvent({ id: minute }, { change: "new" }));
    await until(() => events.length === minute);
    // After it, the ping of this minute is answered as well.
    await client.ping();
  }
  assert.deepEqual(statuses, []);
  assert.equal(rig.network.accepted, 1);
});

for (const [code, name] of [[4401, "unauthorized"], [4403, "not_permitted"]] as const) {
  Deno.test(`${code} is for good with one token, and with a function that has no other`, async () => {
    await using server = new ScriptedServer(({ socket }) => socket.close(code, "no"));
    const clock = new ManualClock();
    for (const token of [undefined, "old", () => "old"]) {
      const visits = server.visitors.length;
      const client = connect(server.url, {
        timers: timersOf(clock),
        ...token !== undefined && { token },
      });
      const { errors, statuses } = listen(client);
      await until(() => client.status !== "connecting");
      if (typeof token === "function") clock.advance(1000);
      await until(() => client.status === "closed");
      assert.deepEqual(errors, [name]);
      assert.deepEqual(statuses.at(-1), { status: "closed", code, reason: "no" });
      await assert.rejects(client.ready, Tapi2WsError);
      assert.equal(server.visitors.length, visits + 1);
      assert.equal(clock.pendingTimers, 0);
    }
  });
}

Deno.test("a refused token is replaced by the one that the function gives next", async () => {
  await using server = new ScriptedServer(({ socket, token, send }) => {
    if (token === "new") send(HELLO);
    else socket.close(4401, "expired");
  }, obliging);
  const clock = new ManualClock();
  const tokens = ["old", "new"];
  await using client = connect(server.url, {
    timers: timersOf(clock),
    token: () => tokens.shift() ?? "none",
  });
  await until(() => client.status === "waiting");
  clock.advance(1000);
  await client.ready;
  assert.deepEqual(server.visitors.map(({ token }) => token), ["old", "new"]);
});

Deno.test("a token that cannot be fetched is reported, and requested again", async () => {
  await using server = new ScriptedServer(({ send }) => send(HELLO), obliging);
  const clock = new ManualClock();
  let asked = 0;
  await using client = connect(server.url, {
    timers: timersOf(clock),
    token: () => {
      if (++asked === 1) throw new Error("the login page is down");
      return "t";
    },
  });
  const { errors } = listen(client);
  await until(() => client.status === "waiting");
  assert.deepEqual(errors, ["cannot_connect"]);
  clock.advance(1000);
  await client.ready;
});

Deno.test("frames that are not understood are ignored, whatever they are", async () => {
  const call = (seq: number, more: object = {}) => ({
    type: "call",
    seq,
    at: "",
    change: "new",
    call: { id: seq, state: "OFFERING", ...more },
  });
  await using server = new ScriptedServer(({ send }) => {
    send("not JSON");
    send("null");
    send({ type: "novelty" });
    send(call(99));
    send(HELLO);
  }, (visitor, command) => {
    obliging(visitor, command);
    if (command.cmd !== "subscribe") return;
    visitor.send([]);
    visitor.send([call(1), 5, null, { type: "fax", seq: 2 }, { type: "call", seq: 3 }]);
    visitor.send({ type: "line", seq: 4, line: null });
    visitor.send(call(4));
    visitor.send({ type: "result", id: 4711, result: {} });
    visitor.send({ type: "error", error: { code: "rate_limited", message: "slower" } });
    visitor.send({ type: "error", id: 4711, error: null });
    visitor.send({ ...call(5), novelty: true });
    visitor.socket.send(new Uint8Array([1, 2, 3]));
  });
  const clock = new ManualClock();
  await using client = connect(server.url, { timers: timersOf(clock) });
  const { events, errors } = listen(client);
  await client.ready;
  await until(() => client.calls.has(5));
  assert.deepEqual(events.map(({ type, seq }) => [type, seq]), [["state", 0], ["call", 1], [
    "call",
    5,
  ]]);
  assert.deepEqual(errors, ["rate_limited"]);
  await client.ping();
});
