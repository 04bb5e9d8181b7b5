/**
 * P: feature bits say what may be asked for, not what a call is. A driver whose bits are constant names
 * every function for every call.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest } from "./rig.ts";

const EVERYTHING = "0xffffffff";

/** The functions that were asked to do something. */
function deeds(field: Field): string[] {
  return field.standin.log.map((entry) => entry.split("(")[0] ?? "")
    .filter((fn) => !/^line(Get|Deallocate|Negotiate|Open|Set|Init|Close)(?!up)/.test(fn));
}

async function talking(field: Field, name: string): Promise<void> {
  await field.talk(name);
  field.play(`features ${name} ${EVERYTHING}`);
}

fieldTest("consult with a plain call sets up a transfer", {}, async (field) => {
  await talking(field, "a");
  await field.does({ cmd: "consult", line: "201", number: "0815" });
  assert.deepEqual(deeds(field), ["lineSetupTransferW", "lineDialW"]);
  await field.becomes(
    async () => (await field.calls()).map(({ state }) => state),
    ["ONHOLDPENDTRANSFER", "CONNECTED"],
  );
});

fieldTest("consult from a call on hold that was talked in before", {}, async (field) => {
  await talking(field, "a");
  field.play(`
    info a origin=INTERNAL
    callinfo a ORIGIN
    state a CONNECTED ACTIVE
  `);
  await field.does({ cmd: "consult", line: "201", number: "0815" });
  assert.equal(deeds(field)[0], "lineSetupTransferW");
});

fieldTest("a conference of a consultation is made by completing it", {}, async (field) => {
  field.standin.set("LINECALLSTATUS", { dwCallFeatures: 0xffffffff });
  await field.talk("a");
  await field.does({ cmd: "consult", line: "201", number: "0815" });
  await field.becomes(
    async () => (await field.calls()).map(({ state }) => state),
    ["ONHOLDPENDTRANSFER", "CONNECTED"],
  );
  await field.does({ cmd: "complete", line: "201", mode: "conference" });
  assert.equal(deeds(field).at(-1), "lineCompleteTransfer");
  assert.match(field.asked("lineCompleteTransfer")[0] ?? "", /mode=2/);
  await field.becomes(
    async () => (await field.calls()).map(({ state }) => state),
    ["CONFERENCED", "CONFERENCED", "CONNECTED"],
  );
});

fieldTest("a transfer of a consultation is made by completing it", {}, async (field) => {
  field.standin.set("LINECALLSTATUS", { dwCallFeatures: 0xffffffff });
  await field.talk("a");
  await field.does({ cmd: "consult", line: "201", number: "0815" });
  await field.becomes(async () => (await field.calls()).length, 2);
  await field.does({ cmd: "complete", line: "201", mode: "transfer" });
  assert.match(field.asked("lineCompleteTransfer")[0] ?? "", /mode=1/);
  await field.none();
});

fieldTest("a conference grows as one, whatever else its bits name", {}, async (field) => {
  field.standin.set("LINECALLSTATUS", { dwCallFeatures: 0xffffffff });
  await field.talk("a");
  await field.does({ cmd: "consult", line: "201", number: "0815" });
  await field.becomes(async () => (await field.calls()).at(-1)?.state, "CONNECTED");
  await field.does({ cmd: "complete", line: "201", mode: "conference" });
  await field.becomes(async () => (await field.calls()).length, 3);
  const conference = (await field.calls()).at(-1);
  await field.does({ cmd: "consult", call: conference.id, number: "0816" });
  assert.equal(field.standin.callsOf("linePrepareAddToConferenceW"), 1);
  await field.becomes(
    async () => (await field.calls()).map(({ state }) => state),
    ["CONFERENCED", "CONFERENCED", "ONHOLDPENDCONF", "CONNECTED"],
  );
  await field.does({ cmd: "complete", line: "201", mode: "conference" });
  assert.equal(field.standin.callsOf("lineAddToConference"), 1);
});

fieldTest(
  "a conference that others made is known by the calls that are in it",
  {},
  async (field) => {
    field.play(`
    new k 0
    info k origin=CONFERENCE reason=DIRECT
    state k CONNECTED ACTIVE
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a CONFERENCED k
  `);
    await field.becomes(
      async () => (await field.calls()).map(({ state }) => state),
      ["CONNECTED", "CONFERENCED"],
    );
    for (const name of ["k", "a"]) field.play(`features ${name} ${EVERYTHING}`);
    const [conference] = await field.calls();
    await field.does({ cmd: "consult", call: conference.id, number: "0815" });
    assert.deepEqual(deeds(field).slice(0, 1), ["linePrepareAddToConferenceW"]);
  },
);
