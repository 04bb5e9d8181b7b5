/**
 * H: what a driver does not say any more is still so. Names vanish at DISCONNECTED, numbers come
 * without names and names without numbers, and an end with a cause is followed by one without.
 */
import assert from "node:assert/strict";
import { fieldTest, shown } from "./rig.ts";

const PARTIES = ["caller", "called", "connected", "redirecting", "redirection"] as const;

/** A driver's report on a party at the call's end. */
const SILENCES = {
  "no name": "PARTY=0171 PARTYn=-",
  "no number": "PARTY=NAME PARTYn=Ada",
  "nothing": "PARTY=- PARTYn=-",
  "UNKNOWN": "PARTY=UNKNOWN PARTYn=-",
  "UNAVAIL": "PARTY=UNAVAIL PARTYn=-",
  "flags of a number, without it": "PARTY=ADDRESS PARTYn=-",
} as const;

for (const [silence, members] of Object.entries(SILENCES)) {
  fieldTest(`every party stays when the driver tells ${silence}`, {}, async (field) => {
    const known = PARTIES.map((party, i) => `${party}=017${i} ${party}n=Ada_${i}`).join(" ");
    await field.talk("a", 0, known);
    const now = PARTIES.map((party, i) =>
      members.replaceAll("PARTY", party).replace("0171", `017${i}`).replace("Ada", `Ada_${i}`)
    ).join(" ");
    field.play(`
      info a ${now}
      callinfo a CALLERID|CALLEDID|CONNECTEDID|REDIRECTINGID|REDIRECTIONID
      state a DISCONNECTED NORMAL
      state a IDLE
    `);
    const entry = await field.entry();
    for (const [i, party] of PARTIES.entries()) {
      assert.deepEqual(entry[party], shown(`017${i}`, `Ada ${i}`), party);
    }
  });
}

fieldTest("a name that comes first stays when the number comes", {}, async (field) => {
  await field.talk("a", 0, "caller=NAME callern=Ada");
  field.play(`
    info a caller=0171 callern=-
    callinfo a CALLERID
  `);
  await field.call({ caller: shown("0171", "Ada") });
});

fieldTest("a number that comes first stays when the name comes alone", {}, async (field) => {
  await field.talk("a", 0, "caller=0171");
  field.play(`
    info a caller=NAME callern=Ada
    callinfo a CALLERID
  `);
  await field.call({ caller: shown("0171", "Ada") });
});

fieldTest("another number does not get the name of the one before", {}, async (field) => {
  await field.talk("a", 0, "caller=0171 callern=Ada");
  field.play(`
    info a caller=0199 callern=-
    callinfo a CALLERID
  `);
  await field.call({ caller: shown("0199") });
});

fieldTest(
  "who is withheld now loses number and name, and keeps none in the journal",
  {},
  async (field) => {
    await field.talk("a", 0, "caller=0171 callern=Ada");
    field.play(`
    info a caller=BLOCKED callern=-
    callinfo a CALLERID
  `);
    const withheld = { number: "", name: "", presentation: "withheld" };
    await field.call({ caller: withheld });
    field.play(`
    info a caller=UNAVAIL
    state a DISCONNECTED NORMAL
    state a IDLE
  `);
    assert.deepEqual((await field.entry()).caller, withheld);
  },
);

/** The states of a call that the line makes, and the right result. */
const ENDS = [
  ["busy", "busy", "state a DISCONNECTED BUSY\nstate a DISCONNECTED UNKNOWN"],
  ["busy", "busy", "state a DISCONNECTED BUSY\nstate a DISCONNECTED"],
  ["busy", "busy", "state a DISCONNECTED BUSY\nstate a DISCONNECTED UNAVAIL"],
  ["busy", "busy", "state a DISCONNECTED UNKNOWN\nstate a DISCONNECTED BUSY"],
  ["busy, without an end of its own", "busy", "state a BUSY STATION"],
  ["busy, with a normal end", "busy", "state a BUSY STATION\nstate a DISCONNECTED NORMAL"],
  ["refused", "refused", "state a DISCONNECTED REJECT\nstate a DISCONNECTED UNKNOWN"],
  ["a bad address", "failed", "state a DISCONNECTED BADADDRESS\nstate a DISCONNECTED"],
  ["nobody there", "unanswered", "state a DISCONNECTED NOANSWER\nstate a DISCONNECTED UNKNOWN"],
  ["unknown", "unanswered", "state a DISCONNECTED UNKNOWN"],
] as const;

for (const [name, result, ending] of ENDS) {
  fieldTest(
    `the end of a dialled call: ${name} (${ending.replaceAll(/state a |\n/g, " ").trim()})`,
    {},
    async (field) => {
      field.play(`
      new a 0
      info a origin=OUTBOUND reason=DIRECT caller=201 called=0815
      state a DIALING
      state a RINGBACK
    `);
      await field.call({ state: "RINGBACK" });
      field.play(`
      ${ending}
      state a IDLE
    `);
      assert.equal((await field.entry()).result, result);
    },
  );
}

fieldTest("an incoming call that was taken elsewhere stays so", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
    state a DISCONNECTED PICKUP
    state a DISCONNECTED UNKNOWN
    state a IDLE
  `);
  const { result, disconnect } = await field.entry();
  assert.deepEqual([result, disconnect], ["elsewhere", "PICKUP"]);
});

fieldTest("ids, origin and reason that are cleared at the end stay", {}, async (field) => {
  await field.talk("a", 0, "id=0x42 rel=0x41 caller=0171");
  field.play(`
    info a id=0 rel=0 origin=UNKNOWN reason=UNAVAIL caller=-
    callinfo a CALLID|RELATEDCALLID|ORIGIN|REASON
    state a DISCONNECTED NORMAL
    info a origin=0 reason=0
    state a IDLE
  `);
  const { callId, relatedCallId, origin, reason } = await field.entry();
  assert.deepEqual({ callId, relatedCallId, origin, reason }, {
    callId: "0x42",
    relatedCallId: "0x41",
    origin: "EXTERNAL",
    reason: "DIRECT",
  });
});
