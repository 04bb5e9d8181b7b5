/** A short soak, and that the soak's own checks can fail. */
import assert from "node:assert/strict";
import { buildStandin } from "../native/standin.ts";
import type { Frame } from "../support/client.ts";
import { Hearing } from "./hearing.ts";
import { soak } from "./soak.ts";

const MESSAGES = 50_000;
const LINES = 2;

const standinPath = await buildStandin();

Deno.test({
  name: `${MESSAGES} messages, clients coming and going: nothing missing, nothing left over`,
  ignore: standinPath === undefined,
  async fn() {
    if (standinPath === undefined) return;
    const { problems, frames, messages, dialled } = await soak({
      standinPath,
      messages: MESSAGES,
      clients: 8,
      mostMinutes: 30,
      flat: "heapBytes",
    });
    assert.deepEqual(problems, []);
    assert(messages >= MESSAGES);
    assert(frames > MESSAGES / 6 * 5);
    assert(dialled > 0);
  },
});

type Heard = [caller: number, state: string, callId?: string];

/** The states of the calls of a burst, as a client hears them. */
function heard(...states: Heard[]): Hearing {
  const hearing = new Hearing(LINES);
  for (const [caller, state, callId] of states) {
    const frame: Frame = {
      line: 201,
      callId: callId ?? `0x${caller}`,
      callerId: String(caller),
      origin: "EXTERNAL",
      state,
    };
    hearing.hear(frame);
  }
  return hearing;
}

const WHOLE = ["OFFERING", "ACCEPTED", "CONNECTED", "DISCONNECTED", "IDLE"];
const life = (caller: number) =>
  WHOLE.map((state): [caller: number, state: string] => [caller, state]);

Deno.test("whole lives, and one that began before the client came, are as they should be", () => {
  const hearing = heard([1, "CONNECTED"], ...life(3), [1, "DISCONNECTED"], [1, "IDLE"], ...life(5));
  assert.deepEqual([hearing.problem, hearing.ended, hearing.unfinished], [undefined, 3, 0]);
});

for (
  const [what, states] of [
    ["a missing state", [[1, "OFFERING"], [1, "CONNECTED"]]],
    ["a repeated state", [[1, "OFFERING"], [1, "OFFERING"]]],
    ["states in the wrong order", [[1, "OFFERING"], [1, "CONNECTED"], [1, "ACCEPTED"]]],
    ["a missing call", [...life(1), ...life(5)]],
    ["a missing beginning", [...life(1), [3, "ACCEPTED"]]],
    ["a state behind the end", [...life(1), [1, "IDLE"]]],
    ["a state behind the end of a call that began before", [[1, "IDLE"], [1, "IDLE"]]],
    ["a call without an id", [[1, "OFFERING", "0x0"]]],
    ["two calls with one id", [[1, "OFFERING", "0x7"], [3, "OFFERING", "0x7"]]],
  ] as [string, Heard[]][]
) {
  Deno.test(`${what} is noticed`, () => assert.notEqual(heard(...states).problem, undefined));
}
