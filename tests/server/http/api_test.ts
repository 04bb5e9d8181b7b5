import assert from "node:assert/strict";
import type { ErrorCode } from "../../../src/model/error.ts";
import { callEvent, lineEvent } from "../../support/events.ts";
import { startTestServer } from "../../support/server.ts";
import { assertValid, validatorOf } from "../../support/v2_schema.ts";

const JSON_TYPE = { "content-type": "application/json" };

const post = (port: number, body: unknown, headers: Record<string, string> = JSON_TYPE) =>
  fetch(`http://127.0.0.1:${port}/api/v2/commands`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

Deno.test("lines and calls are arrays of the objects that frames have", async () => {
  const { bus, server } = startTestServer();
  bus.publish(lineEvent({ line: "201" }, { change: "added" }));
  bus.publish(callEvent({ id: 8 }, { change: "new" }));
  const lines = await (await fetch(`http://127.0.0.1:${server.port}/api/v2/lines`)).json();
  const calls = await (await fetch(`http://127.0.0.1:${server.port}/api/v2/calls`)).json();
  assertValid("Line", lines[0]);
  assertValid("Call", calls[0]);
  assert.deepEqual([lines.length, lines[0].line, calls.length, calls[0].id], [1, "201", 1, 8]);
  await server.stop(1000);
});

Deno.test("the published schema describes every frame by its name, and is the one of the tests", async () => {
  const { server } = startTestServer();
  const response = await fetch(`http://127.0.0.1:${server.port}/api/v2/schema.json`);
  assert.equal(response.headers.get("content-type"), "application/json");
  const schema = await response.json();
  assert.equal(schema.$schema, "https://json-schema.org/draft/2020-12/schema");
  const names = ["Hello", "Result", "Error", "CallEvent", "LineEvent", "ProviderEvent", "Batch"];
  for (const name of [...names, "SubscribeCommand", "DialCommand", "ForwardCommand"]) {
    assert(name in schema.$defs, name);
  }
  const validate = validatorOf(schema);
  assert(validate({ cmd: "drop", call: 1 }));
  assert(validate({ cmd: "drop", line: "201", id: "x" }));
  assert(!validate({ cmd: "drop", line: 201 }));
  assert(!validate({ cmd: "drop", line: "201", call: 1 }));
  assert(!validate({ type: "hello" }));
  await server.stop(1000);
});

Deno.test("a command is carried out and answered with its frame", async () => {
  const { commands, server } = startTestServer({}, () => ({ ok: true, outcome: { call: 7 } }));
  const response = await post(server.port, { cmd: "dial", id: 1, line: "201", number: "0123" });
  assert.equal(response.status, 200);
  const body = await response.json();
  assertValid("Result", body);
  assert.deepEqual(body, { type: "result", id: 1, result: { call: 7 } });
  assert.deepEqual(commands, [{ cmd: "dial", line: "201", number: "0123" }]);
  const lines = await post(server.port, { cmd: "lines" }, {
    "content-type": "application/json; charset=utf-8",
  });
  assert.deepEqual(await lines.json(), { type: "result", result: { seq: 0, lines: [] } });
  await server.stop(1000);
});

Deno.test("each error has its status and its frame", async () => {
  const statuses: [ErrorCode, number][] = [
    ["unknown_line", 404],
    ["unknown_call", 404],
    ["no_call", 409],
    ["ambiguous", 409],
    ["not_supported", 409],
    ["not_permitted", 403],
    ["unauthorized", 401],
    ["rate_limited", 429],
    ["tapi_error", 502],
    ["provider_down", 503],
    ["timeout", 504],
  ];
  let code: ErrorCode = "no_call";
  const { server } = startTestServer({}, () => ({ ok: false, error: { code, message: "no" } }));
  for (const [each, status] of statuses) {
    code = each;
    const response = await post(server.port, { cmd: "drop", id: "x", line: "201" });
    const body = await response.json();
    assertValid("Error", body);
    assert.deepEqual(body, { type: "error", id: "x", error: { code, message: "no" } });
    assert.equal(response.status, status, code);
  }
  await server.stop(1000);
});

Deno.test("a body that is not a command changes nothing", async () => {
  const { commands, server } = startTestServer();
  const cases: [body: unknown, status: number, code: string, headers?: Record<string, string>][] = [
    ["{", 400, "bad_json"],
    [[], 400, "bad_request"],
    [{ cmd: "fly", id: 1 }, 400, "unknown_command"],
    [{ cmd: "dial", line: "201" }, 400, "bad_request"],
    [{ cmd: "subscribe" }, 400, "bad_request"],
    [{ cmd: "unsubscribe" }, 400, "bad_request"],
    [{ cmd: "auth", token: "x" }, 400, "bad_request"],
    [{ cmd: "ping" }, 415, "bad_request", { "content-type": "text/plain" }],
    ["cmd=drop&line=201", 415, "bad_request", {
      "content-type": "application/x-www-form-urlencoded",
    }],
    [{ cmd: "ping", id: "x".repeat(64 * 1024) }, 413, "too_large"],
  ];
  for (const [body, status, code, headers] of cases) {
    const response = await post(server.port, body, headers);
    const frame = await response.json();
    assertValid("Error", frame);
    assert.deepEqual([response.status, frame.error.code], [status, code], JSON.stringify(body));
  }
  assert.deepEqual(commands, []);
  await server.stop(1000);
});

Deno.test("methods: HEAD has no body, another one is 405 with those that are allowed", async () => {
  const { server } = startTestServer();
  const ask = (method: string, path: string) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  const allowed: [string, string, string][] = [
    ["/api/v2/lines", "POST", "GET, HEAD"],
    ["/api/v2/calls", "DELETE", "GET, HEAD"],
    ["/api/v2/events", "PUT", "GET, HEAD"],
    ["/api/v2/schema.json", "OPTIONS", "GET, HEAD"],
    ["/api/v2/commands", "GET", "POST"],
    ["/api/v2/commands", "HEAD", "POST"],
  ];
  for (const [path, method, allow] of allowed) {
    const response = await ask(method, path);
    await response.body?.cancel();
    assert.deepEqual([response.status, response.headers.get("allow")], [405, allow], path);
  }
  for (const path of ["/api/v2/lines", "/api/v2/schema.json", "/healthz"]) {
    const response = await ask("HEAD", path);
    assert.deepEqual([response.status, await response.text()], [200, ""], path);
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
  for (const path of ["/api/v2", "/api/v2/nothing", "/fake/calls", "/fake/scenarios"]) {
    assert.equal((await (await ask("GET", path)).text()).includes("nothing at"), true, path);
  }
  await server.stop(1000);
});
