import assert from "node:assert/strict";
import { EventBus } from "../../src/bus/bus.ts";
import type { LineFilter } from "../../src/model/line.ts";
import type { BusEvent, CallEvent } from "../../src/model/event.ts";
import { callEvent } from "../support/events.ts";

const event = (line: string): CallEvent => callEvent({ line });

function recorder() {
  const heard: string[] = [];
  return {
    heard,
    listener: (event: BusEvent) =>
      void heard.push(event.type === "provider" ? event.state : event.line),
  };
}

const only = (lines: string[]): LineFilter => ({ line }) => lines.includes(line);

/** The numbers of the events after `seq`. */
function sinceOf(bus: EventBus, seq: number): number[] | string {
  const events = bus.since(seq);
  return typeof events === "string" ? events : events.map((event) => event.seq);
}

const unexpected = (error: unknown) => {
  throw error;
};

Deno.test("a listener to every line gets all events in order", () => {
  const bus = new EventBus(unexpected);
  const { heard, listener } = recorder();
  bus.subscribe(listener);
  for (const line of ["201", "202", "201"]) bus.publish(event(line));
  assert.deepEqual(heard, ["201", "202", "201"]);
});

Deno.test("a listener to some lines gets only those, and each event once", () => {
  const bus = new EventBus(unexpected);
  const { heard, listener } = recorder();
  bus.subscribe(listener, only(["201", "203"]));
  for (const line of ["201", "202", "203"]) bus.publish(event(line));
  assert.deepEqual(heard, ["201", "203"]);
});

Deno.test("a disposed listener gets nothing more, and the others still do", () => {
  const bus = new EventBus(unexpected);
  const [a, b] = [recorder(), recorder()];
  const subscriptions = [bus.subscribe(a.listener, only(["201"])), bus.subscribe(a.listener)];
  bus.subscribe(b.listener, only(["201"]));
  for (const subscription of subscriptions) subscription[Symbol.dispose]();
  bus.publish(event("201"));
  assert.deepEqual([a.heard, b.heard], [[], ["201"]]);
});

Deno.test("one listener may stop listening, itself and another, while an event is delivered", () => {
  const bus = new EventBus(unexpected);
  const late = recorder();
  const first: Disposable = bus.subscribe(() => {
    first[Symbol.dispose]();
    second[Symbol.dispose]();
  });
  const second: Disposable = bus.subscribe(late.listener);
  bus.publish(event("201"));
  bus.publish(event("201"));
  assert.deepEqual(late.heard, []);
});

Deno.test("a listener that throws is reported, and the others and the publisher do not notice", () => {
  const reported: unknown[] = [];
  const bus = new EventBus((error) => reported.push(error));
  const { heard, listener } = recorder();
  const failure = new Error("listener failed");
  bus.subscribe(() => {
    throw failure;
  });
  bus.subscribe(listener);
  bus.publish(event("201"));
  assert.deepEqual(heard, ["201"]);
  assert.deepEqual(reported, [failure]);
});

Deno.test("events are numbered without a gap, whoever listens", () => {
  const bus = new EventBus(unexpected);
  const numbers: number[] = [];
  bus.publish(event("201"));
  bus.subscribe(({ seq }) => numbers.push(seq), only(["202"]));
  for (const line of ["202", "201", "202"]) bus.publish(event(line));
  assert.deepEqual(numbers, [2, 4]);
  assert.equal(bus.seq, 4);
});

Deno.test("a listener with a predicate gets its lines, including later ones, and is asked once", () => {
  const bus = new EventBus(unexpected);
  const { heard, listener } = recorder();
  bus.publish(event("201"));
  const asked: string[] = [];
  const subscription = bus.subscribe(listener, ({ line }) => {
    asked.push(line);
    return line.startsWith("2");
  });
  for (const line of ["201", "301", "202", "301", "202"]) bus.publish(event(line));
  assert.deepEqual(heard, ["201", "202", "202"]);
  assert.deepEqual(asked.sort(), ["201", "202", "301"]);
  subscription[Symbol.dispose]();
  for (const line of ["201", "203"]) bus.publish(event(line));
  assert.deepEqual(heard, ["201", "202", "202"]);
});

Deno.test("events that concern every line go to everyone", () => {
  const bus = new EventBus(unexpected);
  const [all, some, choosing] = [recorder(), recorder(), recorder()];
  bus.subscribe(all.listener);
  bus.subscribe(some.listener, only(["201"]));
  bus.subscribe(choosing.listener, () => false);
  bus.publish({ type: "provider", atMs: 0, state: "down" });
  assert.deepEqual([all.heard, some.heard, choosing.heard], [["down"], ["down"], ["down"]]);
});

Deno.test("the latest events are remembered, and it is reported when they do not reach back", () => {
  const bus = new EventBus(unexpected, 3);
  const since = (seq: number) => sinceOf(bus, seq);
  assert.deepEqual(since(0), []);
  assert.equal(since(1), "ahead");
  for (let published = 0; published < 5; published++) bus.publish(event("201"));
  assert.equal(since(1), "gone");
  assert.deepEqual(since(2), [3, 4, 5]);
  assert.deepEqual(since(4), [5]);
  assert.deepEqual(since(5), []);
  assert.equal(since(6), "ahead");
  const forgetful = new EventBus(unexpected, 0);
  assert.deepEqual(sinceOf(forgetful, 0), []);
  forgetful.publish(event("201"));
  assert.equal(sinceOf(forgetful, 0), "gone");
  assert.deepEqual(sinceOf(forgetful, 1), []);
});

Deno.test("a shared sequence goes on under its own numbers, with its gaps", () => {
  const bus = new EventBus(unexpected, 3);
  const { heard, listener } = recorder();
  bus.subscribe(listener);
  const numbered = (seq: number): BusEvent => ({ ...event(String(seq)), seq });
  bus.share({ epoch: "e", seq: 12, completeAfter: 5, events: [numbered(7), numbered(11)] });
  assert.deepEqual([bus.epoch, bus.seq, bus.isShared], ["e", 12, true]);
  assert.deepEqual(sinceOf(bus, 4), "gone");
  assert.deepEqual(sinceOf(bus, 5), [7, 11]);
  assert.deepEqual(sinceOf(bus, 7), [11]);
  assert.deepEqual(sinceOf(bus, 9), [11]);
  bus.follow(14, event("14"));
  bus.follow(15, undefined);
  assert.equal(bus.seq, 15);
  assert.deepEqual(sinceOf(bus, 12), [14]);
  assert.deepEqual(sinceOf(bus, 15), []);
  bus.follow(20, event("20"));
  // The event 7 is forgotten: after 6 something is missing, after 7 nothing is.
  assert.deepEqual([sinceOf(bus, 6), sinceOf(bus, 7)], ["gone", [11, 14, 20]]);
  assert.deepEqual(heard, ["14", "20"]);
  assert.throws(() => bus.follow(20, event("20")), RangeError);
});

Deno.test("lines that share an extension are two, each with listeners of its own", () => {
  const bus = new EventBus(unexpected);
  const [one, both] = [recorder(), recorder()];
  bus.subscribe(one.listener, ({ permanentId }) => permanentId === "p:2");
  bus.subscribe(both.listener, only(["201"]));
  for (const [line, permanentId] of [["201", "p:1"], ["201", "p:2"], ["202", "p:3"]] as const) {
    bus.publish(callEvent({ line, permanentId }));
  }
  assert.deepEqual([one.heard, both.heard], [["201"], ["201", "201"]]);
});
