/**
 * X: where a function is missing there may be another way. A switch without linePickup lets a ringing
 * call be redirected to who wants it.
 */
import assert from "node:assert/strict";
import { V2TestClient } from "../support/v2_client.ts";
import { bits, type Field, fieldTest, lineError, type StandIn, tokens } from "./rig.ts";

/** Every bit of an address but those of picking up. */
const WITHOUT_PICKUP = bits("LINEADDRFEATURE", "MAKECALL|UNPARK|FORWARD");

/** How a driver says that it has no linePickup. */
const WAYS: Readonly<Record<string, (standin: StandIn) => void>> = {
  "no feature for it": (standin) => {
    standin.set("LINEADDRESSCAPS", { dwAddressFeatures: WITHOUT_PICKUP });
    standin.set("LINEADDRESSSTATUS", { dwAddressFeatures: WITHOUT_PICKUP });
    standin.fail("linePickupW", lineError("OPERATIONUNAVAIL"));
  },
  "a feature, and a refusal": (standin) =>
    standin.fail("linePickupW", lineError("OPERATIONUNAVAIL")),
};

function hex(handle: number): string {
  return `0x${handle.toString(16).toUpperCase()}`;
}

/** Somebody calls 202. */
async function rings(field: Field, name = "a", caller = "0171"): Promise<number> {
  field.play(`
    new ${name} 1
    info ${name} id=130 origin=EXTERNAL reason=DIRECT caller=${caller} called=202
    state ${name} OFFERING ACTIVE
  `);
  await field.becomes(
    async () => (await field.calls("202")).some((call) => call.caller.number === caller),
    true,
  );
  return field.handle(name);
}

for (const [how, lacksPickup] of Object.entries(WAYS)) {
  fieldTest(`pickup by redirecting what rings: ${how}`, { before: lacksPickup }, async (field) => {
    const call = await rings(field);
    const answer = field.ask({ cmd: "pickup", line: "201", from: "202" });
    await field.called("lineRedirectW");
    assert.deepEqual(
      field.asked("lineRedirectW").map((entry) => entry.replace(/ = .*/, "")),
      [`lineRedirectW(call=${hex(call)} country=0 "201")`],
    );
    field.play(`
      new b 0
      info b id=130 origin=EXTERNAL reason=REDIRECT caller=0171 called=202 redirecting=202
      state b OFFERING ACTIVE
    `);
    assert.equal((await answer).error, undefined);
    await field.call({ line: "201", state: "OFFERING" });
    const entry = await field.entry();
    assert.deepEqual([entry.line, entry.result], ["202", "elsewhere"]);
  });

  fieldTest(
    `pickup is told among what can be done: ${how}`,
    { before: lacksPickup },
    async (field) => {
      await field.becomes(async () => (await field.line("201")).can.includes("pickup"), true);
    },
  );

  fieldTest(`nothing rings there: ${how}`, { before: lacksPickup }, async (field) => {
    await field.talk("a", 1);
    const { error } = await field.ask({ cmd: "pickup", line: "201", from: "202" });
    assert.equal(error?.code, "no_call");
    assert.deepEqual(field.asked("lineRedirectW"), []);
  });

  fieldTest(
    `a telephone that the program has no line for: ${how}`,
    { before: lacksPickup },
    async (field) => {
      const { error } = await field.ask({ cmd: "pickup", line: "201", from: "999" });
      assert(["not_supported", "tapi_error"].includes(error?.code), error?.code);
      assert.deepEqual(field.asked("lineRedirectW"), []);
    },
  );

  fieldTest(`only who controls the line that rings may: ${how}`, {
    before: lacksPickup,
    settings: tokens({
      own: { can: ["monitor", "control"], lines: ["201"] },
      both: { can: ["monitor", "control"], lines: ["201", "202"] },
    }),
  }, async (field) => {
    await rings(field);
    await using own = await V2TestClient.connect(field.port, "tapi2ws.token.own");
    const { error } = await own.ask({ cmd: "pickup", line: "201", from: "202" });
    assert(["unknown_line", "not_permitted"].includes(error?.code), error?.code);
    assert.deepEqual(field.asked("lineRedirectW"), []);
    await using both = await V2TestClient.connect(field.port, "tapi2ws.token.both");
    both.send({ cmd: "pickup", line: "201", from: "202" });
    await field.called("lineRedirectW");
  });

  fieldTest(
    `two calls ring there: the one that waits longest: ${how}`,
    { before: lacksPickup },
    async (field) => {
      const first = await rings(field, "a", "0171");
      await rings(field, "b", "0172");
      void field.ask({ cmd: "pickup", line: "201", from: "202" });
      await field.called("lineRedirectW");
      assert.match(field.asked("lineRedirectW")[0] ?? "", new RegExp(`call=${hex(first)} `));
    },
  );
}

fieldTest("where the switch picks up, nothing is redirected", {}, async (field) => {
  await rings(field);
  await field.does({ cmd: "pickup", line: "201", from: "202" });
  assert.equal(field.standin.callsOf("linePickupW"), 1);
  assert.deepEqual(field.asked("lineRedirectW"), []);
});

fieldTest("a refusal for another reason is reported", {
  before: (standin) => standin.fail("linePickupW", lineError("CALLUNAVAIL")),
}, async (field) => {
  await rings(field);
  const { error } = await field.ask({ cmd: "pickup", line: "201", from: "202" });
  assert.equal(error?.tapi?.name, "LINEERR_CALLUNAVAIL");
  assert.deepEqual(field.asked("lineRedirectW"), []);
});
