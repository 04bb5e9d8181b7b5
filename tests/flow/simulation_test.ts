/** The telephones of the fake exchange, rung over HTTP, as clients of both dialects hear them. */
import assert from "node:assert/strict";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import { startProgram } from "../../src/program.ts";
import { createFakeTapi } from "../../src/fake/library.ts";
import { settingsOf } from "../support/settings.ts";
import { TestProgram } from "../support/program.ts";

// deno-lint-ignore no-explicit-any -- what comes back is compared as a whole
type Json = any;

async function post(flow: TestProgram, path: string, body?: unknown): Promise<[number, Json]> {
  const response = await fetch(`http://127.0.0.1:${flow.port}${path}`, {
    method: "POST",
    ...body !== undefined && {
      headers: { "content-type": "application/json" },
      body: typeof body === "string" ? body : JSON.stringify(body),
    },
  });
  return [response.status, await response.json()];
}

Deno.test("POST /fake/calls makes a telephone ring, and returns the callId", async () => {
  await using flow = await TestProgram.start();
  const client = await flow.connect();
  const [status, { call }] = await post(flow, "/fake/calls", {
    to: "202",
    from: "+441632960077",
    name: "Zoë Example",
    answerAfterMs: 2000,
    hangUpAfterMs: 9000,
  });
  assert.deepEqual([status, call.line], [200, "202"]);
  await flow.pass(() => client.states(call.callId).at(-1) === "IDLE");
  const [ringing] = client.frames.filter(({ callId }) => callId === call.callId);
  assert.deepEqual(
    [ringing?.line, ringing?.state, ringing?.callerId],
    [202, "OFFERING", "+441632960077"],
  );
  assert(client.states(call.callId).includes("CONNECTED"));
});

Deno.test("a call can hide its number or report it late, and ends on its own", async () => {
  await using flow = await TestProgram.start();
  const client = await flow.connect();
  const [, hidden] = await post(flow, "/fake/calls", { to: "201", hidden: true });
  const [, late] = await post(flow, "/fake/calls", { to: "203", lateCallerId: true });
  const of = ({ call }: Json) => client.frames.filter(({ callId }) => callId === call.callId);
  await flow.pass(() => [hidden, late].every((one) => of(one).at(-1)?.state === "IDLE"));
  assert(of(hidden).every(({ callerId }) => callerId === ""));
  assert.equal(of(late)[0]?.callerId, "");
  assert.equal(of(late)[1]?.callerId, "+441632960001");
  assert(![...of(hidden), ...of(late)].some(({ state }) => state === "CONNECTED"));
});

Deno.test("a telephone that is busy rings too", async () => {
  await using flow = await TestProgram.start();
  const client = await flow.connect();
  const [, first] = await post(flow, "/fake/calls", { to: "201", answerAfterMs: 100 });
  await flow.pass(() => client.states(first.call.callId).includes("CONNECTED"));
  const [status, second] = await post(flow, "/fake/calls", { to: "201" });
  assert.equal(status, 200);
  await flow.pass(() => client.states(second.call.callId).includes("OFFERING"));
});

Deno.test("every scenario is listed and plays, at the line that is asked for", async () => {
  await using flow = await TestProgram.start();
  const client = await flow.connect();
  const response = await fetch(`http://127.0.0.1:${flow.port}/fake/scenarios`);
  const scenarios: Json[] = await response.json();
  assert.deepEqual(scenarios.map(({ name }) => name), [
    "incoming",
    "known",
    "several",
    "late",
    "hidden",
    "missed",
    "transfer",
    "park",
    "anonymous",
    "new-id",
    "shared",
    "two-addresses",
    "group",
  ]);
  const heard: Record<string, string[]> = {};
  for (const { name, durationMs } of scenarios) {
    const before = client.frames.length;
    const [status, { call }] = await post(flow, `/fake/scenarios/${name}`, { line: "204" });
    assert.deepEqual([status, call.line], [200, "204"], name);
    const endMs = flow.clock.nowMs() + durationMs + 5000;
    await flow.pass(() => flow.clock.nowMs() > endMs);
    const frames = client.frames.slice(before);
    assert.equal(frames.find(({ callId }) => callId === call.callId)?.state, "OFFERING", name);
    const ended = frames.filter(({ state }) => state === "IDLE").map(({ callId }) => callId);
    // A call that changes its id ends by the last one.
    const ends = name === "new-id" ? frames.slice(-1) : frames;
    assert(ends.every(({ callId }) => ended.includes(callId)), `${name}: every call ends`);
    assert.deepEqual(flow.program.state.calls(), [], name);
    heard[name] = frames.map(({ line, state }) => `${line} ${state}`);
  }
  assert(heard["incoming"]?.includes("204 CONNECTED"));
  assert(!heard["missed"]?.some((state) => state.endsWith(" CONNECTED")));
  for (const name of ["transfer", "park"]) {
    assert(heard[name]?.some((state) => /^20[^4] CONNECTED$/.test(state)), name);
  }
  assert(heard["park"]?.includes("204 IDLE"));
  assert(heard["two-addresses"]?.some((state) => /^15[01] CONNECTED$/.test(state)));
  assert.deepEqual(heard["group"]?.filter((state) => state.startsWith("110 ")), [
    "110 OFFERING",
    "110 DISCONNECTED",
    "110 IDLE",
  ]);
  assert.equal(flow.fake.liveHandles(), 0);
});

