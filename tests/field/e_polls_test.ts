/**
 * E: asking for a call's state. Some drivers answer nonsense, some have lost the call and never told,
 * some never report the first state. An answer may end a call or give its first state; it never makes
 * up a state of a call that is told of.
 */
import assert from "node:assert/strict";
import { LINECALLSTATE } from "../../src/tapi/constants.ts";
import { V2TestClient } from "../support/v2_client.ts";
import { type Field, fieldTest, lineError, tokens } from "./rig.ts";

/** The program asks every minute or so: several times, at this speed, in a few seconds. */
const FAST = { speed: 60 } as const;
/** So much program time is enough for several questions. */
const MINUTES_S = 240;
/** "Within a second or two", with room for a machine that is busy. */
const SOON_MS = 10_000;

const QUESTIONS = ["lineGetCallStatus", "lineGetCallInfoW"] as const;

/** The states of a call that v2 clients received, in order. */
function told(field: Field, id?: number): string[] {
  return field.v2.events
    .filter(({ type, call }) => type === "call" && (id === undefined || call.id === id))
    .map(({ call }) => call.state);
}

function failing(
  field: Field,
  name: string,
  error: string,
  questions = QUESTIONS as readonly string[],
) {
  for (const fn of questions) {
    field.standin.failFor({ call: field.handle(name) }, fn, lineError(error));
  }
}

for (const ended of [LINECALLSTATE.IDLE, LINECALLSTATE.DISCONNECTED]) {
  const dwCallState = ended | LINECALLSTATE.ONHOLD | LINECALLSTATE.CONNECTED;
  fieldTest(
    `0x${dwCallState.toString(16)}, several states at once, is none`,
    FAST,
    async (field) => {
      await field.talk("a");
      field.standin.set("LINECALLSTATUS", { dwCallState }, field.handle("a"));
      const asked = field.standin.callsOf("lineGetCallStatus");
      await field.pass(MINUTES_S);
      await field.called("lineGetCallStatus", asked + 1);
      await field.settled();
      assert.equal(told(field).at(-1), "CONNECTED");
    },
  );
}

