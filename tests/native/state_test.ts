/** The members of TAPI's structs that make up calls and lines, read over the real binary interface. */
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { Call } from "../../src/model/call.ts";
import type { Line } from "../../src/model/line.ts";
import {
  LINEADDRESSSTATE,
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLORIGIN,
  LINECALLPARTYID,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDEVSTATE,
  LINEDEVSTATUSFLAGS,
  LINEDISCONNECTMODE,
  LINEFEATURE,
  LINEFORWARDMODE,
} from "../../src/tapi/constants.ts";
import { until } from "../support/patience.ts";
import { nativeTest, type Rig } from "./rig.ts";
import { LIE, PARTY } from "./standin.ts";

const NUMBER = "+441632960001";
const { ADDRESS, BLOCKED, NAME } = LINECALLPARTYID;

function callOf({ program }: Rig): Call | undefined {
  const calls = program.state.calls();
  assert(calls.length <= 1);
  return calls[0];
}

function lineOf({ program }: Rig, extension = "201"): Line {
  const line = program.state.lines().find(({ line }) => line === extension);
  assert(line);
  return line;
}

/** Waits until the only call is as it should be, and says what is not where it does not become so. */
async function becomes(rig: Rig, expected: Partial<Call>): Promise<void> {
  const pick = () => {
    const call = callOf(rig);
    const members = Object.keys(expected) as (keyof Call)[];
    return Object.fromEntries(members.map((member) => [member, call?.[member]]));
  };
  await until(() => isDeepStrictEqual(pick(), expected)).catch(() => {});
  assert.deepEqual(pick(), expected);
}

const VERSIONS = { "2.2": 0x00020002, "2.0": 0x00020000, "1.4": 0x00010004 };
for (const [version, number] of Object.entries(VERSIONS)) {
  nativeTest(
    `version ${version}: a call's ids, parties, modes and abilities are those of its structs`,
    { voiceLines: 1 },
    async (rig) => {
      const { standin } = rig;
      const call = standin.offerCall(0, { caller: NUMBER, callerName: "Ada", called: "201" });
      await becomes(rig, {
        state: "OFFERING",
        stateMode: "ACTIVE",
        direction: "in",
        caller: { number: NUMBER, name: "Ada", presentation: "shown", e164: NUMBER },
        called: { number: "201", name: "", presentation: "shown" },
        can: ["answer", "drop", "redirect"],
      });
      standin.setOrigin(call, {
        callId: 0xfffffffe,
        relatedCallId: 0x1a2b,
        origin: LINECALLORIGIN.INTERNAL,
        reason: LINECALLREASON.TRANSFER,
      });
      standin.setParty(call, PARTY.CONNECTED, "202", "Ben", ADDRESS | NAME);
      standin.setParty(call, PARTY.REDIRECTING, "203", undefined, ADDRESS);
      standin.setParty(call, PARTY.REDIRECTION, "204", "David", BLOCKED);
      standin.setState(call, LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.ACTIVEHELD);
      await becomes(rig, {
        callId: "0xFFFFFFFE",
        relatedCallId: "0x1A2B",
        state: "CONNECTED",
        stateMode: "ACTIVEHELD",
        origin: "INTERNAL",
        reason: "TRANSFER",
        connected: { number: "202", name: "Ben", presentation: "shown" },
        redirecting: { number: "203", name: "", presentation: "shown" },
        redirection: { number: "", name: "", presentation: "withheld" },
        can: ["drop", "hold", "transfer", "consult", "park", "dtmf"],
      });
      assert(callOf(rig)?.connectedAtMs !== undefined);
      standin.setState(call, LINECALLSTATE.DISCONNECTED, LINEDISCONNECTMODE.CANCELLED);
      await becomes(rig, { state: "DISCONNECTED", stateMode: null, disconnect: "CANCELLED" });
      standin.setState(call, LINECALLSTATE.IDLE);
      await until(() => callOf(rig) === undefined && standin.liveCalls === 0);
      assert.equal(standin.callsOf("lineGetCallStatus") >= 3, true);
    },
    { before: (standin) => standin.setDevice(0, "Line 201", number) },
  );
}

nativeTest(
  "a call that was there before the line was opened has its mode from lineGetCallStatus",
  { voiceLines: 1 },
  async (rig) => {
    await becomes(rig, { state: "CONNECTED", stateMode: "ACTIVE", direction: "in" });
  },
  { before: (standin) => void standin.existingCall(0, { caller: NUMBER }) },
);

