/** Lines that are open while no call is ever heard, over the fake exchange. */
import assert from "node:assert/strict";
import { Dispatch } from "../../src/state/dispatch.ts";
import { LINEERR } from "../../src/tapi/constants.ts";
import { step, Telephony } from "../support/session.ts";

const MINUTE_MS = 60_000;

/** Longer steps than those of {@linkcode Telephony.pass}: nothing happens in between. */
async function passMinutes({ clock }: Telephony, minutes: number): Promise<void> {
  for (let passed = 0; passed < minutes * 60; passed++) await clock.advanceAsync(1000);
}

Deno.test("a silence is reported once it is long, and ends with the first call for good", async () => {
  await using telephony = await Telephony.start({
    scenario: step(40 * MINUTE_MS, "ring", { call: "a", to: "201" }),
  });
  const { silence } = telephony;
  await passMinutes(telephony, 29);
  assert.equal(silence.seconds, null);
  await passMinutes(telephony, 2);
  assert(silence.seconds! >= 31 * 60 && silence.seconds! < 32 * 60, `${silence.seconds} s`);
  await passMinutes(telephony, 10);
  assert.equal(silence.seconds, null);
  await passMinutes(telephony, 40);
  assert.equal(silence.seconds, null);
});

Deno.test("a call that a client dials does not end the silence", async () => {
  await using telephony = await Telephony.start();
  const commands = new Dispatch(telephony.supervisor);
  void commands.execute({ cmd: "dial", line: "201", number: "902" });
  await telephony.reach("201", "RINGBACK");
  await passMinutes(telephony, 31);
  assert.notEqual(telephony.silence.seconds, null);
});

Deno.test("it starts again when TAPI is initialised again, and is null while no line is open", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  await passMinutes(telephony, 20);
  telephony.tapi.fail(LINEERR.UNINITIALIZED, ["lineNegotiateAPIVersion"]);
  await telephony.until(() => telephony.tracker.provider !== "up");
  telephony.tapi.heal();
  await telephony.until(() => telephony.lineOf("201").status === "open");
  await passMinutes(telephony, 20);
  assert.equal(telephony.silence.seconds, null);
  await passMinutes(telephony, 11);
  assert.notEqual(telephony.silence.seconds, null);

  await using failed = await Telephony.start({
    extensions: 1,
    openErrors: { "201": LINEERR.RESOURCEUNAVAIL },
  });
  await passMinutes(failed, 31);
  assert.equal(failed.silence.seconds, null);
});
