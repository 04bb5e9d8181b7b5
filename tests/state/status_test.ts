/** What is said of the telephony service's health, over the fake exchange. */
import assert from "node:assert/strict";
import { statusOf } from "../../src/state/status.ts";
import { LINE, LINEDEVSTATE, LINEERR } from "../../src/tapi/constants.ts";
import { step, Telephony } from "../support/session.ts";

const status = ({ supervisor, silence, clock }: Telephony) => statusOf(supervisor, silence, clock);

Deno.test("a service whose lines are all open has no troubles", async () => {
  await using telephony = await Telephony.start();
  assert.deepEqual(status(telephony), {
    provider: "up",
    lines: { open: 8, closed: 0, failed: 0, outOfService: 0 },
    lastMessageAgeSeconds: null,
    lastProbeAgeSeconds: null,
    silentForSeconds: null,
    troubles: [],
    hanging: [],
  });
});

Deno.test("each line that is not open is counted by its status and named with its error", async () => {
  await using telephony = await Telephony.start({
    extensions: 4,
    openErrors: { "202": LINEERR.ALLOCATED },
  });
  telephony.deliver("203", {
    dwMessageID: LINE.LINEDEVSTATE,
    dwParam1: LINEDEVSTATE.OUTOFSERVICE,
  });
  telephony.deliver("204", { dwMessageID: LINE.CLOSE });
  await telephony.pass(100);
  const { lines, troubles } = status(telephony);
  assert.deepEqual(lines, { open: 1, closed: 1, failed: 1, outOfService: 1 });
  assert.deepEqual(troubles, [
    { line: "202", status: "failed", error: "LINEERR_ALLOCATED" },
    { line: "203", status: "out_of_service" },
    { line: "204", status: "closed" },
  ]);
});

Deno.test("the last message and the last probe grow old", async () => {
  await using telephony = await Telephony.start({
    scenario: step(1000, "ring", { call: "a", to: "201" }),
  });
  await telephony.reach("201", "OFFERING");
  await telephony.until(() => status(telephony).lastProbeAgeSeconds !== null);
  const before = status(telephony);
  await telephony.pass(2000);
  const after = status(telephony);
  const grown = (age: "lastMessageAgeSeconds" | "lastProbeAgeSeconds") =>
    Math.round((after[age]! - before[age]!) * 10) / 10;
  assert.equal(grown("lastProbeAgeSeconds"), 2);
  assert.equal(grown("lastMessageAgeSeconds"), 2);
});

Deno.test("a function that does not return is named, with its line and since when", async () => {
  await using telephony = await Telephony.start({
    scenario: step(1000, "ring", { call: "a", to: "201" }),
  });
  telephony.tapi.hang("lineGetCallInfoW");
  await telephony.until(() => status(telephony).hanging.length > 0);
  await telephony.pass(1000);
  const [{ fn, line, forSeconds } = {}, ...others] = status(telephony).hanging;
  assert.deepEqual([fn, line, others], ["lineGetCallInfoW", "201", []]);
  assert(forSeconds! >= 6 && forSeconds! < 7.1, `${forSeconds} s`);
});

Deno.test("without TAPI the provider is down and no line is there", async () => {
  await using telephony = await Telephony.start();
  telephony.tapi.fail(LINEERR.SERVICE_NOT_RUNNING);
  await telephony.until(() => telephony.tracker.provider === "down");
  const { provider, lines, troubles } = status(telephony);
  assert.deepEqual([provider, troubles], ["down", []]);
  assert.deepEqual(lines, { open: 0, closed: 0, failed: 0, outOfService: 0 });
});
