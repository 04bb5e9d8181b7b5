/** What the session finds out by asking, over the fake exchange whose functions fail as told. */
import assert from "node:assert/strict";
import { LINE, LINECALLSTATE, LINEDEVSTATUSFLAGS, LINEERR } from "../../src/tapi/constants.ts";
import { LINECALLSTATUS, LINEDEVSTATUS } from "../../src/tapi/structs.ts";
import { setU32 } from "../support/answers.ts";
import { step, Telephony } from "../support/session.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const TALK = step(0, "ring", { call: "a", to: "201" }) + step(1000, "answer", { call: "a" });
const PROBED = ["lineNegotiateAPIVersion", "lineGetLineDevStatusW"] as const;

/** Lets time pass until the session is over. @returns How long that took, and why. */
async function over(telephony: Telephony): Promise<{ tookMs: number; reason: string }> {
  const startMs = telephony.clock.nowMs();
  let reason: string | undefined;
  void telephony.session.ended.then((ended) => reason = ended);
  await telephony.until(() => reason !== undefined);
  return { tookMs: telephony.clock.nowMs() - startMs, reason: reason ?? "" };
}

Deno.test("the service is probed every 15 s, by the version and the status of every open line", async () => {
  await using telephony = await Telephony.start({ extensions: 2 });
  const { session: { health }, tapi, clock } = telephony;
  const startMs = clock.uptimeMs();
  assert.equal(health.lastProbeAtMs, undefined);
  const asked = PROBED.map((fn) => tapi.callsOf(fn));
  await telephony.until(() => health.lastProbeAtMs !== undefined);
  const tookMs = health.lastProbeAtMs! - startMs;
  assert(tookMs > 14 * SECOND_MS && tookMs < 16 * SECOND_MS, `${tookMs} ms`);
  assert.deepEqual(PROBED.map((fn, i) => tapi.callsOf(fn) - asked[i]!), [1, 2]);
  const firstMs = health.lastProbeAtMs!;
  await telephony.until(() => health.lastProbeAtMs! > firstMs);
  assert(health.lastProbeAtMs! - firstMs < 16 * SECOND_MS);
});

Deno.test("one probe that says that TAPI is gone is enough", async () => {
  for (const code of [LINEERR.UNINITIALIZED, LINEERR.SERVICE_NOT_RUNNING, LINEERR.REINIT]) {
    await using telephony = await Telephony.start();
    telephony.tapi.fail(code, [PROBED[0]]);
    const { tookMs, reason } = await over(telephony);
    assert(tookMs < 16 * SECOND_MS, `${tookMs} ms`);
    assert.match(reason, /^LINEERR_(?:UNINITIALIZED|SERVICE_NOT_RUNNING|REINIT)$/);
  }
});

Deno.test("probes that fail in a way that may pass must fail three times in a row", async () => {
  await using telephony = await Telephony.start();
  const { tapi, session } = telephony;
  const fail = () => tapi.fail(LINEERR.OPERATIONFAILED, PROBED);
  fail();
  await telephony.pass(35 * SECOND_MS);
  tapi.heal();
  await telephony.pass(15 * SECOND_MS);
  fail();
  await telephony.pass(35 * SECOND_MS);
  assert(!session.over, "two of three, twice");
  const { tookMs, reason } = await over(telephony);
  assert(tookMs < 15 * SECOND_MS, `${tookMs} ms`);
  assert.equal(reason, "LINEERR_OPERATIONFAILED");
});

Deno.test("a service that does not return from a probe has not answered it", async () => {
  await using telephony = await Telephony.start({ extensions: 1 });
  const { tapi } = telephony;
  const asked = PROBED.map((fn) => tapi.callsOf(fn));
  for (const fn of PROBED) tapi.hang(fn);
  const { tookMs } = await over(telephony);
  assert(tookMs > 45 * SECOND_MS && tookMs < 80 * SECOND_MS, `${tookMs} ms`);
  // Each takes a thread: the next probe does not ask again.
  assert.deepEqual(PROBED.map((fn, i) => tapi.callsOf(fn) - asked[i]!), [1, 1]);
});

Deno.test("a line whose driver hangs anyway is not probed", async () => {
  await using telephony = await Telephony.start({ extensions: 2, scenario: TALK });
  await telephony.reach("201", "CONNECTED");
  const { tapi, session: { health } } = telephony;
  await telephony.until(() => health.lastProbeAtMs !== undefined);
  tapi.hang("lineGetCallInfoW");
  telephony.deliver("201", {
    dwMessageID: LINE.CALLINFO,
    hDevice: telephony.tapiCallOf("201").handle,
  });
  const asked = tapi.callsOf("lineGetLineDevStatusW");
  const beforeMs = health.lastProbeAtMs;
  await telephony.until(() => health.lastProbeAtMs !== beforeMs);
  assert.equal(tapi.callsOf("lineGetLineDevStatusW") - asked, 1);
});