for (
  const [truth, answer] of [
    ["CONNECTED ACTIVE", "ONHOLDPENDTRANSFER"],
    ["CONNECTED ACTIVE", "ONHOLD"],
    ["CONNECTED ACTIVE", "OFFERING ACTIVE"],
    ["CONNECTED ACTIVE", "UNKNOWN"],
    ["ONHOLD", "CONNECTED ACTIVE"],
    ["OFFERING ACTIVE", "CONNECTED ACTIVE"],
  ] as const
) {
  fieldTest(`${truth} stays, though lineGetCallStatus says ${answer}`, FAST, async (field) => {
    field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      state a ${truth}
      status a ${answer}
    `);
    const [state = ""] = truth.split(" ");
    await field.call({ state });
    const asked = field.standin.callsOf("lineGetCallStatus");
    await field.pass(MINUTES_S);
    await field.called("lineGetCallStatus", asked + 1);
    await field.settled();
    assert.deepEqual([...new Set(told(field))], [state]);
    await field.call({ state });
  });
}

fieldTest("an answer that says IDLE ends a call", FAST, async (field) => {
  await field.talk("a");
  field.play("status a IDLE");
  assert.equal((await field.entry()).result, "answered");
});

fieldTest("an answer that says DISCONNECTED ends a call, with why", FAST, async (field) => {
  field.play(`
    new a 0
    info a origin=OUTBOUND reason=DIRECT called=0815
    state a RINGBACK
  `);
  await field.call({ state: "RINGBACK" });
  field.play("status a DISCONNECTED BUSY");
  const { result, disconnect } = await field.entry();
  assert.deepEqual([result, disconnect], ["busy", "BUSY"]);
});

for (const questions of [QUESTIONS, ["lineGetCallInfoW"], ["lineGetCallStatus"]] as const) {
  fieldTest(
    `a call whose handle is dead for ${questions.join(", ")} ends at once`,
    {},
    async (field) => {
      field.play("new a 0");
      failing(field, "a", "INVALCALLHANDLE", questions);
      const fromMs = field.clock.nowMs();
      field.play("state a OFFERING ACTIVE");
      await field.becomes(() => field.standin.liveCalls, 0);
      await field.none();
      assert(field.clock.nowMs() - fromMs < SOON_MS);
      await field.settled();
      assert.deepEqual(field.cards(), []);
    },
  );
}

fieldTest("a call whose handle dies while it is talked in ends at the next question", {
  dies: true,
}, async (field) => {
  await field.talk("a");
  field.play("gone a");
  field.standin.post(1, field.handle("a"), 0x8000); // LINE_CALLINFO CALLERID
  await field.none();
  assert.equal((await field.entry()).result, "answered");
  await field.settled();
  assert.deepEqual(field.cards(), []);
});

fieldTest("a call whose handle dies while it is commanded ends", { dies: true }, async (field) => {
  await field.talk("a");
  field.play("gone a");
  const { error } = await field.ask({ cmd: "hold", line: "201" });
  assert(["no_call", "tapi_error"].includes(error?.code), error?.code);
  await field.none();
});

for (const error of ["OPERATIONFAILED", "RESOURCEUNAVAIL", "NOMEM"]) {
  fieldTest(`a driver that answers ${error} for minutes ends no call`, FAST, async (field) => {
    await field.talk("a");
    failing(field, "a", error);
    await field.pass(MINUTES_S);
    field.play(`
      state a ONHOLD
      callinfo a CALLERID
    `);
    await field.call({ state: "ONHOLD" });
    assert.deepEqual(await field.journal(), []);
  });

  fieldTest(
    `a call that is DISCONNECTED, and of which only ${error} is heard, ends`,
    FAST,
    async (field) => {
      await field.talk("a");
      field.play("state a DISCONNECTED NORMAL");
      await field.call({ state: "DISCONNECTED" });
      failing(field, "a", error);
      assert.equal((await field.entry()).result, "answered");
      await field.none();
      await field.becomes(() => field.standin.liveCalls, 0);
    },
  );
}

for (const state of ["OFFERING ACTIVE", "CONNECTED ACTIVE", "ONHOLD"]) {
  fieldTest(
    `a call of which no state is told (${state}) is asked for it soon`,
    {},
    async (field) => {
      const fromMs = field.clock.nowMs();
      field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      status a ${state}
    `);
      await field.call({ state: state.split(" ")[0], direction: "in" });
      const [event] = await field.told(({ type }) => type === "call");
      assert.equal(event.change, "new");
      assert(Date.parse(event.at) - fromMs < SOON_MS, `${Date.parse(event.at) - fromMs} ms`);
    },
  );
}

fieldTest(
  "a call of which no state is told, and which does not answer at first, is asked again",
  {},
  async (field) => {
    const fromMs = field.clock.nowMs();
    field.play(`
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
  `);
    field.standin.failFor(
      { call: field.handle("a") },
      "lineGetCallStatus",
      lineError("OPERATIONFAILED"),
      2,
    );
    await field.call({ state: "OFFERING" });
    assert(field.clock.nowMs() - fromMs < 2 * SOON_MS);
  },
);

fieldTest(
  "a call of which no state is told, and which is gone, is not told at all",
  { dies: true },
  async (field) => {
    field.play(`
    new a 0
    gone a
  `);
    await field.pass(10);
    await field.settled();
    assert.deepEqual(told(field), []);
    assert.deepEqual(field.frames(), []);
    assert.deepEqual(await field.journal(), []);
  },
);

