/** The answers to commands that cannot be carried out. */
import assert from "node:assert/strict";
import type { Command } from "../../src/model/command.ts";
import { Dispatch } from "../../src/state/dispatch.ts";
import type { FakeTapi } from "../../src/fake/library.ts";
import type { TapiLibrary } from "../../src/tapi/library.ts";
import {
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLFEATURE2,
  LINEFEATURE,
} from "../../src/tapi/constants.ts";
import { LINEDEVCAPS } from "../../src/tapi/structs.ts";
import { AT, setU32 } from "../support/answers.ts";
import { OUTSIDE, TestProgram } from "../support/program.ts";
import { Telephony } from "../support/session.ts";

const ON_LINE = { line: "201" } as const;

/** A command about a call, the state that the call is in, what it needs and what it is done by. */
const CALL_COMMANDS: readonly {
  readonly command: Command;
  readonly state: "OFFERING" | "CONNECTED" | "ONHOLD";
  readonly feature: keyof typeof LINECALLFEATURE;
  readonly fn: keyof TapiLibrary;
}[] = [
  {
    command: { cmd: "answer", ...ON_LINE },
    state: "OFFERING",
    feature: "ANSWER",
    fn: "lineAnswer",
  },
  {
    command: { cmd: "redirect", ...ON_LINE, number: "203" },
    state: "OFFERING",
    feature: "REDIRECT",
    fn: "lineRedirectW",
  },
  { command: { cmd: "hold", ...ON_LINE }, state: "CONNECTED", feature: "HOLD", fn: "lineHold" },
  {
    command: { cmd: "unhold", ...ON_LINE },
    state: "ONHOLD",
    feature: "UNHOLD",
    fn: "lineUnhold",
  },
  {
    command: { cmd: "transfer", ...ON_LINE, number: "203" },
    state: "CONNECTED",
    feature: "BLINDTRANSFER",
    fn: "lineBlindTransferW",
  },
  { command: { cmd: "park", ...ON_LINE }, state: "CONNECTED", feature: "PARK", fn: "lineParkW" },
  {
    command: { cmd: "dtmf", ...ON_LINE, digits: "1" },
    state: "CONNECTED",
    feature: "GENERATEDIGITS",
    fn: "lineGenerateDigitsW",
  },
];

/** A call of 201 in one of these states. */
async function callIn(
  flow: TestProgram,
  state: "OFFERING" | "CONNECTED" | "ONHOLD",
): Promise<number> {
  if (state === "OFFERING") return await flow.ring("201");
  const call = await flow.talk("201");
  if (state === "ONHOLD") {
    await flow.does({ cmd: "hold", call });
    await flow.reach(call, "ONHOLD");
  }
  return call;
}

