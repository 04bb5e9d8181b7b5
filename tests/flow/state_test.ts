/** Whole calls and lines as clients will see them, over the fake exchange. */
import assert from "node:assert/strict";
import type { Call } from "../../src/model/call.ts";
import { step, Telephony } from "../support/session.ts";
import { LINEERR } from "../../src/tapi/constants.ts";

const OUTSIDE = "+441632960123";
const NOBODY = { number: "", name: "", presentation: "unavailable" };
const WITHHELD = { number: "", name: "", presentation: "withheld" };
const ANNA = { number: "201", name: "Anna Brandt", presentation: "shown" };
const BEN = { number: "202", name: "Ben Carter", presentation: "shown" };
const CHIARA = { number: "203", name: "Chiara Conti", presentation: "shown" };
const ADA = { number: OUTSIDE, name: "Ada Example", presentation: "shown" };

const ring = (atMs: number, keys: Record<string, unknown> = {}) =>
  step(atMs, "ring", { call: "a", to: "201", from: OUTSIDE, name: "Ada Example", ...keys });
const answer = (atMs: number, call = "a") => step(atMs, "answer", { call });

/** A call without what differs from run to run. */
function essence({ id: _, callId, relatedCallId, ...call }: Call) {
  assert.match(callId, /^0x[0-9A-F]+$/);
  assert.match(relatedCallId, /^0x[0-9A-F]+$/);
  return call;
}

Deno.test("an inbound call is reported completely, from its first ring to its end", async () => {
  await using telephony = await Telephony.start({
    scenario: ring(1000) + answer(3000) + step(8000, "drop", { call: "a", by: "outside" }),
  });
  const startMs = telephony.clock.nowMs();
  const offered = await telephony.reach("201", "OFFERING");
  assert(offered.startedAtMs - startMs > 900 && offered.startedAtMs - startMs < 1100);
  assert.deepEqual(essence(offered), {
    classicId: offered.callId,
    line: "201",
    permanentId: telephony.lineOf("201").permanentId,
    state: "OFFERING",
    stateMode: "ACTIVE",
    direction: "in",
    origin: "EXTERNAL",
    reason: "DIRECT",
    caller: ADA,
    called: ANNA,
    connected: NOBODY,
    redirecting: NOBODY,
    redirection: NOBODY,
    startedAtMs: offered.startedAtMs,
    can: ["answer", "drop", "redirect"],
  });
  assert.equal(offered.relatedCallId, "0x0");
  const connected = await telephony.reach("201", "CONNECTED");
  assert.deepEqual(essence(connected), {
    ...essence(offered),
    state: "CONNECTED",
    connected: ADA,
    connectedAtMs: connected.connectedAtMs,
    can: ["drop", "hold", "transfer", "consult", "park", "dtmf"],
  });
  assert.equal((connected.connectedAtMs ?? 0) - offered.startedAtMs, 2000);
  await telephony.until(() => telephony.tracker.calls().length === 0);
  const [disconnected, idle] = telephony.callEvents().slice(-2);
  assert.deepEqual(essence(disconnected!.call), {
    ...essence(connected),
    state: "DISCONNECTED",
    stateMode: null,
    disconnect: "NORMAL",
    can: ["drop"],
  });
  assert.equal(idle!.change, "ended");
  assert.deepEqual(essence(idle!.call), {
    ...essence(disconnected!.call),
    state: "IDLE",
    endedAtMs: idle!.atMs,
    can: [],
  });
  assert.equal(new Set(telephony.callEvents().map(({ call }) => call.id)).size, 1);
});

Deno.test("a hidden caller is in no party of no event, however rude the driver", async () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    await using telephony = await Telephony.start({
      seed,
      polite: false,
      scenario: ring(0, { hidden: true }) + answer(2000) +
        step(4000, "transfer", { call: "a", to: "202" }) + answer(6000) +
        step(8000, "drop", { call: "a", by: "202" }),
    });
    await telephony.reach("202", "CONNECTED");
    const { caller, connected } = telephony.callOf("202");
    assert.deepEqual([caller, connected], [WITHHELD, WITHHELD]);
    await telephony.until(() => telephony.tracker.calls().length === 0);
    assert(telephony.callEvents().length >= 7);
    const text = JSON.stringify(telephony.events);
    assert(!text.includes(OUTSIDE) && !text.includes("Ada Example"), `seed ${seed}`);
  }
});

