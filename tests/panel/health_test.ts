import assert from "node:assert/strict";
import type { Line } from "../../src/client/client.d.ts";
import { type Facts, healthOf } from "../../src/panel/health.js";
import { lineOf } from "../support/events.ts";

const LINE: Line = lineOf();
const FACTS: Facts = {
  status: { status: "open" },
  wasOpen: true,
  refusal: undefined,
  can: ["monitor", "control"],
  provider: "up",
  lines: [LINE, { ...LINE, line: "202" }],
  ready: {
    provider: "up",
    lastMessageAgeSeconds: 3600,
    lastProbeAgeSeconds: 9,
    silentForSeconds: null,
    hanging: [],
  },
};
const FAILED: Line = { ...LINE, line: "203", status: "failed" };

const CASES: [sentence: RegExp, tone: string, facts: Partial<Facts>][] = [
  [/^Connected to the phone system$/, "ok", {}],
  // Before the first answer of readyz.
  [/^Connected to the phone system$/, "ok", { ready: undefined }],
  [/^Connecting/, "quiet", { status: { status: "connecting" }, wasOpen: false }],
  [/^Not connected to Tapi2Ws/, "bad", { status: { status: "connecting" } }],
  [/^Not connected to Tapi2Ws/, "bad", { status: { status: "waiting" }, wasOpen: false }],
  [/^Not connected to Tapi2Ws/, "bad", { status: { status: "closed", reason: "gone" } }],
  [/requires a token/, "bad", { status: { status: "closed" }, refusal: "unauthorized" }],
  // While the server still waits for a token.
  [/requires a token/, "bad", { can: [] }],
  [/^You cannot see/, "bad", { status: { status: "closed" }, refusal: "not_permitted" }],
  [/control calls, but not see/, "warn", { can: ["control"] }],
  [/phone system: TAPI is being/, "bad", { provider: "restarting" }],
  [/phone system: TAPI is not available/, "bad", { provider: "down" }],
  [/phone system: TAPI is not available/, "bad", { ready: { ...FACTS.ready!, provider: "down" } }],
  [/phone system: there are no lines/, "bad", { lines: [] }],
  [/phone system: no line is open/, "bad", { lines: [FAILED] }],
  [/^Connected to the phone system, except 1 of 2 lines/, "warn", { lines: [LINE, FAILED] }],
  [/its driver hangs/, "warn", {
    ready: { ...FACTS.ready!, hanging: [{ fn: "lineDrop", forSeconds: 6 }] },
  }],
  [/^Connected to the phone system, but no call was heard for 31 min/, "warn", {
    ready: { ...FACTS.ready!, silentForSeconds: 1860 },
  }],
  [/may be disconnected/, "warn", { ready: { ...FACTS.ready!, lastProbeAgeSeconds: 61 } }],
];

for (const [sentence, tone, facts] of CASES) {
  Deno.test(`health: ${sentence.source} of ${Object.keys(facts).join(", ") || "a sound system"}`, () => {
    const health = healthOf({ ...FACTS, ...facts });
    assert.match(health.sentence, sentence);
    assert.equal(health.tone, tone);
    // Every problem comes with advice.
    assert.equal(health.advice !== undefined, tone === "warn" || tone === "bad");
  });
}
