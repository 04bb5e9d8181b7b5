/** That nobody who sends much keeps the others waiting. */
import assert from "node:assert/strict";
import { socketTurn } from "../../support/patience.ts";
import { Inbox, Turns } from "../../../src/server/net/fair_inbox.ts";

function rig(capacity = 1000) {
  const turns = new Turns();
  const handled: string[] = [];
  const inbox = (name: string) =>
    new Inbox(turns, capacity, (message) => void handled.push(`${name}${message}`));
  return { handled, inbox };
}

Deno.test("a message is handled at once, and ten of one client in a turn; the others wait", async () => {
  const { handled, inbox } = rig();
  const a = inbox("a");
  const b = inbox("b");
  for (let i = 1; i <= 25; i++) assert(a.take(String(i)));
  assert.equal(handled.length, 10);
  assert(b.take("1"));
  assert.equal(handled.at(-1), "b1");
  // Waiting messages come before new ones.
  await socketTurn();
  assert(a.take("26"));
  assert(b.take("2"));
  for (let turn = 0; turn < 3; turn++) await socketTurn();
  const of = (name: string) => handled.filter((entry) => entry.startsWith(name));
  assert.deepEqual(of("a"), Array.from({ length: 26 }, (_, i) => `a${i + 1}`));
  assert.deepEqual(of("b"), ["b1", "b2"]);
});

Deno.test("more than may wait is not taken, and there is room again in time", async () => {
  const { handled, inbox } = rig(5);
  const a = inbox("a");
  for (let i = 1; i <= 15; i++) assert(a.take(String(i)));
  assert.equal(a.take("16"), false);
  await socketTurn();
  assert(a.take("17"));
  await socketTurn();
  assert.deepEqual(handled.at(-1), "a17");
  assert.equal(handled.length, 16);
});
