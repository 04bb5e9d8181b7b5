/** What follows from what a driver says of its devices' service, and of the calls that they have. */
import assert from "node:assert/strict";
import { LINE, LINEDEVSTATE, LINEERR } from "../../../src/tapi/constants.ts";
import type { Memory } from "../../../src/tapi/library.ts";
import { LINEDEVSTATUS } from "../../../src/tapi/structs.ts";
import { step, Telephony } from "../../support/session.ts";

const { OUTOFSERVICE, DISCONNECTED, INSERVICE } = LINEDEVSTATE;
const TALK = step(0, "ring", { call: "a", to: "201" }) + step(1000, "answer", { call: "a" });

/** Writes how many calls a device counts. */
function count(status: Memory, calls: number): void {
  new DataView(status.buffer).setUint32(LINEDEVSTATUS.fields.dwNumActiveCalls.offset, calls, true);
}

/** 201, whose driver counts so many calls. */
async function counting(counted: { calls: number }, scenario: string): Promise<Telephony> {
  return await Telephony.start({
    extensions: 1,
    scenario,
    library: (fake) => ({
      ...fake,
      async lineGetLineDevStatusW(line, status) {
        const result = await fake.lineGetLineDevStatusW!(line, status);
        if (result === 0) count(status, counted.calls);
        return result;
      },
    }),
  });
}

async function talking(counted: { calls: number }): Promise<Telephony> {
  const telephony = await counting(counted, TALK);
  await telephony.reach("201", "CONNECTED");
  return telephony;
}

Deno.test("a call that a driver does not count any more has ended", async () => {
  const counted = { calls: 1 };
  await using telephony = await talking(counted);
  await telephony.pass(120_000);
  assert.equal(telephony.callOf("201").state, "CONNECTED");
  counted.calls = 0;
  await telephony.until(() => telephony.tracker.size === 0);
  assert.equal(telephony.tapi.callsOf("lineDeallocateCall"), 1);
});

Deno.test("a call is not ended because the line was empty until it began", async () => {
  const counted = { calls: 1 };
  const scenario = step(60_000, "ring", { call: "a", to: "201" }) +
    step(61_000, "answer", { call: "a" });
  await using telephony = await counting(counted, scenario);
  const read = () =>
    telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1: INSERVICE });
  read();
  await telephony.pass(1000);
  counted.calls = 0;
  read();
  const { id } = await telephony.reach("201", "CONNECTED");
  // The driver does not count it yet.
  read();
  await telephony.pass(1000);
  assert.equal(telephony.callOf("201").id, id);
  // It never does.
  await telephony.until(() => telephony.tracker.size === 0);
});

Deno.test("a driver that never counts its calls keeps them", async () => {
  await using telephony = await talking({ calls: 0 });
  await telephony.pass(300_000);
  assert.equal(telephony.callOf("201").state, "CONNECTED");
});

Deno.test("a loss that is reported twice over, and the return once, is reported once each", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  await telephony.takeSignals("line-status");
  for (const dwParam1 of [OUTOFSERVICE | DISCONNECTED, INSERVICE]) {
    telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1 });
  }
  const statuses = (await telephony.takeSignals("line-status")).map(({ status }) => status);
  assert.deepEqual(statuses, ["out_of_service", "open"]);
});

Deno.test("messages are believed where the driver does not report its status", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  telephony.tapi.fail(LINEERR.OPERATIONUNAVAIL, ["lineGetLineDevStatusW"]);
  await telephony.takeSignals("line-status");
  telephony.deliver("201", { dwMessageID: LINE.LINEDEVSTATE, dwParam1: OUTOFSERVICE });
  const [signal] = await telephony.takeSignals("line-status");
  assert.equal(signal?.status, "out_of_service");
});
