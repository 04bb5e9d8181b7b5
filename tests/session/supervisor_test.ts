/**
 * The supervisor over the fake exchange, whose functions fail or hang for hours by a clock that the
 * test moves.
 */
import assert from "node:assert/strict";
import { LINE, LINEERR } from "../../src/tapi/constants.ts";
import { LogRecorder } from "../support/log.ts";
import { step, Telephony } from "../support/session.ts";

const LINES = 3;
/** The fake exchange's first device is not for telephony. */
const DEVICE_OF_201 = 1;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Looked at so often, when something is waited for. */
const STEP_MS = 100;

/** A call that rings on 201 and is answered. */
const WITH_CALL = {
  extensions: LINES,
  scenario: step(1000, "ring", { call: "a", to: "201", from: "+441632960001" }) +
    step(2000, "answer", { call: "a" }),
};

/** Starts, and waits until the call is up. */
async function withCall(): Promise<Telephony> {
  const telephony = new Telephony(WITH_CALL);
  void telephony.supervisor.start();
  await telephony.until(() => heard(telephony, "CONNECTED"));
  return telephony;
}

/** Whether a state was signalled, or that the call was lost. */
function heard({ signals }: Telephony, state: string): boolean {
  return signals.some((signal) =>
    signal.kind === "call-state" ? signal.state === state : signal.kind === state
  );
}

function openLines({ supervisor }: Telephony): number {
  const lines = [...supervisor.session?.lines ?? []];
  return lines.filter(({ device }) => device.status === "open").length;
}

/** TAPI's message LINE_CREATE or LINE_REMOVE comes. */
function tellOf201({ session }: Telephony, dwMessageID: number): void {
  session.messages.handle({
    ...{ hDevice: 0, dwMessageID, dwCallbackInstance: 0 },
    ...{ dwParam1: DEVICE_OF_201, dwParam2: 0, dwParam3: 0 },
  });
}

Deno.test("a service that is away for an hour is asked twice a minute, and logged once", async () => {
  await using log = await LogRecorder.start();
  await using telephony = new Telephony(WITH_CALL);
  const { tapi, supervisor } = telephony;
  tapi.fail(LINEERR.SERVICE_NOT_RUNNING);
  void supervisor.start();
  await telephony.clock.advanceAsync(HOUR_MS);
  assert(tapi.callsOf() > 60, `${tapi.callsOf()} calls`);
  assert(tapi.callsOf() < 200, `${tapi.callsOf()} calls`);
  assert.equal(log.count(/TAPI is not available: .*SERVICE_NOT_RUNNING/), 1);
  tapi.heal();
  assert(await telephony.until(() => openLines(telephony) === LINES) < MINUTE_MS);
  assert.equal(log.count(/TAPI is available again/), 1);
});

Deno.test("every function failing at once ends the calls, costs little, and is lived through", async () => {
  await using telephony = await withCall();
  const { tapi } = telephony;
  tapi.fail(LINEERR.OPERATIONFAILED);
  assert(await telephony.until(() => heard(telephony, "call-lost")) < MINUTE_MS);
  const before = tapi.callsOf();
  await telephony.clock.advanceAsync(HOUR_MS);
  const calls = tapi.callsOf() - before;
  assert(calls < 200, `${calls} calls`);
  tapi.heal();
  await telephony.until(() => openLines(telephony) === LINES);
});

Deno.test("lineGetMessage alone failing at once is no spin, and is lived through", async () => {
  await using telephony = await withCall();
  const { tapi } = telephony;
  tapi.fail(LINEERR.OPERATIONFAILED, ["lineGetMessage", "lineGetMessageNow"]);
  await telephony.until(() => heard(telephony, "call-lost"));
  const before = tapi.callsOf();
  await telephony.clock.advanceAsync(HOUR_MS);
  // A session lasts 10 s, and after the first ones half a minute passes before the next.
  const callsEachSecond = (tapi.callsOf() - before) / (HOUR_MS / SECOND_MS);
  assert(callsEachSecond < 3, `${callsEachSecond} calls a second`);
  tapi.heal();
  await telephony.until(() => openLines(telephony) === LINES);
  await telephony.clock.advanceAsync(MINUTE_MS);
  assert.equal(openLines(telephony), LINES);
});

Deno.test("a service that stops answering probes is restarted, although no message reports it", async () => {
  await using telephony = await withCall();
  const { tapi } = telephony;
  tapi.fail(LINEERR.OPERATIONFAILED, ["lineNegotiateAPIVersion", "lineGetLineDevStatusW"]);
  const tookMs = await telephony.until(() => tapi.callsOf("lineInitializeExW") === 2);
  assert(tookMs > 30 * SECOND_MS && tookMs < 2 * MINUTE_MS, `${tookMs} ms`);
  assert(heard(telephony, "call-lost"));
});

Deno.test("lines that cannot be opened are retried every minute, and each is logged once", async () => {
  await using log = await LogRecorder.start();
  await using telephony = new Telephony(WITH_CALL);
  const { tapi, supervisor } = telephony;
  tapi.fail(LINEERR.RESOURCEUNAVAIL, ["lineOpenW"]);
  void supervisor.start();
  await telephony.clock.advanceAsync(HOUR_MS);
  const attempts = tapi.callsOf("lineOpenW") / LINES;
  assert(attempts > 50 && attempts < 100, `${attempts} attempts`);
  assert.equal(log.count(/cannot be opened: .*LINEERR_RESOURCEUNAVAIL/), LINES);
  assert.equal(log.count(/No line is open, of \d+ TAPI devices/), 1);
  tapi.heal();
  await telephony.until(() => openLines(telephony) === LINES);
  // Events of several lines are collected.
  await telephony.pass(SECOND_MS);
  assert.equal(log.count(/is open again/), LINES);
});

