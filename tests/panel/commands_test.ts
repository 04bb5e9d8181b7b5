/** That the panel offers what the table of commands has, and sends what the protocol wants. */
import assert from "node:assert/strict";
import { COMMAND_NAMES, COMMANDS } from "../../src/model/command.ts";
import { commandOf, commandsIn, fieldsOf, permittedIn } from "../../src/panel/commands.js";

Deno.test("every command has a button with its fields, but dialling, which has a form of its own", () => {
  const offered = commandsIn(COMMAND_NAMES);
  assert.deepEqual(offered.map(({ cmd }) => cmd), COMMAND_NAMES.filter((cmd) => cmd !== "dial"));
  for (const { cmd, fields } of offered) {
    const names = Object.keys(COMMANDS[cmd as keyof typeof COMMANDS].fields);
    assert.deepEqual(fields.map(({ name }) => name), names, cmd);
  }
  assert.deepEqual(commandsIn(["drop", "novelty"]).map(({ label }) => label), ["Hang up"]);
});

Deno.test("a word that names a command and a field of another has a label for each", () => {
  const labels = commandsIn(["complete", "pickup", "group"]).map(({ label, fields }) => [
    label,
    ...fields.map((field) => field.label),
  ]);
  assert.deepEqual(labels, [
    ["Complete", "As"],
    ["Pick up", "Ringing at", "Or group"],
    ["Group", "Calls", "Group (empty: all)"],
  ]);
});

Deno.test("commands that need a right of their own are offered to those who have it", () => {
  const can = ["forward", "intrude", "listen", "vendor"];
  assert.deepEqual(permittedIn(can, ["monitor", "control"]), ["forward"]);
  assert.deepEqual(permittedIn(can, ["supervise"]), ["intrude", "listen"]);
  assert.deepEqual(permittedIn(can, ["control", "vendor"]), ["forward", "vendor"]);
});

Deno.test("a command that is new in the table needs nothing of the panel", () => {
  const command = commandOf("call_back", {
    target: "line",
    can: "line",
    fields: {
      number: { kind: "number" },
      when: { kind: ["now", "at_noon"] },
      note: { kind: "number", optional: true },
      until: { kind: "number", nullable: true },
    },
    result: [],
    help: "Calls back",
  });
  const { label, fields } = command;
  assert.equal(label, "Call back");
  assert.deepEqual(fields.map(({ label }) => label), ["Number", "When", "Note", "Until"]);
  assert.deepEqual(fields[1]?.choices, [["now", "now"], ["at_noon", "at noon"]]);
  const values = { number: " 1 ", when: "now", note: " ", until: "" };
  assert.deepEqual(fieldsOf(command, { line: "201" }, values), {
    line: "201",
    number: "1",
    when: "now",
    until: null,
  });
});
