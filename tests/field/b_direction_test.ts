/**
 * B: who began a call. Some drivers say INBOUND of every call, others INTERNAL at both ends, some
 * begin a dialled call with OFFERING. What the program has done itself, and what a telephone goes
 * through when it dials, say more than dwOrigin.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, shown } from "./rig.ts";

/** Everything to the end of the call "x", which nobody answers. */
async function rings(field: Field, first = "DIALTONE"): Promise<void> {
  field.play(`
    state x ${first}
    state x DIALING
    state x PROCEEDING
    state x RINGBACK
  `);
  await field.call({ state: "RINGBACK" });
}

async function ends(field: Field, name = "x"): Promise<void> {
  field.play(`
    state ${name} DISCONNECTED NORMAL
    state ${name} IDLE
  `);
  await field.none();
}

for (const origin of ["INBOUND", "INTERNAL", "EXTERNAL", "UNKNOWN", "EXTERNAL|INBOUND"]) {
  fieldTest(
    `a call that a client dials is out, whatever the driver says: ${origin}`,
    {},
    async (field) => {
      const { answer } = await field.dialling("x", { number: "0815" });
      field.play(`info x origin=${origin} caller=- called=-`);
      field.standin.releaseReplies();
      const { call } = await answer;
      await rings(field);
      await field.call({ id: call, direction: "out", called: shown("0815") });
      await field.classicAnswers();
      assert.deepEqual(field.cards(), ["RINGBACK  > 0815"]);
      await ends(field);
      const { direction, result, called } = await field.entry();
      assert.deepEqual({ direction, result, called }, {
        direction: "out",
        result: "unanswered",
        called: shown("0815"),
      });
    },
  );
}

fieldTest("a call that a client dials is out from its first event on", {}, async (field) => {
  await using _library = await field.library();
  const { answer } = await field.dialling("x");
  field.play("info x origin=INBOUND caller=- called=-");
  field.standin.releaseReplies();
  await answer;
  await rings(field);
  await ends(field);
  const directions = field.v2.events.filter(({ type }) => type === "call")
    .map(({ call }) => call.direction);
  assert.deepEqual([...new Set(directions)], ["out"]);
});

fieldTest("a dialled call that begins with OFFERING rings nobody", {}, async (field) => {
  await using library = await field.library();
  const rung: unknown[] = [];
  library.client.on("ring", (call: unknown) => rung.push(call));
  const { answer } = await field.dialling("x");
  field.play("info x origin=INTERNAL caller=201 called=0815");
  field.standin.releaseReplies();
  const { call } = await answer;
  field.play("state x OFFERING ACTIVE");
  await field.call({ id: call, direction: "out", state: "OFFERING" });
  await rings(field);
  await ends(field);
  await field.until("the library has heard it", () => library.client.calls.size === 0);
  assert.deepEqual(rung, []);
  const { direction, result } = await field.entry();
  assert.deepEqual([direction, result], ["out", "unanswered"]);
});

fieldTest("what the driver says of the number dialled wins", {}, async (field) => {
  const { answer } = await field.dialling("x", { number: "00815" });
  field.play("info x origin=INBOUND caller=- called=-");
  field.standin.releaseReplies();
  await answer;
  await rings(field);
  await field.call({ called: shown("00815") });
  field.play(`
    info x called=+49815 calledn=Service
    callinfo x CALLEDID
  `);
  await field.call({ called: shown("+49815", "Service") });
});

fieldTest("a consultation is out, and its number is the one dialled", {}, async (field) => {
  await field.talk("a");
  const asked = field.ask({ cmd: "consult", line: "201", number: "0815" });
  await field.called("lineSetupTransferW");
  await field.until("it is made", () => {
    field.play("made x 0");
    return field.handle("x") !== field.handle("a");
  });
  field.play(`
    info x origin=INBOUND caller=- called=-
    callinfo x ORIGIN|CALLERID|CALLEDID
  `);
  const { call } = await asked;
  await field.becomes(async () => {
    const found = (await field.calls()).find(({ id }) => id === call);
    return [found?.direction, found?.called.number];
  }, ["out", "0815"]);
});