Deno.test("a function that does not return is logged once, with its line, and once when it has", async () => {
  await using log = await LogRecorder.start();
  await using telephony = new Telephony(WITH_CALL);
  const { tapi, supervisor } = telephony;
  tapi.hang("lineGetCallInfoW");
  void supervisor.start();
  const tookMs = await telephony.until(() => supervisor.hanging.length > 0);
  assert(tookMs >= 5 * SECOND_MS, `${tookMs} ms`);
  await telephony.clock.advanceAsync(MINUTE_MS);
  const [{ fn, line } = {}, ...others] = supervisor.hanging;
  assert.deepEqual([fn, line, others], ["lineGetCallInfoW", "201", []]);
  assert.equal(log.count(/lineGetCallInfoW has not returned for 5 s, line 201/), 1);
  tapi.release("lineGetCallInfoW");
  await telephony.until(() => heard(telephony, "CONNECTED"));
  await telephony.clock.advanceAsync(2 * SECOND_MS);
  assert.deepEqual(supervisor.hanging, []);
  assert.equal(log.count(/lineGetCallInfoW has returned/), 1);
});

Deno.test("a line that was closed before lineOpen returned is not closed, though its device came again", async () => {
  await using telephony = new Telephony(WITH_CALL);
  const { tapi, supervisor } = telephony;
  tapi.hang("lineOpenW", "after its work");
  void supervisor.start();
  await telephony.until(() => tapi.callsOf("lineOpenW") === LINES);
  tellOf201(telephony, LINE.REMOVE);
  tellOf201(telephony, LINE.CREATE);
  await telephony.until(() => tapi.callsOf("lineOpenW") === LINES + 1);
  telephony.fake.forceClose("201");
  await telephony.clock.advanceAsync(STEP_MS);
  tapi.release("lineOpenW");
  await telephony.until(() => openLines(telephony) === LINES);
  assert.equal(tapi.callsOf("lineClose"), 0);
});

Deno.test("a line whose device is gone before it is open is reported as closed, not as opening", async () => {
  await using telephony = new Telephony(WITH_CALL);
  const { tapi, supervisor } = telephony;
  tapi.hang("lineOpenW");
  void supervisor.start();
  await telephony.until(() => tapi.callsOf("lineOpenW") === LINES);
  tapi.fail(LINEERR.BADDEVICEID, ["lineNegotiateAPIVersion"]);
  tellOf201(telephony, LINE.CREATE);
  await telephony.clock.advanceAsync(STEP_MS);
  tapi.release("lineOpenW");
  await telephony.until(() => openLines(telephony) === LINES - 1);
  const [line] = [...supervisor.session?.lines ?? []].filter(({ name }) => name === "201");
  assert.equal(line?.device.status, "failed");
});

for (const fn of ["lineGetLineDevStatusW", "lineNegotiateAPIVersion"] as const) {
  Deno.test(`probes do not pile up behind ${fn} that does not return`, async () => {
    await using telephony = await withCall();
    const { tapi, supervisor } = telephony;
    tapi.hang(fn);
    await telephony.clock.advanceAsync(HOUR_MS);
    assert(supervisor.hanging.length <= LINES, `${supervisor.hanging.length} threads hang`);
    tapi.release(fn);
    await telephony.clock.advanceAsync(MINUTE_MS);
    assert.deepEqual(supervisor.hanging, []);
    assert.equal(openLines(telephony), LINES);
  });
}

Deno.test("questions about a call do not pile up in a line that hangs", async () => {
  await using telephony = await withCall();
  const { tapi } = telephony;
  tapi.hang("lineGetCallStatus");
  const before = tapi.callsOf("lineGetCallStatus");
  await telephony.clock.advanceAsync(HOUR_MS);
  assert.equal(tapi.callsOf("lineGetCallStatus"), before + 1);
  tapi.release("lineGetCallStatus");
  await telephony.clock.advanceAsync(STEP_MS);
  assert.equal(tapi.callsOf("lineGetCallStatus"), before + 1);
});

for (const fn of ["lineClose", "lineDeallocateCall", "lineShutdown", "lineGetMessage"] as const) {
  Deno.test(`stopping takes less than 5 s where ${fn} does not return`, async () => {
    await using telephony = await withCall();
    telephony.tapi.hang(fn);
    // The lineGetMessage that waits already returns within its second.
    await telephony.clock.advanceAsync(2 * SECOND_MS);
    const tookMs = await telephony.stop();
    assert(tookMs < 5 * SECOND_MS, `${tookMs} ms`);
    telephony.tapi.release(fn);
  });
}

Deno.test("stopping takes less than 5 s where TAPI never comes up", async () => {
  const telephony = new Telephony(WITH_CALL);
  telephony.tapi.hang("lineInitializeExW");
  void telephony.supervisor.start();
  await telephony.until(() => telephony.supervisor.hanging.length > 0);
  assert.equal(telephony.supervisor.hanging[0]?.fn, "lineInitializeExW");
  assert(await telephony.stop() < 5 * SECOND_MS);
});
