import assert from "node:assert/strict";
import type { Party } from "../../../src/model/call.ts";
import {
  ClassicEncoder,
  classicError,
  parseClassic,
  toClassic,
} from "../../../src/server/classic/messages.ts";
import { callEvent, lineEvent, shown } from "../../support/events.ts";
import { fc } from "../../support/properties.ts";

Deno.test("a classic frame has the seven keys in their order", () => {
  assert.equal(
    toClassic(callEvent(), "number"),
    '{"line":201,"state":"OFFERING","callId":"0x1A2B","callerId":"+441632960001",' +
      '"calledId":"201","origin":"EXTERNAL","reason":"DIRECT"}',
  );
});

Deno.test("line is a number only where the number says the same, and a string when asked", () => {
  const lineOf = (line: string, type: "number" | "string") =>
    JSON.parse(toClassic(callEvent({ line }), type) ?? "{}").line;
  assert.equal(lineOf("201", "number"), 201);
  assert.equal(lineOf("0", "number"), 0);
  assert.equal(lineOf("123456789012345", "number"), 123456789012345);
  assert.equal(lineOf("1234567890123456", "number"), "1234567890123456");
  assert.equal(lineOf("0201", "number"), "0201");
  assert.equal(lineOf("+4930", "number"), "+4930");
  assert.equal(lineOf("Anna 201", "number"), "Anna 201");
  assert.equal(lineOf("201", "string"), "201");
});

Deno.test("text is escaped as JSON", () => {
  const frame = toClassic(callEvent({ caller: shown('"\\\n\u0000 Жук 🐞') }), "number") ?? "";
  assert.equal(JSON.parse(frame).callerId, '"\\\n\u0000 Жук 🐞');
});

Deno.test("a number that is not shown is an empty string", () => {
  const hidden: Party = { number: "", name: "", presentation: "withheld" };
  const frame = toClassic(callEvent({ caller: hidden, called: hidden }), "number") ?? "";
  assert.match(frame, /"callerId":"","calledId":""/);
});

Deno.test("an info has a frame only where it fills a number in", () => {
  assert.equal(toClassic(callEvent({}, { change: "info" }), "number"), undefined);
  const filled = callEvent({}, { change: "info", numberChanged: true });
  assert.equal(JSON.parse(toClassic(filled, "number") ?? "").state, "OFFERING");
});

Deno.test("a line's event has no classic frame", () => {
  const event = lineEvent();
  assert.equal(toClassic(event, "number"), undefined);
  assert.equal(new ClassicEncoder().encode(event, "number"), undefined);
});

Deno.test("an event is turned into text once for each line type", () => {
  const encoder = new ClassicEncoder();
  let reads = 0;
  const event = callEvent();
  const counted = new Proxy(event, {
    get(target, key, receiver) {
      if (key === "call") reads++;
      return Reflect.get(target, key, receiver);
    },
  });
  const first = encoder.encode(counted, "number");
  assert.equal(encoder.encode(counted, "number"), first);
  assert.equal(reads, 1);
  assert.match(encoder.encode(counted, "string") ?? "", /"line":"201"/);
  assert.equal(reads, 2);
  assert.match(encoder.encode(callEvent({ state: "IDLE" }), "number") ?? "", /IDLE/);
});

Deno.test("dial and drop are understood, with line and number as strings or numbers", () => {
  const dial = { kind: "command", command: { cmd: "dial", line: "201", number: "123" } };
  assert.deepEqual(parseClassic('{"cmd":"dial","line":201,"number":"123"}'), dial);
  assert.deepEqual(parseClassic('{"cmd":"dial","line":"201","number":123}'), dial);
  assert.deepEqual(parseClassic('{"cmd":"drop","line":201,"other":1}'), {
    kind: "command",
    command: { cmd: "drop", line: "201", all: true },
  });
});

Deno.test("{} and a missing or empty cmd are a heartbeat", () => {
  for (const text of ["{}", '{"cmd":""}', '{"cmd":null}', '{"line":201}']) {
    assert.deepEqual(parseClassic(text), { kind: "heartbeat" }, text);
  }
});

Deno.test("everything else answers with a code and says what was expected", () => {
  const cases: [string, string, RegExp][] = [
    ["", "bad_json", /JSON/],
    ["{", "bad_json", /JSON/],
    ["null", "bad_request", /object/],
    ["[]", "bad_request", /object/],
    ['"dial"', "bad_request", /object/],
    ['{"cmd":{}}', "bad_request", /cmd: .*string or a number/],
    ['{"cmd":"Dial","line":201,"number":"1"}', "unknown_command", /Dial/],
    ['{"cmd":7}', "unknown_command", /7/],
    ['{"cmd":"dial","number":"1"}', "bad_request", /line: /],
    ['{"cmd":"dial","line":null,"number":"1"}', "bad_request", /line: /],
    ['{"cmd":"drop","line":""}', "bad_request", /line: /],
    ['{"cmd":"drop","line":[201]}', "bad_request", /line: /],
    ['{"cmd":"dial","line":201}', "bad_request", /number: /],
    ['{"cmd":"dial","line":201,"number":""}', "bad_request", /number: /],
    ['{"cmd":"dial","line":201,"number":"  "}', "bad_request", /number: /],
    ['{"cmd":"dial","line":201,"number":true}', "bad_request", /number: /],
    ['{"cmd":"dial","line":201,"number":"1\\u00002"}', "bad_request", /control/],
    ['{"cmd":"dial","line":201,"number":"1\\r\\n2"}', "bad_request", /control/],
    [`{"cmd":"dial","line":201,"number":"${"1".repeat(80)}"}`, "bad_request", /79/],
  ];
  for (const [text, code, message] of cases) {
    const parsed = parseClassic(text);
    assert.equal(parsed.kind, "error", text);
    if (parsed.kind !== "error") return;
    assert.equal(parsed.error.code, code, text);
    assert.match(parsed.error.message, message, text);
  }
});

Deno.test("an error frame has no line, so that pages which look for one ignore it", () => {
  const frame = JSON.parse(classicError({ code: "unknown_line", message: "no" }));
  assert.deepEqual(frame, { error: { code: "unknown_line", message: "no" } });
});

Deno.test("no text at all makes the parser throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((j) => `{"cmd":${j}}`)), (
    text,
  ) => {
    parseClassic(text);
  }));
});
