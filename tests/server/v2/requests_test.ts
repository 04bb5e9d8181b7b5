import assert from "node:assert/strict";
import type { Command } from "../../../src/model/command.ts";
import { parseMessage } from "../../../src/server/v2/requests.ts";
import { assertValid } from "../../support/v2_schema.ts";
import { Rig } from "./rig.ts";
import { fc } from "../../support/properties.ts";

/** The command that a message means; it must be one that the schema permits too. */
function commandFrom(message: object): Command {
  assertValid("ClientFrame", message);
  const parsed = parseMessage(JSON.stringify(message));
  assert(parsed.kind === "command", JSON.stringify(parsed));
  return parsed.command;
}

Deno.test("every command of the table means what it says", () => {
  const cases: [object, Command][] = [
    [{ cmd: "dial", line: "201", number: " 0123 " }, { cmd: "dial", line: "201", number: "0123" }],
    [{ cmd: "drop", line: "201" }, { cmd: "drop", line: "201" }],
    [{ cmd: "drop", call: 5 }, { cmd: "drop", call: 5 }],
    [{ cmd: "answer", call: 5 }, { cmd: "answer", call: 5 }],
    [{ cmd: "hold", line: "201" }, { cmd: "hold", line: "201" }],
    [{ cmd: "unhold", call: 0 }, { cmd: "unhold", call: 0 }],
    [{ cmd: "swap", id: 1, line: "201" }, { cmd: "swap", line: "201" }],
    [{ cmd: "transfer", call: 5, number: "7" }, {
      cmd: "transfer",
      call: 5,
      number: "7",
    }],
    [{ cmd: "consult", line: "201", number: "7" }, {
      cmd: "consult",
      line: "201",
      number: "7",
    }],
    [{ cmd: "redirect", call: 5, number: "7" }, {
      cmd: "redirect",
      call: 5,
      number: "7",
    }],
    [{ cmd: "complete", line: "201", mode: "conference" }, {
      cmd: "complete",
      line: "201",
      mode: "conference",
    }],
    [{ cmd: "park", call: 5 }, { cmd: "park", call: 5 }],
    [{ cmd: "park", line: "201", slot: "71" }, {
      cmd: "park",
      line: "201",
      slot: "71",
    }],
    [{ cmd: "unpark", line: "201", slot: "71" }, { cmd: "unpark", line: "201", slot: "71" }],
    [{ cmd: "pickup", line: "201" }, { cmd: "pickup", line: "201" }],
    [{ cmd: "pickup", line: "201", from: "202", group: "9" }, {
      cmd: "pickup",
      line: "201",
      from: "202",
      group: "9",
    }],
    [{ cmd: "dtmf", call: 5, digits: "12#*,A" }, {
      cmd: "dtmf",
      call: 5,
      digits: "12#*,A",
    }],
    [{ cmd: "forward", line: "201", when: "no_answer", to: "7" }, {
      cmd: "forward",
      line: "201",
      when: "no_answer",
      to: "7",
    }],
    [{ cmd: "forward", line: "201", when: "always", to: null }, {
      cmd: "forward",
      line: "201",
      when: "always",
      to: null,
    }],
  ];
  for (const [message, command] of cases) assert.deepEqual(commandFrom(message), command);
});

