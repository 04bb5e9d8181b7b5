/** Every command, from the bus to the exchange and back: the whole program over the fake exchange. */
import assert from "node:assert/strict";
import {
  LINEADDRCAPFLAGS as FLAGS,
  LINECALLFEATURE,
  LINECALLSTATE,
} from "../../src/tapi/constants.ts";
import { AT, Desk, OUTSIDE, setU32 } from "../support/desk.ts";

const ANOTHER = "+441632960456";

/** A call of 201 that is held for a second one, whom somebody has answered. */
async function consulting(desk: Desk): Promise<{ first: number; second: number }> {
  const first = await desk.talk("201");
  const { call: second } = await desk.does({
    cmd: "consult",
    line: "201",
    number: ANOTHER,
  });
  await desk.reach(second, "CONNECTED");
  return { first, second: second as number };
}

Deno.test("dial answers the number of its call", async () => {
  await using desk = await Desk.start();
  const { call } = await desk.does({ cmd: "dial", line: "201", number: OUTSIDE });
  await desk.reach(call, "CONNECTED");
  await desk.does({ cmd: "drop", line: "201" });
  await desk.ends();
});

Deno.test("a call is answered, held, taken back and dropped, as its owner from the first command on", async () => {
  await using desk = await Desk.start();
  const call = await desk.ring("201");
  desk.takeDeeds();
  await desk.does({ cmd: "answer", line: "201" });
  await desk.reach(call, "CONNECTED");
  await desk.does({ cmd: "hold", call });
  await desk.reach(call, "ONHOLD");
  await desk.does({ cmd: "unhold", line: "201" });
  await desk.reach(call, "CONNECTED");
  await desk.does({ cmd: "drop", call });
  assert.deepEqual(desk.takeDeeds(), [
    "lineSetCallPrivilege",
    "lineAnswer",
    "lineHold",
    "lineUnhold",
    "lineDrop",
  ]);
  await desk.ends();
});