Deno.test("a caller id that comes late changes the caller, and from pending to shown", async () => {
  await using telephony = await Telephony.start({ scenario: ring(0, { lateCallerId: true }) });
  const early = await telephony.reach("201", "OFFERING");
  assert.deepEqual(early.caller, { number: "", name: "", presentation: "pending" });
  await telephony.until(() => telephony.callOf("201").caller.presentation === "shown");
  assert.deepEqual(telephony.callOf("201").caller, ADA);
  const infos = telephony.callEvents().filter(({ change }) => change === "info");
  assert.deepEqual(infos.map(({ numberChanged }) => numberChanged), [true]);
});

Deno.test("a transfer reports who sent the call where, on both lines that talk afterwards", async () => {
  await using telephony = await Telephony.start({
    scenario: step(0, "call", { call: "a", from: "203", to: "201" }) + answer(4000) +
      step(6000, "consult", { call: "a", by: "201", as: "b", to: "202" }) +
      step(9000, "answer", { call: "b", by: "202" }) +
      step(12_000, "complete", { call: "a", by: "201", consult: "b", mode: "transfer" }),
  });
  await telephony.until(() => telephony.tracker.calls().some(({ line }) => line === "202"));
  await telephony.reach("202", "CONNECTED");
  const [held, consultation] = telephony.tracker.calls().filter(({ line }) => line === "201");
  assert(held && consultation);
  assert.equal(held.state, "ONHOLDPENDTRANSFER");
  assert.deepEqual(held.can, ["drop", "swap", "complete"]);
  assert.equal(consultation.relatedCallId, held.callId);
  assert.equal(consultation.direction, "out");
  assert.deepEqual(consultation.called, BEN);
  assert(consultation.can.includes("complete"));
  await telephony.until(() => !telephony.tracker.calls().some(({ line }) => line === "201"));
  await telephony.pass(100);
  const target = telephony.callOf("202");
  assert.deepEqual(
    [target.caller, target.connected, target.redirecting, target.redirection],
    [CHIARA, CHIARA, ANNA, BEN],
  );
  assert.equal(target.reason, "TRANSFER");
  const remaining = telephony.callOf("203");
  assert.equal(target.relatedCallId, remaining.callId);
  assert.deepEqual(
    [remaining.connected, remaining.redirecting, remaining.redirection],
    [BEN, ANNA, BEN],
  );
});

Deno.test("the commands of a held call change when the line's other call does", async () => {
  await using telephony = await Telephony.start({
    scenario: ring(0) + answer(1000) +
      step(3000, "consult", { call: "a", as: "b", to: "202" }) +
      step(9000, "drop", { call: "b", by: "201" }),
  });
  const inState = (wanted: string) =>
    telephony.tracker.calls().find(({ state }) => state === wanted);
  const held = () => inState("ONHOLDPENDTRANSFER");
  await telephony.until(() => inState("DIALTONE") !== undefined && held() !== undefined);
  await telephony.pass(100);
  assert.deepEqual(held()?.can, ["drop"]);
  await telephony.until(() => inState("RINGBACK") !== undefined);
  await telephony.pass(100);
  assert.deepEqual(held()?.can, ["drop", "complete"]);
  await telephony.until(() => telephony.tracker.calls().length === 1);
  await telephony.pass(100);
  assert.deepEqual(held()?.can, ["drop", "unhold"]);
  const infos = telephony.callEvents("201").filter(({ call, change }) =>
    change === "info" && call.state === "ONHOLDPENDTRANSFER"
  );
  assert(infos.length > 0 && infos.every(({ numberChanged }) => !numberChanged));
  // A classic client has one frame for each state, and none for what can be done.
  const states = telephony.classicFrames("201").map((frame) => JSON.parse(frame).state);
  const heldStates = states.filter((state) => state === "ONHOLDPENDTRANSFER");
  assert.equal(heldStates.length, 1);
});

Deno.test("holding one of two calls changes what can be done with the other", async () => {
  await using telephony = await Telephony.start({
    scenario: ring(0) + answer(1000) +
      ring(2000, { call: "b", from: "+441632960124", callWaiting: true }) + answer(3000, "b") +
      step(6000, "hold", { call: "b" }),
  });
  const first = () => telephony.tracker.calls()[0];
  await telephony.until(() => telephony.tracker.calls()[1]?.state === "CONNECTED");
  await telephony.pass(100);
  assert.equal(first()?.state, "ONHOLD");
  assert.deepEqual(first()?.can, ["drop", "swap", "complete"]);
  await telephony.until(() => telephony.tracker.calls()[1]?.state === "ONHOLD");
  await telephony.pass(100);
  assert.deepEqual(first()?.can, ["drop", "unhold"]);
});

