import assert from "node:assert/strict";
import {
  ALL_STATES,
  ENDED_STATES,
  HELD_STATES,
  RINGING_STATES,
} from "../../src/tapi/call_states.ts";

Deno.test("the sets of call states have no state in common", () => {
  const sets = [ENDED_STATES, HELD_STATES, RINGING_STATES];
  const union = sets.reduce((all, set) => all | set, 0);
  assert.equal(sets.reduce((sum, set) => sum + set, 0), union);
  assert.equal(union & ALL_STATES, union);
  assert.equal(ALL_STATES, 0xffff);
});
