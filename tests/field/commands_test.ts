/**
 * Commands on switches that differ: forwarding whose status is not told, conferences of two ordinary
 * calls, success without a handle, devices that are not there yet, and the call that one has just
 * dialled.
 */
import assert from "node:assert/strict";
import { V2TestClient } from "../support/v2_client.ts";
import {
  bits,
  DIAL,
  type Field,
  fieldTest,
  lineError,
  REPLY,
  type StandIn,
  tokens,
} from "./rig.ts";

// ---- Forwarding whose status is not valid

const { UNCOND, BUSY } = { UNCOND: 0x1, BUSY: 0x10 };

/** The line always forwards, and does not report it. */
function hidesForwards(flags: string): (standin: StandIn) => void {
  return (standin) => {
    standin.addForward(0, UNCOND, "0171");
    standin.set("LINEADDRESSCAPS", { dwAddrCapFlags: bits("LINEADDRCAPFLAGS", flags) });
    standin.set("LINEADDRESSSTATUS", {
      dwForwardNumEntries: 0,
      dwForwardSize: 0,
      dwForwardOffset: 0,
    });
  };
}

/** Where the calls of 201 really go. */
async function forwards(field: Field): Promise<string[]> {
  field.standin.unset("LINEADDRESSSTATUS", [
    "dwForwardNumEntries",
    "dwForwardSize",
    "dwForwardOffset",
  ]);
  const before = field.standin.callsOf("lineGetAddressStatusW");
  field.play("addrstate 0 FORWARD");
  await field.called("lineGetAddressStatusW", before + 1);
  await field.settled();
  return (await field.line("201")).forwards.map(({ when, to }: { when: string; to: string }) =>
    `${when} ${to}`
  );
}

for (const to of ["0172", null]) {
  fieldTest(`forward busy to ${to} leaves the forwarding that is not told`, {
    before: hidesForwards("DIALED"),
  }, async (field) => {
    const { error } = await field.ask({ cmd: "forward", line: "201", when: "busy", to });
    const now = await forwards(field);
    assert(now.includes("always 0171"), `${error?.code}: ${now}`);
    // Either it was done beside the other, or it was said that it cannot be done.
    if (to !== null) assert.equal(now.includes("busy 0172"), error === undefined);
  });
}

fieldTest("a status that is valid is kept as it is, with what is added", {
  before: (standin) => {
    standin.addForward(0, UNCOND, "0171");
    standin.set("LINEADDRESSCAPS", {
      dwAddrCapFlags: bits("LINEADDRCAPFLAGS", "DIALED|FWDSTATUSVALID"),
    });
  },
}, async (field) => {
  await field.does({ cmd: "forward", line: "201", when: "busy", to: "0172" });
  assert.deepEqual((await forwards(field)).sort(), ["always 0171", "busy 0172"]);
});

fieldTest("a driver that reports entries without any flags is believed", {
  before: (standin) => standin.addForward(0, BUSY, "0171"),
}, async (field) => {
  await field.does({ cmd: "forward", line: "201", when: "always", to: "0172" });
  assert.deepEqual((await forwards(field)).sort(), ["always 0172", "busy 0171"]);
});

// ---- A conference of two ordinary calls

async function twoCalls(field: Field): Promise<void> {
  await field.talk("a", 0, "id=1 caller=0171");
  field.play("state a ONHOLD");
  await field.becomes(async () => (await field.calls())[0]?.state, "ONHOLD");
  await field.talk("b", 0, "id=2 caller=0172");
}

fieldTest(
  "two ordinary calls are joined by completing a transfer, where that makes conferences",
  {},
  async (field) => {
    await twoCalls(field);
    await field.does({ cmd: "complete", line: "201", mode: "conference" });
    await field.becomes(
      async () => (await field.calls()).map(({ state }) => state),
      ["CONFERENCED", "CONFERENCED", "CONNECTED"],
    );
  },
);

function onlySetsUpConferences(standin: StandIn): void {
  standin.set("LINEADDRESSCAPS", {
    dwTransferModes: 0x1,
    dwAddrCapFlags: bits("LINEADDRCAPFLAGS", "CONFERENCEHELD|CONFERENCEMAKE"),
  });
  standin.lack(bits("LINECALLFEATURE", "COMPLETETRANSF"));
}

fieldTest("two ordinary calls are joined by lineSetupConference, where only that is there", {
  before: onlySetsUpConferences,
}, async (field) => {
  await twoCalls(field);
  const { call } = await field.does({ cmd: "complete", line: "201", mode: "conference" });
  await field.becomes(async () => {
    const calls = await field.calls();
    return [
      ...calls.filter(({ callId }) => ["0x1", "0x2"].includes(callId)).map(({ state }) => state),
      calls.find(({ id }) => id === call)?.state,
    ];
  }, ["CONFERENCED", "CONFERENCED", "CONNECTED"]);
  assert.equal(field.standin.callsOf("lineSetupConferenceW"), 1);
  assert.equal(field.standin.callsOf("lineAddToConference"), 1);
  // The call that was made to ask somebody in is not left in DIALTONE.
  assert.equal((await field.calls()).length, 3);
});

fieldTest("a conference that the held call cannot be added to is taken off hold", {
  before: onlySetsUpConferences,
}, async (field) => {
  await twoCalls(field);
  field.standin.fail("lineAddToConference", lineError("CONFERENCEFULL"));
  const { error } = await field.ask({ cmd: "complete", line: "201", mode: "conference" });
  assert.equal(error?.tapi?.name, "LINEERR_CONFERENCEFULL");
  assert.equal(field.standin.callsOf("lineUnhold"), 1);
  await field.becomes(
    async () => (await field.calls()).filter(({ state }) => state === "ONHOLDPENDCONF").length,
    0,
  );
  assert.equal((await field.calls()).find(({ callId }) => callId === "0x1").state, "ONHOLD");
});

