/**
 * Situations at Avaya IP Office of which it is not known how its driver plays some part: each in both
 * readings, through the whole program. See ip_office_test.ts for those that are known.
 */
import assert from "node:assert/strict";
import { bits, DIAL, type Field, fieldTest, shown, type StandIn } from "./rig.ts";
import type { Script } from "../native/script.ts";

/** Device 0 is hunt group 110; 1, 2 and 3 are 8000, 8001 and 8002. */
function office(standin: StandIn, script: Script): void {
  for (const [device, line] of ["110", "8000", "8001", "8002"].entries()) {
    script.play(`
      address ${device} ${line}
      provider ${device} Avaya
    `);
    // No more than the extension: the message lamp is the rig's.
    standin.setText(device, "block", new TextEncoder().encode(`${line}\0`));
  }
  // Only a directed park succeeds, and there is no pickup.
  standin.set("LINEADDRESSCAPS", {
    dwParkModes: bits("LINEPARKMODE", "DIRECTED"),
    dwAddressFeatures: bits("LINEADDRFEATURE", "MAKECALL|UNPARK"),
  });
  standin.set("LINEADDRESSSTATUS", {
    dwAddressFeatures: bits("LINEADDRFEATURE", "MAKECALL|UNPARK"),
  });
}

const OFFICE = { lines: 4, before: office, args: ["--groups", "110"] };
const TRUNK = 1376267;

/** Everybody has hung up: every page is empty, and every handle was given back. */
async function over(field: Field, calls: number): Promise<string[]> {
  const entries = await field.finished(calls);
  await field.none();
  await field.classicAnswers();
  for (const line of [110, 8000, 8001, 8002]) assert.deepEqual(field.cards(line), [], `${line}`);
  await field.becomes(() => field.standin.liveCalls, 0);
  return entries.map(({ line, direction, result }) => `${line} ${direction} ${result}`).sort();
}

/** A call has one key on the page of its line, from its first frame to its last. */
function keysOf(field: Field, line: number): number {
  return new Set(field.frames(line).map(({ callId }) => callId)).size;
}

for (const tells of ["callinfo a CONNECTEDID", ""]) {
  fieldTest(
    `an outside call, ${tells === "" ? "whose other end is not announced" : "announced"}`,
    OFFICE,
    async (field) => {
      field.play(`
        new a 1
        info a id=101 origin=EXTERNAL reason=DIRECT trunk=${TRUNK} caller=01632960001 callern=Ada_Example called=8000
        state a OFFERING ACTIVE
        devstate 1 RINGING 1
      `);
      const { caller } = await field.call({ trunk: TRUNK, direction: "in", state: "OFFERING" });
      assert.deepEqual(caller, shown("01632960001", "Ada Example"));
      field.play(`
        info a connected=01632960001
        ${tells}
        state a CONNECTED ACTIVE
      `);
      await field.call({ connected: shown("01632960001"), trunk: TRUNK });
      field.play("state a DISCONNECTED NORMAL\nstate a IDLE");
      assert.deepEqual(await over(field, 1), ["8000 in answered"]);
      assert.equal(keysOf(field, 8000), 1);
    },
  );
}

for (const caller of ["-", "BLOCKED", "BLOCKED|ADDRESS:01632960001"]) {
  fieldTest(`a caller who withholds the number gives up: ${caller}`, OFFICE, async (field) => {
    field.play(`
      new a 1
      info a id=102 origin=EXTERNAL reason=DIRECT caller=${caller} called=8000
      state a OFFERING ACTIVE
      state a DISCONNECTED CANCELLED|NORMAL
      state a IDLE
    `);
    assert.deepEqual(await over(field, 1), ["8000 in missed"]);
    assert(!JSON.stringify([field.v2.events, field.classic.frames]).includes("01632960001"));
  });
}

fieldTest(
  "an inside call by the handset: DIALTONE first, and RINGBACK before OFFERING",
  OFFICE,
  async (field) => {
    await field.scene(`
    new b 2
    info b id=57 origin=OUTBOUND reason=DIRECT caller=8001
    state b DIALTONE NORMAL
    then
    state b DIALING
    info b called=8000
    state b RINGBACK
    then
    new a 1
    info a id=57 origin=INTERNAL reason=DIRECT caller=8001 called=8000
    state a OFFERING ACTIVE
    then
    info a connected=8001
    state a CONNECTED ACTIVE
    info b connected=8000
    state b CONNECTED ACTIVE
    then
    state a DISCONNECTED NORMAL
    state b DISCONNECTED NORMAL
    state a IDLE
    state b IDLE
  `);
    assert.deepEqual(await over(field, 2), ["8000 in answered", "8001 out answered"]);
  },
);

