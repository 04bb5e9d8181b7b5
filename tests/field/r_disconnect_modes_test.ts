/**
 * R: why a call ended is a set of bits. The most telling one decides the result; the rest is kept.
 */
import assert from "node:assert/strict";
import { fieldTest } from "./rig.ts";

/** LINEDISCONNECTMODE_ bits of a call that nobody answered; the name and the result that are right. */
const UNANSWERED = [
  // Incoming calls.
  ["in", "CANCELLED|NORMAL", "CANCELLED", "missed"],
  ["in", "PICKUP|NORMAL", "PICKUP", "elsewhere"],
  ["in", "FORWARDED|NORMAL", "FORWARDED", "elsewhere"],
  ["in", "PICKUP|CANCELLED", "PICKUP", "elsewhere"],
  ["in", "REJECT|NORMAL", "REJECT", "refused"],
  ["in", "DONOTDISTURB|NORMAL", "DONOTDISTURB", "refused"],
  ["in", "UNKNOWN|PICKUP", "PICKUP", "elsewhere"],
  ["in", "NORMAL|UNKNOWN", "NORMAL", "missed"],
  ["in", "NORMAL|0x40000000", "NORMAL", "missed"],
  // Outgoing calls.
  ["out", "BUSY|NORMAL", "BUSY", "busy"],
  ["out", "NOANSWER|NORMAL", "NOANSWER", "unanswered"],
  ["out", "BADADDRESS|NORMAL", "BADADDRESS", "failed"],
  ["out", "CONGESTION|UNAVAIL", "CONGESTION", "failed"],
  ["out", "REJECT|CANCELLED", "REJECT", "refused"],
] as const;

for (const [direction, modes, name, result] of UNANSWERED) {
  fieldTest(`${modes} (${direction}) is ${name}, ${result}`, {}, async (field) => {
    const isIn = direction === "in";
    field.play(`
      new a 0
      info a origin=${isIn ? "EXTERNAL" : "OUTBOUND"} reason=DIRECT caller=0171 called=201
      state a ${isIn ? "OFFERING ACTIVE" : "RINGBACK"}
      state a DISCONNECTED ${modes}
    `);
    const known = modes.split("|").filter((mode) => !mode.startsWith("0x")).sort();
    const call = await field.call({ state: "DISCONNECTED", disconnect: name });
    if (known.length > 1) assert.deepEqual(call.disconnects?.toSorted(), known);
    field.play("state a IDLE");
    const entry = await field.entry();
    assert.deepEqual([entry.disconnect, entry.result], [name, result]);
    if (known.length > 1) assert.deepEqual(entry.disconnects?.toSorted(), known);
  });
}

fieldTest("a call that was talked in was answered, however it ended", {}, async (field) => {
  await field.talk("a");
  field.play(`
    state a DISCONNECTED PICKUP|NORMAL
    state a IDLE
  `);
  const { result, disconnect } = await field.entry();
  assert.deepEqual([result, disconnect], ["answered", "PICKUP"]);
});

fieldTest("one reason is no list", {}, async (field) => {
  await field.talk("a");
  field.play("state a DISCONNECTED NORMAL");
  const call = await field.call({ state: "DISCONNECTED", disconnect: "NORMAL" });
  assert.equal(call.disconnects, undefined);
});

fieldTest("reasons that TAPI does not define are reported in hex", {}, async (field) => {
  await field.talk("a");
  field.play("state a DISCONNECTED 0x40000000");
  await field.call({ state: "DISCONNECTED", disconnect: "LINEDISCONNECTMODE_$40000000" });
});

fieldTest("reasons of two messages are kept together", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
    state a DISCONNECTED PICKUP
    state a DISCONNECTED NORMAL
    state a IDLE
  `);
  const { disconnect, result } = await field.entry();
  assert.deepEqual([disconnect, result], ["PICKUP", "elsewhere"]);
});