Deno.test("a conference and its members name each other", async () => {
  await using telephony = await Telephony.start({
    scenario: ring(0) + answer(1000) +
      step(3000, "consult", { call: "a", as: "b", to: "202" }) +
      step(7000, "answer", { call: "b", by: "202" }) +
      step(9000, "complete", { call: "a", consult: "b", mode: "conference", as: "c" }),
  });
  await telephony.until(() => telephony.callEvents().some((e) => e.call.state === "CONFERENCED"));
  await telephony.pass(200);
  const calls = telephony.tracker.calls().filter(({ line }) => line === "201");
  const conference = calls.find(({ origin }) => origin === "CONFERENCE");
  const members = calls.filter(({ state }) => state === "CONFERENCED");
  assert(conference);
  assert.equal(members.length, 2);
  assert.equal(conference.state, "CONNECTED");
  assert.equal(conference.direction, "unknown");
  assert(members.every(({ relatedCallId }) => relatedCallId === conference.callId));
  assert(members.every(({ can, stateMode }) => can.join() === "drop" && stateMode === null));
  assert.deepEqual(conference.can, ["drop", "hold", "consult"]);
});

Deno.test("a forward shows on its line, and in the call that it sends on", async () => {
  await using telephony = await Telephony.start({
    scenario: step(0, "forward", { line: "201", when: "always", to: "202" }) +
      step(500, "forward", { line: "201", when: "busy", to: "203" }) +
      step(1000, "call", { call: "a", from: "203", to: "201" }) +
      step(9000, "forward", { line: "201", when: "always" }),
  });
  await telephony.until(() => telephony.lineOf("201").forwards.length === 2);
  assert.deepEqual(telephony.lineOf("201").forwards, [
    { when: "always", to: "202" },
    { when: "busy", to: "203" },
  ]);
  const forwarded = await telephony.reach("202", "OFFERING");
  assert.deepEqual(
    [forwarded.caller, forwarded.called, forwarded.redirecting, forwarded.redirection],
    [CHIARA, ANNA, ANNA, BEN],
  );
  assert.equal(forwarded.reason, "FWDUNCOND");
  assert.deepEqual(telephony.callOf("203").redirection, BEN);
  await telephony.until(() => telephony.lineOf("201").forwards.length === 1);
  const changes = telephony.lineEvents("201").map(({ change }) => change);
  assert.equal(changes.filter((change) => change === "forwarding").length, 3);
});

Deno.test("a call that nobody can take ends with its cause", async () => {
  await using telephony = await Telephony.start({
    scenario: step(0, "call", { call: "a", from: "201", to: "900" }) +
      step(0, "call", { call: "b", from: "202", to: "903" }),
  });
  await telephony.until(() =>
    telephony.callEvents().filter(({ change }) => change === "ended").length === 2
  );
  const told = (line: string) =>
    telephony.callEvents(line).filter(({ change }) => change !== "info")
      .map(({ call }) => [call.state, call.stateMode, call.disconnect]).slice(-3);
  assert.deepEqual(told("201"), [
    ["BUSY", "STATION", undefined],
    ["DISCONNECTED", null, "BUSY"],
    ["IDLE", null, "BUSY"],
  ]);
  assert.deepEqual(told("202"), [
    ["SPECIALINFO", "NOCIRCUIT", undefined],
    ["DISCONNECTED", null, "UNREACHABLE"],
    ["IDLE", null, "UNREACHABLE"],
  ]);
  const dialTone = telephony.callEvents("201")[0]?.call;
  assert.deepEqual([dialTone?.state, dialTone?.stateMode], ["DIALTONE", "INTERNAL"]);
  assert.equal(dialTone?.direction, "out");
});

Deno.test("the message lamp goes on and off", async () => {
  await using telephony = await Telephony.start({
    scenario: step(1000, "lamp", { line: "201" }) + step(5000, "lamp", { line: "201", on: false }),
  });
  await telephony.until(() => telephony.lineOf("201").messageWaiting);
  await telephony.until(() => !telephony.lineOf("201").messageWaiting);
  assert.deepEqual(
    telephony.lineEvents("201").slice(-2).map(({ change, now }) => [change, now.messageWaiting]),
    [["message_lamp", true], ["message_lamp", false]],
  );
  assert(!telephony.lineOf("202").messageWaiting);
});

Deno.test("a lamp and a forward that were on before the line was opened are reported with it", async () => {
  await using telephony = await Telephony.start({
    library: (fake) => ({
      ...fake,
      lineOpenW: (...args) => {
        const extension = fake.exchange.extensions.get("201")!;
        extension.setMessageWaiting(true);
        extension.forward([{ mode: 0x1, to: "202" }]);
        return fake.lineOpenW(...args);
      },
    }),
  });
  await telephony.pass(100);
  const { messageWaiting, forwards } = telephony.lineOf("201");
  assert.deepEqual({ messageWaiting, forwards }, {
    messageWaiting: true,
    forwards: [{ when: "always", to: "202" }],
  });
});

