/**
 * K: LINE_CALLINFO comes in floods: every program that takes a handle makes the others hear of it. One
 * question answers them all.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, shown } from "./rig.ts";

const MESSAGES = 3000;
/** Few, however long the driver takes to answer and the queue to be drained. */
const MOST_QUESTIONS = MESSAGES / 20;

async function flood(
  field: Field,
  names: readonly string[],
  bits = "NUMMONITORS",
): Promise<number> {
  field.standin.delay("lineGetCallInfoW", 2);
  await field.settled();
  const before = field.standin.callsOf("lineGetCallInfoW");
  for (let i = 0; i < MESSAGES; i++) field.play(`callinfo ${names[i % names.length]} ${bits}`);
  return before;
}

/** Whether few questions were asked until all was worked off. */
async function few(field: Field, before: number): Promise<void> {
  await field.settled();
  const questions = field.standin.callsOf("lineGetCallInfoW") - before;
  assert(questions <= MOST_QUESTIONS, `${questions} questions`);
}

fieldTest("a flood before a state does not hold it up", {}, async (field) => {
  await field.talk("a");
  const before = await flood(field, ["a"]);
  field.play("state a ONHOLD");
  await field.call({ state: "ONHOLD" });
  await few(field, before);
});

fieldTest("the last message of a flood is reported", {}, async (field) => {
  await field.talk("a");
  const before = await flood(field, ["a"]);
  field.play(`
    info a caller=0199
    callinfo a CALLERID
  `);
  await field.call({ caller: shown("0199") });
  await few(field, before);
});

fieldTest("floods about several calls of a line are one question for each", {}, async (field) => {
  const names = ["a", "b", "c"];
  for (const name of names) await field.talk(name);
  const before = await flood(field, names);
  for (const [i, name] of names.entries()) {
    field.play(`
      info ${name} caller=019${i}
      callinfo ${name} CALLERID
    `);
  }
  await field.becomes(
    async () => (await field.calls()).map(({ caller }) => caller.number),
    ["0190", "0191", "0192"],
  );
  await few(field, before);
});

fieldTest("a flood on one line does not hold another up", {}, async (field) => {
  await field.talk("a");
  const before = await flood(field, ["a"]);
  await field.talk("b", 1, "caller=0172");
  await few(field, before);
});

fieldTest(
  "a flood and then the end: the call ends, with what was known last",
  {},
  async (field) => {
    await field.talk("a");
    const before = await flood(field, ["a"], "CALLERID");
    field.play(`
    info a caller=0199
    callinfo a CALLERID
    state a DISCONNECTED NORMAL
    state a IDLE
  `);
    assert.deepEqual((await field.entry()).caller, shown("0199"));
    const questions = field.standin.callsOf("lineGetCallInfoW") - before;
    assert(questions <= MOST_QUESTIONS, `${questions} questions`);
  },
);

fieldTest("states of a flood are reported one by one, in order", {}, async (field) => {
  await field.talk("a");
  field.standin.delay("lineGetCallInfoW", 2);
  const before = field.frames().length;
  const states = [];
  for (let i = 0; i < 20; i++) {
    states.push("ONHOLD", "CONNECTED");
    field.play(`
      callinfo a NUMMONITORS
      state a ONHOLD
      callinfo a NUMMONITORS
      state a CONNECTED ACTIVE
    `);
  }
  await field.settled();
  assert.deepEqual(field.frames().slice(before).map(({ state }) => state), states);
});
