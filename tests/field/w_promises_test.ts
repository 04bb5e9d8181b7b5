/** W: `can` is what will be tried. What it names is not refused by the program itself. */
import assert from "node:assert/strict";
import { bits, type Field, fieldTest, type StandIn, WITHOUT_REDIRECT } from "./rig.ts";

/** The bits of a line, in every place where they are reported. */
function offers(address: string, line: string): (standin: StandIn) => void {
  return (standin) => {
    const dwAddressFeatures = bits("LINEADDRFEATURE", address);
    const dwLineFeatures = bits("LINEFEATURE", line);
    standin.set("LINEADDRESSCAPS", { dwAddressFeatures, dwCallFeatures: WITHOUT_REDIRECT });
    standin.set("LINEADDRESSSTATUS", { dwAddressFeatures });
    standin.set("LINEDEVCAPS", { dwLineFeatures });
    standin.set("LINEDEVSTATUS", { dwLineFeatures });
  };
}

/** A command for each ability of a line. */
const COMMANDS: Readonly<Record<string, object>> = {
  dial: { cmd: "dial", line: "201", number: "0815" },
  unpark: { cmd: "unpark", line: "201", slot: "77" },
  pickup: { cmd: "pickup", line: "201", from: "203" },
  dnd: { cmd: "dnd", line: "201", on: true },
  forward: { cmd: "forward", line: "201", when: "busy", to: "0171" },
};

async function can(field: Field): Promise<string[]> {
  return (await field.line("201")).can;
}

/** Commands that are never refused because of a bit: every telephone dials and hangs up. */
const ALWAYS: readonly string[] = ["dial", "drop"];

/** Ends every call, so that the result of one command does not stand in the way of the next. */
async function dropAll(field: Field): Promise<void> {
  for (const { id } of await field.calls()) await field.ask({ cmd: "drop", call: id });
  await field.none();
}

/** The bits of address and line, and what can be done. */
const OFFERS: readonly (readonly [address: string, line: string, abilities: readonly string[]])[] =
  [
    ["MAKECALL", "MAKECALL|FORWARDDND", ["dial", "dnd"]],
    ["MAKECALL|FORWARDDND", "MAKECALL", ["dial", "dnd"]],
    ["MAKECALL|FORWARDDND", "MAKECALL|FORWARDDND", ["dial", "dnd"]],
    ["MAKECALL|FORWARDFWD", "MAKECALL", ["dial", "forward"]],
    ["MAKECALL|FORWARD", "MAKECALL", ["dial", "forward"]],
    ["MAKECALL", "0", ["dial"]],
    ["UNPARK", "0", ["unpark"]],
    ["MAKECALL|PICKUPDIRECT", "MAKECALL", ["dial", "pickup"]],
    ["MAKECALL|PICKUP", "MAKECALL", ["dial", "pickup"]],
    ["MAKECALL|UNPARK", "MAKECALL", ["dial", "unpark"]],
  ];

for (const [address, line, abilities] of OFFERS) {
  fieldTest(`${address} and ${line}: ${abilities.join(", ")}, and nothing else`, {
    before: offers(address, line),
  }, async (field) => {
    await field.becomes(() => can(field), abilities);
    for (const [ability, command] of Object.entries(COMMANDS)) {
      const { error } = await field.ask(command);
      await dropAll(field);
      if (abilities.includes(ability)) {
        assert.equal(error, undefined, `${ability}: ${error?.message}`);
      } else if (!ALWAYS.includes(ability)) {
        assert.equal(error?.code, "not_supported", `${ability}: ${error?.message}`);
      }
    }
  });
}

for (const line of ["FORWARD", "FORWARDFWD"]) {
  fieldTest(`${line} of the device, and none of the address: told and done, or neither`, {
    before: offers("MAKECALL", `MAKECALL|${line}`),
  }, async (field) => {
    await field.becomes(async () => (await can(field)).includes("dial"), true);
    const { error } = await field.ask(COMMANDS["forward"] as object);
    assert.equal(error === undefined, (await can(field)).includes("forward"), error?.message);
  });
}

for (const address of ["PICKUPWAITING", "PICKUPHELD"]) {
  fieldTest(`${address} alone picks up nothing that a command can name`, {
    before: offers(`MAKECALL|${address}`, "MAKECALL"),
  }, async (field) => {
    await field.becomes(() => can(field), ["dial"]);
  });
}

fieldTest("PICKUPGROUP alone: what rings in the group can be picked up", {
  before: offers("MAKECALL|PICKUPGROUP", "MAKECALL"),
}, async (field) => {
  await field.becomes(() => can(field), ["dial", "pickup"]);
  await field.does({ cmd: "pickup", line: "201" });
});

/** A command for each ability of a call, and the functions that carry it out. */
const CALL_COMMANDS: Readonly<Record<string, object>> = {
  answer: {},
  drop: {},
  hold: {},
  unhold: {},
  transfer: { number: "0815" },
  consult: { number: "0815" },
  park: { slot: "77" },
  redirect: { number: "0815" },
  dtmf: { digits: "1" },
};

for (
  const [state, feature, abilities] of [
    ["CONNECTED ACTIVE", "DROP", ["drop"]],
    ["CONNECTED ACTIVE", "HOLD|DROP", ["drop", "hold"]],
    ["CONNECTED ACTIVE", "SETUPTRANSFER", ["consult"]],
    ["CONNECTED ACTIVE", "BLINDTRANSFER", ["transfer"]],
    ["CONNECTED ACTIVE", "PARK", ["park"]],
    ["CONNECTED ACTIVE", "GENERATEDIGITS", ["dtmf"]],
    ["OFFERING ACTIVE", "ANSWER|REDIRECT", ["answer", "redirect"]],
    ["ONHOLD", "UNHOLD", ["unhold"]],
  ] as const
) {
  fieldTest(
    `a call that is ${state} with ${feature}: ${abilities.join(", ")}`,
    {},
    async (field) => {
      field.standin.set("LINECALLSTATUS", { dwCallFeatures: bits("LINECALLFEATURE", feature) });
      field.play(`
      new a 0
      info a origin=EXTERNAL reason=DIRECT caller=0171
      state a ${state}
    `);
      const { id } = await field.call({ state: state.split(" ")[0], can: abilities });
      for (const [ability, fields] of Object.entries(CALL_COMMANDS)) {
        if ([...abilities, ...ALWAYS].includes(ability)) continue;
        const { error } = await field.ask({ cmd: ability, call: id, ...fields });
        assert.equal(error?.code, "not_supported", `${ability}: ${error?.message}`);
      }
      const [first = ""] = abilities;
      await field.does({ cmd: first, call: id, ...CALL_COMMANDS[first] });
    },
  );
}