for (const { command, state, feature, fn } of CALL_COMMANDS) {
  const { cmd } = command;

  Deno.test(`${cmd} on a line that never allows it is refused before the driver is asked`, async () => {
    await using flow = await TestProgram.start({ lacks: { call: LINECALLFEATURE[feature] } });
    // What is lacking cannot be had on the way to the state either.
    if (feature === "ANSWER" || state === "OFFERING") await flow.ring("201");
    else await callIn(flow, state);
    flow.takeDeeds();
    const { message } = await flow.fails(command, "not_supported");
    assert.match(message, new RegExp(`never .*LINECALLFEATURE_${feature}$`));
    assert.deepEqual(flow.takeDeeds(), []);
    await flow.does({ cmd: "drop", line: "201", all: true });
    await flow.ends();
  });

  Deno.test(`${cmd} in a state that does not allow it is refused before the driver is asked`, async () => {
    await using flow = await TestProgram.start();
    const call = await callIn(flow, state === "OFFERING" ? "CONNECTED" : "OFFERING");
    flow.takeDeeds();
    const { message } = await flow.fails(
      { ...command, call } as Command,
      "not_supported",
    );
    assert.match(
      message,
      new RegExp(`now: the call lacks LINECALLFEATURE_${feature} in the state`),
    );
    assert(!flow.takeDeeds().includes(fn));
    await flow.does({ cmd: "drop", line: "201", all: true });
    await flow.ends();
  });

  Deno.test(`${cmd} with a library that lacks ${fn} is not supported`, async () => {
    await using flow = await TestProgram.start({ changed: () => ({ [fn]: null }) });
    const call = await callIn(flow, state);
    const { message } = await flow.fails(command, "not_supported");
    assert.match(message, new RegExp(`${fn}: the TAPI library does not export it`));
    assert.equal(flow.stateOf(call), state);
    await flow.does({ cmd: "drop", line: "201", all: true });
    await flow.ends();
  });

  Deno.test(`${cmd} that the driver refuses is answered with TAPI's code and name`, async () => {
    let refuses = false;
    await using flow = await TestProgram.start({
      changed: (fake) => ({
        [fn]: (...args: never[]) =>
          refuses
            ? Promise.resolve(0x8000004b | 0)
            : (fake[fn] as (...args: never[]) => unknown)(...args),
      }),
    });
    const call = await callIn(flow, state);
    refuses = true;
    const error = await flow.fails(command, "tapi_error");
    assert.deepEqual(error.tapi, { code: 0x8000004b, name: "LINEERR_RESOURCEUNAVAIL" });
    assert.equal(flow.stateOf(call), state);
    await flow.does({ cmd: "drop", line: "201", all: true });
    await flow.ends();
  });
}

Deno.test("a provider that reports no features is asked to try", async () => {
  for (const { command, state } of CALL_COMMANDS) {
    await using flow = await TestProgram.start({
      changed: ({ lineGetCallStatus }) => ({
        lineGetCallStatus: (...args) =>
          lineGetCallStatus(...args).then(setU32(args[1], AT.callFeatures, 0)),
      }),
    });
    await callIn(flow, state);
    await flow.does(command);
    await flow.pass(() => flow.statesOf("201")[0] !== "OFFERING");
    for (const line of ["201", "203"]) await flow.give({ cmd: "drop", line, all: true });
    await flow.ends();
  }
});

Deno.test("without address capabilities nothing is taken for impossible", async () => {
  await using flow = await TestProgram.start({ changed: () => ({ lineGetAddressCapsW: null }) });
  const [line = ""] = flow.program.state.lines().map((each) => each.line);
  const { call } = await flow.does({ cmd: "dial", line, number: OUTSIDE });
  await flow.reach(call, "CONNECTED");
  await flow.does({ cmd: "hold", line });
  await flow.does({ cmd: "drop", line });
  await flow.does({ cmd: "forward", line, when: "always", to: "202" });
  await flow.ends();
});

Deno.test("a switch that parks in one way only gets a slot, or none", async () => {
  const { PARKDIRECT, PARKNONDIRECT } = LINECALLFEATURE2;
  {
    await using flow = await TestProgram.start({ lacks: { call2: PARKNONDIRECT } });
    await flow.talk("201");
    // The extension and a digit, where no slot is named.
    assert.deepEqual(await flow.does({ cmd: "park", ...ON_LINE }), { slot: "2011" });
    await flow.does({ cmd: "unpark", line: "202", slot: "2011" });
    await flow.talk("201");
    assert.deepEqual(await flow.does({ cmd: "park", ...ON_LINE, slot: "77" }), { slot: "77" });
    await flow.does({ cmd: "unpark", line: "203", slot: "77" });
    for (const line of ["202", "203"]) await flow.does({ cmd: "drop", line, all: true });
    await flow.ends();
  }
  {
    await using flow = await TestProgram.start({ lacks: { call2: PARKDIRECT } });
    await flow.talk("201");
    const park = { cmd: "park", ...ON_LINE, slot: "77" } as const;
    assert.match((await flow.fails(park, "not_supported")).message, /leave it out/);
    await flow.does({ cmd: "drop", line: "201", all: true });
    await flow.ends();
  }
});

