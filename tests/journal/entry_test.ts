/** The entries for calls, and their results. */
import assert from "node:assert/strict";
import type { Call } from "../../src/model/call.ts";
import type { CallEvent } from "../../src/model/event.ts";
import type { CallResult } from "../../src/model/journal.ts";
import { digitsOfParties, entryOf } from "../../src/journal/entry.ts";
import { LINEDISCONNECTMODE } from "../../src/tapi/constants.ts";
import { callEvent, shown } from "../support/events.ts";

const entry = (call: Partial<Call>, event: Partial<CallEvent> = {}) =>
  entryOf(callEvent({ state: "IDLE", ...call }, { change: "ended", ...event }));
const resultOf = (call: Partial<Call>, event?: Partial<CallEvent>) => entry(call, event).result;

Deno.test("a call that was connected is answered, however it ended", () => {
  assert.equal(resultOf({ connectedAtMs: 5, disconnect: "BUSY" }), "answered");
  assert.equal(resultOf({ connectedAtMs: 5 }, { lost: true }), "answered");
});

Deno.test("a call that nobody answered is missed if it came in, unanswered if it went out", () => {
  for (const disconnect of [undefined, "NORMAL", "NOANSWER", "CANCELLED", "UNKNOWN", "UNAVAIL"]) {
    const told = disconnect === undefined ? {} : { disconnect };
    assert.equal(resultOf({ direction: "in", ...told }), "missed");
    assert.equal(resultOf({ direction: "out", ...told }), "unanswered");
    assert.equal(resultOf({ direction: "unknown", ...told }), "unanswered");
  }
});

Deno.test("a call that another phone took, or that found the number busy, is not missed", () => {
  for (const direction of ["in", "out"] as const) {
    assert.equal(resultOf({ direction, unanswered: "elsewhere" }), "elsewhere");
    assert.equal(resultOf({ direction, unanswered: "busy", disconnect: "NORMAL" }), "busy");
  }
  // The driver's own word says more.
  assert.equal(resultOf({ unanswered: "elsewhere", disconnect: "REJECT" }), "refused");
  assert.equal(resultOf({ unanswered: "elsewhere", connectedAtMs: 5 }), "answered");
});

Deno.test("a call whose line was lost is lost, whatever was reported before", () => {
  assert.equal(resultOf({ disconnect: "BUSY" }, { lost: true }), "lost");
});

Deno.test("every disconnect mode of TAPI has a result", () => {
  const expected: Partial<Record<CallResult, readonly string[]>> = {
    missed: ["NORMAL", "UNKNOWN", "NOANSWER", "UNAVAIL", "CANCELLED"],
    refused: ["REJECT", "BLOCKED", "DONOTDISTURB"],
    elsewhere: ["PICKUP", "FORWARDED"],
    busy: ["BUSY"],
  };
  for (const disconnect of Object.keys(LINEDISCONNECTMODE)) {
    const [result = "failed"] = Object.entries(expected).find(([, modes]) =>
      modes.includes(disconnect)
    ) ?? [];
    assert.equal(resultOf({ disconnect }), result, disconnect);
  }
  // A provider's own mode, and a name that every object has.
  for (const disconnect of ["LINEDISCONNECTMODE_$40000000", "constructor"]) {
    assert.equal(resultOf({ disconnect }), "missed");
  }
});

Deno.test("a withheld number and name are not kept, even where they are there", () => {
  const caller = { number: "+441632960001", name: "Ada", presentation: "withheld" } as const;
  const { caller: kept } = entry({ caller });
  assert.deepEqual(kept, { number: "", name: "", presentation: "withheld" });
});

Deno.test("a number is found by its digits, each number once", () => {
  const kept = entry({ caller: shown("+44 (1632) 960-001"), connected: shown("201") });
  assert.deepEqual(digitsOfParties(kept), ["441632960001", "201"]);
});

Deno.test("the group that was called is kept", () => {
  assert.equal(entry({ group: "110" }).group, "110");
  assert(!("group" in entry({})));
});
