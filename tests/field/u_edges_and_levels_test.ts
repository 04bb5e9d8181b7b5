/**
 * U: messages say that something changed, and lineGetLineDevStatus says what is so. A driver may report
 * a loss twice over and the return once.
 */
import assert from "node:assert/strict";
import { type Field, fieldTest, lineError } from "./rig.ts";

/** LINEDEVSTATUSFLAGS_ */
const CONNECTED = 0x1;
const MSGWAIT = 0x2;
const INSERVICE = 0x4;

function level(field: Field, flags: number): void {
  field.standin.set("LINEDEVSTATUS", { dwDevStatusFlags: flags }, 0);
}

async function status(field: Field, expected: string): Promise<void> {
  await field.becomes(async () => (await field.line("201")).status, expected);
}

/** The statuses of a line, as v2 clients received them. */
function told(field: Field): string[] {
  return field.v2.events.filter(({ type, change, line }) =>
    type === "line" && change === "status" && line.line === "201"
  ).map(({ line }) => line.status);
}

fieldTest(
  "OUTOFSERVICE|DISCONNECTED, then INSERVICE alone: in service again",
  {},
  async (field) => {
    field.play("devstate 0 OUTOFSERVICE|DISCONNECTED");
    await field.settled();
    field.play("devstate 0 INSERVICE");
    await field.settled();
    await status(field, "open");
    await field.talk("a");
  },
);

for (
  const [lost, back] of [
    ["OUTOFSERVICE|DISCONNECTED", "CONNECTED"],
    ["OUTOFSERVICE", "CONNECTED"],
    ["DISCONNECTED", "INSERVICE"],
    ["DISCONNECTED", "CONNECTED"],
    ["OUTOFSERVICE", "INSERVICE"],
  ] as const
) {
  fieldTest(`${lost}, and then ${back}, with a level that says the same`, {}, async (field) => {
    level(field, 0);
    field.play(`devstate 0 ${lost}`);
    await status(field, "out_of_service");
    level(field, CONNECTED | INSERVICE);
    field.play(`devstate 0 ${back}`);
    await status(field, "open");
    await field.settled();
    assert.deepEqual(told(field), ["out_of_service", "open"]);
  });
}

fieldTest("the return is reported, although the level does not show it yet", {}, async (field) => {
  level(field, 0);
  field.play("devstate 0 OUTOFSERVICE");
  await status(field, "out_of_service");
  const asked = field.standin.callsOf("lineGetLineDevStatusW");
  field.play("devstate 0 INSERVICE");
  await field.called("lineGetLineDevStatusW", asked + 1);
  await field.settled();
  assert.equal((await field.line("201")).status, "out_of_service");
  level(field, CONNECTED | INSERVICE);
  // Nothing reports it: it is polled from time to time.
  await status(field, "open");
});

fieldTest(
  "a driver that does not tell the level is believed what it reports",
  {},
  async (field) => {
    field.standin.failFor({ device: 0 }, "lineGetLineDevStatusW", lineError("OPERATIONUNAVAIL"));
    field.play("devstate 0 OUTOFSERVICE");
    await status(field, "out_of_service");
    field.play("devstate 0 INSERVICE");
    await status(field, "open");
  },
);

fieldTest("a driver that never sets the flags is believed what it reports", {
  before: (standin) => standin.set("LINEDEVSTATUS", { dwDevStatusFlags: 0 }),
}, async (field) => {
  await status(field, "open");
  field.play("devstate 0 OUTOFSERVICE");
  await status(field, "out_of_service");
  field.play("devstate 0 INSERVICE");
  await status(field, "open");
});

fieldTest("a driver that never sets CONNECTED is in service all the same", {
  before: (standin) => standin.set("LINEDEVSTATUS", { dwDevStatusFlags: INSERVICE }),
}, async (field) => {
  field.play("devstate 0 OUTOFSERVICE|DISCONNECTED");
  await field.settled();
  field.play("devstate 0 INSERVICE");
  await field.settled();
  await status(field, "open");
});

fieldTest("the message lamp is what the level says, once it has said it", {}, async (field) => {
  level(field, CONNECTED | INSERVICE | MSGWAIT);
  field.play("devstate 0 MSGWAITON");
  await field.becomes(async () => (await field.line("201")).messageWaiting, true);
  // Two messages wait, and one is listened to.
  field.play("devstate 0 MSGWAITOFF");
  await field.pass(5);
  await field.becomes(async () => (await field.line("201")).messageWaiting, true);
  level(field, CONNECTED | INSERVICE);
  field.play("devstate 0 MSGWAITOFF");
  await field.becomes(async () => (await field.line("201")).messageWaiting, false);
});

fieldTest("forwarding is what the address says, whatever was reported", {}, async (field) => {
  field.standin.addForward(0, 1, "0171");
  field.play("addrstate 0 FORWARD");
  await field.becomes(async () => (await field.line("201")).forwards, [{
    when: "always",
    to: "0171",
  }]);
  field.play("addrstate 0 FORWARD");
  await field.settled();
  assert.equal(
    field.v2.events.filter(({ change }) => change === "forwarding").length,
    1,
  );
});
