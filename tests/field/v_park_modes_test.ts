/**
 * V: a capability that is told in two places. A switch that parks only where it is told to says so in
 * dwParkModes, whatever its calls' features say.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, lineError, type StandIn } from "./rig.ts";

const DIRECTED = 0x1;
const NONDIRECTED = 0x2;
/** LINECALLFEATURE2_ */
const PARKDIRECT = 0x100;
const PARKNONDIRECT = 0x200;

function parks(modes: number): (standin: StandIn) => void {
  return (standin) => standin.set("LINEADDRESSCAPS", { dwParkModes: modes });
}

/** The modes and slots that were tried. */
function tried(field: Field): string[] {
  return field.asked("lineParkW").map((entry) => /mode=\d+(?: ".*")?/.exec(entry)?.[0] ?? "");
}

fieldTest("DIRECTED alone: the program chooses a slot, and answers which", {
  before: parks(DIRECTED),
}, async (field) => {
  await field.talk("a");
  const { slot } = await field.does({ cmd: "park", line: "201" });
  assert.match(slot, /^201\d$/);
  assert.deepEqual(tried(field), [`mode=1 "${slot}"`]);
  await field.none();
});

fieldTest(
  "DIRECTED alone: a slot that is taken is no end",
  { before: parks(DIRECTED) },
  async (field) => {
    await field.talk("a");
    field.standin.fail("lineParkW", lineError("INVALPARKID"), 1);
    const { slot } = await field.does({ cmd: "park", line: "201" });
    assert.match(slot, /^201\d$/);
    assert.equal(new Set(tried(field)).size, 2);
  },
);

fieldTest(
  "DIRECTED alone: a slot that is named is taken",
  { before: parks(DIRECTED) },
  async (field) => {
    await field.talk("a");
    assert.deepEqual(await field.does({ cmd: "park", line: "201", slot: "77" }), { slot: "77" });
    assert.deepEqual(tried(field), ['mode=1 "77"']);
  },
);

fieldTest(
  "DIRECTED alone: two calls are parked in two slots",
  { before: parks(DIRECTED) },
  async (field) => {
    await field.talk("a");
    const first = await field.does({ cmd: "park", line: "201" });
    await field.none();
    await field.talk("b");
    const second = await field.does({ cmd: "park", line: "201" });
    assert.notEqual(first.slot, second.slot);
  },
);

fieldTest("NONDIRECTED alone: a slot that is named is refused, and none is left to the switch", {
  before: parks(NONDIRECTED),
}, async (field) => {
  await field.talk("a");
  assert.equal(
    (await field.ask({ cmd: "park", line: "201", slot: "77" })).error?.code,
    "not_supported",
  );
  assert.deepEqual(tried(field), []);
  assert.deepEqual(await field.does({ cmd: "park", line: "201" }), { slot: "7000" });
  assert.deepEqual(tried(field), ["mode=2"]);
});

for (const modes of [0, DIRECTED | NONDIRECTED]) {
  fieldTest(
    `park modes ${modes}: the switch chooses where nobody does`,
    { before: parks(modes) },
    async (field) => {
      await field.talk("a");
      assert.deepEqual(await field.does({ cmd: "park", line: "201" }), { slot: "7000" });
    },
  );
}

fieldTest("the call's own features say DIRECTED alone", {}, async (field) => {
  field.standin.set("LINEADDRESSCAPS", { dwCallFeatures2: PARKDIRECT });
  field.standin.set("LINECALLSTATUS", { dwCallFeatures2: PARKDIRECT });
  field.play("devstate 0 CAPSCHANGE");
  await field.talk("a");
  const { slot } = await field.does({ cmd: "park", line: "201" });
  assert.match(slot, /^201\d$/);
});

fieldTest("where both places contradict each other, what either denies is not tried", {
  before: (standin) => {
    parks(DIRECTED)(standin);
    standin.set("LINEADDRESSCAPS", { dwCallFeatures2: PARKDIRECT | PARKNONDIRECT });
    standin.set("LINECALLSTATUS", { dwCallFeatures2: PARKDIRECT | PARKNONDIRECT });
  },
}, async (field) => {
  await field.talk("a");
  const { slot } = await field.does({ cmd: "park", line: "201" });
  assert.match(slot, /^201\d$/);
});

fieldTest("dwTransferModes without CONFERENCE: no conference is tried", {
  before: (standin) => standin.set("LINEADDRESSCAPS", { dwTransferModes: 0x1 }),
}, async (field) => {
  await field.talk("a");
  await field.does({ cmd: "consult", line: "201", number: "0815" });
  await field.becomes(async () => (await field.calls()).at(-1)?.state, "CONNECTED");
  const { error } = await field.ask({ cmd: "complete", line: "201", mode: "conference" });
  assert.equal(error?.code, "not_supported");
  assert.deepEqual(field.asked("lineCompleteTransfer"), []);
  await field.does({ cmd: "complete", line: "201", mode: "transfer" });
  await field.none();
});
