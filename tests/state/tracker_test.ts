import assert from "node:assert/strict";
import { Tracker } from "../../src/state/tracker.ts";
import {
  type CallState,
  type Direction,
  NOBODY,
  partiesOf,
  type Party,
} from "../../src/model/call.ts";
import type { LineIdentity, LineStatus } from "../../src/model/line.ts";
import { shown, strictBus } from "../support/events.ts";
import type { Signal } from "../../src/session/signals.ts";
import { ManualClock } from "../support/clock.ts";
import { Mirror } from "../support/mirror.ts";

function rig() {
  const bus = strictBus();
  const clock = new ManualClock();
  const tracker = new Tracker(bus, clock);
  const mirror = new Mirror(bus, tracker);
  /** What was published since the last look, in short. */
  const told = () => {
    assert.deepEqual(mirror.problems(), []);
    return mirror.events.splice(0).map((event) => {
      if (event.type === "provider") return event.state;
      if (event.type === "line") return `${event.line} ${event.change} ${event.now.status}`;
      return `${event.line} ${event.change} ${event.call.state}`;
    });
  };
  const find = (line: LineIdentity, replaces?: LineIdentity) =>
    tracker.receive({ kind: "line-found", line, replaces });
  const status = (line: LineIdentity, status: LineStatus) =>
    tracker.receive({ kind: "line-status", line, status });
  const provider = (state: "up" | "down" | "restarting") =>
    tracker.receive({ kind: "provider", state });
  return { bus, clock, tracker, mirror, told, find, status, provider };
}

function line(line: string, permanentId = `p:${line}`): LineIdentity {
  return { line, name: `Line ${line}`, permanentId, provider: "p", kind: "extension" };
}

Deno.test("the provider is reported once for each change, and is restarting before the first", () => {
  const { tracker, told, provider } = rig();
  assert.equal(tracker.provider, "restarting");
  for (const state of ["down", "down", "up", "up", "restarting", "down", "up"] as const) {
    provider(state);
    assert.equal(tracker.provider, state);
  }
  assert.deepEqual(told(), ["down", "up", "restarting", "down", "up"]);
});

Deno.test("a line is added, opened, reported of, and removed", () => {
  const { tracker, mirror, told, find, status } = rig();
  const one = line("201");
  find(one);
  status(one, "open");
  status(one, "open");
  const forwards = [{ when: "busy", to: "202" }] as const;
  const can = ["dial"] as const;
  tracker.receive({ kind: "line-report", line: one, forwards, messageWaiting: true, can });
  // The same once more, and nothing at all.
  tracker.receive({ kind: "line-report", line: one, forwards: [...forwards], can });
  tracker.receive({ kind: "line-report", line: one });
  assert.deepEqual(tracker.lines(), [{
    line: "201",
    name: "Line 201",
    permanentId: "p:201",
    provider: "p",
    kind: "extension",
    status: "open",
    forwards: [{ when: "busy", to: "202" }],
    messageWaiting: true,
    can: ["dial"],
  }]);
  assert.equal(mirror.events.length, 5);
  tracker.receive({ kind: "line-removed", line: one });
  status(one, "closed");
  assert.deepEqual(told(), [
    "201 added closed",
    "201 status open",
    "201 forwarding open",
    "201 message_lamp open",
    "201 info open",
    "201 removed closed",
  ]);
  assert.deepEqual(tracker.lines(), []);
});

Deno.test("lines that share an extension stay two lines", () => {
  const { tracker, told, find, status } = rig();
  const [one, other] = [line("201", "p:1"), line("201", "p:2")];
  find(one);
  find(other);
  status(other, "open");
  assert.deepEqual(
    tracker.lines().map(({ permanentId, status }) => [permanentId, status]),
    [["p:1", "closed"], ["p:2", "open"]],
  );
  assert.deepEqual(told(), ["201 added closed", "201 added closed", "201 status open"]);
});

