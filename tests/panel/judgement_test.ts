import assert from "node:assert/strict";
import type { Line } from "../../src/client/client.d.ts";
import { type Facts, judge } from "../../src/panel/judgement.js";
import { lineOf } from "../support/events.ts";

const LINE: Line = lineOf();
const FACTS: Facts = {
  status: { status: "open" },
  wasOpen: true,
  refusal: undefined,
  can: ["monitor", "control"],
  provider: "up",
  lines: [LINE, { ...LINE, line: "202" }],
  ready: { provider: "up", lastMessageAgeSeconds: 3600, lastProbeAgeSeconds: 9, hanging: [] },
};
const FAILED: Line = { ...LINE, line: "203", status: "failed" };

const CASES: [sentence: RegExp, tone: string, facts: Partial<Facts>][] = [
  [/is heard$/, "ok", {}],
  // Before the first answer of readyz.
  [/is heard$/, "ok", { ready: undefined }],
  [/^Connecting/, "quiet", { status: { status: "connecting" }, wasOpen: false }],
  [/^Not connected/, "bad", { status: { status: "connecting" } }],
  [/^Not connected/, "bad", { status: { status: "waiting" }, wasOpen: false }],
  [/^Not connected/, "bad", { status: { status: "closed", reason: "gone" } }],
  [/wants a token/, "bad", { status: { status: "closed" }, refusal: "unauthorized" }],
  // Before the server's patience with who says nothing ends.
  [/wants a token/, "bad", { can: [] }],
  [/^You may not look/, "bad", { status: { status: "closed" }, refusal: "not_permitted" }],
  [/command, but not look/, "warn", { can: ["control"] }],
  [/not heard: TAPI is being/, "bad", { provider: "restarting" }],
  [/not heard: TAPI is not available/, "bad", { provider: "down" }],
  [/not heard: TAPI is not available/, "bad", { ready: { ...FACTS.ready!, provider: "down" } }],
  [/not heard: there is no line/, "bad", { lines: [] }],
  [/not heard: no line is open/, "bad", { lines: [FAILED] }],
  [/heard, but for 1 of 2 lines/, "warn", { lines: [LINE, FAILED] }],
  [/its driver hangs/, "warn", {
    ready: { ...FACTS.ready!, hanging: [{ fn: "lineDrop", forSeconds: 6 }] },
  }],
  [/may not be heard/, "warn", { ready: { ...FACTS.ready!, lastProbeAgeSeconds: 61 } }],
];

for (const [sentence, tone, facts] of CASES) {
  Deno.test(`judged: ${sentence.source} of ${Object.keys(facts).join(", ") || "what works"}`, () => {
    const judgement = judge({ ...FACTS, ...facts });
    assert.match(judgement.sentence, sentence);
    assert.equal(judgement.tone, tone);
    // Whoever reads of a trouble reads what to do.
    assert.equal(judgement.advice !== undefined, tone === "warn" || tone === "bad");
  });
}