/** The commands that a line of the fake exchange always takes. */
const OTHERS = ["unpark", "pickup", "forward", "dnd", "lamp", "intrude"];

Deno.test("a line is found, open, and out of service while its exchange is away", async () => {
  await using telephony = await Telephony.start();
  await telephony.pass(100);
  const line = telephony.lineOf("201");
  assert.match(line.permanentId, /^7a2d0001-2d2d-2d2d-2d2d-2d2d2d2d2d2d$/);
  assert.deepEqual({ ...line, permanentId: "" }, {
    line: "201",
    name: "Extension 201",
    permanentId: "",
    provider: "Tapi2Ws fake exchange",
    kind: "extension",
    status: "open",
    forwards: [],
    messageWaiting: false,
    doNotDisturb: false,
    can: ["dial", ...OTHERS],
  });
  const extension = telephony.fake.exchange.extensions.get("201")!;
  extension.setInService(false);
  await telephony.until(() => telephony.lineOf("201").status === "out_of_service");
  extension.setInService(true);
  await telephony.until(() => telephony.lineOf("201").status === "open");
  assert.deepEqual(
    telephony.lineEvents("201").map(({ change, now }) => [change, now.status]),
    [
      ["added", "closed"],
      ["status", "open"],
      ["settings", "open"],
      ["status", "out_of_service"],
      ["status", "open"],
    ],
  );
});

Deno.test("a line cannot dial while its telephone is busy, and can again after it", async () => {
  await using telephony = await Telephony.start({
    scenario: step(0, "call", { call: "a", from: "201", to: "902" }) +
      step(3000, "drop", { call: "a", by: "201" }),
  });
  await telephony.reach("201", "DIALTONE");
  assert.deepEqual(telephony.lineOf("201").can, OTHERS);
  await telephony.until(() => telephony.tracker.calls().length === 0);
  await telephony.pass(100);
  assert.deepEqual(telephony.lineOf("201").can, ["dial", ...OTHERS]);
  const infos = telephony.lineEvents("201").filter(({ change }) => change === "info");
  assert.equal(infos.length, 2);
});

Deno.test("a line that its provider closes ends its calls first, and can do nothing", async () => {
  await using telephony = await Telephony.start({ scenario: ring(0) });
  await telephony.reach("201", "OFFERING");
  telephony.fake.forceClose("201");
  await telephony.until(() => telephony.lineOf("201").status === "closed");
  const closedAt = telephony.events.findIndex((event) =>
    event.type === "line" && event.now.status === "closed" && event.change === "status"
  );
  const endedAt = telephony.events.findIndex((event) =>
    event.type === "call" && event.change === "ended"
  );
  assert(endedAt >= 0 && endedAt < closedAt);
  assert.deepEqual(telephony.lineOf("201").can, []);
  await telephony.until(() => telephony.lineOf("201").status === "open");
  // The call is still there: a new one for the program.
  await telephony.until(() => telephony.tracker.calls().length === 1);
});

Deno.test("a line that cannot be opened has its error, until it can", async () => {
  let refuses = true;
  await using telephony = await Telephony.start({
    library: (fake) => ({
      ...fake,
      lineOpenW: (...args) =>
        refuses && args[1] === 1
          ? Promise.resolve(LINEERR.RESOURCEUNAVAIL | 0)
          : fake.lineOpenW(...args),
    }),
  });
  const { status, error, can } = telephony.lineOf("201");
  assert.deepEqual([status, error, can], ["failed", "LINEERR_RESOURCEUNAVAIL", []]);
  refuses = false;
  await telephony.until(() => telephony.lineOf("201").status === "open");
  assert(!("error" in telephony.lineOf("201")));
});

Deno.test("every party of an ordinary minute's calls is complete", async () => {
  await using telephony = await Telephony.start({ callsPerMinute: 60, polite: false });
  await telephony.pass(60_000);
  const calls = telephony.callEvents().map(({ call }) => call);
  assert(calls.length > 100, `${calls.length} events`);
  for (const call of calls) {
    for (const party of [call.caller, call.called, call.connected, call.redirecting]) {
      if (party.presentation !== "shown") assert.equal(party.number + party.name, "");
      else assert.notEqual(party.number, "");
    }
    assert(call.startedAtMs > 0);
    if (call.state === "IDLE") assert(call.endedAtMs !== undefined && call.can.length === 0);
    else assert.notDeepEqual(call.can, [], call.state);
  }
});
