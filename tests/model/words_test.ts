/** The vocabulary against TAPI's own names: each word is declared once, and is the one of tapi.h. */
import assert from "node:assert/strict";
import { CALL_ORIGINS, CALL_REASONS, CALL_STATES } from "../../src/model/call.ts";
import { CALL_COMMANDS, COMMAND_NAMES, LINE_COMMANDS } from "../../src/model/command.ts";
import { LINECALLORIGIN, LINECALLREASON, LINECALLSTATE } from "../../src/tapi/constants.ts";

for (
  const [name, words, constants] of [
    ["LINECALLSTATE_", CALL_STATES, LINECALLSTATE],
    ["LINECALLORIGIN_", CALL_ORIGINS, LINECALLORIGIN],
    ["LINECALLREASON_", CALL_REASONS, LINECALLREASON],
  ] as const
) {
  Deno.test(`the words of ${name} are TAPI's`, () => {
    assert.deepEqual([...words].sort(), Object.keys(constants).sort());
  });
}

Deno.test("every command is named by a call's can or by a line's, but forget", () => {
  const named = [...CALL_COMMANDS, ...LINE_COMMANDS, "forget"];
  assert.deepEqual(named.sort(), [...COMMAND_NAMES].sort());
});
