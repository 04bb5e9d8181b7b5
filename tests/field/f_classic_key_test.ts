/**
 * F, T: classic pages key their cards by `callId`. dwCallID is no such key: it may be 0, be another
 * live call's, and change; after a transfer it changes back to that of the first call.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest } from "./rig.ts";

/** The callIds of the line's classic frames, in the order in which they came first. */
function keys(field: Field, line: number | string = 201): string[] {
  return [...new Set(field.frames(line).map(({ callId = "" }) => callId))];
}

function ends(name: string): string {
  return `
    state ${name} DISCONNECTED NORMAL
    state ${name} IDLE
  `;
}

/** dwCallID changes within a call's life. */
const CHANGES = [
  ["0x600", "0x777"],
  ["0", "0x888"],
  ["0x42", "0x41"],
  ["0x42", "0"],
  ["0", "0x1", "0x2", "0"],
] as const;

for (const [first, ...later] of CHANGES) {
  fieldTest(
    `one callId from first to last frame: ${[first, ...later].join(", then ")}`,
    {},
    async (field) => {
      field.play(`
      new a 0
      info a id=${first} origin=EXTERNAL reason=DIRECT caller=0171 called=201
      state a OFFERING ACTIVE
    `);
      await field.call({ state: "OFFERING" });
      for (const id of later) {
        field.play(`
        info a id=${id}
        callinfo a CALLID
        state a CONNECTED ACTIVE
      `);
      }
      await field.call({ state: "CONNECTED" });
      field.play(ends("a"));
      await field.none();
      await field.settled();
      assert.equal(keys(field).length, 1, keys(field).join());
      assert.match(keys(field)[0] ?? "", /^0x[1-9A-F][0-9A-F]*$/);
      assert.deepEqual(field.cards(), []);
    },
  );
}

fieldTest("v2 still reports dwCallID as it is", {}, async (field) => {
  field.play(`
    new a 0
    info a id=0x600 origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
  `);
  await field.call({ callId: "0x600" });
  field.play(`
    info a id=0x777
    callinfo a CALLID
  `);
  await field.call({ callId: "0x777" });
  await field.classicAnswers();
  assert.deepEqual(keys(field), ["0x600"]);
});

fieldTest("the driver's id is the key where it can be", {}, async (field) => {
  field.play(`
    new a 0
    info a id=0x1a2b origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
    ${ends("a")}
    new b 0
    info b id=0x1a2b origin=EXTERNAL reason=DIRECT caller=0172
    state b OFFERING ACTIVE
    ${ends("b")}
  `);
  await field.finished(2);
  await field.settled();
  assert.deepEqual(keys(field), ["0x1A2B"]);
});

for (const id of ["0", "0x42"]) {
  fieldTest(`two live calls of a line with id ${id} have two keys`, {}, async (field) => {
    for (const [name, caller] of [["a", "0171"], ["b", "0172"]]) {
      field.play(`
        new ${name} 0
        info ${name} id=${id} origin=EXTERNAL reason=DIRECT caller=${caller} called=201
        state ${name} OFFERING ACTIVE
      `);
      await field.becomes(
        async () => (await field.calls()).some((call) => call.caller.number === caller),
        true,
      );
    }
    await field.classicAnswers();
    assert.deepEqual(field.cards(), ["OFFERING 0171 > 201", "OFFERING 0172 > 201"]);
    const own = keys(field).map(Number).filter((key) => key !== Number(id));
    for (const key of own) assert(key >= 0x80000000, `0x${key.toString(16)}`);
    field.play(ends("a"));
    await field.becomes(async () => (await field.calls()).length, 1);
    await field.settled();
    assert.deepEqual(field.cards(), ["OFFERING 0172 > 201"]);
    field.play(ends("b"));
    await field.none();
    await field.settled();
    assert.deepEqual(field.cards(), []);
  });
}

fieldTest("a call that becomes another's id keeps its own key", {}, async (field) => {
  field.play(`
    new a 0
    info a id=0x41 origin=EXTERNAL reason=DIRECT caller=0171
    state a CONNECTED ACTIVE
    state a ONHOLDPENDTRANSFER
    new x 0
    info x id=0x42 rel=0x41 origin=OUTBOUND reason=DIRECT caller=201 called=202
    state x CONNECTED ACTIVE
  `);
  await field.becomes(async () => (await field.calls()).map(({ state }) => state), [
    "ONHOLDPENDTRANSFER",
    "CONNECTED",
  ]);
  field.play(`
    info x id=0x41
    callinfo x CALLID
    state x CONNECTED ACTIVE
    state a DISCONNECTED FORWARDED
    state a IDLE
  `);
  await field.call({ state: "CONNECTED", callId: "0x41" });
  await field.settled();
  assert.deepEqual(field.cards(), ["CONNECTED 201 > 202"]);
  field.play(ends("x"));
  await field.none();
  await field.settled();
  assert.deepEqual(field.cards(), []);
  assert.deepEqual(keys(field), ["0x41", "0x42"]);
});

