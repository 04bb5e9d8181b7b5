/**
 * Y: a line that is a group's. It rings beside its member's, and a call that the member takes was not
 * missed by the group.
 */
import assert from "node:assert/strict";
import { bits, fieldTest, type StandIn } from "./rig.ts";
import type { Script } from "../native/script.ts";

/** Device 0 is group 110, devices 1 and 2 are telephones. */
function group(flags: string): (standin: StandIn, script: Script) => void {
  return (standin, script) => {
    script.play(`
      address 0 110
      address 1 8001
      address 2 8002
    `);
    standin.set("LINEADDRESSCAPS", { dwAddrCapFlags: bits("LINEADDRCAPFLAGS", flags) }, 0);
    standin.set("LINEADDRESSCAPS", { dwAddrCapFlags: bits("LINEADDRCAPFLAGS", "DIALED") }, 1);
  };
}

const GROUP = { lines: 3, before: group("ACDGROUP") };

/** 8002 calls the group; 8001 is a member, and rings. */
const RINGS = `
  new m 1
  info m id=101 origin=INTERNAL reason=DIRECT caller=8002 called=110
  state m OFFERING ACTIVE
  then
  new c 2
  info c id=101 origin=OUTBOUND reason=DIRECT caller=8002 called=110
  state c RINGBACK
  then
  new g 0
  info g id=101 origin=INTERNAL reason=DIRECT caller=8002 called=110
  state g OFFERING ACTIVE
  then
`;

function ends(...names: string[]): string {
  return names.map((name) => `
    state ${name} DISCONNECTED NORMAL
    state ${name} IDLE
  `).join("");
}

function results(entries: { line: string; result: string }[]): string[] {
  return entries.map(({ line, result }) => `${line} ${result}`).sort();
}

for (const flags of ["ACDGROUP", "QUEUE", "ACDGROUP|QUEUE", "ACDGROUP|DIALED"]) {
  fieldTest(
    `a line with ${flags} is a group`,
    { lines: 3, before: group(flags) },
    async (field) => {
      const kinds = (await field.lines()).map(({ line, kind }) => `${line} ${kind}`).sort();
      assert.deepEqual(kinds, ["110 group", "8001 extension", "8002 extension"]);
    },
  );
}

fieldTest("a line without any flag is an extension", {}, async (field) => {
  assert.deepEqual((await field.lines()).map(({ kind }) => kind), ["extension", "extension"]);
});

for (const mode of ["FORWARDED", "NORMAL", "PICKUP", "0"]) {
  fieldTest(`a member takes the group's call, which ends with ${mode}`, GROUP, async (field) => {
    await field.scene(`
      ${RINGS}
      state g DISCONNECTED ${mode}
      state g IDLE
      then
      info m connected=8002
      state m CONNECTED ACTIVE
      info c connected=8001
      state c CONNECTED ACTIVE
      then
      ${ends("m", "c")}
    `);
    const entries = await field.finished(3);
    assert.deepEqual(results(entries), ["110 elsewhere", "8001 answered", "8002 answered"]);
  });

  fieldTest(
    `the group's call ends with ${mode} after the member's was connected`,
    GROUP,
    async (field) => {
      await field.scene(`
        ${RINGS}
        state m CONNECTED ACTIVE
        state c CONNECTED ACTIVE
        then
        state g DISCONNECTED ${mode}
        state g IDLE
        then
        ${ends("m", "c")}
      `);
      const entries = await field.finished(3);
      assert.deepEqual(results(entries), ["110 elsewhere", "8001 answered", "8002 answered"]);
    },
  );
}

fieldTest("a call that nobody in the group takes is missed", GROUP, async (field) => {
  await field.scene(RINGS);
  const groups = (calls: { line: string; group?: string }[]) =>
    calls.map(({ line, group = "-" }) => `${line} ${group}`).sort();
  assert.deepEqual(groups(await field.calls()), ["110 -", "8001 110", "8002 110"]);
  await field.scene(ends("m", "g", "c"));
  const entries = await field.finished(3);
  assert.deepEqual(groups(entries), ["110 -", "8001 110", "8002 110"]);
  assert.deepEqual(results(entries), ["110 missed", "8001 missed", "8002 unanswered"]);
});

fieldTest("a call that waits for the group and gives up is missed", GROUP, async (field) => {
  await field.scene(`
    new g 0
    info g id=102 origin=EXTERNAL reason=DIRECT caller=0171 called=110
    state g OFFERING ACTIVE
    state g DISCONNECTED CANCELLED|NORMAL
    state g IDLE
  `);
  const [entry] = await field.finished(1);
  assert.deepEqual([entry.line, entry.result], ["110", "missed"]);
});

fieldTest("another call of the same number is not the group's", GROUP, async (field) => {
  await field.scene(`
    new g 0
    info g id=102 origin=EXTERNAL reason=DIRECT caller=0171 called=110
    state g OFFERING ACTIVE
    then
    new m 1
    info m id=103 origin=EXTERNAL reason=DIRECT caller=0172 called=8001
    state m OFFERING ACTIVE
    state m CONNECTED ACTIVE
    then
    ${ends("g", "m")}
  `);
  const entries = await field.finished(2);
  assert.deepEqual(results(entries), ["110 missed", "8001 answered"]);
});

fieldTest(
  "two telephones that ring for one call: the one that does not take it",
  { lines: 3 },
  async (field) => {
    // No group's line, and the driver says that it was taken.
    await field.scene(`
    new a 0
    info a id=101 origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
    new b 1
    info b id=101 origin=EXTERNAL reason=DIRECT caller=0171
    state b OFFERING ACTIVE
    state b CONNECTED ACTIVE
    state a DISCONNECTED PICKUP
    state a IDLE
    ${ends("b")}
  `);
    const entries = await field.finished(2);
    assert.deepEqual(results(entries), ["201 elsewhere", "202 answered"]);
  },
);
