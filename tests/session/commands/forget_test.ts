/** Forgetting a call, by what its driver answers for it. */
import assert from "node:assert/strict";
import { forget } from "../../../src/session/commands/forget.ts";
import { LINEERR } from "../../../src/tapi/constants.ts";
import { step, Telephony } from "../../support/session.ts";

async function ringing(): Promise<Telephony> {
  const telephony = await Telephony.start({
    extensions: 1,
    scenario: step(0, "ring", { call: "a", to: "201" }),
  });
  await telephony.reach("201", "OFFERING");
  return telephony;
}

/** Lets time pass until it is settled. */
async function settled(telephony: Telephony, promise: Promise<unknown>): Promise<void> {
  let isSettled = false;
  void promise.then(() => isSettled = true, () => isSettled = true);
  await telephony.until(() => isSettled);
}

Deno.test("a call for which its driver answers is not forgotten", async () => {
  await using telephony = await ringing();
  const forgetting = forget(telephony.session.requests, telephony.tapiCallOf("201"));
  const refused = assert.rejects(forgetting, { code: "not_supported", message: /hang up instead/ });
  await settled(telephony, forgetting);
  await refused;
  assert.equal(telephony.callOf("201").state, "OFFERING");
});

Deno.test("a call for which its driver does not answer ends, and its handle is given back", async () => {
  await using telephony = await ringing();
  telephony.tapi.fail(LINEERR.OPERATIONFAILED, ["lineGetCallStatus"]);
  const forgetting = forget(telephony.session.requests, telephony.tapiCallOf("201"));
  await settled(telephony, forgetting);
  assert.deepEqual(await forgetting, {});
  assert.equal(telephony.tracker.size, 0);
  assert.equal(telephony.tapi.callsOf("lineDeallocateCall"), 1);
});