Deno.test("each mistake answers with its code, the path and what was expected, and changes nothing", async () => {
  const cases: [message: unknown, code: string, says: RegExp][] = [
    ["", "bad_json", /JSON/],
    ["{", "bad_json", /JSON/],
    ["null", "bad_request", /object/],
    [[], "bad_request", /object/],
    [{}, "bad_request", /^cmd: expected/],
    [{ cmd: 7 }, "bad_request", /^cmd: expected/],
    [{ cmd: "Dial" }, "unknown_command", /"Dial"/],
    [{ cmd: "constructor" }, "unknown_command", /"constructor"/],
    [{ cmd: "ping", id: {} }, "bad_request", /^id: expected a string or a number/],
    [{ cmd: "ping", id: null }, "bad_request", /^id: expected/],
    [{ cmd: "ping", extra: 1 }, "bad_request", /^extra: expected no such field/],
    [{ cmd: "dial", number: "1" }, "bad_request", /^line: expected an extension, a string/],
    [{ cmd: "dial", line: 201, number: "1" }, "bad_request", /^line: expected an extension, a/],
    [{ cmd: "dial", line: "", number: "1" }, "bad_request", /^line: expected an extension/],
    [{ cmd: "dial", line: "2\n", number: "1" }, "bad_request", /^line: .*control/],
    [{ cmd: "dial", line: "2".repeat(301), number: "1" }, "bad_request", /^line: .*300/],
    [{ cmd: "dial", line: "201" }, "bad_request", /^number: expected a telephone number/],
    [
      { cmd: "dial", line: "201", number: 5 },
      "bad_request",
      /^number: expected a telephone number/,
    ],
    [{ cmd: "dial", line: "201", number: " " }, "bad_request", /^number: expected a telephone/],
    [{ cmd: "dial", line: "201", number: "1".repeat(80) }, "bad_request", /^number: .*79/],
    // JSON.stringify writes half a character as an escape, as any client may.
    [{ cmd: "dial", line: "201", number: "1\ud83d" }, "bad_request", /^number: .*Unicode/],
    [{ cmd: "dial", line: "\ude002", number: "1" }, "bad_request", /^line: .*Unicode/],
    [{ cmd: "dial", call: 5, number: "1" }, "bad_request", /^line: expected/],
    [{ cmd: "drop" }, "bad_request", /^line: expected/],
    [{ cmd: "drop", call: "5" }, "bad_request", /^call: expected a call's number/],
    [{ cmd: "drop", call: 1.5 }, "bad_request", /^call: expected a call's number/],
    [{ cmd: "drop", call: -1 }, "bad_request", /^call: expected a call's number/],
    [{ cmd: "drop", call: 5, line: "201" }, "bad_request", /^line: expected no such field/],
    [{ cmd: "complete", line: "201" }, "bad_request", /^mode: expected "transfer" or "conference"/],
    [{ cmd: "unpark", line: "201" }, "bad_request", /^slot: expected/],
    [{ cmd: "dtmf", call: 5, digits: "12x" }, "bad_request", /^digits: expected/],
    [{ cmd: "dtmf", call: 5, digits: "1!" }, "bad_request", /^digits: expected/],
    [{ cmd: "dtmf", call: 5, digits: "" }, "bad_request", /^digits: expected/],
    [{ cmd: "forward", line: "201", when: "later", to: "1" }, "bad_request", /^when: expected/],
    [{ cmd: "forward", line: "201", when: "busy" }, "bad_request", /^to: expected .* null/],
    [{ cmd: "auth" }, "bad_request", /^token: expected/],
    [{ cmd: "subscribe", lines: "201" }, "bad_request", /^lines: expected an array/],
    [{ cmd: "subscribe", lines: ["201", 202] }, "bad_request", /^lines\.1: expected an extension/],
    [{ cmd: "subscribe", events: ["fax"] }, "bad_request", /^events\.0: expected .*"call"/],
    [{ cmd: "subscribe", events: [] }, "bad_request", /^events: expected/],
    [{ cmd: "subscribe", batch: "yes" }, "bad_request", /^batch: expected true or false/],
    [{ cmd: "subscribe", resume: 5 }, "bad_request", /^resume: expected an object/],
    [{ cmd: "subscribe", resume: { epoch: "x" } }, "bad_request", /^resume\.seq: expected/],
    [{ cmd: "subscribe", resume: { epoch: "x", seq: "1" } }, "bad_request", /^resume\.seq: /],
    [
      { cmd: "subscribe", resume: { epoch: "x", seq: 1, at: 2 } },
      "bad_request",
      /^resume\.at: expected no such field/,
    ],
  ];
  const rig = new Rig();
  const reader = rig.connect();
  for (const [message, code, says] of cases) {
    const { type, error } = await reader.ask(message);
    const what = JSON.stringify(message);
    assert.deepEqual([type, error.code], ["error", code], what);
    assert.match(error.message, says, what);
  }
  assert.deepEqual([rig.commands, reader.socket.closed], [[], undefined]);
  assert.equal((await reader.ask(new Uint8Array(3))).error.code, "bad_request");
});

Deno.test("a mistake is answered with the id of its message, where that has one", async () => {
  const reader = new Rig().connect();
  assert.equal((await reader.ask({ cmd: "dial", id: "a", line: 5 })).id, "a");
  assert.equal((await reader.ask({ cmd: 1, id: 0 })).id, 0);
  assert.equal((await reader.ask({ cmd: "fly", id: -1.5 })).id, -1.5);
  assert.equal("id" in await reader.ask({ cmd: "ping", id: [] }), false);
});

Deno.test("the parser accepts exactly what the schema permits", () => {
  const field = fc.oneof(
    fc.constantFrom("201", "0123", "transfer", "busy", "call", 5, 0, -1, 1.5, null, true, ""),
    fc.constant({ epoch: "x", seq: 1 }),
    fc.array(fc.constantFrom("201", "call"), { maxLength: 2 }),
  );
  const names = ["id", "line", "number", "call", "mode", "slot", "digits", "when", "to", "lines"];
  const cmd = fc.constantFrom("dial", "drop", "park", "complete", "forward", "subscribe", "dtmf");
  const message = fc.tuple(cmd, fc.dictionary(fc.constantFrom(...names), field, { maxKeys: 5 }))
    .map(([cmd, fields]) => ({ cmd, ...fields }));
  fc.assert(
    fc.property(message, (message) => {
      const taken = parseMessage(JSON.stringify(message)).kind !== "error";
      if (taken) assertValid("ClientFrame", message);
      else assert.throws(() => assertValid("ClientFrame", message), /Not a ClientFrame/);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("no text at all makes the parser throw", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((j) => `{"cmd":${j}}`)), (
    text,
  ) => {
    parseMessage(text);
  }));
});
