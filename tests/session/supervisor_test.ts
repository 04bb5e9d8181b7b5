/**
 * The supervisor over the fake exchange, whose functions fail or hang for hours by a clock that the
 * test moves.
 */
import assert from "node:assert/strict";
import { createFakeTapi } from "../../src/fake/library.ts";
import { parseScenario } from "../../src/fake/scenarios/scenario.ts";
import type { Signal } from "../../src/session/signals.ts";
import { Supervisor } from "../../src/session/supervisor.ts";
import { LINE, LINEERR } from "../../src/tapi/constants.ts";
import { ManualClock } from "../support/clock.ts";
import { LogRecorder } from "../support/log.ts";
import { TroubledTapi } from "../support/troubled.ts";

const LINES = 3;
/** The fake exchange's first device is none for telephony. */
const DEVICE_OF_201 = 1;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Looked at so often, when something is waited for. */
const STEP_MS = 100;

/** A call that rings on 201 and is answered. */
const ONE_CALL = parseScenario(
  JSON.stringify({
    step: [
      { atMs: 1000, do: "ring", call: "a", to: 201, from: "+441632960001" },
      { atMs: 2000, do: "answer", call: "a" },
    ],
  }),
  "one call",
);

class Supervised implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly fake = createFakeTapi({
    extensions: LINES,
    scenario: ONE_CALL,
    polite: true,
    seed: 1,
    clock: this.clock,
  });
  readonly tapi = new TroubledTapi(this.fake);
  readonly signals: Signal[] = [];
  readonly supervisor = new Supervisor({
    library: this.tapi.library,
    blockingThreads: 32,
    clock: this.clock,
    wanted: () => true,
    replyTimeoutMs: 10_000,
    onSignal: (signal) => this.signals.push(signal),
    // The shortest pauses that jitter can bring.
    random: () => 0,
  });

  /** Starts, and waits until the call is up. */
  static async withCall(): Promise<Supervised> {
    const supervised = new Supervised();
    void supervised.supervisor.start();
    await supervised.until(() => supervised.heard("CONNECTED"));
    return supervised;
  }

  /** Whether a state was signalled, or that the call was lost. */
  heard(state: string): boolean {
    return this.signals.some((signal) =>
      signal.kind === "call-state" ? signal.state === state : signal.kind === state
    );
  }

  get openLines(): number {
    return [...this.supervisor.session?.lines ?? []].filter(({ device }) =>
      device.status === "open"
    )
      .length;
  }

  /** TAPI's message LINE_CREATE or LINE_REMOVE comes. */
  tellOf201(dwMessageID: number): void {
    this.supervisor.session?.messages.handle({
      ...{ hDevice: 0, dwMessageID, dwCallbackInstance: 0 },
      ...{ dwParam1: DEVICE_OF_201, dwParam2: 0, dwParam3: 0 },
    });
  }

  pass(ms: number): Promise<void> {
    return this.clock.advanceAsync(ms);
  }

  /** Lets time pass until `reached`. @returns How long that took. */
  async until(reached: () => boolean): Promise<number> {
    const startMs = this.clock.uptimeMs();
    while (!reached()) {
      assert(this.clock.uptimeMs() - startMs < HOUR_MS, "it did not come within an hour");
      await this.pass(STEP_MS);
    }
    return this.clock.uptimeMs() - startMs;
  }

  /** Stops. @returns How long that took. */
  async stop(): Promise<number> {
    let stopped = false;
    void this.supervisor.stop().then(() => stopped = true);
    return await this.until(() => stopped);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.tapi.heal();
    await this.stop();
  }
}

Deno.test("a service that is away for an hour is asked twice a minute, and told of once", async () => {
  await using log = await LogRecorder.start();
  await using supervised = new Supervised();
  const { tapi, supervisor } = supervised;
  tapi.fail(LINEERR.SERVICE_NOT_RUNNING);
  void supervisor.start();
  await supervised.pass(HOUR_MS);
  assert(tapi.callsOf() > 60, `${tapi.callsOf()} calls`);
  assert(tapi.callsOf() < 200, `${tapi.callsOf()} calls`);
  assert.equal(log.count(/TAPI is not available: .*SERVICE_NOT_RUNNING/), 1);
  tapi.heal();
  assert(await supervised.until(() => supervised.openLines === LINES) < MINUTE_MS);
  assert.equal(log.count(/TAPI is available again/), 1);
});

