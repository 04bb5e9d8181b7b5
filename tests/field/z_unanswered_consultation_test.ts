/**
 * Z: a consultation that nobody answers. Avaya IP Office shows it CONNECTED when the other end hangs up:
 * with a related call, without a connected party, and the target as the redirecting one.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, type StandIn } from "./rig.ts";

function avaya(standin: StandIn): void {
  for (const device of [0, 1]) standin.setText(device, "provider", "Avaya");
}

/** A call is held, and 202 rings for the consultation "x". */
async function consulting(field: Field): Promise<void> {
  await field.talk("a", 0, "id=57 caller=8001 called=201 connected=8001");
  field.play(`
    state a ONHOLDPENDTRANSFER
    new x 0
    info x id=58 rel=57 origin=OUTBOUND reason=DIRECT caller=201
    state x DIALTONE NORMAL
    info x caller=8001 called=202
    state x RINGBACK
  `);
  await field.becomes(
    async () => (await field.calls()).map(({ state }) => state),
    ["ONHOLDPENDTRANSFER", "RINGBACK"],
  );
}

const END = `
  state x DISCONNECTED NORMAL
  state x IDLE
`;

fieldTest("IP Office: nobody answered", { before: avaya }, async (field) => {
  await consulting(field);
  field.play(`
    info x trunk=1376267 connected=- redirecting=202
    state x CONNECTED ACTIVE
    ${END}
  `);
  const { direction, result, answeredAt } = await field.entry();
  assert.deepEqual({ direction, result, answeredAt }, {
    direction: "out",
    result: "unanswered",
    answeredAt: undefined,
  });
});

fieldTest("IP Office: somebody answered", { before: avaya }, async (field) => {
  await consulting(field);
  field.play(`
    info x connected=202
    state x CONNECTED ACTIVE
    ${END}
  `);
  assert.equal((await field.entry()).result, "answered");
});

fieldTest(
  "IP Office: a plain call to 202 is answered without a connected party",
  { before: avaya },
  async (field) => {
    field.play(`
    new x 0
    info x id=58 origin=OUTBOUND reason=DIRECT caller=201 called=202
    state x RINGBACK
    state x CONNECTED ACTIVE
    ${END}
  `);
    assert.equal((await field.entry()).result, "answered");
  },
);

fieldTest("IP Office: somebody answers after a redirection", { before: avaya }, async (field) => {
  await consulting(field);
  field.play(`
    info x connected=203 redirecting=202
    state x CONNECTED ACTIVE
    ${END}
  `);
  assert.equal((await field.entry()).result, "answered");
});

fieldTest(
  "another driver that names no connected party: CONNECTED is an answer",
  {},
  async (field) => {
    await consulting(field);
    field.play(`
    info x connected=- redirecting=202
    state x CONNECTED ACTIVE
    ${END}
  `);
    assert.equal((await field.entry()).result, "answered");
  },
);

fieldTest(
  "IP Office: the held call goes on, and was answered",
  { before: avaya },
  async (field) => {
    await consulting(field);
    field.play(`
    info x trunk=1376267 connected=- redirecting=202
    state x CONNECTED ACTIVE
    ${END}
    state a CONNECTED ACTIVE
    state a DISCONNECTED NORMAL
    state a IDLE
  `);
    const entries = await field.finished(2);
    assert.deepEqual(
      entries.map(({ callId, result }) => `${callId} ${result}`),
      ["0x3A unanswered", "0x39 answered"],
    );
  },
);
