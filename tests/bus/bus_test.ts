import assert from "node:assert/strict";
import { EventBus } from "../../src/bus/bus.ts";
import type { BusEvent, LineEvent } from "../../src/bus/events.ts";

const event = (line: string): LineEvent => ({ type: "line", atMs: 0, line, status: "open" });

function recorder() {
  const heard: string[] = [];
  return { heard, listener: (event: BusEvent) => void heard.push(event.line) };
}

const unexpected = (error: unknown) => {
  throw error;
};

Deno.test("who listens to every line hears all events in order", () => {
  const bus = new EventBus(unexpected);
  const { heard, listener } = recorder();
  bus.subscribe(listener);
  for (const line of ["201", "202", "201"]) bus.publish(event(line));
  assert.deepEqual(heard, ["201", "202", "201"]);
});

Deno.test("who listens to some lines hears those only, and each event once", () => {
  const bus = new EventBus(unexpected);
  const { heard, listener } = recorder();
  bus.subscribe(listener, ["201", "203", "201"]);
  for (const line of ["201", "202", "203"]) bus.publish(event(line));
  assert.deepEqual(heard, ["201", "203"]);
});

Deno.test("after disposal nothing is heard, and the others hear on", () => {
  const bus = new EventBus(unexpected);
  const [a, b] = [recorder(), recorder()];
  const subscriptions = [bus.subscribe(a.listener, ["201"]), bus.subscribe(a.listener)];
  bus.subscribe(b.listener, ["201"]);
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
