/**
 * D: CONNECTED is not always here. Where a line appears at several telephones, a colleague's answer
 * shows as CONNECTED with the mode INACTIVE: the call is talked in, but not at this telephone.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, lineError, REPLY } from "./rig.ts";

/** Somebody calls 201, and a colleague's telephone answers. */
function takenByColleague(mode = "INACTIVE", features = "0"): string {
  return `
    new a 0
    info a id=0x42 origin=EXTERNAL reason=DIRECT caller=0171 called=201
    state a OFFERING ACTIVE
    features a ${features}
    state a CONNECTED ${mode}
  `;
}

function ends(name: string): string {
  return `
    state ${name} DISCONNECTED NORMAL
    state ${name} IDLE
  `;
}

/** The HCALLs that were dropped. */
function dropped(field: Field): string[] {
  return field.asked("lineDrop").map((entry) => /call=(0x[0-9A-F]+)/.exec(entry)?.[1] ?? "");
}

function hex(handle: number): string {
  return `0x${handle.toString(16).toUpperCase()}`;
}

for (const mode of ["INACTIVE", "INACTIVEHELD"]) {
  fieldTest(`a call that a colleague takes (${mode}) was answered elsewhere`, {}, async (field) => {
    field.play(takenByColleague(mode));
    await field.call({ state: "CONNECTED", stateMode: mode, connectedAt: undefined, can: [] });
    field.play(ends("a"));
    const { result, answeredAt, talkMs } = await field.entry();
    assert.deepEqual({ result, answeredAt, talkMs }, {
      result: "elsewhere",
      answeredAt: undefined,
      talkMs: undefined,
    });
  });
}

fieldTest("a mode that only lineGetCallStatus reports counts too", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a OFFERING ACTIVE
    features a 0
    status a CONNECTED INACTIVE
    state a CONNECTED
  `);
  await field.call({ state: "CONNECTED", stateMode: "INACTIVE", connectedAt: undefined });
  field.play(ends("a"));
  assert.equal((await field.entry()).result, "elsewhere");
});

fieldTest("a colleague's call that was up when the program started", {
  before: (_, script) =>
    script.play(`
      there a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      features a 0
      status a CONNECTED INACTIVE
    `),
}, async (field) => {
  await field.call({ state: "CONNECTED", stateMode: "INACTIVE", connectedAt: undefined, can: [] });
  field.play(ends("a"));
  assert.equal((await field.entry()).result, "elsewhere");
});

fieldTest("what the driver offers of a colleague's call can be done", {}, async (field) => {
  field.play(takenByColleague("INACTIVE", "ANSWER"));
  await field.call({ state: "CONNECTED", can: ["answer"] });
});

for (const mode of ["ACTIVE", "ACTIVEHELD", "CONFIRMED"]) {
  fieldTest(`${mode} is here`, {}, async (field) => {
    field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      state a OFFERING ACTIVE
      state a CONNECTED ${mode}
    `);
    const { connectedAt } = await field.call({ state: "CONNECTED", stateMode: mode });
    assert(connectedAt);
    field.play(ends("a"));
    assert.equal((await field.entry()).result, "answered");
  });
}

fieldTest("a call that is joined after a colleague took it was answered", {}, async (field) => {
  field.play(takenByColleague());
  await field.call({ state: "CONNECTED", stateMode: "INACTIVE", connectedAt: undefined });
  field.play("state a CONNECTED ACTIVE");
  const { connectedAt } = await field.call({ stateMode: "ACTIVE" });
  assert(connectedAt);
  field.play(ends("a"));
  assert.equal((await field.entry()).result, "answered");
});

fieldTest("a call that a colleague takes over later was answered", {}, async (field) => {
  await field.talk("a");
  const { connectedAt } = await field.call({ state: "CONNECTED" });
  field.play("state a CONNECTED INACTIVE");
  await field.call({ stateMode: "INACTIVE", connectedAt });
  field.play(ends("a"));
  assert.equal((await field.entry()).result, "answered");
});

fieldTest("a call that was made elsewhere is no call of this telephone", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=OUTBOUND reason=DIRECT caller=201 called=0171
    features a 0
    state a CONNECTED INACTIVE
  `);
  await field.call({ state: "CONNECTED", connectedAt: undefined, can: [] });
  field.play(ends("a"));
  assert.equal((await field.entry()).result, "elsewhere");
});

for (const dialect of ["classic", "v2"] as const) {
  fieldTest(
    `drop (${dialect}) by line takes the own call, and leaves the colleague's`,
    {},
    async (field) => {
      field.play(takenByColleague());
      await field.call({ state: "CONNECTED" });
      const colleagues = field.handle("a");
      field.standin.failFor({ call: colleagues }, "lineDrop", lineError("INVALCALLSTATE"));
      await field.talk("b", 0, "id=0x43 caller=0172");
      if (dialect === "v2") await field.does({ cmd: "drop", line: "201" });
      else field.classic.send({ cmd: "drop", line: 201 });
      await field.becomes(async () => (await field.calls()).map(({ callId }) => callId), ["0x42"]);
      assert.deepEqual(dropped(field), [hex(field.handle("b"))]);
      await field.classicAnswers();
      assert.deepEqual(
        field.classic.frames.flatMap(({ error }) => error?.code ?? []),
        ["unknown_command"],
      );
      assert.deepEqual(field.cards(), ["CONNECTED 0171 > 201"]);
    },
  );
}

fieldTest("drop by line says so when the line has no call of its own", {}, async (field) => {
  field.play(takenByColleague());
  await field.call({ state: "CONNECTED" });
  assert.equal((await field.ask({ cmd: "drop", line: "201" })).error?.code, "no_call");
  assert.deepEqual(dropped(field), []);
});

for (const cmd of ["hold", "consult", "transfer", "park"]) {
  fieldTest(`${cmd} by line means the own call`, {}, async (field) => {
    field.play(takenByColleague());
    await field.call({ state: "CONNECTED" });
    await field.talk("b", 0, "id=0x43 caller=0172");
    const number = cmd === "hold" || cmd === "park" ? {} : { number: "0815" };
    await field.does({ cmd, line: "201", ...number });
    const taken = field.asked("lineSetCallPrivilege").map((entry) =>
      /0x[0-9A-F]+/.exec(entry)?.[0]
    );
    assert.deepEqual(taken, [hex(field.handle("b"))]);
  });
}

for (const name of ["INVALCALLSTATE", "INVALCALLHANDLE", "OPERATIONFAILED"]) {
  fieldTest(`drop of a call that ends meanwhile is no failure: ${name}`, {}, async (field) => {
    await field.talk("a");
    field.standin.replyMode(REPLY.LATE);
    field.classic.send({ cmd: "drop", line: 201 });
    const answer = field.ask({ cmd: "drop", line: "201" });
    await field.called("lineDrop", 2);
    field.play(ends("a"));
    await field.none();
    field.standin.releaseReplies(lineError(name));
    assert.equal((await answer).error, undefined);
    await field.settled();
    assert.deepEqual(
      field.classic.frames.flatMap(({ error }) => error?.code ?? []),
      ["unknown_command"],
    );
  });
}

fieldTest("drop of a call that continues says why", {}, async (field) => {
  await field.talk("a");
  field.standin.failFor({ call: field.handle("a") }, "lineDrop", lineError("OPERATIONFAILED"));
  const { error } = await field.ask({ cmd: "drop", line: "201" });
  assert.deepEqual([error?.code, error?.tapi?.name], ["tapi_error", "LINEERR_OPERATIONFAILED"]);
  assert.equal((await field.calls()).length, 1);
});