nativeTest(
  "features are read with every state, masked by the caps, and read anew where those change",
  { voiceLines: 1 },
  async (rig) => {
    const { standin } = rig;
    const { ADDTOCONF, DROP, HOLD, SWAPHOLD } = LINECALLFEATURE;
    standin.set("LINECALLSTATUS", { dwCallFeatures: ADDTOCONF | DROP | HOLD | SWAPHOLD });
    const call = standin.offerCall(0);
    await becomes(rig, { can: ["drop", "hold"] });
    standin.set("LINECALLSTATUS", { dwCallFeatures: DROP });
    standin.setState(call, LINECALLSTATE.CONNECTED);
    await becomes(rig, { state: "CONNECTED", can: ["drop"] });
    standin.set("LINECALLSTATUS", { dwCallFeatures: ADDTOCONF | DROP | HOLD | SWAPHOLD });
    standin.set("LINEADDRESSCAPS", { dwCallFeatures: DROP | SWAPHOLD });
    assert(standin.lineState(0, LINEDEVSTATE.CAPSCHANGE));
    await becomes(rig, { can: ["drop", "swap"] });
    standin.set("LINEADDRESSCAPS", { dwCallFeatures: 0 });
    assert(standin.addressState(0, LINEADDRESSSTATE.CAPSCHANGE));
    await becomes(rig, { can: ["drop", "hold", "swap", "complete"] });
  },
  {
    before: (standin) => {
      const { DROP, HOLD } = LINECALLFEATURE;
      standin.set("LINEADDRESSCAPS", { dwCallFeatures: DROP | HOLD });
    },
  },
);

nativeTest(
  "what a call can do is put right when a line has worked off a burst",
  { voiceLines: 1 },
  async (rig) => {
    const { standin, client } = rig;
    const call = standin.offerCall(0);
    await becomes(rig, { state: "OFFERING" });
    standin.set("LINECALLSTATUS", { dwCallFeatures: LINECALLFEATURE.DROP });
    standin.delay("lineGetCallInfoW", 50);
    const reads = standin.callsOf("lineGetCallStatus");
    // Guessed while the line's messages wait, then read.
    for (let round = 0; round < 20; round++) {
      standin.setState(call, round % 2 === 0 ? LINECALLSTATE.CONNECTED : LINECALLSTATE.ONHOLD);
    }
    standin.setCaller(call, "+441632960108");
    await becomes(rig, {
      state: "ONHOLD",
      caller: { number: "+441632960108", name: "", presentation: "shown", e164: "+441632960108" },
      can: ["drop"],
    });
    assert(standin.callsOf("lineGetCallStatus") - reads < 10);
    standin.delay("lineGetCallInfoW", 0);
    standin.setState(call, LINECALLSTATE.IDLE);
    await rig.reach("IDLE");
    // What can be done is no frame, and every state is one.
    assert.equal(client.states().filter((state) => state === "CONNECTED").length, 10);
  },
);

nativeTest(
  "a line's forwards are read at 24 bytes an entry, and again when they change",
  { voiceLines: 2 },
  async (rig) => {
    const { standin } = rig;
    await until(() => lineOf(rig).forwards.length === 2);
    assert.deepEqual(lineOf(rig).forwards, [
      { when: "always", to: NUMBER },
      { when: "busy", to: "" },
    ]);
    assert.deepEqual(lineOf(rig, "202").forwards, []);
    standin.forgetForwards(0);
    standin.addForward(0, LINEFORWARDMODE.BUSYNA, "202");
    standin.addForward(0, LINEFORWARDMODE.NOANSWEXTERNAL, "203");
    standin.addForward(0, LINEFORWARDMODE.UNCONDSPECIFIC, "204");
    assert(standin.addressState(0, LINEADDRESSSTATE.FORWARD));
    await until(() => lineOf(rig).forwards.length === 3);
    assert.deepEqual(lineOf(rig).forwards, [
      { when: "busy", to: "202" },
      { when: "no_answer", to: "202" },
      { when: "no_answer", to: "203" },
    ]);
  },
  {
    before: (standin) => {
      standin.addForward(0, LINEFORWARDMODE.UNCOND, NUMBER);
      standin.addForward(0, LINEFORWARDMODE.BUSY);
    },
  },
);

