/** Whom the server lets do what: each identity through every door. */
import assert from "node:assert/strict";
import type { Identity } from "../../../src/server/access/identity.ts";
import { RecordingClient } from "../../support/client.ts";
import { callEvent, lineEvent } from "../../support/events.ts";
import { EventStreamReader } from "../../support/event_stream.ts";
import { ANYONE } from "../../support/identity.ts";
import { until } from "../../support/patience.ts";
import { rulesFor, startTestServer, type TestServer } from "../../support/server.ts";
import { V2TestClient } from "../../support/v2_client.ts";
import { type Frame, Rig } from "../v2/rig.ts";

const MONITOR: Identity = { name: "panel", can: ["monitor"], lines: ["*"] };
const ONE_LINE: Identity = { name: "ada", can: ["monitor", "control"], lines: ["201"] };
const MONITOR_OF_20: Identity = { name: "desk", can: ["monitor"], lines: ["20*"] };
const CONTROL: Identity = { name: "dialler", can: ["control"], lines: ["20*"] };
const LINES = ["201", "202", "301"];
/** The call of line 201 is 1201, and so on. */
const callOf = (line: string) => 1000 + Number(line);

/** The lines that each identity may see, and control. */
const TABLE: [Identity, sees: string[] | "nothing at all", controls: string[]][] = [
  [ANYONE, LINES, LINES],
  [MONITOR, LINES, []],
  [ONE_LINE, ["201"], ["201"]],
  [MONITOR_OF_20, ["201", "202"], []],
  [CONTROL, "nothing at all", ["201", "202"]],
];

function start(identity: Identity): TestServer {
  const started = startTestServer({ rules: rulesFor(identity) });
  fill(started);
  return started;
}

function fill({ bus }: Pick<TestServer, "bus">): void {
  for (const line of LINES) {
    bus.publish(lineEvent({ line }, { change: "added" }));
    bus.publish(callEvent({ id: callOf(line), line }, { change: "new" }));
  }
}

const linesOf = (list: { readonly line: string }[]) => list.map(({ line }) => line);
const lineOfEvent = ({ line, call }: Frame): string => call?.line ?? line?.line;

/** The expected error of a command on a line; `undefined` if it is executed. */
function refusalOf(line: string, sees: string[] | string, controls: string[], unknown: string) {
  if (controls.includes(line)) return undefined;
  return Array.isArray(sees) && sees.includes(line) ? "not_permitted" : unknown;
}

