/** Which lines a device is, when its driver says that this has changed. */
import assert from "node:assert/strict";
import { LINE, LINEADDRESSSTATE, LINEERR } from "../../../src/tapi/constants.ts";
import { step, Telephony, type TelephonyOptions } from "../../support/session.ts";

const DEVICE_OF_201 = 1;
const DEVICE_OF_203 = 3;

/** Rings at 201, whose device can become the one of 203. */
async function ringing(options: TelephonyOptions = {}) {
  let isMoved = false;
  const idOf = (deviceId: number) =>
    isMoved && deviceId === DEVICE_OF_201 ? DEVICE_OF_203 : deviceId;
  const telephony = await Telephony.start({
    extensions: 3,
    scenario: step(0, "ring", { call: "a", to: "201" }),
    library: (fake) => ({
      ...fake,
      lineGetDevCapsW: (app, deviceId, ...rest) =>
        fake.lineGetDevCapsW(app, idOf(deviceId), ...rest),
      lineGetAddressCapsW: (app, deviceId, ...rest) =>
        fake.lineGetAddressCapsW(app, idOf(deviceId), ...rest),
    }),
    ...options,
  });
  await telephony.reach("201", "OFFERING");
  telephony.signals.splice(0);
  return {
    telephony,
    /** Its driver says that the device's capabilities have changed. */
    async change(): Promise<void> {
      isMoved = true;
      telephony.deliver("201", {
        dwMessageID: LINE.ADDRESSSTATE,
        dwParam2: LINEADDRESSSTATE.CAPSCHANGE,
      });
      await telephony.pass(100);
    },
    [Symbol.asyncDispose]: () => telephony[Symbol.asyncDispose](),
  };
}

/** What was signalled of lines that come and go, and of calls. */
function changes({ signals }: Telephony): string[] {
  return signals.flatMap((signal) => {
    switch (signal.kind) {
      case "line-found":
      case "line-removed":
      case "call-lost":
        return `${signal.kind} ${signal.line.line}`;
      case "call-state":
        return `${signal.state} ${signal.line.line}`;
      default:
        return [];
    }
  });
}

Deno.test("a call goes with its line, and its handle stays valid", async () => {
  await using rig = await ringing();
  const { telephony, change } = rig;
  const { tapi } = telephony;
  const opened = tapi.callsOf("lineOpenW");
  const { handle } = telephony.tapiCallOf("201");
  await change();
  assert.deepEqual(changes(telephony), ["call-lost 201", "line-found 203", "OFFERING 203"]);
  assert.equal(tapi.callsOf("lineOpenW"), opened);
  assert.equal(tapi.callsOf("lineDeallocateCall"), 0);
  assert(telephony.session.calls.byHandle(handle));
});

Deno.test("a line that is not wanted any more is closed, after its calls are given back", async () => {
  await using rig = await ringing({ wanted: (extension) => extension !== "203" });
  const { telephony, change } = rig;
  await change();
  await telephony.pass(2000);
  assert.deepEqual(changes(telephony), ["call-lost 201", "line-removed 201"]);
  assert.equal(telephony.tapi.callsOf("lineDeallocateCall"), 1);
  assert.equal(telephony.tapi.callsOf("lineClose"), 1);
});

Deno.test("a device that does not say what it is stays what it was", async () => {
  for (const fn of ["lineGetDevCapsW", "lineGetAddressCapsW"] as const) {
    await using rig = await ringing();
    const { telephony, change } = rig;
    telephony.tapi.fail(LINEERR.OPERATIONFAILED, [fn]);
    await change();
    assert.deepEqual(changes(telephony), []);
    assert.equal(telephony.callOf("201").state, "OFFERING");
  }
});
