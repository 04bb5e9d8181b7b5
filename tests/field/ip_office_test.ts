/**
 * Whole situations as Avaya IP Office's driver plays them: one dwCallID on every line that has a leg of
 * a call, ids that change back, modes that are joined. See the files of the single classes.
 */
import assert from "node:assert/strict";
import { DIAL, type Field, fieldTest, shown } from "./rig.ts";

/** 8000, 8001 and 8002. */
const THREE = {
  lines: 3,
  before: (_: unknown, script: { play(text: string): void }) =>
    script.play(`
      address 0 8000
      address 1 8001
      address 2 8002
    `),
};

const LINES = [8000, 8001, 8002];

function ends(mode: string, ...names: string[]): string {
  const states = (state: string) => names.map((name) => `state ${name} ${state}`).join("\n");
  return `${states(`DISCONNECTED ${mode}`)}\n${states("IDLE")}\n`;
}

/** Everybody has hung up: nothing is left on any page, and every handle was given back. */
async function over(field: Field, calls: number): Promise<string[]> {
  const entries = await field.finished(calls);
  await field.none();
  await field.classicAnswers();
  for (const line of LINES) assert.deepEqual(field.cards(line), [], `${line}`);
  await field.becomes(() => field.standin.liveCalls, 0);
  return entries.map(({ line, direction, result }) => `${line} ${direction} ${result}`).sort();
}

/** 8001 talks to 8000. */
const TALK = `
  new b 1
  info b id=65 origin=OUTBOUND reason=DIRECT caller=8001 called=8000
  state b RINGBACK
  new a 0
  info a id=65 origin=INTERNAL reason=DIRECT caller=8001 called=8000
  state a OFFERING ACTIVE
  then
  info a connected=8001
  state a CONNECTED ACTIVE
  info b connected=8000
  state b CONNECTED ACTIVE
`;

fieldTest("an inside call", THREE, async (field) => {
  await field.scene(TALK + ends("NORMAL", "a", "b"));
  assert.deepEqual(await over(field, 2), ["8000 in answered", "8001 out answered"]);
});

fieldTest("a caller who withholds the number gives up", THREE, async (field) => {
  field.play(`
    new a 0
    info a id=102 origin=EXTERNAL reason=DIRECT caller=- called=8000
    state a OFFERING ACTIVE
    ${ends("CANCELLED|NORMAL", "a")}
  `);
  assert.deepEqual(await over(field, 1), ["8000 in missed"]);
  assert.equal((await field.journal())[0].disconnect, "CANCELLED");
});

fieldTest("hold: the other end stays connected here", THREE, async (field) => {
  await field.scene(`
    ${TALK}
    then
    state a ONHOLD
    state b CONNECTED ACTIVEHELD
  `);
  const { connectedAt } = await field.call({ state: "CONNECTED", stateMode: "ACTIVEHELD" }, "8001");
  assert(connectedAt);
  field.play(`
    state a CONNECTED ACTIVE
    state b CONNECTED ACTIVE
    ${ends("NORMAL", "a", "b")}
  `);
  assert.deepEqual(await over(field, 2), ["8000 in answered", "8001 out answered"]);
});

fieldTest(
  "a consultation, and the transfer that puts 8001 through to 8002",
  THREE,
  async (field) => {
    await field.scene(`
      ${TALK}
      then
      state a ONHOLDPENDTRANSFER
      state b CONNECTED ACTIVEHELD
      new x 0
      info x id=66 rel=65 origin=OUTBOUND reason=DIRECT caller=8000
      state x DIALTONE NORMAL
      then
      state x DIALING
      info x caller=8001 called=8002 redirection=8000
      state x RINGBACK
      then
      new y 2
      info y id=66 origin=INTERNAL reason=DIRECT caller=8000 called=8002
      state y OFFERING ACTIVE
      then
      info x connected=8002
      state x CONNECTED ACTIVE
      info y connected=8000
      state y CONNECTED ACTIVE
      then
      ${ends("FORWARDED", "a", "x")}
      info y id=65 caller=8001 connected=8001 reason=TRANSFER
      callinfo y CALLID|CALLERID|CONNECTEDID|REASON
      info b connected=8002
      callinfo b CONNECTEDID
      state b CONNECTED ACTIVE
    `);
    await field.call({ caller: shown("8001"), reason: "TRANSFER", callId: "0x41" }, "8002");
    await field.call({ connected: shown("8002") }, "8001");
    assert.deepEqual(field.cards(8000), []);
    assert.deepEqual(field.cards(8002), ["CONNECTED 8001 > 8002"]);
    field.play(ends("NORMAL", "y", "b"));
    assert.deepEqual(await over(field, 4), [
      "8000 in answered",
      "8000 out answered",
      "8001 out answered",
      "8002 in answered",
    ]);
  },
);