for (const [identity, sees, controls] of TABLE) {
  const visible = Array.isArray(sees) ? sees : [];
  const mayMonitor = Array.isArray(sees);

  Deno.test(`${identity.name} sees ${sees} over a v2 socket: state, events and what was missed`, async () => {
    const { bus, server } = start(identity);
    await using client = await V2TestClient.connect(server.port);
    assert.deepEqual((await client.hello).identity, {
      name: "anonymous",
      can: identity.can,
      lines: identity.lines,
    });
    const answers = [
      await client.ask({ cmd: "subscribe" }),
      await client.ask({ cmd: "lines" }),
      await client.ask({ cmd: "calls" }),
      await client.ask({ cmd: "subscribe", resume: { epoch: bus.epoch, seq: 0 } }),
    ];
    if (!mayMonitor) {
      assert(answers.every(({ error }) => error.code === "not_permitted"));
    } else {
      const [state, lines, calls, resumed] = answers.map(({ result }) => result);
      assert.deepEqual(linesOf(state.lines), visible);
      assert.deepEqual(linesOf(state.calls), visible);
      assert.deepEqual(linesOf(lines.lines), visible);
      assert.deepEqual(linesOf(calls.calls), visible);
      assert.equal(resumed.replayed, visible.length * 2);
    }
    fill({ bus });
    await client.ask({ cmd: "ping" });
    const heard = client.events.map(lineOfEvent);
    assert.deepEqual(heard, [...visible, ...visible].flatMap((line) => [line, line]));
    await server.stop(1000);
  });

  Deno.test(`${identity.name} controls ${controls} over a v2 socket and over HTTP`, async () => {
    const { commands, server } = start(identity);
    await using client = await V2TestClient.connect(server.port);
    const done: string[] = [];
    for (const line of LINES) {
      const call = callOf(line);
      const onLine = refusalOf(line, sees, controls, "unknown_line");
      // They can take calls of other lines.
      const onAny = controls === LINES ? undefined : onLine ?? "not_permitted";
      // One who may not see a call does not know its number.
      const onCall = refusalOf(line, sees, controls, "unknown_call");
      const orders: [object, string | undefined][] = [
        [{ cmd: "dial", line, number: "0123" }, onLine],
        [{ cmd: "swap", line }, onLine],
        [{ cmd: "complete", line, mode: "transfer" }, onLine],
        [{ cmd: "unpark", line, slot: "71" }, onAny],
        [{ cmd: "pickup", line }, onAny],
        [{ cmd: "pickup", line, from: line }, onLine],
        [{ cmd: "forward", line, when: "always", to: null }, onLine],
        ...["drop", "answer", "hold", "unhold"].flatMap((cmd): [object, string | undefined][] => [
          [{ cmd, line }, onLine],
          [{ cmd, call }, onCall],
        ]),
        ...["transfer", "consult", "redirect"].flatMap((cmd): [object, string | undefined][] => [
          [{ cmd, line, number: "7" }, onLine],
          [{ cmd, call, number: "7" }, onCall],
        ]),
        [{ cmd: "park", line }, onLine],
        [{ cmd: "park", call }, onCall],
        [{ cmd: "dtmf", line, digits: "1" }, onLine],
        [{ cmd: "dtmf", call, digits: "1" }, onCall],
      ];
      for (const [order, code] of orders) {
        const what = JSON.stringify(order);
        assert.equal((await client.ask(order)).error?.code, code, what);
        const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/commands`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: what,
        });
        assert.equal((await response.json()).error?.code, code, what);
        assert.equal(
          response.status,
          code === undefined ? 200 : code === "not_permitted" ? 403 : 404,
        );
        if (code === undefined) done.push(what, what);
      }
    }
    assert.equal(commands.length, done.length);
    await server.stop(1000);
  });

  Deno.test(`${identity.name} sees ${sees} over HTTP`, async () => {
    const { bus, server } = start(identity);
    const url = `http://127.0.0.1:${server.port}/api/v2`;
    for (const path of ["lines", "calls"]) {
      const response = await fetch(`${url}/${path}`);
      const body = await response.json();
      assert.equal(response.status, mayMonitor ? 200 : 403);
      assert.deepEqual(
        mayMonitor ? linesOf(body) : body.error.code,
        mayMonitor ? visible : "not_permitted",
      );
    }
    if (!mayMonitor) {
      const response = await fetch(`${url}/events`);
      assert.equal(response.status, 403);
      await response.body?.cancel();
    } else {
      await using stream = await EventStreamReader.open(`${url}/events`);
      const [state] = await stream.take(1);
      assert.deepEqual(linesOf(JSON.parse(state?.data ?? "").lines), visible);
      fill({ bus });
      const heard = (await stream.take(visible.length * 2)).map(({ data }) => JSON.parse(data));
      assert.deepEqual(heard.map(lineOfEvent), visible.flatMap((line) => [line, line]));
      await using resumed = await EventStreamReader.open(`${url}/events`, {
        "last-event-id": `${bus.epoch}:0`,
      });
      const missed = (await resumed.take(visible.length * 4)).map(({ data }) => JSON.parse(data));
      assert(missed.every((frame) => visible.includes(lineOfEvent(frame))));
    }
    await server.stop(1000);
  });

  Deno.test(`${identity.name} sees ${sees} and controls ${controls} over a classic socket`, async () => {
    const { bus, commands, server } = start(identity);
    await using client = await RecordingClient.connect(server.port, "/?lineType=string");
    await using named = await RecordingClient.connect(server.port, "/?line=202&line=301");
    await until(() => server.clients === 2);
    fill({ bus });
    for (const line of LINES) client.send({ cmd: "drop", line });
    named.send({ cmd: "fly" });
    await named.frame(({ error }) => error !== undefined);
    const refused = LINES.flatMap((line) => refusalOf(line, sees, controls, "unknown_line") ?? []);
    await until(() =>
      client.frames.length === visible.length + refused.length &&
      commands.length === controls.length
    );
    assert.deepEqual(client.frames.flatMap(({ line }) => line ?? []), visible);
    assert.deepEqual(client.frames.flatMap(({ error }) => error?.code ?? []), refused);
    assert.deepEqual(
      named.frames.flatMap(({ line }) => line === undefined ? [] : String(line)),
      visible.filter((line) => line !== "201"),
    );
    await server.stop(1000);
  });
}

Deno.test("an identity that cannot see a line cannot take the calls that ring there", async () => {
  const rig = new Rig();
  const reader = rig.connect(ONE_LINE);
  const { error } = await reader.ask({ cmd: "pickup", line: "201", from: "301" });
  assert.equal(error.code, "unknown_line");
  assert.deepEqual(rig.commands, []);
});

Deno.test("a line's permanent id opens no more than its extension does", async () => {
  const rig = new Rig();
  rig.bus.publish(lineEvent({ line: "201", permanentId: "p:1" }, { change: "added" }));
  // Its permanent id looks like an extension that one may see.
  rig.bus.publish(lineEvent({ line: "301", permanentId: "20-3" }, { change: "added" }));
  const reader = rig.connect({ ...ONE_LINE, lines: ["20*"] });
  const dial = (line: string) => reader.ask({ cmd: "dial", line, number: "1" });
  assert.equal((await dial("p:1")).type, "result");
  assert.equal((await dial("20-3")).error.code, "unknown_line");
  assert.deepEqual(rig.commands, [{ cmd: "dial", line: "p:1", number: "1" }]);
  const { result } = await reader.ask({ cmd: "subscribe", lines: ["p:1", "20-3"] });
  assert.deepEqual(result.lines.map(({ line }: { line: string }) => line), ["201"]);
});

Deno.test("a token makes somebody else of a client, and its subscription follows", async () => {
  const rig = new Rig({
    identify: (token) => token === "secret" ? MONITOR_OF_20 : undefined,
  });
  const reader = rig.connect(ONE_LINE);
  await reader.say({ cmd: "subscribe" });
  fill(rig);
  assert.equal((await reader.ask({ cmd: "auth", token: "wrong" })).error.code, "unauthorized");
  assert.deepEqual(await reader.ask({ cmd: "auth", id: 1, token: "secret" }), {
    type: "result",
    id: 1,
    result: { identity: { name: "desk", can: ["monitor"], lines: ["20*"] } },
  });
  const before = reader.frames.length;
  fill(rig);
  assert.deepEqual(reader.frames.slice(before).map(lineOfEvent), ["201", "201", "202", "202"]);
  assert.equal((await reader.ask({ cmd: "drop", line: "201" })).error.code, "not_permitted");
});

Deno.test("one who may not hear any more hears nothing more", async () => {
  const rig = new Rig({ identify: () => CONTROL });
  const reader = rig.connect();
  await reader.say({ cmd: "subscribe" });
  await reader.say({ cmd: "auth", token: "x" });
  const before = reader.frames.length;
  fill(rig);
  assert.equal(reader.frames.length, before);
});

Deno.test("messages after a token wait until its owner is known, and keep their order", async () => {
  const known = Promise.withResolvers<Identity>();
  const rig = new Rig({ identify: () => known.promise });
  const reader = rig.connect(CONTROL);
  const said = [
    reader.say({ cmd: "auth", id: 1, token: "x" }),
    reader.say({ cmd: "dial", id: 2, line: "301", number: "1" }),
    reader.say({ cmd: "dial", id: 3, line: "201", number: "2" }),
  ];
  await Promise.resolve();
  assert.deepEqual(reader.answers, []);
  known.resolve(ANYONE);
  await Promise.all(said);
  assert.deepEqual(reader.answers.map(({ id, type }) => [id, type]), [
    [1, "result"],
    [2, "result"],
    [3, "result"],
  ]);
  assert.equal(rig.commands.length, 2);
});

Deno.test("a token that nobody has is not known", async () => {
  const { error } = await new Rig().connect().ask({ cmd: "auth", token: "x" });
  assert.equal(error.code, "unauthorized");
});

Deno.test("an identity that expires ends the connection with 4401, and nothing is done for it", async () => {
  const rig: Rig = new Rig({
    identify: () => ({ ...ANYONE, expiresAtMs: rig.clock.nowMs() + 3_000_000_000 }),
  });
  const short = rig.connect({ ...ANYONE, expiresAtMs: rig.clock.nowMs() + 1000 });
  const renewed = rig.connect({ ...ANYONE, expiresAtMs: rig.clock.nowMs() + 1000 });
  await renewed.say({ cmd: "auth", token: "x" });
  rig.clock.advance(999);
  assert.equal(short.socket.readyState, 1);
  rig.clock.advance(1);
  assert.equal(short.socket.closed?.code, 4401);
  await short.say({ cmd: "dial", line: "201", number: "1" });
  assert.deepEqual(rig.commands, []);
  // Longer than a timer can wait at once.
  rig.clock.advance(2_999_998_000);
  assert.equal(renewed.socket.readyState, 1);
  rig.clock.advance(1000);
  assert.equal(renewed.socket.closed?.code, 4401);
  assert.equal(rig.clock.pendingTimers, 0);
});

Deno.test("a command of an expired identity is not carried out, also before the timer runs", async () => {
  const rig = new Rig();
  const late = rig.connect({ ...ANYONE, expiresAtMs: rig.clock.nowMs() });
  await late.say({ cmd: "dial", line: "201", number: "1" });
  assert.deepEqual([rig.commands, late.socket.closed?.code], [[], 4401]);
});
