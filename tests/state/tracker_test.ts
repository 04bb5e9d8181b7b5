import assert from "node:assert/strict";
import { Tracker } from "../../src/state/tracker.ts";
import type { LineIdentity, LineStatus } from "../../src/model/line.ts";
import { strictBus } from "../support/events.ts";
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
  return { line, name: `Line ${line}`, permanentId, provider: "p" };
}

Deno.test("the provider is told once for each change, and is begun before anything was said", () => {
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

Deno.test("a line that comes back before its end was told is closed first", () => {
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
      disconnect: undefined,
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

Deno.test("whoever listens finds the state as the event has it", () => {
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