Deno.test("a scenario without a line finds a free one", async () => {
  await using flow = await TestProgram.start({ args: ["--fake-extensions", "2"], extensions: 2 });
  const lines: string[] = [];
  for (let i = 0; i < 2; i++) {
    const [, { call }] = await post(flow, "/fake/scenarios/missed");
    lines.push(call.line);
  }
  assert.deepEqual(lines, ["201", "202"]);
  const [status, { error }] = await post(flow, "/fake/scenarios/missed");
  assert.deepEqual([status, error.code], [409, "not_supported"]);
});

Deno.test("an invalid request is answered with the reason, and nothing rings", async () => {
  await using flow = await TestProgram.start();
  const client = await flow.connect();
  const cases: [path: string, body: unknown, status: number, code: string, says: RegExp][] = [
    ["/fake/calls", { to: "999" }, 404, "unknown_line", /999/],
    ["/fake/calls", {}, 400, "bad_request", /^to: expected/],
    ["/fake/calls", { to: 201 }, 400, "bad_request", /^to: expected/],
    ["/fake/calls", { to: "201", from: "Ada" }, 400, "bad_request", /^from: expected/],
    ["/fake/calls", { to: "201", answerAfterMs: -1 }, 400, "bad_request", /^answerAfterMs: /],
    ["/fake/calls", { to: "201", speed: 1 }, 400, "bad_request", /^speed: expected no such/],
    ["/fake/calls", "{", 400, "bad_json", /JSON/],
    ["/fake/scenarios/missed", { line: "999" }, 404, "unknown_line", /999/],
    ["/fake/scenarios/missed", { to: "201" }, 400, "bad_request", /^to: expected no such/],
  ];
  for (const [path, body, status, code, says] of cases) {
    const [got, { error }] = await post(flow, path, body);
    assert.deepEqual([got, error.code], [status, code], JSON.stringify(body));
    assert.match(error.message, says);
  }
  const form = await fetch(`http://127.0.0.1:${flow.port}/fake/calls`, {
    method: "POST",
    body: "to=201",
  });
  assert.equal((await form.json()).error.code, "bad_request");
  assert.equal(form.status, 415);
  for (const path of ["/fake/scenarios/nothing", "/fake/scenarios/", "/fake/"]) {
    const response = await fetch(`http://127.0.0.1:${flow.port}${path}`, { method: "POST" });
    assert.equal(response.status, 404, path);
    await response.body?.cancel();
  }
  await flow.clock.advanceAsync(5000);
  assert.deepEqual(client.frames, []);
});

Deno.test("an exchange that plays a script takes calls too", async () => {
  const script = "[[step]]\natMs = 0\ndo = 'ring'\ncall = 'a'\nto = 205\n";
  const scenario = parseScenario(script, "test.toml");
  await using flow = await TestProgram.start({ scenario });
  assert.equal((await post(flow, "/fake/calls", { to: "201" }))[0], 200);
});

Deno.test("without a pretend exchange there is nothing at /fake/", async () => {
  // As with tapi32.dll: the program is given a library, and nothing to make telephones ring.
  const program = startProgram(settingsOf(), createFakeTapi({ callsPerMinute: 0 }));
  await program.linesTried;
  for (const path of ["calls", "scenarios", "scenarios/incoming"]) {
    for (const method of ["GET", "POST"]) {
      const url = `http://127.0.0.1:${program.server.port}/fake/${path}`;
      const response = await fetch(url, { method });
      assert.equal(response.status, 404, path);
      await response.body?.cancel();
    }
  }
  await program.stop();
});
