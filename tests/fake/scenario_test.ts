import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parseScenario, type Scenario, ScenarioError } from "../../src/fake/scenarios/scenario.ts";
import { LINECALLPARTYID } from "../../src/tapi/constants.ts";
import { reasonName, TapiApp } from "../support/wire.ts";

const DEMO = readFileSync(new URL("../fixtures/scenario_demo.toml", import.meta.url), "utf8");

/** A scenario of the steps given as JSON. */
function scenarioOf(...step: readonly Record<string, unknown>[]): Scenario {
  return parseScenario(JSON.stringify({ step }), "test.json");
}

async function play(scenario: Scenario): Promise<TapiApp> {
  return await TapiApp.start({ scenario });
}

Deno.test("the demo is played, and then again", async () => {
  const app = await play(parseScenario(DEMO, "demo.toml"));
  const round = [
    "201 OFFERING",
    "201 CONNECTED",
    "201 ONHOLDPENDTRANSFER",
    "201 DIALTONE",
    "201 DIALING",
    "201 PROCEEDING",
    "202 OFFERING",
    "201 RINGBACK",
    "201 CONNECTED",
    "202 CONNECTED",
    "201 IDLE",
    "201 IDLE",
    "203 OFFERING",
    "202 DISCONNECTED",
    "202 IDLE",
    "203 DISCONNECTED",
    "203 IDLE",
  ];
  const story = () => app.states.map(({ line, state }) => `${line} ${state}`);
  await app.run(29_000);
  // What happens before the lines are open is there to be listed, not announced.
  assert.deepEqual(story(), round);
  const transferred = app.states.find(({ line, state }) => line === "202" && state === "IDLE")!;
  assert.equal(reasonName(transferred.info), "TRANSFER");
  assert.equal(transferred.info.CallerIDName, "Ada Example");
  const hidden = app.states.find(({ line }) => line === "203")!;
  assert.equal(hidden.info.dwCallerIDFlags, LINECALLPARTYID.BLOCKED);
  app.states.length = 0;
  await app.run(30_000);
  assert.deepEqual(story(), round);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
  assert.equal(app.clock.pendingTimers, 0);
});

Deno.test("numbers may be written as numbers, and steps in any order", async () => {
  const app = await play(scenarioOf(
    { atMs: 1000, do: "answer", call: "a" },
    { atMs: 100, do: "call", call: "a", from: 201, to: 202 },
    { atMs: 3000, do: "answer", call: "a", by: 202 },
    { atMs: 4000, do: "hold", call: "a", by: 202 },
    { atMs: 5000, do: "unhold", call: "a" },
    { atMs: 6000, do: "drop", call: "a" },
  ));
  await app.run(8000);
  assert.deepEqual(app.statesOf("202"), [
    "OFFERING",
    "CONNECTED",
    "ONHOLD",
    "CONNECTED",
    "DISCONNECTED",
    "IDLE",
  ]);
  await app.shutdown();
});

Deno.test("every kind of step works", async () => {
  const app = await play(scenarioOf(
    { atMs: 100, do: "forward", line: "204", when: "always", to: "205" },
    { atMs: 200, do: "ring", call: "fwd", to: "204", name: "Grace" },
    { atMs: 500, do: "accept", call: "fwd" },
    { atMs: 900, do: "answer", call: "fwd" },
    { atMs: 1500, do: "transfer", call: "fwd", to: "206" },
    { atMs: 2000, do: "redirect", call: "fwd", to: "207" },
    { atMs: 2500, do: "pickup", call: "fwd", by: "208" },
    { atMs: 3000, do: "park", call: "fwd", slot: "77" },
    { atMs: 3500, do: "unpark", call: "fwd", by: "201" },
    { atMs: 4000, do: "consult", call: "fwd", as: "b", to: "202" },
    { atMs: 6000, do: "answer", call: "b", by: "202" },
    { atMs: 7000, do: "complete", call: "fwd", consult: "b", mode: "conference", as: "all" },
    { atMs: 8000, do: "consult", call: "all", as: "c", to: "203" },
    { atMs: 10_000, do: "answer", call: "c", by: "203" },
    { atMs: 11_000, do: "complete", call: "all", consult: "c", mode: "conference" },
    { atMs: 12_000, do: "drop", call: "all" },
    { atMs: 12_500, do: "forward", line: "204", when: "always" },
    { atMs: 100, do: "lamp", line: "204" },
    { atMs: 13_000, do: "lamp", line: "204", on: false },
  ));
  await app.run(12_900);
  assert.equal(app.tapi.exchange.extensions.get("204")?.isMessageWaiting, true);
  await app.run(2100);
  assert.equal(app.tapi.exchange.extensions.get("204")?.isMessageWaiting, false);
  const reasons = ["205", "206", "207", "208", "201"].map((line) =>
    reasonName(app.states.find((event) => event.line === line)!.info)
  );
  assert.deepEqual(reasons, ["FWDUNCOND", "TRANSFER", "REDIRECT", "PICKUP", "UNPARK"]);
  assert.deepEqual(app.statesOf("205").slice(0, 3), ["OFFERING", "ACCEPTED", "CONNECTED"]);
  assert.equal(app.statesOf("201").filter((state) => state === "CONFERENCED").length, 3);
  assert.ok(app.statesOf("201").includes("ONHOLDPENDCONF"));
  assert.deepEqual(app.tapi.exchange.extensions.get("204")?.forwards, []);
  assert.equal(app.tapi.liveHandles(), 0);
  await app.shutdown();
});