fieldTest(
  "a conference of three, and its end with a related id that is garbage",
  THREE,
  async (field) => {
    await field.scene(`
      ${TALK}
      then
      state a ONHOLDPENDTRANSFER
      state b CONNECTED ACTIVEHELD
      new x 0
      info x id=70 rel=65 origin=OUTBOUND reason=DIRECT caller=8001 called=8002 connected=8002
      state x CONNECTED ACTIVE
      new y 2
      info y id=70 origin=INTERNAL reason=DIRECT caller=8000 called=8002 connected=8000
      state y CONNECTED ACTIVE
      then
      state a CONFERENCED
      state x CONFERENCED
      new k 0
      info k id=71 origin=CONFERENCE reason=DIRECT caller=8000
      state k CONNECTED ACTIVE
      info y origin=CONFERENCE
      state y CONNECTED ACTIVE
      info b origin=CONFERENCE
      state b CONNECTED ACTIVE
      then
      info y rel=65700
      ${ends("NORMAL", "y", "a", "x", "k", "b")}
    `);
    await over(field, 5);
    const entries = await field.journal();
    assert(entries.every(({ result }) => result === "answered"));
    const of = (line: string, callId: string) =>
      entries.find((entry) => entry.line === line && entry.callId === callId)?.direction;
    // The origin of a conference reverses no direction.
    assert.deepEqual([of("8002", "0x46"), of("8001", "0x41")], ["in", "out"]);
  },
);

fieldTest("a ringing call is taken by redirecting it", THREE, async (field) => {
  await field.scene(`
    new a 1
    info a id=130 origin=EXTERNAL reason=DIRECT caller=01632960001 called=8001
    state a OFFERING ACTIVE
    ${ends("FORWARDED", "a")}
    then
    new b 0
    info b id=130 origin=EXTERNAL reason=REDIRECT caller=01632960001 called=8001 redirecting=8001
    state b OFFERING ACTIVE
    state b CONNECTED ACTIVE
    ${ends("NORMAL", "b")}
  `);
  assert.deepEqual(await over(field, 2), ["8000 in answered", "8001 in elsewhere"]);
});

fieldTest("a call that is taken from a slot comes up as CONNECTED", THREE, async (field) => {
  field.play(`
    new b 1
    info b id=120 origin=EXTERNAL reason=UNPARK caller=01632960001 called=8001 connected=01632960001
    state b CONNECTED ACTIVE
  `);
  await field.call({ line: "8001", reason: "UNPARK", origin: "EXTERNAL", direction: "in" });
  field.play(ends("NORMAL", "b"));
  assert.deepEqual(await over(field, 1), ["8001 in answered"]);
});

fieldTest("lineMakeCall: the id comes after the reply, and no DIALTONE", THREE, async (field) => {
  field.standin.dialScript(DIAL.NOTHING);
  const { call } = await field.does({ cmd: "dial", line: "8000", number: "8001" });
  await field.scene(`
    made x 0
    info x id=0 origin=OUTBOUND reason=DIRECT caller=8000 called=8001
    state x RINGBACK
    then
    info x id=140
    callinfo x CALLID
    state x CONNECTED ACTIVE
  `);
  await field.call({ id: call, state: "CONNECTED", callId: "0x8C" });
  assert.equal(new Set(field.frames(8000).map(({ callId }) => callId)).size, 1);
  field.play(ends("NORMAL", "x"));
  assert.deepEqual(await over(field, 1), ["8000 out answered"]);
});
