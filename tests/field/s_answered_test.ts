/**
 * S: a call that is held or in a conference has been answered, whether or not CONNECTED was heard. After
 * a restart with calls on hold it never is.
 */
import assert from "node:assert/strict";
import { fieldTest } from "./rig.ts";

const IMPLY = ["ONHOLD", "ONHOLDPENDTRANSFER", "ONHOLDPENDCONF", "CONFERENCED"];
const DO_NOT = [
  "OFFERING",
  "ACCEPTED",
  "DIALTONE",
  "DIALING",
  "PROCEEDING",
  "RINGBACK",
  "BUSY",
  "UNKNOWN",
];

function ends(name: string): string {
  return `
    state ${name} DISCONNECTED NORMAL
    state ${name} IDLE
  `;
}

for (const state of IMPLY) {
  fieldTest(`a call that is ${state} when the program starts was answered`, {
    before: (_, script) =>
      script.play(`
        there a 0 ${state}
        info a id=65 origin=INTERNAL reason=DIRECT caller=8001 called=201
      `),
  }, async (field) => {
    const { connectedAt } = await field.call({ state });
    assert(connectedAt);
    field.play(ends("a"));
    const { result, answeredAt } = await field.entry();
    assert.equal(result, "answered");
    assert(answeredAt);
  });

  fieldTest(`a call that is first heard ${state} was answered`, {}, async (field) => {
    field.play(`
      new a 0
      info a id=66 origin=EXTERNAL reason=PARKED caller=0199 called=201
      state a ${state}
    `);
    const { connectedAt } = await field.call({ state });
    assert(connectedAt);
    field.play(ends("a"));
    assert.equal((await field.entry()).result, "answered");
  });

  fieldTest(
    `a call that rings and is ${state} then was answered when it became so`,
    {},
    async (field) => {
      field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      state a OFFERING ACTIVE
    `);
      const { connectedAt: none } = await field.call({ state: "OFFERING" });
      assert.equal(none, undefined);
      field.play(`state a ${state}`);
      const { connectedAt } = await field.call({ state });
      assert(connectedAt);
      field.play("state a CONNECTED ACTIVE");
      await field.call({ state: "CONNECTED", connectedAt });
    },
  );
}

fieldTest("a call that goes out and is held at once was answered", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=OUTBOUND reason=DIRECT caller=201 called=0815
    state a RINGBACK
    state a ONHOLD
    ${ends("a")}
  `);
  const { direction, result } = await field.entry();
  assert.deepEqual([direction, result], ["out", "answered"]);
});

for (const state of DO_NOT) {
  fieldTest(`a call that was ${state} and no more was not answered`, {}, async (field) => {
    field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      state a ${state}
    `);
    const { connectedAt } = await field.call({ state });
    assert.equal(connectedAt, undefined);
    field.play(ends("a"));
    assert.notEqual((await field.entry()).result, "answered");
  });
}