Deno.test("any other error is an answer, and so is that of one line alone", async () => {
  for (
    const trouble of [
      { code: LINEERR.OPERATIONUNAVAIL, functions: PROBED },
      { code: LINEERR.OPERATIONFAILED, functions: [PROBED[0]] },
      { code: LINEERR.OPERATIONFAILED, functions: [PROBED[1]] },
    ]
  ) {
    await using telephony = await Telephony.start();
    const { session } = telephony;
    telephony.tapi.fail(trouble.code, trouble.functions);
    await telephony.pass(3 * MINUTE_MS);
    assert(!session.over);
    const ageMs = telephony.clock.uptimeMs() - session.health.lastProbeAtMs!;
    assert(ageMs < 20 * SECOND_MS, `${ageMs} ms`);
  }
});

Deno.test("a library that cannot be asked for a line's status is probed by the version alone", async () => {
  await using telephony = await Telephony.start({
    library: (fake) => ({ ...fake, lineGetLineDevStatusW: null }),
  });
  const { session } = telephony;
  await telephony.pass(2 * MINUTE_MS);
  assert(!session.over);
  telephony.tapi.fail(LINEERR.OPERATIONFAILED, [PROBED[0]]);
  await over(telephony);
});

Deno.test("a line whose handle is dead is closed, and opened again", async () => {
  await using telephony = await Telephony.start({ scenario: TALK });
  await telephony.reach("201", "CONNECTED");
  const { handle } = telephony.deviceOf("201");
  telephony.signals.splice(0);
  telephony.tapi.fail(LINEERR.INVALLINEHANDLE, ["lineGetLineDevStatusW"]);
  await telephony.until(() => telephony.deviceOf("201").status === "closed");
  telephony.tapi.heal();
  await telephony.until(() => telephony.deviceOf("201").status === "open");
  assert.notEqual(telephony.deviceOf("201").handle, handle);
  const reported = telephony.signals.filter(({ kind }) => kind === "call-lost");
  assert.equal(reported.length, 1);
});

Deno.test("a driver that clears the in-service flag has lost the phone system until it sets it", async () => {
  let flags: number | undefined;
  await using telephony = await Telephony.start({
    library: (fake) => ({
      ...fake,
      lineGetLineDevStatusW: (line, status) =>
        fake.lineGetLineDevStatusW(line, status).then(
          flags === undefined
            ? (result) => result
            : setU32(status, LINEDEVSTATUS.fields.dwDevStatusFlags.offset, flags),
        ),
    }),
  });
  const { health } = telephony.session;
  await telephony.until(() => health.lastProbeAtMs !== undefined);
  telephony.signals.splice(0);
  flags = LINEDEVSTATUSFLAGS.CONNECTED;
  await telephony.until(() => telephony.deviceOf("201").status === "out_of_service");
  flags = undefined;
  await telephony.until(() => telephony.deviceOf("201").status === "open");
  const statuses = (await telephony.takeSignals("line-status"))
    .filter(({ line }) => line.line === "201").map(({ status }) => status);
  assert.deepEqual(statuses, ["out_of_service", "open"]);
});

Deno.test("a call that was silent for a minute is asked for its state, a talkative one is not", async () => {
  const talkative = Array.from(
    { length: 12 },
    (_, i) => step((i + 1) * 20_000, i % 2 === 0 ? "hold" : "unhold", { call: "b" }),
  );
  let isUnheard = false;
  await using telephony = await Telephony.start({
    scenario: TALK + step(0, "ring", { call: "b", to: "202" }) +
      step(1000, "answer", { call: "b" }) + talkative.join(""),
    library: (fake) => ({
      ...fake,
      lineGetCallStatus: (call, status) =>
        fake.lineGetCallStatus(call, status).then(
          isUnheard
            ? setU32(status, LINECALLSTATUS.fields.dwCallState.offset, LINECALLSTATE.IDLE)
            : (result) => result,
        ),
    }),
  });
  await telephony.reach("201", "CONNECTED");
  const { heardAtMs } = telephony.tapiCallOf("201");
  isUnheard = true;
  telephony.signals.splice(0);
  /** States of an extension's call that no message has brought. */
  const found = (extension: string) =>
    telephony.signals.filter((signal) =>
      signal.kind === "call-state" && signal.line.line === extension && !("heardAtMs" in signal)
    );
  await telephony.until(() => found("201").length > 0);
  const silentMs = telephony.clock.uptimeMs() - heardAtMs;
  assert(silentMs >= MINUTE_MS && silentMs < 95 * SECOND_MS, `${silentMs} ms`);
  assert.deepEqual(found("202"), []);
});
