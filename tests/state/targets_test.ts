/** Which call a command means: over the fake exchange, with calls in every constellation. */
import assert from "node:assert/strict";
import type { Command, Target } from "../../src/model/command.ts";
import { OUTSIDE, TestProgram } from "../support/program.ts";

const ANOTHER = "+441632960456";
const ALL: readonly Command["cmd"][] = [
  "drop",
  "answer",
  "hold",
  "unhold",
  "transfer",
  "consult",
  "redirect",
  "park",
  "dtmf",
];

/** The command with what it needs besides its target. */
function commandOf(cmd: Command["cmd"], target: Target): Command {
  return { cmd, ...target, number: "203", digits: "1" } as unknown as Command;
}

Deno.test("a line without calls, one that is closed and one that does not exist are distinguished", async () => {
  await using flow = await TestProgram.start({ openErrors: { "204": 0x8000004b } });
  for (const cmd of ALL) {
    await flow.fails(commandOf(cmd, { line: "201" }), "no_call");
    await flow.fails(commandOf(cmd, { line: "204" }), "provider_down");
    await flow.fails(commandOf(cmd, { line: "999" }), "unknown_line");
    await flow.fails(commandOf(cmd, { call: 999 }), "unknown_call");
  }
  for (const line of ["201", "999"]) {
    const code = line === "201" ? "no_call" : "unknown_line";
    await flow.fails({ cmd: "swap", line }, code);
    await flow.fails({ cmd: "complete", line, mode: "transfer" }, code);
    await flow.fails({ cmd: "drop", line, all: true }, code);
  }
  for (const cmd of ["dial", "unpark", "pickup", "forward"] as const) {
    const rest = { number: OUTSIDE, slot: "1", when: "busy", to: null };
    await flow.fails({ cmd, line: "999", ...rest } as unknown as Command, "unknown_line");
    await flow.fails({ cmd, line: "204", ...rest } as unknown as Command, "provider_down");
  }
});

Deno.test("a call that has ended is unknown by its number", async () => {
  await using flow = await TestProgram.start();
  const call = await flow.talk("201");
  await flow.does({ cmd: "drop", call });
  await flow.ends();
  await flow.fails({ cmd: "hold", call }, "unknown_call");
  await flow.fails({ cmd: "drop", call }, "unknown_call");
});

Deno.test("the fitting one of several calls is meant, and the active one if several fit", async () => {
  await using flow = await TestProgram.start();
  const first = await flow.talk("201");
  await flow.does({ cmd: "hold", line: "201" });
  const second = await flow.talk("201", ANOTHER);
  const third = await flow.ring("201", "+441632960789");
  await flow.reachAll("201", "ONHOLD", "CONNECTED", "OFFERING");
  await flow.does({ cmd: "dtmf", line: "201", digits: "1" });
  await flow.does({ cmd: "redirect", line: "201", number: "203" });
  await flow.reach(third, "IDLE");
  await flow.does({ cmd: "drop", line: "201" });
  await flow.reach(second, "IDLE");
  await flow.does({ cmd: "unhold", line: "201" });
  await flow.reach(first, "CONNECTED");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.does({ cmd: "drop", line: "203", all: true });
  await flow.ends();
});

Deno.test("if several calls fit and none of them is active, one has to be named", async () => {
  await using flow = await TestProgram.start();
  const calls = [await flow.ring("201"), await flow.ring("201", ANOTHER)];
  for (const cmd of ["answer", "redirect", "drop"] as const) {
    const { message } = await flow.fails(commandOf(cmd, { line: "201" }), "ambiguous");
    assert.match(message, /2 calls/);
  }
  await flow.does({ cmd: "answer", call: calls[1] as number });
  await flow.reachAll("201", "OFFERING", "CONNECTED");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("two held calls are ambiguous to unhold, and to complete with an active one", async () => {
  await using flow = await TestProgram.start();
  for (const from of [OUTSIDE, ANOTHER]) {
    await flow.talk("201", from);
    await flow.does({ cmd: "hold", line: "201" });
  }
  await flow.reachAll("201", "ONHOLD", "ONHOLD");
  await flow.fails({ cmd: "unhold", line: "201" }, "ambiguous");
  await flow.fails({ cmd: "swap", line: "201" }, "no_call");
  await flow.talk("201", "+441632960789");
  await flow.fails({ cmd: "swap", line: "201" }, "ambiguous");
  await flow.fails({ cmd: "complete", line: "201", mode: "transfer" }, "ambiguous");
  // A call that was held for a consultation is the one that waits.
  const { call } = await flow.does({ cmd: "consult", line: "201", number: "203" });
  await flow.reach(call, "CONNECTED");
  await flow.does({ cmd: "complete", line: "201", mode: "transfer" });
  await flow.reachAll("201", "ONHOLD", "ONHOLD");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.does({ cmd: "drop", line: "203", all: true });
  await flow.ends();
});

Deno.test("no active call, no held call: nothing to swap or to complete", async () => {
  await using flow = await TestProgram.start();
  await flow.talk("201");
  await flow.fails({ cmd: "swap", line: "201" }, "no_call");
  await flow.fails({ cmd: "complete", line: "201", mode: "conference" }, "no_call");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});