fieldTest("a switch that joins no ordinary calls says so, and both are as they were", {
  before: (standin) => {
    standin.set("LINEADDRESSCAPS", {
      dwTransferModes: 0x1,
      dwAddrCapFlags: bits("LINEADDRCAPFLAGS", "DIALED"),
    });
    standin.lack(bits("LINECALLFEATURE", "COMPLETETRANSF|SETUPCONF|PREPAREADDCONF|ADDTOCONF"));
  },
}, async (field) => {
  await twoCalls(field);
  const { error } = await field.ask({ cmd: "complete", line: "201", mode: "conference" });
  assert.equal(error?.code, "not_supported");
  assert.deepEqual((await field.calls()).map(({ state }) => state), ["ONHOLD", "CONNECTED"]);
});

// ---- Success without a handle

for (const mode of [REPLY.AT_ONCE, REPLY.EARLY]) {
  fieldTest(
    `lineSetupTransfer without a handle leaves no call on hold (replies ${mode})`,
    {},
    async (field) => {
      await field.talk("a");
      field.standin.replyMode(mode);
      field.standin.withholdHandles(true);
      const { error } = await field.ask({ cmd: "consult", line: "201", number: "0815" });
      assert(error, "there is no consultation");
      await field.call({
        state: "CONNECTED",
        caller: { number: "0171", name: "", presentation: "shown" },
      });
      assert.equal(field.standin.callsOf("lineUnhold"), 1);
      assert.deepEqual(field.asked("lineDialW"), []);
      field.standin.withholdHandles(false);
      await field.does({ cmd: "consult", line: "201", number: "0815" });
    },
  );
}

fieldTest(
  "lineMakeCall without a handle is an error, and the next dial is none",
  {},
  async (field) => {
    field.standin.withholdHandles(true);
    const { error } = await field.ask({ cmd: "dial", line: "201", number: "0815" });
    assert(error, "there is no call");
    field.standin.withholdHandles(false);
    const { call } = await field.does({ cmd: "dial", line: "201", number: "0815" });
    await field.call({ id: call, state: "CONNECTED" });
  },
);

// ---- A device that is not there yet

for (const fn of ["lineNegotiateAPIVersion", "lineGetDevCapsW", "lineOpenW"]) {
  for (const error of ["NODEVICE", "BADDEVICEID"]) {
    fieldTest(
      `a device for which ${fn} says ${error} after LINE_CREATE is tried again`,
      {},
      async (field) => {
        field.standin.failFor({ device: 2 }, fn, lineError(error), 2);
        assert.equal(field.standin.addVoiceLine(), 2);
        await field.becomes(
          async () => (await field.lines()).map(({ line, status }) => `${line} ${status}`).sort(),
          ["201 open", "202 open", "203 open"],
        );
        await field.talk("a", 2);
      },
    );
  }
}

fieldTest(
  "a device that never comes is not asked for ever without a pause",
  { speed: 60 },
  async (field) => {
    field.standin.failFor({ device: 2 }, "lineNegotiateAPIVersion", lineError("NODEVICE"));
    field.standin.addVoiceLine();
    await field.pass(120);
    const asked = field.asked("lineNegotiateAPIVersion").filter((entry) =>
      entry.includes("device=2")
    );
    assert(asked.length >= 2 && asked.length < 40, `${asked.length} times`);
  },
);

// ---- One's own call, at once

fieldTest("who may do something with some lines only has the dialled call at once", {
  settings: tokens({
    own: { can: ["monitor", "control"], lines: ["201"] },
    other: { can: ["monitor", "control"], lines: ["202"] },
  }),
}, async (field) => {
  await using own = await V2TestClient.connect(field.port, "tapi2ws.token.own");
  await using other = await V2TestClient.connect(field.port, "tapi2ws.token.other");
  // No state of it is reported yet.
  field.standin.dialScript(DIAL.NOTHING);
  const { result } = await own.ask({ cmd: "dial", line: "201", number: "0815" });
  assert.equal((await other.ask({ cmd: "drop", call: result.call })).error?.code, "unknown_call");
  assert.equal((await own.ask({ cmd: "drop", call: result.call })).error, undefined);
  await field.called("lineDrop");
});

fieldTest("the same over HTTP", {
  settings: tokens({ own: { can: ["monitor", "control"], lines: ["201"] } }),
}, async (field) => {
  field.standin.dialScript(DIAL.NOTHING);
  const post = async (command: object) => {
    const response = await fetch(`http://127.0.0.1:${field.port}/api/v2/commands`, {
      method: "POST",
      headers: { authorization: "Bearer own", "content-type": "application/json" },
      body: JSON.stringify(command),
    });
    return await response.json();
  };
  const { result } = await post({ cmd: "dial", line: "201", number: "0815" });
  assert.equal((await post({ cmd: "drop", call: result.call })).error, undefined);
  await field.called("lineDrop");
});

fieldTest("one's own consultation, at once", {
  settings: tokens({ own: { can: ["monitor", "control"], lines: ["201"] } }),
}, async (field) => {
  await using own = await V2TestClient.connect(field.port, "tapi2ws.token.own");
  await field.talk("a");
  const { result } = await own.ask({ cmd: "consult", line: "201", number: "0815" });
  assert.equal((await own.ask({ cmd: "drop", call: result.call })).error, undefined);
});