Deno.test("after TAPI was away, lines are themselves again, and those that do not come back go", () => {
  const { tracker, told, find, status, provider } = rig();
  const [stays, goes, renumbered] = [line("201"), line("202"), line("203", "p:203")];
  for (const each of [stays, goes, renumbered]) {
    find(each);
    status(each, "open");
  }
  told();
  provider("restarting");
  for (const each of [stays, goes, renumbered]) status(each, "closed");
  provider("down");
  assert.deepEqual(tracker.lines().map(({ status }) => status), ["closed", "closed", "closed"]);
  provider("up");
  told();
  const again = line("201");
  find(again);
  status(again, "open");
  assert.deepEqual(told(), ["201 status open"]);
  // Signals of the session that is over do not concern it any more.
  status(stays, "closed");
  tracker.receive({ kind: "line-removed", line: stays });
  assert.deepEqual(told(), []);
  find(line("303", "p:203"));
  assert.deepEqual(told(), ["203 removed closed", "303 added closed"]);
  tracker.receive({ kind: "lines-tried" });
  assert.deepEqual(told(), ["202 removed closed"]);
  assert.deepEqual(tracker.lines().map(({ line }) => line), ["201", "303"]);
});

Deno.test("a line that comes back before its end was reported is closed first", () => {
  const { told, find, status, provider } = rig();
  const old = line("201");
  find(old);
  status(old, "open");
  provider("restarting");
  told();
  find({ ...line("201"), name: "Renamed" });
  status(old, "closed");
  assert.deepEqual(told(), ["201 status closed", "201 info closed"]);
});

Deno.test("a line that replaces another of its device is the same, or another, by its id", () => {
  const { told, find } = rig();
  const [first, same, other] = [line("201"), line("201"), line("201", "p:9")];
  find(first);
  find(same, first);
  assert.deepEqual(told(), ["201 added closed"]);
  find(other, same);
  assert.deepEqual(told(), ["201 removed closed", "201 added closed"]);
});

Deno.test("the live calls are there oldest first, by their number, until they end", () => {
  const { tracker, clock, told } = rig();
  const state = (call: number, state: string) =>
    tracker.receive({
      kind: "call-state",
      line: line("201"),
      call: call,
      state: state as never,
      mode: undefined,
      answered: state === "CONNECTED" ? "here" : undefined,
      disconnects: [],
      info: undefined,
      can: [],
    });
  state(7, "OFFERING");
  clock.advance(1000);
  state(3, "DIALTONE");
  state(7, "CONNECTED");
  assert.deepEqual(tracker.calls().map(({ id }) => id), [7, 3]);
  const began = tracker.call(7);
  assert.equal(Number(began?.connectedAtMs) - Number(began?.startedAtMs), 1000);
  state(7, "IDLE");
  tracker.receive({ kind: "call-lost", line: line("201"), call: 3 });
  assert.equal(tracker.call(7), undefined);
  assert.equal(tracker.size, 0);
  assert.deepEqual(told(), [
    "201 new OFFERING",
    "201 new DIALTONE",
    "201 state CONNECTED",
    "201 ended IDLE",
    "201 ended IDLE",
  ]);
});

/** A state of a call that the phone system knows by `callId`. */
function stateOf(
  line: LineIdentity,
  call: number,
  state: CallState,
  { callId = "0x42", direction = "in", caller = NOBODY }: {
    readonly callId?: string;
    readonly direction?: Direction;
    readonly caller?: Party;
  } = {},
): Signal {
  return {
    kind: "call-state",
    line,
    call,
    state,
    mode: undefined,
    answered: state === "CONNECTED" ? "here" : undefined,
    disconnects: [],
    info: {
      callId,
      relatedCallId: "0x0",
      origin: "EXTERNAL",
      reason: "DIRECT",
      direction,
      ...partiesOf(() => NOBODY),
      caller,
    },
    can: [],
  };
}

