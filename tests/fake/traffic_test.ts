/** The random calls: what a page meets over a few minutes. */
import assert from "node:assert/strict";
import { CARDS } from "../../src/fake/scenarios/cards.ts";
import type { FakeTapiOptions } from "../../src/fake/library.ts";
import {
  LINECALLORIGIN,
  LINECALLPARTYID,
  LINECALLREASON,
  LINECALLSTATE,
} from "../../src/tapi/constants.ts";
import { originName, reasonName, TapiApp } from "../support/wire.ts";

const MINUTE_MS = 60_000;

async function watch(minutes: number, options: FakeTapiOptions = {}): Promise<TapiApp> {
  const app = await TapiApp.start({ polite: false, callsPerMinute: 12, seed: 42, ...options });
  await app.run(minutes * MINUTE_MS);
  return app;
}

Deno.test("ten minutes show every state, origin and reason", async () => {
  const app = await watch(10);
  const seen = {
    states: new Set(app.states.map(({ state }) => state)),
    origins: new Set(app.states.map(({ info }) => originName(info))),
    reasons: new Set(app.states.map(({ info }) => reasonName(info))),
    callerIdFlags: new Set(app.states.map(({ info }) => info.dwCallerIDFlags)),
  };
  assert.deepEqual(seen.states, new Set(Object.keys(LINECALLSTATE)));
  assert.deepEqual(seen.origins, new Set(Object.keys(LINECALLORIGIN)));
  assert.deepEqual(seen.reasons, new Set(Object.keys(LINECALLREASON)));
  const { ADDRESS, BLOCKED, NAME, UNKNOWN } = LINECALLPARTYID;
  for (const flags of [ADDRESS, ADDRESS | NAME, BLOCKED, UNKNOWN]) {
    assert.ok(seen.callerIdFlags.has(flags), `no caller id with flags ${flags}`);
  }
  const first = app.states.map(({ call }) => call).filter((call, i, all) => all.indexOf(call) === i)
    .map((call) => app.statesOf(call)[0]);
  assert.ok(first.includes("CONNECTED"), "a call without OFFERING");
  await app.shutdown();
});

Deno.test("a round of the deck fits into a few minutes", () => {
  const calls = CARDS.reduce((sum, { count }) => sum + count, 0);
  assert.ok(calls <= 50, `${calls} calls`);
});

Deno.test("something rings within a second", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const app = await TapiApp.start({ callsPerMinute: 12, seed });
    await app.run(1000);
    assert.equal(app.states[0]?.state, "OFFERING");
    await app.shutdown();
  }
});

Deno.test("the rate is kept, and every call ends", async () => {
  const app = await watch(10);
  const calls = new Set(app.states.map(({ info }) => info.dwCallID)).size;
  assert.ok(calls > 100 && calls < 260, `${calls} legs of 120 calls`);
  const old = app.clock.nowMs() - MINUTE_MS;
  const { extensions, legs } = app.tapi.exchange;
  for (const extension of extensions.values()) {
    for (const leg of legs.of(extension)) {
      assert.ok(leg.stateSinceMs > old, "a call that was forgotten");
    }
  }
  await app.shutdown();
  assert.equal(app.clock.pendingTimers, 0);
});

Deno.test("no extension has two active calls at a time", async () => {
  const app = await TapiApp.start({ callsPerMinute: 120, seed: 3 });
  const { extensions, legs } = app.tapi.exchange;
  for (let second = 0; second < 180; second++) {
    await app.run(1000);
    for (const [line] of app.lines) {
      const active = [...legs.of(extensions.get(line)!)].filter(({ state }) =>
        state === LINECALLSTATE.CONNECTED
      );
      assert.ok(active.length <= 1, `${line} has ${active.length}`);
    }
  }
  await app.shutdown();
});

Deno.test("a call's states are reported in an order that a call can have", async () => {
  const app = await watch(10);
  for (const call of new Set(app.states.map(({ call }) => call))) {
    const states = app.statesOf(call);
    const idle = states.indexOf("IDLE");
    assert.ok(idle === -1 || idle === states.length - 1, states.join());
    assert.ok(states.every((state, i) => state !== states[i - 1]), states.join());
  }
  await app.shutdown();
});

Deno.test("a withheld number stays withheld through every transfer", async () => {
  const app = await watch(20);
  const secret = new Set(
    app.states.filter(({ info }) => info.dwCallerIDFlags & LINECALLPARTYID.BLOCKED)
      .map(({ info }) => info.dwCallID),
  );
  assert.ok(secret.size > 5);
  for (const { info } of app.states.filter(({ info }) => secret.has(info.dwCallID))) {
    const { BLOCKED } = LINECALLPARTYID;
    assert.ok(info.dwCallerIDFlags & BLOCKED);
    if (info.ConnectedID !== "") assert.ok(info.dwConnectedIDFlags & BLOCKED);
  }
  await app.shutdown();
});

Deno.test("the same seed makes the same calls, another one others", async () => {
  const story = async (seed: number) => {
    const app = await watch(3, { seed });
    await app.shutdown();
    return app.states.map(({ line, state, info }) => `${line} ${state} ${info.CallerID}`).join();
  };
  assert.equal(await story(7), await story(7));
  assert.notEqual(await story(7), await story(8));
});

Deno.test("rate 0 is silent", async () => {
  const app = await watch(10, { callsPerMinute: 0 });
  assert.equal(app.messages.length, 0);
  assert.equal(app.clock.pendingTimers, 0);
  await app.shutdown();
});

Deno.test("pretend people leave a call to the client that has answered it", async () => {
  const app = await TapiApp.start({ callsPerMinute: 12 });
  await app.run(1000);
  const { call } = app.states[0]!;
  await app.own(call);
  assert.equal(await app.ask(app.tapi.lineAnswer(call, null, 0)), 0);
  assert.equal(await app.ask(app.tapi.lineHold(call), 30_000), 0);
  assert.equal(app.statesOf(call).at(-1), "ONHOLD", "the script would have dropped it");
  await app.run(35_000);
  assert.equal(app.statesOf(call).at(-1), "IDLE", "but the caller does not wait for ever");
  await app.shutdown();
});

Deno.test("a thousand extensions carry thousands of calls a minute", async () => {
  const app = await TapiApp.start({ extensions: 1000, callsPerMinute: 6000 });
  await app.run(20_000);
  const calls = new Set(app.states.map(({ call }) => call)).size;
  assert.ok(calls > 1500, `${calls} legs in 20 s`);
  await app.shutdown();
});