Deno.test("every function failing at once ends the calls, costs little, and is lived through", async () => {
  await using supervised = await Supervised.withCall();
  const { tapi } = supervised;
  tapi.fail(LINEERR.OPERATIONFAILED);
  assert(await supervised.until(() => supervised.heard("call-lost")) < MINUTE_MS);
  const before = tapi.callsOf();
  await supervised.pass(HOUR_MS);
  const calls = tapi.callsOf() - before;
  assert(calls < 200, `${calls} calls`);
  tapi.heal();
  await supervised.until(() => supervised.openLines === LINES);
});

Deno.test("lineGetMessage alone failing at once is no spin, and is lived through", async () => {
  await using supervised = await Supervised.withCall();
  const { tapi } = supervised;
  tapi.fail(LINEERR.OPERATIONFAILED, ["lineGetMessage", "lineGetMessageNow"]);
  await supervised.until(() => supervised.heard("call-lost"));
  const before = tapi.callsOf();
  await supervised.pass(HOUR_MS);
  // A session lasts 10 s, and after the first ones half a minute passes before the next.
  const callsEachSecond = (tapi.callsOf() - before) / (HOUR_MS / SECOND_MS);
  assert(callsEachSecond < 3, `${callsEachSecond} calls a second`);
  tapi.heal();
  await supervised.until(() => supervised.openLines === LINES);
  await supervised.pass(MINUTE_MS);
  assert.equal(supervised.openLines, LINES);
});

Deno.test("a service that answers no probe any more is begun anew, although no message tells", async () => {
  await using supervised = await Supervised.withCall();
  const { tapi } = supervised;
  tapi.fail(LINEERR.OPERATIONFAILED, ["lineNegotiateAPIVersion", "lineGetLineDevStatusW"]);
  const tookMs = await supervised.until(() => tapi.callsOf("lineInitializeExW") === 2);
  assert(tookMs > 30 * SECOND_MS && tookMs < 2 * MINUTE_MS, `${tookMs} ms`);
  assert(supervised.heard("call-lost"));
});

Deno.test("lines that cannot be opened are tried every minute, and each is told of once", async () => {
  await using log = await LogRecorder.start();
  await using supervised = new Supervised();
  const { tapi, supervisor } = supervised;
  tapi.fail(LINEERR.RESOURCEUNAVAIL, ["lineOpenW"]);
  void supervisor.start();
  await supervised.pass(HOUR_MS);
  const attempts = tapi.callsOf("lineOpenW") / LINES;
  assert(attempts > 50 && attempts < 100, `${attempts} attempts`);
  assert.equal(log.count(/cannot be opened: .*LINEERR_RESOURCEUNAVAIL/), LINES);
  assert.equal(log.count(/No line is open, of \d+ TAPI devices/), 1);
  tapi.heal();
  await supervised.until(() => supervised.openLines === LINES);
  assert.equal(log.count(/is open again/), LINES);
});

Deno.test("a function that does not return is told of once, with its line, and once when it has", async () => {
  await using log = await LogRecorder.start();
  await using supervised = new Supervised();
  const { tapi, supervisor } = supervised;
  tapi.hang("lineGetCallInfoW");
  void supervisor.start();
  const tookMs = await supervised.until(() => supervisor.hanging.length > 0);
  assert(tookMs >= 5 * SECOND_MS, `${tookMs} ms`);
  await supervised.pass(MINUTE_MS);
  const [{ fn, line } = {}, ...others] = supervisor.hanging;
  assert.deepEqual([fn, line, others], ["lineGetCallInfoW", "201", []]);
  assert.equal(log.count(/lineGetCallInfoW has not returned for 5 s, line 201/), 1);
  tapi.release("lineGetCallInfoW");
  await supervised.until(() => supervised.heard("CONNECTED"));
  await supervised.pass(2 * SECOND_MS);
  assert.deepEqual(supervisor.hanging, []);
  assert.equal(log.count(/lineGetCallInfoW has returned/), 1);
});