Deno.test("a call has one key for classic clients from its first event to its last", () => {
  const { tracker, mirror } = rig();
  const one = line("201");
  tracker.receive(stateOf(one, 1, "OFFERING", { callId: "0x600" }));
  tracker.receive(stateOf(one, 1, "CONNECTED", { callId: "0x777" }));
  tracker.receive(stateOf(one, 1, "IDLE", { callId: "0x0" }));
  const ids = mirror.events.map((event) =>
    event.type === "call" ? [event.call.callId, event.call.classicId] : []
  );
  assert.deepEqual(ids, [["0x600", "0x600"], ["0x777", "0x600"], ["0x777", "0x600"]]);
});

Deno.test("the key of a call that has ended is the next call's to have", () => {
  const { tracker } = rig();
  const one = line("201");
  tracker.receive(stateOf(one, 1, "OFFERING"));
  tracker.receive(stateOf(one, 2, "OFFERING"));
  assert.deepEqual(tracker.calls().map(({ classicId }) => classicId), ["0x42", "0x80000000"]);
  tracker.receive({ kind: "call-lost", line: one, call: 1 });
  tracker.receive(stateOf(one, 3, "OFFERING"));
  assert.equal(tracker.call(3)?.classicId, "0x42");
});

const GROUP: LineIdentity = { ...line("110"), kind: "group" };

/** How a call of the group's line has ended, after these signals and its IDLE. */
function groupAfter(...signals: readonly Signal[]): string | undefined {
  const { tracker, mirror, clock } = rig();
  tracker.receive(stateOf(GROUP, 1, "OFFERING"));
  for (const signal of signals) {
    tracker.receive(signal);
    assert.deepEqual(mirror.problems(), []);
  }
  tracker.receive(stateOf(GROUP, 1, "IDLE"));
  // Members may still answer for so long.
  clock.advance(1000);
  const ended = mirror.events.find((event) =>
    event.type === "call" && event.call.id === 1 && event.change === "ended"
  );
  return ended?.type === "call" ? ended.call.unanswered : undefined;
}

Deno.test("a group's call that a member has taken was not missed by the group", () => {
  const member = line("201");
  assert.equal(groupAfter(stateOf(member, 2, "CONNECTED")), "elsewhere");
  // Also where it is over at the member's before it is over at the group's.
  const over = groupAfter(
    stateOf(member, 2, "OFFERING"),
    stateOf(member, 2, "CONNECTED"),
    stateOf(member, 2, "IDLE"),
  );
  assert.equal(over, "elsewhere");
  // A call that is picked up may be heard of there only once it is connected.
  const pickedUp = groupAfter(stateOf(member, 2, "CONNECTED"), stateOf(member, 2, "IDLE"));
  assert.equal(pickedUp, "elsewhere");
  // The group's line may go on ringing for a moment.
  const ringsOn = groupAfter(
    stateOf(member, 2, "CONNECTED"),
    stateOf(member, 2, "IDLE"),
    stateOf(GROUP, 1, "OFFERING"),
  );
  assert.equal(ringsOn, "elsewhere");
});

Deno.test("a group's call that goes on ringing at a member's telephone was not missed by the group", () => {
  assert.equal(groupAfter(stateOf(line("201"), 2, "OFFERING")), "elsewhere");
});

Deno.test("the end of a group's call waits for the members at whose telephones it rings", () => {
  for (const [next, expected] of [["CONNECTED", "elsewhere"], ["IDLE", undefined]] as const) {
    const { tracker, mirror } = rig();
    const ends = () =>
      mirror.events.filter((event) => event.type === "call" && event.change === "ended")
        .map((event) => event.type === "call" ? [event.call.id, event.call.unanswered] : []);
    tracker.receive(stateOf(GROUP, 1, "OFFERING"));
    tracker.receive(stateOf(line("201"), 2, "OFFERING"));
    tracker.receive(stateOf(GROUP, 1, "IDLE"));
    assert.deepEqual(ends(), []);
    assert.deepEqual(tracker.calls().map(({ id }) => id), [1, 2]);
    tracker.receive(stateOf(line("201"), 2, next));
    assert.deepEqual(ends().filter(([id]) => id === 1), [[1, expected]]);
    assert.deepEqual(mirror.problems(), []);
  }
});