fieldTest("a state that is reported late is published once", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
  `);
  await field.pass(10);
  await field.settled();
  assert.deepEqual(field.frames().map(({ state }) => state), ["OFFERING"]);
});

/** The driver goes on saying that the call is CONNECTED, and counts no call on its line. */
function countsNone(field: Field): void {
  field.standin.set("LINEDEVSTATUS", {
    dwNumActiveCalls: 0,
    dwNumOnHoldCalls: 0,
    dwNumOnHoldPendCalls: 0,
  }, 0);
  field.standin.set("LINEADDRESSSTATUS", {
    dwNumActiveCalls: 0,
    dwNumOnHoldCalls: 0,
    dwNumOnHoldPendCalls: 0,
  }, 0);
}

fieldTest(
  "a call that its line does not count any more ends, though the driver says CONNECTED",
  FAST,
  async (field) => {
    await field.talk("a");
    await field.called("lineGetLineDevStatusW", field.standin.callsOf("lineGetLineDevStatusW") + 1);
    countsNone(field);
    assert.equal((await field.entry()).result, "answered");
    await field.none();
    await field.becomes(() => field.standin.liveCalls, 0);
  },
);

fieldTest("a driver that never counts its calls keeps them", {
  ...FAST,
  before: (standin) => {
    for (const struct of ["LINEDEVSTATUS", "LINEADDRESSSTATUS"] as const) {
      standin.set(struct, { dwNumActiveCalls: 0, dwNumOnHoldCalls: 0, dwNumOnHoldPendCalls: 0 });
    }
  },
}, async (field) => {
  await field.talk("a");
  await field.pass(2 * MINUTES_S);
  await field.settled();
  await field.call({ state: "CONNECTED" });
  assert.deepEqual(await field.journal(), []);
});

fieldTest("a held call is counted among those on hold", FAST, async (field) => {
  await field.talk("a");
  field.play("state a ONHOLD");
  await field.call({ state: "ONHOLD" });
  await field.pass(2 * MINUTES_S);
  await field.settled();
  await field.call({ state: "ONHOLD" });
});

fieldTest(
  "forget is refused while the driver says that the call is live and active",
  {},
  async (field) => {
    await field.talk("a");
    const { id } = await field.call({ state: "CONNECTED" });
    const { error } = await field.ask({ cmd: "forget", call: id });
    assert(error);
    assert(!["unknown_command", "bad_request"].includes(error.code), error.code);
    await field.call({ id, state: "CONNECTED" });
  },
);

for (
  const [name, lie] of [
    ["does not answer", (field: Field) => failing(field, "a", "OPERATIONFAILED")],
    ["does not count any more", countsNone],
  ] as const
) {
  fieldTest(`forget ends a call that the driver ${name}`, {}, async (field) => {
    await field.talk("a");
    const { id } = await field.call({ state: "CONNECTED" });
    lie(field);
    await field.does({ cmd: "forget", call: id });
    await field.none();
    const entry = await field.entry();
    assert.deepEqual([entry.call, entry.result], [id, "answered"]);
    await field.classicAnswers();
    assert.deepEqual(field.cards(), []);
    await field.becomes(() => field.standin.liveCalls, 0);
    assert.equal((await field.ask({ cmd: "forget", call: id })).error?.code, "unknown_call");
  });
}

fieldTest("a call that was forgotten does not come back", { dies: true }, async (field) => {
  await field.talk("a");
  const { id } = await field.call({ state: "CONNECTED" });
  failing(field, "a", "OPERATIONFAILED");
  await field.does({ cmd: "forget", call: id });
  field.standin.post(2, field.handle("a"), 0x100, 1); // LINE_CALLSTATE CONNECTED
  await field.settled();
  assert.deepEqual(await field.calls(), []);
});

fieldTest("forget takes the right to control, and a call that is there", {
  settings: tokens({ observer: { can: ["monitor"], lines: ["*"] } }),
}, async (field) => {
  await field.talk("a");
  const { id } = await field.call({ state: "CONNECTED" });
  failing(field, "a", "OPERATIONFAILED");
  await using observer = await V2TestClient.connect(field.port, "tapi2ws.token.observer");
  assert.equal((await observer.ask({ cmd: "forget", call: id })).error?.code, "not_permitted");
  assert.equal((await field.ask({ cmd: "forget", call: id + 1000 })).error?.code, "unknown_call");
  await field.call({ id, state: "CONNECTED" });
});
