/** Every command, from the bus to the exchange and back: the whole program over the fake exchange. */
import assert from "node:assert/strict";
import {
  LINEADDRCAPFLAGS as FLAGS,
  LINECALLFEATURE,
  LINECALLSTATE,
} from "../../src/tapi/constants.ts";
import { AT, setU32 } from "../support/answers.ts";
import { OUTSIDE, TestProgram } from "../support/program.ts";

const ANOTHER = "+441632960456";

/** A call of 201 that is held for a second one, whom somebody has answered. */
async function consulting(flow: TestProgram): Promise<{ first: number; second: number }> {
  const first = await flow.talk("201");
  const { call: second } = await flow.does({
    cmd: "consult",
    line: "201",
    number: ANOTHER,
  });
  await flow.reach(second, "CONNECTED");
  return { first, second: second as number };
}

Deno.test("dial answers the number of its call", async () => {
  await using flow = await TestProgram.start();
  const { call } = await flow.does({ cmd: "dial", line: "201", number: OUTSIDE });
  await flow.reach(call, "CONNECTED");
  await flow.does({ cmd: "drop", line: "201" });
  await flow.ends();
});

Deno.test("a call is answered, held, taken back and dropped, as its owner from the first command on", async () => {
  await using flow = await TestProgram.start();
  const call = await flow.ring("201");
  flow.takeDeeds();
  await flow.does({ cmd: "answer", line: "201" });
  await flow.reach(call, "CONNECTED");
  await flow.does({ cmd: "hold", call });
  await flow.reach(call, "ONHOLD");
  await flow.does({ cmd: "unhold", line: "201" });
  await flow.reach(call, "CONNECTED");
  await flow.does({ cmd: "drop", call });
  assert.deepEqual(flow.takeDeeds(), [
    "lineSetCallPrivilege",
    "lineAnswer",
    "lineHold",
    "lineUnhold",
    "lineDrop",
  ]);
  await flow.ends();
});

Deno.test("a second call is answered, and both change places", async () => {
  await using flow = await TestProgram.start();
  const first = await flow.talk("201");
  const second = await flow.ring("201", ANOTHER);
  // The one that rings is meant, not the active one.
  await flow.does({ cmd: "answer", line: "201" });
  await flow.reachAll("201", "ONHOLD", "CONNECTED");
  await flow.does({ cmd: "swap", line: "201" });
  await flow.reachAll("201", "CONNECTED", "ONHOLD");
  // Of two calls that can be dropped, the active one.
  await flow.does({ cmd: "drop", line: "201" });
  await flow.reach(first, "IDLE");
  assert.equal(flow.stateOf(second), "ONHOLD");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a blind transfer ends the call here and rings there", async () => {
  await using flow = await TestProgram.start();
  const call = await flow.talk("201");
  await flow.does({ cmd: "transfer", line: "201", number: "203" });
  await flow.reach(call, "IDLE");
  await flow.reachAll("203", "CONNECTED");
  const [there] = flow.callsOf("203");
  assert.equal(there?.reason, "TRANSFER");
  assert.equal(there?.caller.number, OUTSIDE);
  await flow.does({ cmd: "drop", line: "203", all: true });
  await flow.ends();
});

Deno.test("a consultation ends in a transfer", async () => {
  await using flow = await TestProgram.start();
  const first = await flow.talk("201");
  flow.takeDeeds();
  const { call: second } = await flow.does({
    cmd: "consult",
    call: first,
    number: "203",
  });
  await flow.reachAll("201", "ONHOLDPENDTRANSFER", "CONNECTED");
  assert.equal(flow.stateOf(second), "CONNECTED");
  assert.deepEqual(await flow.does({ cmd: "complete", line: "201", mode: "transfer" }), {});
  assert.deepEqual(flow.takeDeeds(), ["lineSetupTransferW", "lineDialW", "lineCompleteTransfer"]);
  await flow.reachAll("201");
  const [there] = flow.callsOf("203");
  assert.equal(there?.state, "CONNECTED");
  await flow.does({ cmd: "drop", line: "203" });
  await flow.ends();
});

