/** Which call a command means: over the fake exchange, with calls in every constellation. */
import assert from "node:assert/strict";
import type { Command, Target } from "../../src/model/command.ts";
import { Desk, OUTSIDE } from "../support/desk.ts";

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

Deno.test("a line without calls, one that is closed and one that does not exist are told apart", async () => {
  await using desk = await Desk.start({ openErrors: { "204": 0x8000004b } });
  for (const cmd of ALL) {
    await desk.fails(commandOf(cmd, { line: "201" }), "no_call");
    await desk.fails(commandOf(cmd, { line: "204" }), "provider_down");
    await desk.fails(commandOf(cmd, { line: "999" }), "unknown_line");
    await desk.fails(commandOf(cmd, { call: 999 }), "unknown_call");
  }
  for (const line of ["201", "999"]) {
    const code = line === "201" ? "no_call" : "unknown_line";
    await desk.fails({ cmd: "swap", line }, code);
    await desk.fails({ cmd: "complete", line, mode: "transfer" }, code);
    await desk.fails({ cmd: "drop", line, all: true }, code);
  }
  for (const cmd of ["dial", "unpark", "pickup", "forward"] as const) {
    const rest = { number: OUTSIDE, slot: "1", when: "busy", to: null };
    await desk.fails({ cmd, line: "999", ...rest } as unknown as Command, "unknown_line");
    await desk.fails({ cmd, line: "204", ...rest } as unknown as Command, "provider_down");
  }
});

Deno.test("a call that has ended is unknown by its number", async () => {
  await using desk = await Desk.start();
  const call = await desk.talk("201");
  await desk.does({ cmd: "drop", call });
  await desk.ends();
  await desk.fails({ cmd: "hold", call }, "unknown_call");
  await desk.fails({ cmd: "drop", call }, "unknown_call");
});

Deno.test("of several calls the one that fits is meant, and of several that fit the active one", async () => {
  await using desk = await Desk.start();
  const first = await desk.talk("201");
  await desk.does({ cmd: "hold", line: "201" });
  const second = await desk.talk("201", ANOTHER);
  const third = await desk.ring("201", "+441632960789");
  await desk.reachAll("201", "ONHOLD", "CONNECTED", "OFFERING");
  await desk.does({ cmd: "dtmf", line: "201", digits: "1" });
  await desk.does({ cmd: "redirect", line: "201", number: "203" });
  await desk.reach(third, "IDLE");
  await desk.does({ cmd: "drop", line: "201" });
  await desk.reach(second, "IDLE");
  await desk.does({ cmd: "unhold", line: "201" });
  await desk.reach(first, "CONNECTED");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.does({ cmd: "drop", line: "203", all: true });
  await desk.ends();
});

Deno.test("where several calls fit and none of them is active, one has to be named", async () => {
  await using desk = await Desk.start();
  const calls = [await desk.ring("201"), await desk.ring("201", ANOTHER)];
  for (const cmd of ["answer", "redirect", "drop"] as const) {
    const { message } = await desk.fails(commandOf(cmd, { line: "201" }), "ambiguous");
    assert.match(message, /2 calls/);
  }
  await desk.does({ cmd: "answer", call: calls[1] as number });
  await desk.reachAll("201", "OFFERING", "CONNECTED");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("two held calls are ambiguous to unhold, and to complete with an active one", async () => {
  await using desk = await Desk.start();
  for (const from of [OUTSIDE, ANOTHER]) {
    await desk.talk("201", from);
    await desk.does({ cmd: "hold", line: "201" });
  }
  await desk.reachAll("201", "ONHOLD", "ONHOLD");
  await desk.fails({ cmd: "unhold", line: "201" }, "ambiguous");
  await desk.fails({ cmd: "swap", line: "201" }, "no_call");
  await desk.talk("201", "+441632960789");
  await desk.fails({ cmd: "swap", line: "201" }, "ambiguous");
  await desk.fails({ cmd: "complete", line: "201", mode: "transfer" }, "ambiguous");
  // A call that was held for a consultation is the one that waits.
  const { call } = await desk.does({ cmd: "consult", line: "201", number: "203" });
  await desk.reach(call, "CONNECTED");
  await desk.does({ cmd: "complete", line: "201", mode: "transfer" });
  await desk.reachAll("201", "ONHOLD", "ONHOLD");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.does({ cmd: "drop", line: "203", all: true });
  await desk.ends();
});

Deno.test("no active call, no held call: nothing to swap or to complete", async () => {
  await using desk = await Desk.start();
  await desk.talk("201");
  await desk.fails({ cmd: "swap", line: "201" }, "no_call");
  await desk.fails({ cmd: "complete", line: "201", mode: "conference" }, "no_call");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});