Deno.test("a name that comes while the end of a group's call waits is kept", () => {
  const { tracker, mirror, clock } = rig();
  const caller = shown("+441632960001");
  tracker.receive(stateOf(GROUP, 1, "OFFERING", { caller }));
  tracker.receive(stateOf(line("201"), 2, "OFFERING"));
  tracker.receive(stateOf(GROUP, 1, "IDLE"));
  tracker.found(1, caller.number, { name: "Ada", company: "", source: "crm" });
  clock.advance(1000);
  const ended = mirror.events.find((event) => event.type === "call" && event.change === "ended");
  assert(ended?.type === "call");
  assert.equal(ended.call.caller.directory?.name, "Ada");
});

Deno.test("the end of a group's call that waits is not lost when the program stops", () => {
  const { tracker, clock, told } = rig();
  tracker.receive(stateOf(GROUP, 1, "OFFERING"));
  tracker.receive(stateOf(line("201"), 2, "OFFERING"));
  tracker.receive(stateOf(GROUP, 1, "IDLE"));
  told();
  tracker.stop();
  assert.deepEqual(told(), ["110 ended IDLE"]);
  clock.advance(1000);
  assert.deepEqual(told(), []);
});

Deno.test("a group's call that nobody has taken was missed by the group", () => {
  const member = line("201");
  assert.equal(groupAfter(), undefined);
  assert.equal(groupAfter(stateOf(member, 2, "OFFERING"), stateOf(member, 2, "IDLE")), undefined);
});

Deno.test("two groups whose calls end without an answer have both missed them", () => {
  const { tracker, mirror, clock } = rig();
  const other: LineIdentity = { ...line("120"), kind: "group" };
  tracker.receive(stateOf(GROUP, 1, "OFFERING"));
  tracker.receive(stateOf(other, 2, "OFFERING"));
  tracker.receive(stateOf(GROUP, 1, "IDLE"));
  tracker.receive(stateOf(other, 2, "IDLE"));
  const ends = () =>
    mirror.events.flatMap((event) =>
      event.type === "call" && event.change === "ended" ? [event.call.unanswered] : []
    );
  assert.deepEqual(ends(), [undefined, undefined]);
  clock.advance(1000);
  assert.equal(ends().length, 2);
});

Deno.test("another call at a member's telephone is not the group's", () => {
  const member = line("201");
  for (const other of [{ callId: "0x43" }, { callId: "0x0" }]) {
    assert.equal(groupAfter(stateOf(member, 2, "CONNECTED", other)), undefined);
  }
  assert.equal(groupAfter(stateOf(member, 2, "RINGBACK", { direction: "out" })), undefined);
});

Deno.test("calls without an id are not one call, although both have none", () => {
  const { tracker, mirror } = rig();
  tracker.receive(stateOf(GROUP, 1, "OFFERING", { callId: "0x0" }));
  tracker.receive(stateOf(line("201"), 2, "CONNECTED", { callId: "0x0" }));
  tracker.receive(stateOf(GROUP, 1, "IDLE", { callId: "0x0" }));
  const last = mirror.events.at(-1);
  assert(last?.type === "call" && last.call.unanswered === undefined);
});

Deno.test("a member's call that another member has taken is not marked as unanswered", () => {
  const { tracker, mirror } = rig();
  tracker.receive(stateOf(line("201"), 1, "OFFERING"));
  tracker.receive(stateOf(line("202"), 2, "CONNECTED"));
  tracker.receive(stateOf(line("201"), 1, "IDLE"));
  const last = mirror.events.at(-1);
  assert(last?.type === "call" && last.call.unanswered === undefined);
});

Deno.test("listeners find the state as the event has it", () => {
  const { bus, tracker, find, status } = rig();
  const seen: unknown[] = [];
  bus.subscribe((event) => {
    if (event.type === "line") seen.push(tracker.lines().includes(event.now));
  });
  const one = line("201");
  find(one);
  status(one, "open");
  tracker.receive({
    kind: "line-report",
    line: one,
    messageWaiting: true,
    forwards: [{ when: "always", to: "" }],
  });
  assert.deepEqual(seen, [true, true, true, true]);
});
