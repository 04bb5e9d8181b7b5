import assert from "node:assert/strict";
import { type Call, type Direction, NOBODY, type Party, WITHHELD } from "../../src/model/call.ts";
import type { LineIdentity } from "../../src/model/line.ts";
import { reduce } from "../../src/state/reduce.ts";
import type { CallReading } from "../../src/session/calls/info.ts";
import type { CallSignal, CallStateSignal } from "../../src/session/signals.ts";
import { fc } from "../support/properties.ts";

const LINE: LineIdentity = {
  line: "201",
  name: "Extension 201",
  permanentId: "provider:1",
  provider: "provider",
  kind: "extension",
};
const ID = 1;
const PENDING: Party = { number: "", name: "", presentation: "pending" };

const shown = (number: string): Party => ({ number, name: "", presentation: "shown" });

function info(overrides: Partial<CallReading> = {}): CallReading {
  return {
    callId: "0x1A",
    relatedCallId: "0x0",
    origin: "EXTERNAL",
    reason: "DIRECT",
    direction: "in",
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
  with_: CallReading = info(),
  more: Partial<CallStateSignal> = {},
): CallSignal => ({
  kind: "call-state",
  line: LINE,
  call: ID,
  state: name as never,
  mode: undefined,
  answered: name === "CONNECTED" ? "here" : undefined,
  disconnects: [],
  info: with_,
  can: [],
  ...more,
});

/** A state of a call that the driver does not answer for. */
const untold = (name: string, more: Partial<CallStateSignal> = {}): CallSignal =>
  state(name, info(), { ...more, info: undefined });

const told = (with_: CallReading): CallSignal => ({
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
  assert.deepEqual(events.map(({ change, numberChanged }) => [change, numberChanged]), [
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
  assert.equal(events[1]?.numberChanged, false);
});

Deno.test("an info before the first state makes no event", () => {
  assert.equal(play(told(info())).events.length, 0);
});

Deno.test("known values stay when the provider clears them, or does not answer", () => {
  const cleared = info({ callId: "0x0", caller: PENDING });
  for (const last of [state("IDLE", cleared), untold("IDLE")]) {
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

Deno.test("a call has the times when it began, was first connected, and ended", () => {
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

/** The direction of a call after these states, with what dwOrigin suggests throughout. */
const directionAfter = (suggested: Direction, ...states: string[]) =>
  play(...states.map((name) => state(name, info({ direction: suggested })))).call?.direction;

const DIALLING = ["DIALTONE", "DIALING", "PROCEEDING", "RINGBACK"];

Deno.test("a call goes as its origin suggests where nothing says more", () => {
  for (const first of ["OFFERING", "ACCEPTED", "CONNECTED", "ONHOLD", "BUSY", "UNKNOWN"]) {
    assert.equal(directionAfter("in", first), "in", first);
    assert.equal(directionAfter("out", first), "out", first);
  }
});

Deno.test("a call that begins with a state of dialling goes out, whatever its origin suggests", () => {
  for (const suggested of ["in", "unknown"] as const) {
    for (const first of DIALLING) {
      assert.equal(directionAfter(suggested, first, "CONNECTED"), "out", first);
    }
    assert.equal(directionAfter(suggested, "UNKNOWN", "DIALING"), "out");
    assert.equal(directionAfter(suggested, "BUSY", "RINGBACK"), "out");
  }
});

Deno.test("a call that was offered or connected first is not turned round by a state of dialling", () => {
  for (const first of ["OFFERING", "ACCEPTED", "CONNECTED", "ONHOLD"]) {
    for (const next of DIALLING) assert.equal(directionAfter("in", first, next), "in");
  }
});

Deno.test("a call of which nothing is suggested comes in if it is offered, else nobody knows", () => {
  for (const first of ["OFFERING", "ACCEPTED"]) {
    assert.equal(directionAfter("unknown", first, "CONNECTED"), "in");
    assert.equal(directionAfter("unknown", "UNKNOWN", first), "in");
  }
  assert.equal(directionAfter("unknown", "CONNECTED"), "unknown");
  // Of a driver that does not answer nothing is suggested either.
  assert.equal(play(untold("OFFERING")).call?.direction, "in");
});

Deno.test("a call whose caller is the line's own extension goes out", () => {
  const own = info({ caller: shown("201"), called: shown("205") });
  assert.equal(play(state("CONNECTED", own)).call?.direction, "out");
  assert.equal(play(state("OFFERING"), told(own)).call?.direction, "out");
});

Deno.test("a call that a command has dialled goes out, also one that is offered first", () => {
  const { call } = play(state("OFFERING", info(), { dialled: "205" }));
  assert.equal(call?.direction, "out");
});

Deno.test("a call that goes out is never turned round", () => {
  const { events } = play(
    state("RINGBACK", info({ direction: "unknown" })),
    told(info({ origin: "INBOUND" })),
    state("OFFERING"),
    state("CONNECTED"),
  );
  assert.deepEqual(events.map(({ call }) => call.direction), ["out", "out", "out", "out"]);
});

Deno.test("a direction that is suggested late fills in what nobody knows", () => {
  const { events } = play(state("CONNECTED", info({ direction: "unknown" })), told(info()));
  assert.deepEqual(events.map(({ change, call }) => [change, call.direction]), [
    ["new", "unknown"],
    ["info", "in"],
  ]);
});

Deno.test("origin and reason that are cleared stay as they were known", () => {
  for (const origin of ["UNKNOWN", "UNAVAIL", "LINECALLORIGIN_$0"] as const) {
    for (const reason of ["UNKNOWN", "UNAVAIL", "LINECALLREASON_$0"] as const) {
      const cleared = info({ origin, reason, direction: "unknown" });
      const { events, call } = play(state("OFFERING", info({ reason: "TRANSFER" })), told(cleared));
      assert.deepEqual([call?.origin, call?.reason], ["EXTERNAL", "TRANSFER"]);
      assert.equal(events.length, 1);
    }
  }
});

Deno.test("the number that was dialled is the called one until the driver reports one", () => {
  const dialled = { dialled: "205" };
  const { events } = play(
    state("DIALING", info({ called: NOBODY }), dialled),
    untold("PROCEEDING", dialled),
    state("RINGBACK", info({ called: shown("00441632960205") }), dialled),
    state("CONNECTED", info({ called: PENDING }), dialled),
  );
  assert.deepEqual(events.map(({ call }) => call.called), [
    shown("205"),
    shown("205"),
    shown("00441632960205"),
    shown("00441632960205"),
  ]);
});

Deno.test("a called number that is withheld is not filled in with the one dialled", () => {
  const { call } = play(state("DIALING", info({ called: WITHHELD }), { dialled: "205" }));
  assert.equal(call?.called.number, "");
});

Deno.test("the number that was dialled gets the name that the driver reports alone", () => {
  const named = { ...NOBODY, name: "Anna" };
  const { call } = play(state("DIALING", info({ called: named }), { dialled: "205" }));
  assert.deepEqual(call?.called, { number: "205", name: "Anna", presentation: "shown" });
});

Deno.test("a number that becomes another one counts as a change, and one that stays does not", () => {
  const { events } = play(
    state("CONNECTED"),
    told(info({ caller: shown("+441632960002") })),
    told(info({ caller: shown("+441632960002"), called: shown("202") })),
    told(
      info({
        callId: "0x2B",
        caller: shown("+441632960002"),
        called: shown("202"),
        connected: shown("203"),
      }),
    ),
  );
  assert.deepEqual(events.map(({ numberChanged }) => numberChanged), [false, true, true, false]);
});

Deno.test("the mode is the state's, the disconnect cause stays the call's", () => {
  const { events } = play(
    state("CONNECTED", info(), { mode: "ACTIVE" }),
    state("ONHOLD"),
    state("DISCONNECTED", info(), { disconnects: ["NORMAL"] }),
    state("IDLE"),
  );
  assert.deepEqual(events.map(({ call }) => [call.stateMode, call.disconnect]), [
    ["ACTIVE", undefined],
    [null, undefined],
    [null, "NORMAL"],
    [null, "NORMAL"],
  ]);
});

Deno.test("a state that is repeated without its mode keeps it", () => {
  const { call } = play(state("BUSY", info(), { mode: "STATION" }), state("BUSY"));
  assert.equal(call?.stateMode, "STATION");
});

/** Why a call has ended, after DISCONNECTED was reported with each of these. */
function disconnectsAfter(...told: (readonly string[])[]) {
  const { call } = play(
    ...told.map((disconnects) => state("DISCONNECTED", info(), { disconnects })),
    state("IDLE"),
  );
  return [call?.disconnect, call?.disconnects];
}

Deno.test("a single reason to disconnect is reported alone", () => {
  assert.deepEqual(disconnectsAfter([]), [undefined, undefined]);
  assert.deepEqual(disconnectsAfter(["BUSY"], ["BUSY"]), ["BUSY", undefined]);
});

Deno.test("the first of several reasons to disconnect is reported, and all are kept", () => {
  assert.deepEqual(disconnectsAfter(["PICKUP", "NORMAL"]), ["PICKUP", ["PICKUP", "NORMAL"]]);
});

Deno.test("a reason to disconnect that says nothing never replaces one, and is replaced", () => {
  for (const silent of ["UNKNOWN", "UNAVAIL"]) {
    assert.deepEqual(disconnectsAfter(["BUSY"], [silent]), ["BUSY", ["BUSY", silent]]);
    assert.deepEqual(disconnectsAfter([silent], ["BUSY"]), ["BUSY", [silent, "BUSY"]]);
  }
  assert.deepEqual(disconnectsAfter(["UNKNOWN"], []), ["UNKNOWN", undefined]);
});

Deno.test("a call that was BUSY was unanswered for that, also once it ends without a reason", () => {
  const { call } = play(state("BUSY"), state("IDLE"));
  assert.equal(call?.unanswered, "busy");
});

Deno.test("a call that another telephone has answered was not answered here", () => {
  const { call } = play(state("OFFERING"), state("CONNECTED", info(), { answered: "elsewhere" }));
  assert.deepEqual([call?.unanswered, call?.connectedAtMs], ["elsewhere", undefined]);
});

Deno.test("every state that implies an answer counts as one; CONNECTED alone does not", () => {
  const answered = { answered: "here" } as const;
  assert.equal(play(state("ONHOLD", info(), answered)).call?.connectedAtMs, 0);
  const unsure = play(state("CONNECTED", info(), { answered: undefined })).call;
  assert.equal(unsure?.connectedAtMs, undefined);
});

Deno.test("the possible commands change with a state and on their own; the latter fills no number in", () => {
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
    events.map(({ change, call, numberChanged }) => [change, call.can, numberChanged]),
    [
      ["new", ["drop", "hold"], false],
      ["info", ["drop"], false],
      ["ended", [], false],
    ],
  );
  assert.deepEqual(call?.can, []);
});

Deno.test("related call, connected, redirecting and redirection parties are reported, and stay", () => {
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
  assert.deepEqual(events.map(({ change, numberChanged }) => [change, numberChanged]), [
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
  const outbound = info({ direction: "out", caller: WITHHELD, connected: shown("1") });
  assert.equal(play(state("CONNECTED", outbound)).call?.connected.number, "1");
});

Deno.test("whatever is signalled, a call ends at most once and nothing follows", () => {
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
    fc.tuple(anyState, fc.option(anyInfo, { nil: undefined })).map(([s, i]) =>
      i === undefined ? untold(s) : state(s, i)
    ),
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

Deno.test("group, trunk and data stay known once they were reported", () => {
  const details = { group: "110", trunk: 1376267, data: "order 4711" };
  let { call } = reduce(undefined, state("OFFERING", info(details)), 1);
  ({ call } = reduce(call, state("CONNECTED"), 2));
  const { group, trunk, data } = call!;
  assert.deepEqual({ group, trunk, data }, details);
  assert.equal(reduce(call, told(info(details)), 3).event, undefined);
  const { event } = reduce(call, told(info({ data: "order 4712" })), 4);
  assert.deepEqual([event?.change, event?.call.data], ["info", "order 4712"]);
});
