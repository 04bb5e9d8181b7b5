import assert from "node:assert/strict";
import { type Call, type CallInfo, NOBODY, type Party, WITHHELD } from "../../src/model/call.ts";
import type { LineIdentity } from "../../src/model/line.ts";
import { reduce } from "../../src/state/reduce.ts";
import type { CallSignal, CallStateSignal } from "../../src/session/signals.ts";
import { fc } from "../support/properties.ts";

const LINE: LineIdentity = {
  line: "201",
  name: "Extension 201",
  permanentId: "provider:1",
  provider: "provider",
};
const ID = 1;
const PENDING: Party = { number: "", name: "", presentation: "pending" };

const shown = (number: string): Party => ({ number, name: "", presentation: "shown" });

function info(overrides: Partial<CallInfo> = {}): CallInfo {
  return {
    callId: "0x1A",
    relatedCallId: "0x0",
    origin: "EXTERNAL",
    reason: "DIRECT",
    caller: shown("+441632960001"),
    called: shown("201"),
    connected: NOBODY,
    redirecting: NOBODY,
    redirection: NOBODY,
    ...overrides,
  };
}

const state = (
  name: string,
  with_: CallInfo | undefined = info(),
  more: Partial<CallStateSignal> = {},
): CallSignal => ({
  kind: "call-state",
  line: LINE,
  call: ID,
  state: name as never,
  mode: undefined,
  disconnect: undefined,
  info: with_,
  can: [],
  ...more,
});

const told = (with_: CallInfo): CallSignal => ({
  kind: "call-info",
  line: LINE,
  call: ID,
  info: with_,
});

const LOST: CallSignal = { kind: "call-lost", line: LINE, call: ID };