fieldTest(
  "hand-dialled, INTERNAL at both ends: out at the one, in at the other",
  {},
  async (field) => {
    field.play(`
    new x 0
    info x id=57 origin=INTERNAL reason=DIRECT caller=201
    state x DIALTONE NORMAL
    state x DIALING
    info x called=202
    state x RINGBACK
    new y 1
    info y id=57 origin=INTERNAL reason=DIRECT caller=201 called=202
    state y OFFERING ACTIVE
  `);
    await field.call({ direction: "out", called: shown("202") }, "201");
    await field.call({ direction: "in", caller: shown("201") }, "202");
    for (const name of ["x", "y"]) {
      field.play(`
      state ${name} DISCONNECTED NORMAL
      state ${name} IDLE
    `);
    }
    const entries = await field.finished(2);
    assert.deepEqual(
      entries.map(({ line, direction, result }) => `${line} ${direction} ${result}`).sort(),
      ["201 out unanswered", "202 in missed"],
    );
  },
);

for (const state of ["DIALTONE", "DIALING", "RINGBACK"]) {
  fieldTest(`hand-dialled, and first heard in ${state}: out`, {}, async (field) => {
    field.play(`
      new x 0
      info x origin=INTERNAL reason=DIRECT caller=- called=202
      state x ${state}
      state x CONNECTED ACTIVE
    `);
    await field.call({ state: "CONNECTED", direction: "out" });
    await ends(field);
    assert.equal((await field.entry()).direction, "out");
  });
}

for (const state of ["OFFERING ACTIVE", "CONNECTED ACTIVE", "PROCEEDING", "ONHOLD"]) {
  fieldTest(`the caller is the line itself, first heard in ${state}: out`, {}, async (field) => {
    field.play(`
      new x 0
      info x origin=INTERNAL reason=DIRECT caller=201 called=202
      state x ${state}
    `);
    await field.call({ state: state.split(" ")[0], direction: "out" });
  });
}

fieldTest("the caller is the line itself, reported late: out", {}, async (field) => {
  field.play(`
    new x 0
    info x origin=INTERNAL reason=DIRECT caller=UNKNOWN
    state x CONNECTED ACTIVE
    info x caller=201 called=0815
    callinfo x CALLERID|CALLEDID
  `);
  await field.call({ direction: "out", called: shown("0815") });
});

fieldTest("a call that was up when the program started, made by the line: out", {
  before: (_, script) =>
    script.play(`
      there x 0
      info x origin=INTERNAL reason=DIRECT caller=201 called=202
    `),
}, async (field) => {
  await field.call({ state: "CONNECTED", direction: "out" });
});

fieldTest("somebody else's INTERNAL call is in, answered or not", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=INTERNAL reason=DIRECT caller=202 called=201
    state a OFFERING ACTIVE
  `);
  await field.call({ direction: "in" });
  await ends(field, "a");
  const { direction, result } = await field.entry();
  assert.deepEqual([direction, result], ["in", "missed"]);
});

fieldTest("a direction that is known is not turned round by later words", {}, async (field) => {
  field.play(`
    new x 0
    info x origin=OUTBOUND reason=DIRECT caller=201 called=0815
    state x RINGBACK
  `);
  await field.call({ direction: "out" });
  field.play(`
    info x origin=INBOUND
    callinfo x ORIGIN
    state x CONNECTED ACTIVE
  `);
  await field.call({ state: "CONNECTED", direction: "out" });
});

fieldTest("an origin that is reported late decides if nothing else does", {}, async (field) => {
  field.play(`
    new x 0
    info x origin=UNKNOWN reason=DIRECT
    state x CONNECTED ACTIVE
  `);
  await field.call({ direction: "unknown" });
  field.play(`
    info x origin=OUTBOUND
    callinfo x ORIGIN
  `);
  await field.call({ direction: "out" });
});
