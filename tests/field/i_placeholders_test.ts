/**
 * I: text that stands for a number. SIP drivers put there what the network sent, such as "anonymous":
 * no number, and not to be shown or kept as one.
 */
import assert from "node:assert/strict";
import { fieldTest, shown } from "./rig.ts";

const WITHHELD = [
  "anonymous",
  "Anonymous",
  "P",
  "Private",
  "PRIVATE",
  "sip:anonymous@anonymous.invalid",
];
const UNAVAILABLE = ["unknown", "Unknown", "unavailable", "O"];
const PLACEHOLDERS = [
  ...WITHHELD.map((text) => [text, "withheld"] as const),
  ...UNAVAILABLE.map((text) => [text, "unavailable"] as const),
];

for (const [text, presentation] of PLACEHOLDERS) {
  fieldTest(`"${text}" is no number: ${presentation}`, {}, async (field) => {
    field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=${text} callern=Ada called=201
      state a OFFERING ACTIVE
    `);
    const party = { number: "", name: "", presentation };
    await field.call({ caller: party });
    field.play(`
      state a CONNECTED ACTIVE
      state a DISCONNECTED NORMAL
      state a IDLE
    `);
    assert.deepEqual((await field.entry()).caller, party);
    await field.settled();
    assert.deepEqual([...new Set(field.frames().map(({ callerId }) => callerId))], [""]);
    const told = [...field.classic.texts, JSON.stringify(field.v2.frames)].join();
    assert(!told.includes(`"number":"${text}"`), "it was told all the same");
  });
}

for (const party of ["called", "connected", "redirecting", "redirection"]) {
  fieldTest(`a placeholder for who is ${party}`, {}, async (field) => {
    await field.talk("a", 0, `caller=0171 ${party}=anonymous`);
    await field.call({ [party]: { number: "", name: "", presentation: "withheld" } });
  });
}

for (
  const text of ["reception", "anna", "P100", "O2", "Анна", "anonymous2", "sip:anna@example.com"]
) {
  fieldTest(`"${text}" is somebody's name in the network, and shown`, {}, async (field) => {
    await field.talk("a", 0, `caller=${text}`);
    await field.call({ caller: shown(text) });
  });
}

fieldTest("a number that comes after the placeholder is shown", {}, async (field) => {
  await field.talk("a", 0, "caller=unknown called=201");
  field.play(`
    info a caller=0171
    callinfo a CALLERID
  `);
  await field.call({ caller: shown("0171") });
  await field.settled();
  assert.deepEqual(field.cards(), ["CONNECTED 0171 > 201"]);
});

fieldTest("a placeholder for unknown takes no number away", {}, async (field) => {
  await field.talk("a", 0, "caller=0171 callern=Ada");
  field.play(`
    info a caller=unavailable callern=-
    callinfo a CALLERID
  `);
  await field.settled();
  await field.call({ caller: shown("0171", "Ada") });
});

fieldTest("a placeholder that says withheld takes number and name away", {}, async (field) => {
  await field.talk("a", 0, "caller=0171 callern=Ada");
  field.play(`
    info a caller=anonymous callern=-
    callinfo a CALLERID
  `);
  await field.call({ caller: { number: "", name: "", presentation: "withheld" } });
});

fieldTest(
  "who is withheld by a placeholder is not shown as the connected party either",
  {},
  async (field) => {
    await field.talk("a", 0, "caller=anonymous called=201 connected=0171 connectedn=Ada");
    await field.call({ connected: { number: "", name: "", presentation: "withheld" } });
  },
);