/** Applies signals, one each second from second 0 on; the events and the call at the end. */
function play(...signals: CallSignal[]) {
  let call: Call | undefined;
  const events = signals.flatMap((signal, second) => {
    const reduced = reduce(call, signal, second * 1000);
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
  assert.equal(events[1]?.lost, true);
  assert.equal(play(state("CONNECTED"), state("IDLE")).events[1]?.lost, undefined);
});

Deno.test("a call tells when it began, was connected first, and ended", () => {
  const { events } = play(
    state("OFFERING"),
    state("CONNECTED"),
    state("ONHOLD"),
    state("CONNECTED"),
    state("IDLE"),
  );
  assert.deepEqual(
    events.map(({ atMs, call }) => [atMs, call.startedAtMs, call.connectedAtMs, call.endedAtMs]),
    [
      [0, 0, undefined, undefined],
      [1000, 0, 1000, undefined],
      [2000, 0, 1000, undefined],
      [3000, 0, 1000, undefined],
      [4000, 0, 1000, 4000],
    ],
  );
  const lost = play(state("OFFERING"), LOST).call;
  assert.deepEqual([lost?.connectedAtMs, lost?.endedAtMs], [undefined, 1000]);
});

Deno.test("the direction is the origin's, else the first state's that tells one", () => {
  const direction = (origin: string, ...states: string[]) =>
    play(...states.map((name) => state(name, info({ origin: origin as never })))).call?.direction;
  for (const origin of ["INTERNAL", "EXTERNAL", "INBOUND"]) {
    assert.equal(direction(origin, "DIALING"), "in");
  }
  assert.equal(direction("OUTBOUND", "OFFERING"), "out");
  for (const origin of ["UNKNOWN", "UNAVAIL", "CONFERENCE", "LINECALLORIGIN_$0"]) {
    for (const first of ["OFFERING", "ACCEPTED"]) {
      assert.equal(direction(origin, first, "CONNECTED"), "in");
    }
    for (const first of ["DIALTONE", "DIALING", "PROCEEDING", "RINGBACK"]) {
      assert.equal(direction(origin, first, "CONNECTED"), "out");
    }
    assert.equal(direction(origin, "CONNECTED"), "unknown");
    assert.equal(direction(origin, "UNKNOWN", "OFFERING"), "in");
  }
});

Deno.test("an origin that comes late decides the direction anew; one that is cleared does not", () => {
  const unknown = info({ origin: "UNKNOWN" });
  const { events, call } = play(
    state("PROCEEDING", unknown),
    told(info({ origin: "EXTERNAL" })),
    told(info({ origin: "UNAVAIL", reason: "UNAVAIL" })),
  );
  assert.deepEqual(events.map(({ call }) => call.direction), ["out", "in"]);
  assert.deepEqual([call?.origin, call?.reason], ["EXTERNAL", "DIRECT"]);
});

Deno.test("the mode is the state's, the disconnect cause stays the call's", () => {
  const { events } = play(
    state("CONNECTED", info(), { mode: "ACTIVE" }),
    state("ONHOLD"),
    state("DISCONNECTED", info(), { disconnect: "NORMAL" }),
    state("IDLE"),
  );
  assert.deepEqual(events.map(({ call }) => [call.stateMode, call.disconnect]), [
    ["ACTIVE", undefined],
    [null, undefined],
    [null, "NORMAL"],
    [null, "NORMAL"],
  ]);
});

Deno.test("what can be done changes with a state and by itself; the latter fills no number in", () => {
  const can = ["drop", "hold"] as const;
  const abilities = (can: CallStateSignal["can"]): CallSignal => ({
    kind: "call-can",
    line: LINE,
    call: ID,
    can,
  });
  const { events, call } = play(
    abilities(can),
    state("CONNECTED", info({ caller: PENDING }), { can }),
    abilities(can),
    abilities(["drop"]),
    LOST,
  );
  assert.deepEqual(
    events.map(({ change, call, numberFilledIn }) => [change, call.can, numberFilledIn]),
    [
      ["new", ["drop", "hold"], false],
      ["info", ["drop"], false],
      ["ended", [], false],
    ],
  );
  assert.deepEqual(call?.can, []);
});

Deno.test("related call, connected, redirecting and redirection parties are told, and stay", () => {
  const { events, call } = play(
    state("OFFERING"),
    told(info({
      relatedCallId: "0x2B",
      connected: shown("201"),
      redirecting: shown("202"),
      redirection: shown("203"),
    })),
    state("IDLE", info({ connected: PENDING })),
  );
  assert.deepEqual(events.map(({ change, numberFilledIn }) => [change, numberFilledIn]), [
    ["new", false],
    ["info", false],
    ["ended", false],
  ]);
  assert.equal(call?.relatedCallId, "0x2B");
  assert.deepEqual(
    [call?.connected.number, call?.redirecting.number, call?.redirection.number],
    ["201", "202", "203"],
  );
});

Deno.test("a number that becomes withheld is taken out of every party that had it", () => {
  const secret = shown("+441632960001");
  const { call } = play(
    state("CONNECTED", info({ connected: secret, redirecting: secret, redirection: secret })),
    told(info({ caller: WITHHELD, connected: PENDING })),
  );
  assert(!JSON.stringify(call).includes("+441632960001"));
  assert.equal(call?.redirection.presentation, "withheld");
});

Deno.test("a caller who withholds the number is not shown as who the call has reached", () => {
  const hidden = info({ caller: WITHHELD, connected: shown("+441632960001") });
  const cleared = info({ caller: NOBODY, connected: shown("+441632960001") });
  const { events, call } = play(state("CONNECTED", hidden), told(hidden), told(cleared));
  assert.equal(events.length, 1);
  assert.equal(call?.connected.presentation, "withheld");
  const ours = play(state("CONNECTED", info({ caller: WITHHELD, connected: shown("201") }))).call;
  assert.equal(ours?.connected.number, "201");
  const named = { ...NOBODY, name: "Ada" };
  const byName = (called: Party) =>
    play(state("CONNECTED", info({ caller: WITHHELD, called, connected: named }))).call?.connected;
  assert.deepEqual(byName(shown("201")), WITHHELD);
  assert.equal(byName({ ...shown("201"), name: "Ada" })?.name, "Ada");
  const outbound = info({ origin: "OUTBOUND", caller: WITHHELD, connected: shown("1") });
  assert.equal(play(state("CONNECTED", outbound)).call?.connected.number, "1");
});

Deno.test("whatever is signalled, a call ends at most once and nothing comes behind", () => {
  const anyState = fc.constantFrom("OFFERING", "CONNECTED", "ONHOLD", "UNKNOWN", "IDLE");
  const anyParty = fc.constantFrom(PENDING, WITHHELD, shown("1"), shown("2"));
  const anyInfo = fc.record({
    caller: anyParty,
    called: anyParty,
    connected: anyParty,
    redirecting: anyParty,
    redirection: anyParty,
  }).map(info);
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
      const { caller, called, connected, redirecting, redirection } = call;
      for (const party of [caller, called, connected, redirecting, redirection]) {
        assert(party.presentation === "shown" || party.number === "");
      }
    }
  }));
});