for (const tells of ["callinfo x CALLID", ""]) {
  fieldTest(
    `lineMakeCall: the id comes later, ${
      tells === "" ? "and nothing says so" : "as a message says"
    }`,
    OFFICE,
    async (field) => {
      field.standin.dialScript(DIAL.NOTHING);
      const { call } = await field.does({ cmd: "dial", line: "8000", number: "8001" });
      await field.scene(`
        made x 1
        info x id=0 origin=OUTBOUND reason=DIRECT caller=8000 called=8001
        state x RINGBACK
        then
        info x id=140
        ${tells}
        state x CONNECTED ACTIVE
      `);
      await field.call({ id: call, state: "CONNECTED", callId: "0x8C" });
      field.play("state x DISCONNECTED NORMAL\nstate x IDLE");
      assert.deepEqual(await over(field, 1), ["8000 out answered"]);
      assert.equal(keysOf(field, 8000), 1);
    },
  );
}

/** 8002 calls the group; 8001 is its member. The call queues first, or rings at the member at once. */
const MEMBER = `
  new m 2
  info m id=101 origin=INTERNAL reason=DIRECT caller=8002 called=110
  state m OFFERING ACTIVE
`;
const CALLER = `
  new c 3
  info c id=101 origin=OUTBOUND reason=DIRECT caller=8002 called=110
  state c RINGBACK
`;
const GROUP = `
  new g 0
  info g id=101 origin=INTERNAL reason=DIRECT caller=8002 called=110
  state g OFFERING ACTIVE
`;
const ORDERS = { "at once": [MEMBER, CALLER, GROUP], "after it queued": [CALLER, GROUP, MEMBER] };

for (const [when, order] of Object.entries(ORDERS)) {
  for (const mode of ["FORWARDED", "NORMAL", "0"]) {
    fieldTest(
      `a group's call that a member takes ${when}, and whose own leg ends with ${mode}, is one call`,
      OFFICE,
      async (field) => {
        await field.scene(order.join("\nthen\n"));
        const groups = (await field.calls()).map(({ line, group = "-" }) => `${line} ${group}`);
        assert.deepEqual(groups.sort(), ["110 -", "8001 110", "8002 110"]);
        await field.scene(`
          state g DISCONNECTED ${mode}
          state g IDLE
          then
          info m connected=8002
          state m CONNECTED ACTIVE
          info c connected=8001
          state c CONNECTED ACTIVE
          then
          state m DISCONNECTED NORMAL
          state c DISCONNECTED NORMAL
          state m IDLE
          state c IDLE
        `);
        assert.deepEqual(await over(field, 3), [
          "110 in elsewhere",
          "8001 in answered",
          "8002 out answered",
        ]);
        // Whichever leg is asked for: the journal has all of them as one call, which nobody missed.
        for (const { id } of await field.journal()) {
          const { entries } = await field.get(`/api/v2/journal?chain=${id}`);
          assert.equal(entries.length, 3);
        }
        assert.deepEqual((await field.get("/api/v2/journal?missed=true")).entries, []);
      },
    );
  }
}

/** Members of the consulted party's call after the transfer: who is told there is not known. */
const AFTER_TRANSFER = {
  "and says who is there":
    "info y id=65 caller=8001 connected=8001 reason=TRANSFER\ncallinfo y CALLID|CALLERID|CONNECTEDID|REASON",
  "and says no more": "info y id=65\ncallinfo y CALLID",
  "and nothing says so": "info y id=65",
};

for (const [how, told] of Object.entries(AFTER_TRANSFER)) {
  for (const caller of ["8000", "8001"]) {
    fieldTest(
      `a transfer: the id becomes the first call's again ${how}; ${caller} seemed to call`,
      OFFICE,
      async (field) => {
        await field.scene(`
          new b 2
          info b id=65 origin=OUTBOUND reason=DIRECT caller=8001 called=8000 connected=8000
          state b CONNECTED ACTIVE
          new a 1
          info a id=65 origin=INTERNAL reason=DIRECT caller=8001 called=8000 connected=8001
          state a CONNECTED ACTIVE
          then
          state a ONHOLDPENDTRANSFER
          state b CONNECTED ACTIVEHELD
          new x 1
          info x id=66 rel=65 origin=OUTBOUND reason=DIRECT caller=8000
          state x DIALTONE NORMAL
          info x caller=8001 called=8002 redirection=8000
          state x RINGBACK
          then
          new y 3
          info y id=66 origin=INTERNAL reason=DIRECT caller=${caller} called=8002
          state y OFFERING ACTIVE
          then
          info x connected=8002
          state x CONNECTED ACTIVE
          info y connected=8000
          state y CONNECTED ACTIVE
          then
          state a DISCONNECTED FORWARDED
          state x DISCONNECTED FORWARDED
          state a IDLE
          state x IDLE
          ${told}
          info b connected=8002
          callinfo b CONNECTEDID
          state b CONNECTED ACTIVE
          then
          state y DISCONNECTED NORMAL
          state b DISCONNECTED NORMAL
          state y IDLE
          state b IDLE
        `);
        assert.deepEqual(await over(field, 4), [
          "8000 in answered",
          "8000 out answered",
          "8001 out answered",
          "8002 in answered",
        ]);
        assert.deepEqual([8001, 8002].map((line) => keysOf(field, line)), [1, 1]);
      },
    );
  }
}