Deno.test("a transfer is complete before the one who was asked has answered", async () => {
  await using flow = await TestProgram.start();
  await flow.talk("201");
  const { call } = await flow.does({ cmd: "consult", line: "201", number: "203" });
  await flow.reach(call, "RINGBACK");
  await flow.does({ cmd: "complete", line: "201", mode: "transfer" });
  await flow.reachAll("201");
  await flow.does({ cmd: "answer", line: "203" });
  await flow.does({ cmd: "drop", line: "203" });
  await flow.ends();
});

Deno.test("a consultation ends in a conference, which grows by one", async () => {
  await using flow = await TestProgram.start();
  const { first, second } = await consulting(flow);
  flow.takeDeeds();
  const { call: conference } = await flow.does({
    cmd: "complete",
    line: "201",
    mode: "conference",
  });
  await flow.reachAll("201", "CONFERENCED", "CONFERENCED", "CONNECTED");
  assert.deepEqual(flow.takeDeeds(), ["lineCompleteTransfer"]);
  assert.equal(flow.stateOf(conference), "CONNECTED");
  assert(conference !== first && conference !== second);

  const { call: third } = await flow.does({
    cmd: "consult",
    line: "201",
    number: "203",
  });
  await flow.reach(third, "CONNECTED");
  assert.equal(flow.stateOf(conference), "ONHOLDPENDCONF");
  await flow.does({ cmd: "complete", line: "201", mode: "conference" });
  await flow.reach(third, "CONFERENCED");
  assert.equal(flow.stateOf(conference), "CONNECTED");
  assert.deepEqual(flow.takeDeeds(), [
    "linePrepareAddToConferenceW",
    "lineDialW",
    "lineAddToConference",
  ]);
  await flow.does({ cmd: "drop", call: conference as number });
  await flow.ends();
});

Deno.test("a call that was dialled and one on hold are joined without a consultation", async () => {
  for (const mode of ["transfer", "conference"] as const) {
    await using flow = await TestProgram.start();
    await flow.talk("201");
    await flow.does({ cmd: "hold", line: "201" });
    await flow.reachAll("201", "ONHOLD");
    const { call } = await flow.does({ cmd: "dial", line: "201", number: ANOTHER });
    await flow.reach(call, "CONNECTED");
    const outcome = await flow.does({ cmd: "complete", line: "201", mode });
    if (mode === "conference") {
      assert.equal(flow.stateOf(outcome.call), "CONNECTED");
      await flow.does({ cmd: "drop", line: "201", all: true });
    }
    await flow.ends();
  }
});

Deno.test("if the switch requires it, a conference is set up first", async () => {
  const { COMPLETETRANSF, SETUPTRANSFER } = LINECALLFEATURE;
  await using flow = await TestProgram.start({ lacks: { call: COMPLETETRANSF | SETUPTRANSFER } });
  await flow.talk("201");
  flow.takeDeeds();
  const { call } = await flow.does({ cmd: "consult", line: "201", number: ANOTHER });
  await flow.reach(call, "CONNECTED");
  await flow.reachAll("201", "CONFERENCED", "ONHOLDPENDCONF", "CONNECTED");
  await flow.fails({ cmd: "complete", line: "201", mode: "transfer" }, "not_supported");
  const outcome = await flow.does({ cmd: "complete", line: "201", mode: "conference" });
  await flow.reachAll("201", "CONFERENCED", "CONNECTED", "CONFERENCED");
  assert.equal(flow.stateOf(outcome.call), "CONNECTED");
  assert.deepEqual(flow.takeDeeds(), ["lineSetupConferenceW", "lineDialW", "lineAddToConference"]);
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a call is parked where the switch likes, and taken there by another line", async () => {
  // Half of the seeds write ASCII instead of UTF-16.
  for (const seed of [1, 2, 3, 4]) {
    await using flow = await TestProgram.start({ polite: false, seed });
    const call = await flow.talk("201");
    const { slot } = await flow.does({ cmd: "park", line: "201" });
    assert.equal(slot, "2011");
    await flow.reach(call, "IDLE");
    const taken = await flow.does({ cmd: "unpark", line: "202", slot: "2011" });
    await flow.reach(taken.call, "CONNECTED");
    assert.equal(flow.callsOf("202")[0]?.reason, "UNPARK");
    await flow.does({ cmd: "drop", line: "202" });
    await flow.ends();
  }
});