Deno.test("a line that was closed before lineOpen returned is not closed, though its device came again", async () => {
  await using supervised = new Supervised();
  const { tapi, supervisor } = supervised;
  tapi.hang("lineOpenW", "after its work");
  void supervisor.start();
  await supervised.until(() => tapi.callsOf("lineOpenW") === LINES);
  supervised.tellOf201(LINE.REMOVE);
  supervised.tellOf201(LINE.CREATE);
  await supervised.until(() => tapi.callsOf("lineOpenW") === LINES + 1);
  supervised.fake.forceClose("201");
  await supervised.pass(STEP_MS);
  tapi.release("lineOpenW");
  await supervised.until(() => supervised.openLines === LINES);
  assert.equal(tapi.callsOf("lineClose"), 0);
});

Deno.test("a line whose device is gone before it is open is told as closed, not as opening", async () => {
  await using supervised = new Supervised();
  const { tapi, supervisor } = supervised;
  tapi.hang("lineOpenW");
  void supervisor.start();
  await supervised.until(() => tapi.callsOf("lineOpenW") === LINES);
  tapi.fail(LINEERR.BADDEVICEID, ["lineNegotiateAPIVersion"]);
  supervised.tellOf201(LINE.CREATE);
  await supervised.pass(STEP_MS);
  tapi.release("lineOpenW");
  await supervised.until(() => supervised.openLines === LINES - 1);
  const [line] = [...supervisor.session?.lines ?? []].filter(({ name }) => name === "201");
  assert.equal(line?.device.status, "closed");
});

for (const fn of ["lineGetLineDevStatusW", "lineNegotiateAPIVersion"] as const) {
  Deno.test(`probes do not pile up behind ${fn} that does not return`, async () => {
    await using supervised = await Supervised.withCall();
    const { tapi, supervisor } = supervised;
    tapi.hang(fn);
    await supervised.pass(HOUR_MS);
    assert(supervisor.hanging.length <= LINES, `${supervisor.hanging.length} threads hang`);
    tapi.release(fn);
    await supervised.pass(MINUTE_MS);
    assert.deepEqual(supervisor.hanging, []);
    assert.equal(supervised.openLines, LINES);
  });
}

Deno.test("questions about a call do not pile up in a line that hangs", async () => {
  await using supervised = await Supervised.withCall();
  const { tapi } = supervised;
  tapi.hang("lineGetCallStatus");
  const before = tapi.callsOf("lineGetCallStatus");
  await supervised.pass(HOUR_MS);
  assert.equal(tapi.callsOf("lineGetCallStatus"), before + 1);
  tapi.release("lineGetCallStatus");
  await supervised.pass(STEP_MS);
  assert.equal(tapi.callsOf("lineGetCallStatus"), before + 1);
});

for (const fn of ["lineClose", "lineDeallocateCall", "lineShutdown", "lineGetMessage"] as const) {
  Deno.test(`stopping takes less than 5 s where ${fn} does not return`, async () => {
    await using supervised = await Supervised.withCall();
    supervised.tapi.hang(fn);
    // The lineGetMessage that waits already returns within its second.
    await supervised.pass(2 * SECOND_MS);
    const tookMs = await supervised.stop();
    assert(tookMs < 5 * SECOND_MS, `${tookMs} ms`);
    supervised.tapi.release(fn);
  });
}

Deno.test("stopping takes less than 5 s where TAPI never comes up", async () => {
  const supervised = new Supervised();
  supervised.tapi.hang("lineInitializeExW");
  void supervised.supervisor.start();
  await supervised.until(() => supervised.supervisor.hanging.length > 0);
  assert.equal(supervised.supervisor.hanging[0]?.fn, "lineInitializeExW");
  assert(await supervised.stop() < 5 * SECOND_MS);
});