nativeTest(
  "the message lamp follows LINE_LINEDEVSTATE, and the flag once it was set",
  { voiceLines: 1 },
  async (rig) => {
    const { standin } = rig;
    assert(!lineOf(rig).messageWaiting);
    // A driver that only sends the messages.
    assert(standin.lineState(0, LINEDEVSTATE.MSGWAITON));
    await until(() => lineOf(rig).messageWaiting);
    const statuses = standin.callsOf("lineGetLineDevStatusW");
    standin.setState(standin.offerCall(0), LINECALLSTATE.IDLE);
    await until(() => standin.callsOf("lineGetLineDevStatusW") > statuses);
    await until(() => callOf(rig) === undefined);
    assert(lineOf(rig).messageWaiting);
    assert(standin.lineState(0, LINEDEVSTATE.MSGWAITOFF));
    await until(() => !lineOf(rig).messageWaiting);
    // A driver that sets the flag.
    const { CONNECTED, INSERVICE, MSGWAIT } = LINEDEVSTATUSFLAGS;
    standin.set("LINEDEVSTATUS", { dwDevStatusFlags: CONNECTED | INSERVICE | MSGWAIT });
    standin.setState(standin.offerCall(0), LINECALLSTATE.IDLE);
    await until(() => lineOf(rig).messageWaiting);
    standin.set("LINEDEVSTATUS", { dwDevStatusFlags: CONNECTED | INSERVICE });
    standin.setState(standin.offerCall(0), LINECALLSTATE.IDLE);
    await until(() => !lineOf(rig).messageWaiting);
  },
);

nativeTest(
  "a line's abilities are its address's and its device's, read when its calls come and go",
  { voiceLines: 1 },
  async (rig) => {
    const { standin } = rig;
    await until(() => lineOf(rig).can.join() === "dial,unpark,pickup,forward");
    standin.set("LINEADDRESSSTATUS", { dwAddressFeatures: LINEADDRFEATURE.PICKUP });
    standin.set("LINEDEVSTATUS", { dwLineFeatures: LINEFEATURE.FORWARD });
    const call = standin.offerCall(0);
    await until(() => lineOf(rig).can.join() === "pickup,forward");
    standin.set("LINEADDRESSSTATUS", { dwAddressFeatures: LINEADDRFEATURE.MAKECALL });
    standin.setState(call, LINECALLSTATE.IDLE);
    await until(() => lineOf(rig).can.join() === "dial,forward");
  },
  {
    // Where ringing calls can be redirected, they can be picked up.
    before: (standin) => standin.set("LINEADDRESSCAPS", { dwCallFeatures: LINECALLFEATURE.DROP }),
  },
);

nativeTest(
  "a line has the provider, and an id that another start gives it too",
  { voiceLines: 2 },
  ({ program }) => {
    assert.deepEqual(
      program.state.lines().map(({ line, name, provider, permanentId }) => [
        line,
        name,
        provider,
        permanentId,
      ]).sort(),
      [
        ["201", "Line 201", "Tapi2Ws stand-in", "7a917a91-0000-0000-0000-000000000001"],
        ["202", "Old line", "Tapi2Ws stand-in", "Tapi2Ws stand-in:1001"],
      ],
    );
    return Promise.resolve();
  },
  // Before 2.2 there is no GUID.
  { before: (standin) => standin.setDevice(1, "Old line", 0x00020000) },
);

for (const [name, lie] of Object.entries(LIE)) {
  if (lie === LIE.NONE) continue;
  nativeTest(
    `statuses that lie (${name}) harm neither lines nor calls`,
    { voiceLines: 1 },
    async (rig) => {
      const { standin } = rig;
      standin.addForward(0, LINEFORWARDMODE.UNCOND, NUMBER);
      standin.lie(lie, undefined, 11);
      standin.addressState(0, LINEADDRESSSTATE.FORWARD);
      for (let round = 1; round <= 5; round++) {
        const call = standin.offerCall(0, { caller: NUMBER });
        standin.setState(call, LINECALLSTATE.CONNECTED);
        standin.setState(call, LINECALLSTATE.IDLE);
        await rig.reachTimes("IDLE", round);
      }
      standin.lie(LIE.NONE);
      standin.addressState(0, LINEADDRESSSTATE.FORWARD);
      // A status that lied may have said that the line is out of service.
      standin.lineState(0, LINEDEVSTATE.INSERVICE);
      await until(() => lineOf(rig).forwards[0]?.to === NUMBER);
      assert.equal(lineOf(rig).forwards.length, 1);
      await until(() => lineOf(rig).status === "open");
      // IDLE is told before the call's handle is given back.
      await until(() => standin.liveCalls === 0);
    },
  );
}
