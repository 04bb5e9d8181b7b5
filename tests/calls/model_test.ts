import assert from "node:assert/strict";
import fc from "fast-check";
import type { Call } from "../../src/bus/events.ts";
import { reduce } from "../../src/calls/model.ts";
import type { CallInfo, CallKey, CallSignal, Line, PartyInfo } from "../../src/session/signals.ts";

const LINE: Line = { extension: "201", name: "Extension 201" };
const KEY = 1 as CallKey;
const PENDING: PartyInfo = { number: "", name: "", presentation: "pending" };
const WITHHELD: PartyInfo = { number: "", name: "", presentation: "withheld" };

const shown = (number: string): PartyInfo => ({ number, name: "", presentation: "shown" });

function info(overrides: Partial<CallInfo> = {}): CallInfo {
  return {
    callId: "0x1A",
    origin: "EXTERNAL",
    reason: "DIRECT",
    caller: shown("+441632960001"),
    called: shown("201"),
    ...overrides,
  };
}

const state = (name: string, with_: CallInfo | undefined = info()): CallSignal => ({
  kind: "call-state",
  line: LINE,
  call: KEY,
  state: name as never,
  info: with_,
});

const told = (with_: CallInfo): CallSignal => ({
  kind: "call-info",
  line: LINE,
  call: KEY,
  info: with_,
});

const LOST: CallSignal = { kind: "call-lost", line: LINE, call: KEY };

/** Applies signals one after the other; the events and the call at the end. */
function play(...signals: CallSignal[]) {
  let call: Call | undefined;
  const events = signals.flatMap((signal) => {
    const reduced = reduce(call, signal);
    call = reduced.call;
    return reduced.event === undefined ? [] : [reduced.event];
  });
  return { call, events };
}

Deno.test("every call-state message makes one event: new, then state, then ended", () => {
  const { events } = play(state("OFFERING"), state("CONNECTED"), state("IDLE"));
  assert.deepEqual(events.map((event) => [event.change, event.call.state]), [
    ["new", "OFFERING"],
    ["state", "CONNECTED"],
    ["ended", "IDLE"],
  ]);
});

Deno.test("a state that is repeated is an event again", () => {
  const { events } = play(state("OFFERING"), state("OFFERING"));
  assert.equal(events.length, 2);
});

Deno.test("a call may begin with any state, CONNECTED or IDLE too", () => {
  assert.equal(play(state("CONNECTED")).events[0]?.change, "new");
  assert.equal(play(state("IDLE")).events[0]?.change, "ended");
});

Deno.test("nothing follows IDLE", () => {
  const { events } = play(state("IDLE"), state("CONNECTED"), told(info()), LOST, state("IDLE"));
  assert.equal(events.length, 1);
});

Deno.test("a caller id that comes late is an info event that fills in a number", () => {
  const { events, call } = play(state("OFFERING", info({ caller: PENDING })), told(info()));
  assert.deepEqual(events.map(({ change, numberFilledIn }) => [change, numberFilledIn]), [
    ["new", false],
    ["info", true],
  ]);
  assert.equal(call?.caller.number, "+441632960001");
});

Deno.test("an info that changes nothing makes no event", () => {
  assert.equal(play(state("OFFERING"), told(info())).events.length, 1);
});

Deno.test("an info that changes what is not a missing number fills nothing in", () => {
  const { events } = play(state("OFFERING"), told(info({ reason: "TRANSFER" })));
  assert.equal(events[1]?.change, "info");
  assert.equal(events[1]?.numberFilledIn, false);
});

Deno.test("an info before the first state makes no event", () => {
  assert.equal(play(told(info())).events.length, 0);
});

Deno.test("what is known stays when the provider clears it, or does not answer", () => {
  const cleared = info({ callId: "0x0", caller: PENDING });
  for (const last of [state("IDLE", cleared), state("IDLE", undefined)]) {
    const { call } = play(state("OFFERING"), last);
    assert.equal(call?.callId, "0x1A");
    assert.equal(call?.caller.number, "+441632960001");
  }
});

Deno.test("a number that is declared withheld later is not kept", () => {
  const { call } = play(state("OFFERING"), told(info({ caller: WITHHELD })));
  assert.equal(call?.caller.number, "");
});

Deno.test("a call whose line is closed ends with IDLE and its last known parties", () => {
  const { events } = play(state("CONNECTED"), LOST);
  assert.equal(events[1]?.change, "ended");
  assert.equal(events[1]?.call.state, "IDLE");
  assert.equal(events[1]?.call.caller.number, "+441632960001");
});

Deno.test("whatever is signalled, a call ends at most once and nothing comes behind", () => {
  const anyState = fc.constantFrom("OFFERING", "CONNECTED", "ONHOLD", "UNKNOWN", "IDLE");
  const anyParty = fc.constantFrom(PENDING, WITHHELD, shown("1"), shown("2"));
  const anyInfo = fc.record({ caller: anyParty, called: anyParty }).map(info);
  const anySignal = fc.oneof(
    fc.tuple(anyState, fc.option(anyInfo, { nil: undefined })).map(([s, i]) => state(s, i)),
    anyInfo.map(told),
    fc.constant(LOST),
  );
  fc.assert(fc.property(fc.array(anySignal, { maxLength: 20 }), (signals) => {
    const { events } = play(...signals);
    const end = events.findIndex((event) => event.change === "ended");
    assert(end === -1 || end === events.length - 1);
    assert(events.slice(1).every((event) => event.change !== "new"));
    for (const { call } of events) {
      for (const party of [call.caller, call.called]) {
        assert(party.presentation === "shown" || party.number === "");
      }
    }
  }));
});