Deno.test("a second call is answered, and both change places", async () => {
  await using desk = await Desk.start();
  const first = await desk.talk("201");
  const second = await desk.ring("201", ANOTHER);
  // The one that rings is meant, not the active one.
  await desk.does({ cmd: "answer", line: "201" });
  await desk.reachAll("201", "ONHOLD", "CONNECTED");
  await desk.does({ cmd: "swap", line: "201" });
  await desk.reachAll("201", "CONNECTED", "ONHOLD");
  // Of two calls that can be dropped, the active one.
  await desk.does({ cmd: "drop", line: "201" });
  await desk.reach(first, "IDLE");
  assert.equal(desk.stateOf(second), "ONHOLD");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("a blind transfer ends the call here and rings there", async () => {
  await using desk = await Desk.start();
  const call = await desk.talk("201");
  await desk.does({ cmd: "transfer", line: "201", number: "203" });
  await desk.reach(call, "IDLE");
  await desk.reachAll("203", "CONNECTED");
  const [there] = desk.callsOf("203");
  assert.equal(there?.reason, "TRANSFER");
  assert.equal(there?.caller.number, OUTSIDE);
  await desk.does({ cmd: "drop", line: "203", all: true });
  await desk.ends();
});

Deno.test("a consultation ends in a transfer", async () => {
  await using desk = await Desk.start();
  const first = await desk.talk("201");
  desk.takeDeeds();
  const { call: second } = await desk.does({
    cmd: "consult",
    call: first,
    number: "203",
  });
  await desk.reachAll("201", "ONHOLDPENDTRANSFER", "CONNECTED");
  assert.equal(desk.stateOf(second), "CONNECTED");
  assert.deepEqual(await desk.does({ cmd: "complete", line: "201", mode: "transfer" }), {});
  assert.deepEqual(desk.takeDeeds(), ["lineSetupTransferW", "lineDialW", "lineCompleteTransfer"]);
  await desk.reachAll("201");
  const [there] = desk.callsOf("203");
  assert.equal(there?.state, "CONNECTED");
  await desk.does({ cmd: "drop", line: "203" });
  await desk.ends();
});

Deno.test("a transfer is complete before the one who was asked has answered", async () => {
  await using desk = await Desk.start();
  await desk.talk("201");
  const { call } = await desk.does({ cmd: "consult", line: "201", number: "203" });
  await desk.reach(call, "RINGBACK");
  await desk.does({ cmd: "complete", line: "201", mode: "transfer" });
  await desk.reachAll("201");
  await desk.does({ cmd: "answer", line: "203" });
  await desk.does({ cmd: "drop", line: "203" });
  await desk.ends();
});

Deno.test("a consultation ends in a conference, which grows by one", async () => {
  await using desk = await Desk.start();
  const { first, second } = await consulting(desk);
  desk.takeDeeds();
  const { call: conference } = await desk.does({
    cmd: "complete",
    line: "201",
    mode: "conference",
  });
  await desk.reachAll("201", "CONFERENCED", "CONFERENCED", "CONNECTED");
  assert.deepEqual(desk.takeDeeds(), ["lineCompleteTransfer"]);
  assert.equal(desk.stateOf(conference), "CONNECTED");
  assert(conference !== first && conference !== second);

  const { call: third } = await desk.does({
    cmd: "consult",
    line: "201",
    number: "203",
  });
  await desk.reach(third, "CONNECTED");
  assert.equal(desk.stateOf(conference), "ONHOLDPENDCONF");
  await desk.does({ cmd: "complete", line: "201", mode: "conference" });
  await desk.reach(third, "CONFERENCED");
  assert.equal(desk.stateOf(conference), "CONNECTED");
  assert.deepEqual(desk.takeDeeds(), [
    "linePrepareAddToConferenceW",
    "lineDialW",
    "lineAddToConference",
  ]);
  await desk.does({ cmd: "drop", call: conference as number });
  await desk.ends();
});

Deno.test("a call that was dialled and one on hold are joined without a consultation", async () => {
  for (const mode of ["transfer", "conference"] as const) {
    await using desk = await Desk.start();
    await desk.talk("201");
    await desk.does({ cmd: "hold", line: "201" });
    await desk.reachAll("201", "ONHOLD");
    const { call } = await desk.does({ cmd: "dial", line: "201", number: ANOTHER });
    await desk.reach(call, "CONNECTED");
    const outcome = await desk.does({ cmd: "complete", line: "201", mode });
    if (mode === "conference") {
      assert.equal(desk.stateOf(outcome.call), "CONNECTED");
      await desk.does({ cmd: "drop", line: "201", all: true });
    }
    await desk.ends();
  }
});

Deno.test("where the switch wants it, a conference is set up first", async () => {
  const { COMPLETETRANSF, SETUPTRANSFER } = LINECALLFEATURE;
  await using desk = await Desk.start({ lacks: { call: COMPLETETRANSF | SETUPTRANSFER } });
  await desk.talk("201");
  desk.takeDeeds();
  const { call } = await desk.does({ cmd: "consult", line: "201", number: ANOTHER });
  await desk.reach(call, "CONNECTED");
  await desk.reachAll("201", "CONFERENCED", "ONHOLDPENDCONF", "CONNECTED");
  await desk.fails({ cmd: "complete", line: "201", mode: "transfer" }, "not_supported");
  const outcome = await desk.does({ cmd: "complete", line: "201", mode: "conference" });
  await desk.reachAll("201", "CONFERENCED", "CONNECTED", "CONFERENCED");
  assert.equal(desk.stateOf(outcome.call), "CONNECTED");
  assert.deepEqual(desk.takeDeeds(), ["lineSetupConferenceW", "lineDialW", "lineAddToConference"]);
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("a call is parked where the switch likes, and taken there by another line", async () => {
  // Half of the seeds write ASCII instead of UTF-16.
  for (const seed of [1, 2, 3, 4]) {
    await using desk = await Desk.start({ polite: false, seed });
    const call = await desk.talk("201");
    const { slot } = await desk.does({ cmd: "park", line: "201" });
    assert.equal(slot, "2011");
    await desk.reach(call, "IDLE");
    const taken = await desk.does({ cmd: "unpark", line: "202", slot: "2011" });
    await desk.reach(taken.call, "CONNECTED");
    assert.equal(desk.callsOf("202")[0]?.reason, "UNPARK");
    await desk.does({ cmd: "drop", line: "202" });
    await desk.ends();
  }
});

Deno.test("a call is parked in a slot; one that is taken is refused, and the call goes on", async () => {
  await using desk = await Desk.start();
  await desk.talk("201");
  const parked = await desk.does({ cmd: "park", line: "201", slot: "77" });
  assert.deepEqual(parked, { slot: "77" });
  const other = await desk.talk("203");
  const error = await desk.fails({
    cmd: "park",
    call: other,
    slot: "77",
  }, "tapi_error");
  assert.deepEqual(error.tapi, { code: 0x80000010, name: "LINEERR_INVALADDRESS" });
  assert.equal(desk.stateOf(other), "CONNECTED");
  await desk.fails({ cmd: "unpark", line: "202", slot: "78" }, "tapi_error");
  await desk.does({ cmd: "unpark", line: "202", slot: "77" });
  await desk.does({ cmd: "drop", line: "202", all: true });
  await desk.does({ cmd: "drop", line: "203", all: true });
  await desk.ends();
});

Deno.test("a call that rings elsewhere is picked up: there, of the own group, of another one", async () => {
  await using desk = await Desk.start();
  for (const where of [{ from: "202" }, {}, { group: "1" }]) {
    await desk.ring("202");
    // 205 is of group 2.
    const line = "group" in where ? "205" : "201";
    const { call } = await desk.does({ cmd: "pickup", line, ...where });
    await desk.reach(call, "CONNECTED");
    assert.equal(desk.callsOf(line)[0]?.reason, "PICKUP");
    await desk.does({ cmd: "drop", line });
    await desk.ends();
  }
  await desk.ring("202");
  await desk.fails({ cmd: "pickup", line: "205" }, "tapi_error");
  const error = await desk.fails({ cmd: "pickup", line: "205", group: "9" }, "tapi_error");
  assert.equal(error.tapi?.name, "LINEERR_INVALGROUPID");
  await desk.does({ cmd: "drop", line: "202", all: true });
  await desk.ends();
});

Deno.test("a call that rings goes elsewhere", async () => {
  await using desk = await Desk.start();
  const call = await desk.ring("201");
  await desk.does({ cmd: "redirect", line: "201", number: "203" });
  await desk.reach(call, "IDLE");
  await desk.reachAll("203", "OFFERING");
  assert.equal(desk.callsOf("203")[0]?.reason, "REDIRECT");
  await desk.does({ cmd: "drop", line: "203" });
  await desk.ends();
});

Deno.test("digits are sent", async () => {
  const sent: string[] = [];
  await using desk = await Desk.start({
    changed: ({ lineGenerateDigitsW }) => ({
      lineGenerateDigitsW(call, mode, digits, durationMs) {
        sent.push(`${mode} ${new TextDecoder("utf-16le").decode(digits ?? undefined)}`);
        return lineGenerateDigitsW(call, mode, digits, durationMs);
      },
    }),
  });
  const call = await desk.talk("201");
  await desk.does({ cmd: "dtmf", line: "201", digits: "12,3*#aD" });
  assert.deepEqual(sent, ["2 12,3*#aD\0"]);
  for (const digits of ["", "12x", "1 2", "١"]) {
    await desk.fails({ cmd: "dtmf", call, digits }, "bad_request");
  }
  assert.equal(sent.length, 1);
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("one kind of forwarding is changed, the others stay", async () => {
  await using desk = await Desk.start();
  const forward = async (when: "always" | "busy" | "no_answer", to: string | null) => {
    assert.deepEqual(await desk.does({ cmd: "forward", line: "201", when, to }), {});
  };
  const forwards = () =>
    desk.flow.program.state.lines().find(({ line }) => line === "201")?.forwards
      .map(({ when, to }) => `${when} ${to}`).sort().join() ?? "";
  const reach = (text: string) => desk.flow.pass(() => forwards() === text);

  await forward("busy", "202");
  await forward("no_answer", ANOTHER);
  await reach(`busy 202,no_answer ${ANOTHER}`);
  // Both at once: each has what the other one set.
  const both = [forward("always", "203"), forward("busy", "204")];
  await desk.flow.pass(() => forwards() === `always 203,busy 204,no_answer ${ANOTHER}`);
  await Promise.all(both);
  const call = await desk.ring("203");
  await desk.does({ cmd: "drop", call });
  await forward("always", null);
  await reach(`busy 204,no_answer ${ANOTHER}`);
  await forward("busy", null);
  await forward("no_answer", null);
  await reach("");
  const invalid = { cmd: "forward", line: "201", when: "busy", to: "904" } as const;
  const error = await desk.fails(invalid, "tapi_error");
  assert.equal(error.tapi?.name, "LINEERR_INVALADDRESS");
  await desk.ends();
});

Deno.test("a consultation call that cannot dial at once is waited for", async () => {
  let readyAtMs: number | undefined;
  let dialledAtMs: number | undefined;
  await using desk = await Desk.start({
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
        return desk.flow.fake.lineDialW(...args);
      },
    }),
  });
  await desk.talk("201");
  const { call } = await desk.does({ cmd: "consult", line: "201", number: ANOTHER });
  assert(readyAtMs !== undefined && dialledAtMs !== undefined && dialledAtMs >= readyAtMs);
  await desk.reach(call, "CONNECTED");
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();
});

Deno.test("a line that transfers consultations only says so", async () => {
  await using desk = await Desk.start({
    changed: ({ lineGetAddressCapsW, lineGetCallStatus }) => ({
      lineGetAddressCapsW: (...args) =>
        lineGetAddressCapsW(...args).then(setU32(args[5], AT.addressFlags, FLAGS.AUTORECONNECT)),
      // Calls do not tell what they allow.
      lineGetCallStatus: (...args) =>
        lineGetCallStatus(...args).then(setU32(args[1], AT.callFeatures, 0)),
    }),
  });
  await desk.talk("201");
  await desk.does({ cmd: "hold", line: "201" });
  await desk.reachAll("201", "ONHOLD");
  const { call } = await desk.does({ cmd: "dial", line: "201", number: ANOTHER });
  await desk.reach(call, "CONNECTED");
  const complete = { cmd: "complete", line: "201", mode: "transfer" } as const;
  assert.match((await desk.fails(complete, "not_supported")).message, /TRANSFERHELD/);
  await desk.does({ cmd: "drop", line: "201", all: true });
  await desk.ends();

  await consulting(desk);
  await desk.does(complete);
  await desk.ends();
});

Deno.test("a day at a rude exchange leaves nothing behind", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    await using desk = await Desk.start({ polite: false, seed });
    const { first, second } = await consulting(desk);
    await desk.does({ cmd: "swap", line: "201" });
    await desk.reach(first, "CONNECTED");
    await desk.does({ cmd: "swap", line: "201" });
    await desk.reach(second, "CONNECTED");
    await desk.does({ cmd: "complete", line: "201", mode: "conference" });
    await desk.reach(second, "CONFERENCED");
    await desk.does({ cmd: "drop", line: "201", all: true });
    await desk.ends();
  }
});