for (const id of [120, 121]) {
  for (const reason of ["REMINDER", "TRANSFER"]) {
    fieldTest(
      `parked in a slot, recalled with ${reason}, taken with id ${id}`,
      OFFICE,
      async (field) => {
        const outside = `origin=EXTERNAL trunk=${TRUNK} caller=01632960001 connected=01632960001`;
        field.play(`
          new a 1
          info a id=120 ${outside} reason=DIRECT called=8000
          state a CONNECTED ACTIVE
        `);
        const { id: call } = await field.call({ state: "CONNECTED" });
        assert.deepEqual(await field.does({ cmd: "park", call, slot: "80001" }), { slot: "80001" });
        assert.match(field.asked("lineParkW")[0] ?? "", /mode=1.*80001/);
        await field.none();
        // Nobody takes it: it rings where it was parked.
        await field.scene(`
          new r 1
          info r id=120 ${outside} reason=${reason} called=8000
          state r OFFERING ACTIVE
          then
          state r DISCONNECTED NORMAL
          state r IDLE
        `);
        const { call: taken } = await field.does({ cmd: "unpark", line: "8001", slot: "80001" });
        field.play(`
          made b 2
          info b id=${id} ${outside} reason=UNPARK called=8001
          state b CONNECTED ACTIVE
        `);
        await field.call(
          { id: taken, reason: "UNPARK", origin: "EXTERNAL", direction: "in" },
          "8001",
        );
        field.play("state b DISCONNECTED NORMAL\nstate b IDLE");
        assert.deepEqual(await over(field, 3), [
          "8000 in answered",
          "8000 in missed",
          "8001 in answered",
        ]);
      },
    );
  }
}

fieldTest("without a slot, the program chooses one: the switch does not", OFFICE, async (field) => {
  field.play(`
    new a 1
    info a id=120 origin=EXTERNAL reason=DIRECT caller=0171 called=8000
    state a CONNECTED ACTIVE
  `);
  const { id: call } = await field.call({ state: "CONNECTED" });
  assert.deepEqual(await field.does({ cmd: "park", call }), { slot: "80001" });
  assert.match(field.asked("lineParkW")[0] ?? "", /mode=1.*80001/);
});

for (
  const members of ["redirecting=8001 called=8001", "called=8000", "redirecting=8001 called=8000"]
) {
  fieldTest(
    `a call that rings elsewhere is picked up by redirecting it: ${members}`,
    OFFICE,
    async (field) => {
      field.play(`
      new a 2
      info a id=130 origin=EXTERNAL reason=DIRECT caller=01632960001 called=8001
      state a OFFERING ACTIVE
    `);
      await field.call({ state: "OFFERING" });
      assert.deepEqual(await field.does({ cmd: "pickup", line: "8000", from: "8001" }), {});
      assert.match(field.asked("lineRedirectW")[0] ?? "", /8000/);
      await field.scene(`
      new b 1
      info b id=130 origin=EXTERNAL reason=REDIRECT caller=01632960001 ${members}
      state b OFFERING ACTIVE
      then
      state b CONNECTED ACTIVE
      then
      state b DISCONNECTED NORMAL
      state b IDLE
    `);
      assert.deepEqual(await over(field, 2), ["8000 in answered", "8001 in elsewhere"]);
    },
  );
}

fieldTest("calls that are first heard of on hold, and in a conference", OFFICE, async (field) => {
  await field.scene(`
    new a 1
    info a id=65 origin=INTERNAL reason=DIRECT caller=8001 called=8000 connected=8001
    state a ONHOLD
    then
    state a DISCONNECTED NORMAL
    state a IDLE
    then
    new b 1
    info b id=66 origin=EXTERNAL reason=PARKED caller=0199 called=8000
    state b CONFERENCED
    then
    state b DISCONNECTED NORMAL
    state b IDLE
  `);
  assert.deepEqual(await over(field, 2), ["8000 in answered", "8000 in answered"]);
});

for (const lost of ["OUTOFSERVICE|DISCONNECTED", "OUTOFSERVICE"]) {
  fieldTest(
    `the link is lost with ${lost}, and its return is reported once`,
    OFFICE,
    async (field) => {
      field.play(`devstate 1 ${lost}`);
      await field.becomes(async () => (await field.line("8000")).status, "out_of_service");
      field.play("devstate 1 INSERVICE");
      await field.becomes(async () => (await field.line("8000")).status, "open");
      assert.equal((await field.line("8000")).vendor.name, "avaya_ip_office");
    },
  );
}
