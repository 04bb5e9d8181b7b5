/** C: values that are bits. Drivers join several where a program may expect one. */
import assert from "node:assert/strict";
import { fieldTest, WITHOUT_REDIRECT } from "./rig.ts";

/** dwOrigin; the names that are right for it; the direction. */
const ORIGINS: readonly (readonly [value: string, names: readonly string[], direction: string])[] =
  [
    ["EXTERNAL|INBOUND", ["EXTERNAL"], "in"],
    ["INTERNAL|INBOUND", ["INTERNAL"], "in"],
    ["EXTERNAL|OUTBOUND", ["EXTERNAL", "OUTBOUND"], "out"],
    ["INTERNAL|OUTBOUND", ["INTERNAL", "OUTBOUND"], "out"],
    ["EXTERNAL|UNKNOWN", ["EXTERNAL"], "in"],
    ["EXTERNAL|0x100", ["EXTERNAL"], "in"],
    ["INBOUND", ["INBOUND"], "in"],
    ["OUTBOUND", ["OUTBOUND"], "out"],
  ];

for (const [value, names, direction] of ORIGINS) {
  fieldTest(`origin ${value} is ${names.join(" or ")}, ${direction}`, {}, async (field) => {
    field.play(`
      new a 0
      info a origin=${value} reason=DIRECT caller=0171
      state a CONNECTED ACTIVE
    `);
    const { origin } = await field.call({ state: "CONNECTED", direction });
    assert(names.includes(origin), origin);
    await field.classicAnswers();
    assert(names.includes(field.frames()[0]?.origin ?? ""), JSON.stringify(field.frames()[0]));
  });
}

fieldTest("an origin without a known bit is reported in hex", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=0x100 reason=DIRECT
    state a OFFERING ACTIVE
  `);
  await field.call({ origin: "LINECALLORIGIN_$100", direction: "in" });
});

/** The most telling bit. */
const REASONS = [
  ["DIRECT|TRANSFER", "TRANSFER"],
  ["DIRECT|FWDBUSY", "FWDBUSY"],
  ["UNKNOWN|PICKUP", "PICKUP"],
  ["REDIRECT|0x10000", "REDIRECT"],
] as const;

for (const [value, name] of REASONS) {
  fieldTest(`reason ${value} is ${name}`, {}, async (field) => {
    field.play(`
      new a 0
      info a origin=EXTERNAL reason=${value}
      state a OFFERING ACTIVE
    `);
    await field.call({ reason: name });
    await field.classicAnswers();
    assert.equal(field.frames()[0]?.reason, name);
  });
}

/** A state, the bits of its mode, and the names that are right. */
const MODES: readonly (readonly [state: string, mode: string, names: readonly string[]])[] = [
  ["OFFERING", "ACTIVE|INACTIVE", ["ACTIVE", "INACTIVE"]],
  ["CONNECTED", "ACTIVE|ACTIVEHELD", ["ACTIVE", "ACTIVEHELD"]],
  ["CONNECTED", "ACTIVE|CONFIRMED", ["ACTIVE", "CONFIRMED"]],
  ["CONNECTED", "ACTIVE|0x100", ["ACTIVE"]],
  ["BUSY", "STATION|UNKNOWN", ["STATION"]],
  ["DIALTONE", "NORMAL|INTERNAL", ["NORMAL", "INTERNAL"]],
  ["SPECIALINFO", "NOCIRCUIT|UNKNOWN", ["NOCIRCUIT"]],
];

for (const [state, mode, names] of MODES) {
  fieldTest(`${state} with ${mode} is ${names.join(" or ")}`, {}, async (field) => {
    field.play(`
      new a 0
      info a origin=OUTBOUND reason=DIRECT
      state a ${state} ${mode}
    `);
    const { stateMode } = await field.call({ state });
    assert(names.includes(stateMode), stateMode);
  });
}

fieldTest("states with a vendor's bits are the states", {}, async (field) => {
  field.play(`
    new a 0
    info a origin=EXTERNAL reason=DIRECT caller=0171
    state a 0x40000002 1
    state a 0x01000100 1
  `);
  await field.call({ state: "CONNECTED" });
});

fieldTest("reports of several things at once are all of them", {}, async (field) => {
  field.play("devstate 0 RINGING|MSGWAITON");
  await field.becomes(async () => (await field.line("201")).messageWaiting, true);
  field.standin.addForward(0, 1, "0171");
  field.play("addrstate 0 NUMCALLS|FORWARD");
  await field.becomes(async () => (await field.line("201")).forwards, [{
    when: "always",
    to: "0171",
  }]);
  field.standin.set("LINEADDRESSCAPS", { dwCallFeatures: WITHOUT_REDIRECT }, 0);
  field.standin.set("LINEADDRESSSTATUS", { dwAddressFeatures: 0x2 }, 0);
  field.standin.set("LINEDEVSTATUS", { dwLineFeatures: 0 }, 0);
  field.play("devstate 0 MSGWAITOFF|CAPSCHANGE|OTHER");
  await field.becomes(async () => (await field.line("201")).messageWaiting, false);
  await field.becomes(async () => (await field.line("201")).can, ["dial"]);
});