Deno.test("commands that a line does not offer are refused before the driver is asked", async () => {
  const { PICKUP, PICKUPDIRECT, PICKUPGROUP, UNPARK } = LINEADDRFEATURE;
  const cases: [number, Command, RegExp][] = [
    [UNPARK, { cmd: "unpark", line: "201", slot: "77" }, /LINEADDRFEATURE_UNPARK/],
    [PICKUP | PICKUPGROUP, { cmd: "pickup", line: "201" }, /PICKUP or .*PICKUPGROUP/],
    [PICKUP | PICKUPDIRECT, { cmd: "pickup", line: "201", from: "202" }, /PICKUPDIRECT/],
  ];
  for (const [address, command, text] of cases) {
    await using flow = await TestProgram.start({ lacks: { address } });
    flow.takeDeeds();
    assert.match((await flow.fails(command, "not_supported")).message, text);
    assert.deepEqual(flow.takeDeeds(), []);
  }
});

/** A library whose devices have this LINEDEVCAPS.dwLineFeatures. */
function withLineFeatures(features: number) {
  const { offset } = LINEDEVCAPS.fields.dwLineFeatures;
  return ({ lineGetDevCapsW }: FakeTapi): Partial<TapiLibrary> => ({
    lineGetDevCapsW: (...args) => lineGetDevCapsW(...args).then(setU32(args[4], offset, features)),
  });
}

Deno.test("forward is refused where neither the address nor its device forwards to a number", async () => {
  const lacks = { address: LINEADDRFEATURE.FORWARD | LINEADDRFEATURE.FORWARDFWD };
  const { FORWARDDND, FORWARDFWD, MAKECALL } = LINEFEATURE;
  const command = { cmd: "forward", line: "201", when: "busy", to: "202" } as const;
  {
    await using flow = await TestProgram.start({
      lacks,
      changed: withLineFeatures(MAKECALL | FORWARDDND),
    });
    flow.takeDeeds();
    const { message } = await flow.fails(command, "not_supported");
    assert.match(message, /LINEADDRFEATURE_FORWARD/);
    assert.deepEqual(flow.takeDeeds(), []);
  }
  await using flow = await TestProgram.start({
    lacks,
    changed: withLineFeatures(MAKECALL | FORWARDFWD),
  });
  await flow.does(command);
});

Deno.test("a line that does not report its forwarding keeps it", async () => {
  await using flow = await TestProgram.start({ changed: () => ({ lineGetAddressStatusW: null }) });
  flow.takeDeeds();
  const command = { cmd: "forward", line: "201", when: "busy", to: "202" } as const;
  await flow.fails(command, "not_supported");
  assert.deepEqual(flow.takeDeeds(), []);
});

Deno.test("drop is always tried, whatever the provider says of the call", async () => {
  await using flow = await TestProgram.start({
    changed: ({ lineGetCallStatus }) => ({
      lineGetCallStatus: (...args) =>
        lineGetCallStatus(...args).then(
          setU32(args[1], AT.callFeatures, LINECALLFEATURE.ACCEPT),
        ),
    }),
  });
  await flow.ring("201");
  await flow.does({ cmd: "drop", ...ON_LINE });
  await flow.ring("201");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("without TAPI every command is answered with provider_down", async () => {
  const dispatch = new Dispatch({ session: undefined });
  for (const { command } of CALL_COMMANDS) {
    assert.deepEqual(await dispatch.execute(command), {
      ok: false,
      error: { code: "provider_down", message: "TAPI is not available" },
    });
  }
});

Deno.test("a call is nobody's before it is known on which line of its device it is", async () => {
  await using telephony = await Telephony.start();
  const [line] = telephony.deviceOf("201").lines;
  assert(line);
  const { calls } = telephony.session;
  const dispatch = new Dispatch(telephony.supervisor);
  const heardAtMs = telephony.clock.uptimeMs();
  const { id, handle } = calls.upsert(line, 0x7fff0001, { isPlaced: false, heardAtMs });
  assert.equal(dispatch.lineOf(id), undefined);
  calls.upsert(line, handle, { isPlaced: true, heardAtMs });
  assert.equal(dispatch.lineOf(id), "201");
});