Deno.test("the ways a telephone can ring", async () => {
  const app = await play(scenarioOf(
    { atMs: 100, do: "ring", call: "a", to: "201", lateCallerId: true },
    { atMs: 100, do: "ring", call: "b", to: "202", firstState: "UNKNOWN", origin: "UNKNOWN" },
    { atMs: 100, do: "ring", call: "c", to: "203", reason: "FWDBUSY", forwardedFrom: "204" },
    { atMs: 200, do: "ring", call: "d", to: "203", callWaiting: true },
    { atMs: 300, do: "ring", call: "e", to: "203" },
  ));
  await app.run(2000);
  assert.equal(app.states[0]?.info.CallerID, "");
  assert.equal((await app.callInfo(app.lastCall("201"))).CallerID, "+441632960001");
  assert.deepEqual(app.statesOf("202"), ["UNKNOWN", "OFFERING"]);
  assert.deepEqual(
    app.statesOf("203"),
    ["OFFERING", "OFFERING"],
    "a busy extension rings once more",
  );
  assert.equal(app.states.find(({ line }) => line === "203")!.info.RedirectingID, "204");
  await app.shutdown();
});

Deno.test("a step that a client has made impossible is left out", async () => {
  const app = await play(scenarioOf(
    { atMs: 100, do: "ring", call: "a", to: "201" },
    { atMs: 2000, do: "answer", call: "a" },
    { atMs: 3000, do: "ring", call: "b", to: "201" },
  ));
  await app.run(500);
  const call = app.lastCall("201");
  await app.own(call);
  await app.ask(app.tapi.lineDrop(call, null, 0), 3000);
  assert.deepEqual(app.statesOf("201"), ["OFFERING", "DISCONNECTED", "IDLE", "OFFERING"]);
  await app.shutdown();
});

/** What is wrong with a scenario, and what must be said about it. */
const MISTAKES: readonly [text: string, message: RegExp][] = [
  ["step = [", /^Cannot read the scenario x\.toml: /],
  ["{]", /^Cannot read the scenario x\.toml: /],
  ["", /^Cannot use the scenario x\.toml: step is missing: .*expected array/],
  ["[[step]]\natMs = 0\ndo = 'fly'", /step\[0\]\.do = "fly": expected one of ring, call, accept/],
  [
    "[[step]]\natMs = 'soon'\ndo = 'ring'\ncall = 'a'\nto = 201",
    /step\[0\]\.atMs = "soon": .*number/,
  ],
  ["[[step]]\natMs = -1\ndo = 'ring'\ncall = 'a'\nto = 201", /step\[0\]\.atMs = -1: .*>=0/],
  ["[[step]]\natMs = 0\ndo = 'ring'\ncall = 'a'", /step\[0\]\.to is missing: expected a number/],
  [
    "[[step]]\natMs = 0\ndo = 'ring'\ncall = 'a'\nto = 'bob'",
    /step\[0\]\.to = "bob": expected a nu/,
  ],
  [
    "[[step]]\natMs = 0\ndo = 'ring'\ncall = 'a'\nto = 201\nfoo = 1",
    /step\[0\]: unknown key "foo"/,
  ],
  [
    "[[step]]\natMs = 0\ndo = 'ring'\ncall = 'a'\nto = 201\nreason = 'BAD'",
    /reason = "BAD": .*FWDBUSY/,
  ],
  ["[[step]]\natMs = 0\ndo = 'answer'\ncall = 'a'", /step\[0\]\.call = "a": expected the label/],
  [
    "[[telephone]]\naddresses = []\n[[step]]\natMs = 0\ndo = 'ring'\ncall = 'a'\nto = 201",
    /telephone\[0\]\.addresses = \[\]: .*>=1/,
  ],
  [
    "repeatEveryMs = 5\n[[step]]\natMs = 9\ndo = 'ring'\ncall = 'a'\nto = 201",
    /repeatEveryMs = 5: .*9/,
  ],
];

for (const [text, message] of MISTAKES) {
  Deno.test(`a mistake is named: ${message.source}`, () => {
    assert.throws(() => parseScenario(text, "x.toml"), (error) => {
      assert.ok(error instanceof ScenarioError);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("the telephones of a scenario can be named in its steps", () => {
  const step = { atMs: 5, do: "ring", call: "a", to: "201", group: "110" };
  const withGroup = { telephone: [{ addresses: ["110"], group: true }], step: [step] };
  new TapiApp({ scenario: parseScenario(JSON.stringify(withGroup), "test.json") });
  assert.throws(() => new TapiApp({ scenario: scenarioOf(step) }), /group = "110" of the step/);
});

Deno.test("an extension that does not exist is named before anything is played", () => {
  const scenario = scenarioOf({ atMs: 5, do: "ring", call: "a", to: "999" });
  assert.throws(() => new TapiApp({ scenario }), {
    name: "ScenarioError",
    message: 'Cannot use the scenario test.json: to = "999" of the step "ring" at 5 ms: ' +
      "expected an extension, 201 to 208",
  });
});