Deno.test("a call is parked in a slot; an occupied slot is refused, and the call continues", async () => {
  await using flow = await TestProgram.start();
  await flow.talk("201");
  const parked = await flow.does({ cmd: "park", line: "201", slot: "77" });
  assert.deepEqual(parked, { slot: "77" });
  const other = await flow.talk("203");
  const error = await flow.fails({
    cmd: "park",
    call: other,
    slot: "77",
  }, "tapi_error");
  assert.deepEqual(error.tapi, { code: 0x80000010, name: "LINEERR_INVALADDRESS" });
  assert.equal(flow.stateOf(other), "CONNECTED");
  await flow.fails({ cmd: "unpark", line: "202", slot: "78" }, "tapi_error");
  await flow.does({ cmd: "unpark", line: "202", slot: "77" });
  await flow.does({ cmd: "drop", line: "202", all: true });
  await flow.does({ cmd: "drop", line: "203", all: true });
  await flow.ends();
});

Deno.test("a call that rings elsewhere is picked up: there, of the own group, of another one", async () => {
  await using flow = await TestProgram.start();
  for (const where of [{ from: "202" }, {}, { group: "1" }]) {
    await flow.ring("202");
    // 205 is of group 2.
    const line = "group" in where ? "205" : "201";
    const { call } = await flow.does({ cmd: "pickup", line, ...where });
    await flow.reach(call, "CONNECTED");
    assert.equal(flow.callsOf(line)[0]?.reason, "PICKUP");
    await flow.does({ cmd: "drop", line });
    await flow.ends();
  }
  await flow.ring("202");
  await flow.fails({ cmd: "pickup", line: "205" }, "tapi_error");
  const error = await flow.fails({ cmd: "pickup", line: "205", group: "9" }, "tapi_error");
  assert.equal(error.tapi?.name, "LINEERR_INVALGROUPID");
  await flow.does({ cmd: "drop", line: "202", all: true });
  await flow.ends();
});

Deno.test("a call that rings goes elsewhere", async () => {
  await using flow = await TestProgram.start();
  const call = await flow.ring("201");
  await flow.does({ cmd: "redirect", line: "201", number: "203" });
  await flow.reach(call, "IDLE");
  await flow.reachAll("203", "OFFERING");
  assert.equal(flow.callsOf("203")[0]?.reason, "REDIRECT");
  await flow.does({ cmd: "drop", line: "203" });
  await flow.ends();
});