fieldTest("the same id on two extensions is the key on both", {}, async (field) => {
  for (const [name, device] of [["a", 0], ["b", 1]] as const) {
    field.play(`
      new ${name} ${device}
      info ${name} id=101 origin=INTERNAL reason=DIRECT caller=203
      state ${name} OFFERING ACTIVE
    `);
  }
  await field.becomes(async () => (await field.calls()).length, 2);
  await field.classicAnswers();
  assert.deepEqual([keys(field, 201), keys(field, 202)], [["0x65"], ["0x65"]]);
});

fieldTest("calls of two devices with one extension have two keys", {
  before: (_, script) => script.play("address 1 201"),
}, async (field) => {
  for (const [name, device] of [["a", 0], ["b", 1]] as const) {
    field.play(`
      new ${name} ${device}
      info ${name} id=101 origin=INTERNAL reason=DIRECT caller=20${device} called=201
      state ${name} OFFERING ACTIVE
    `);
    await field.becomes(async () => (await field.calls()).length, device + 1);
  }
  field.play(ends("a"));
  await field.becomes(async () => (await field.calls()).length, 1);
  await field.classicAnswers();
  assert.deepEqual(field.cards(), ["OFFERING 201 > 201"]);
});

/** What is shown changes: what the driver says then, and what a page shows. */
const SHOWN = [
  ["another caller", "caller=0199 callern=-", "CALLERID", "CONNECTED 0199 > 201"],
  ["another called party", "called=250", "CALLEDID", "CONNECTED 0171 > 250"],
  ["both", "caller=0199 called=250", "CALLERID|CALLEDID", "CONNECTED 0199 > 250"],
  ["a caller who withholds the number now", "caller=BLOCKED", "CALLERID", "CONNECTED  > 201"],
] as const;

for (const [what, members, bits, card] of SHOWN) {
  fieldTest(`the frame comes again with ${what}`, {}, async (field) => {
    await field.talk("a", 0, "id=0x42 caller=0171 called=201");
    await field.settled();
    const before = field.frames().length;
    field.play(`
      info a ${members}
      callinfo a ${bits}
    `);
    await field.settled();
    assert.deepEqual(field.cards(), [card]);
    assert.equal(field.frames().length, before + 1);
    assert.deepEqual(keys(field), ["0x42"]);
  });
}

fieldTest("a number that arrives late fills its card", {}, async (field) => {
  field.play(`
    new a 0
    info a id=0x42 origin=EXTERNAL reason=DIRECT caller=UNKNOWN called=201
    state a OFFERING ACTIVE
    info a caller=0171
    callinfo a CALLERID
  `);
  await field.call({ caller: { number: "0171", name: "", presentation: "shown" } });
  await field.settled();
  assert.deepEqual(field.cards(), ["OFFERING 0171 > 201"]);
});

fieldTest("what classic does not show makes no frame", {}, async (field) => {
  await field.talk("a", 0, "id=0x42 caller=0171 called=201");
  await field.settled();
  const before = field.frames().length;
  field.play(`
    info a callern=Ada connected=0171 rel=0x1 trunk=7
    callinfo a CALLERID|CONNECTEDID|RELATEDCALLID|TRUNK
  `);
  await field.settled();
  assert.equal(field.frames().length, before);
});

fieldTest("a transfer puts another caller through, and ids change back", {}, async (field) => {
  await field.scene(`
    new y 1
    info y id=66 origin=INTERNAL reason=DIRECT caller=201 called=202
    state y OFFERING ACTIVE
    then
    info y connected=201
    state y CONNECTED ACTIVE
    then
    info y id=65 caller=0171 connected=0171 reason=TRANSFER
    callinfo y CALLID|CALLERID|CONNECTEDID|REASON
  `);
  await field.call({ callId: "0x41", reason: "TRANSFER" }, "202");
  await field.settled(1);
  assert.deepEqual(field.cards(202), ["CONNECTED 0171 > 202"]);
  field.play(ends("y"));
  await field.none();
  await field.settled(1);
  assert.deepEqual(field.cards(202), []);
  assert.deepEqual(keys(field, 202), ["0x42"]);
});