Deno.test("digits are sent", async () => {
  const sent: string[] = [];
  await using flow = await TestProgram.start({
    changed: ({ lineGenerateDigitsW }) => ({
      lineGenerateDigitsW(call, mode, digits, durationMs) {
        sent.push(`${mode} ${new TextDecoder("utf-16le").decode(digits ?? undefined)}`);
        return lineGenerateDigitsW(call, mode, digits, durationMs);
      },
    }),
  });
  const call = await flow.talk("201");
  await flow.does({ cmd: "dtmf", line: "201", digits: "12,3*#aD" });
  assert.deepEqual(sent, ["2 12,3*#aD\0"]);
  for (const digits of ["", "12x", "1 2", "١"]) {
    await flow.fails({ cmd: "dtmf", call, digits }, "bad_request");
  }
  assert.equal(sent.length, 1);
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("one kind of forwarding is changed, the others stay", async () => {
  await using flow = await TestProgram.start();
  const forward = async (when: "always" | "busy" | "no_answer", to: string | null) => {
    assert.deepEqual(await flow.does({ cmd: "forward", line: "201", when, to }), {});
  };
  const forwards = () =>
    flow.program.state.lines().find(({ line }) => line === "201")?.forwards
      .map(({ when, to }) => `${when} ${to}`).sort().join() ?? "";
  const reach = (text: string) => flow.pass(() => forwards() === text);

  await forward("busy", "202");
  await forward("no_answer", ANOTHER);
  await reach(`busy 202,no_answer ${ANOTHER}`);
  // Both at once: each has what the other one set.
  const both = [forward("always", "203"), forward("busy", "204")];
  await flow.pass(() => forwards() === `always 203,busy 204,no_answer ${ANOTHER}`);
  await Promise.all(both);
  const call = await flow.ring("203");
  await flow.does({ cmd: "drop", call });
  await forward("always", null);
  await reach(`busy 204,no_answer ${ANOTHER}`);
  await forward("busy", null);
  await forward("no_answer", null);
  await reach("");
  const invalid = { cmd: "forward", line: "201", when: "busy", to: "904" } as const;
  const error = await flow.fails(invalid, "tapi_error");
  assert.equal(error.tapi?.name, "LINEERR_INVALADDRESS");
  await flow.ends();
});

Deno.test("a consultation call that cannot dial at once is waited for", async () => {
  let readyAtMs: number | undefined;
  let dialledAtMs: number | undefined;
  await using flow = await TestProgram.start({
    changed: ({ lineGetCallStatus, exchange: { schedule: { clock } } }) => ({
      async lineGetCallStatus(call, memory) {
        const result = await lineGetCallStatus(call, memory);
        const view = new DataView(memory.buffer);
        if (view.getUint32(AT.callState, true) !== LINECALLSTATE.DIALTONE) return result;
        readyAtMs ??= clock.nowMs() + 250;
        if (clock.nowMs() < readyAtMs) view.setUint32(AT.callState, LINECALLSTATE.UNKNOWN, true);
        return result;
      },
      lineDialW(...args) {
        dialledAtMs = clock.nowMs();
        return flow.fake.lineDialW(...args);
      },
    }),
  });
  await flow.talk("201");
  const { call } = await flow.does({ cmd: "consult", line: "201", number: ANOTHER });
  assert(readyAtMs !== undefined && dialledAtMs !== undefined && dialledAtMs >= readyAtMs);
  await flow.reach(call, "CONNECTED");
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();
});

Deno.test("a line that transfers consultations only says so", async () => {
  await using flow = await TestProgram.start({
    changed: ({ lineGetAddressCapsW, lineGetCallStatus }) => ({
      lineGetAddressCapsW: (...args) =>
        lineGetAddressCapsW(...args).then(setU32(args[5], AT.addressFlags, FLAGS.AUTORECONNECT)),
      // Calls do not report what they allow.
      lineGetCallStatus: (...args) =>
        lineGetCallStatus(...args).then(setU32(args[1], AT.callFeatures, 0)),
    }),
  });
  await flow.talk("201");
  await flow.does({ cmd: "hold", line: "201" });
  await flow.reachAll("201", "ONHOLD");
  const { call } = await flow.does({ cmd: "dial", line: "201", number: ANOTHER });
  await flow.reach(call, "CONNECTED");
  const complete = { cmd: "complete", line: "201", mode: "transfer" } as const;
  assert.match((await flow.fails(complete, "not_supported")).message, /TRANSFERHELD/);
  await flow.does({ cmd: "drop", line: "201", all: true });
  await flow.ends();

  await consulting(flow);
  await flow.does(complete);
  await flow.ends();
});

Deno.test("a day at a rude exchange leaves nothing behind", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    await using flow = await TestProgram.start({ polite: false, seed });
    const { first, second } = await consulting(flow);
    await flow.does({ cmd: "swap", line: "201" });
    await flow.reach(first, "CONNECTED");
    await flow.does({ cmd: "swap", line: "201" });
    await flow.reach(second, "CONNECTED");
    await flow.does({ cmd: "complete", line: "201", mode: "conference" });
    await flow.reach(second, "CONFERENCED");
    await flow.does({ cmd: "drop", line: "201", all: true });
    await flow.ends();
  }
});
