import assert from "node:assert/strict";
import { type Party, WITHHELD } from "../../src/model/call.ts";
import { loadNumbers } from "../../src/numbers/load.ts";
import { Numbers } from "../../src/numbers/numbers.ts";
import { identified } from "../../src/state/identified.ts";
import { callEvent, shown } from "../support/events.ts";
import { settingsWith } from "../support/settings.ts";

const { numbers: rules } = settingsWith(
  '[numbers]\ncountry = "GB"\noutsidePrefix = "9"\nextensionLengths = [3]',
);

const CALLER: Party = {
  ...shown("01632960001"),
  e164: "+441632960001",
  national: "01632 960001",
};

Deno.test("every party has the facts about its number, in addition to its digits", async () => {
  const numbers = await loadNumbers(rules);
  const { call } = callEvent({ caller: { ...shown("01632960001"), name: "Ada" } });
  const known = identified(call, undefined, numbers);
  assert.deepEqual(known.caller, { ...CALLER, name: "Ada" });
  assert.deepEqual(known.called, { ...shown("201"), internal: true });
  assert.equal(known.connected, call.connected);
});

Deno.test("a party that did not change keeps its object; nothing is asked for it again", async () => {
  const known = identified(callEvent({ caller: shown("01632960001") }).call, undefined, {
    ...await loadNumbers(rules),
    factsOf: (number) => number === "201" ? { internal: true } : {},
  });
  const later = { ...known, state: "CONNECTED" } as const;
  const asked = () => assert.fail("asked again");
  assert.equal(identified(later, known, { factsOf: asked }), later);
});

Deno.test("a call that turns out to go out has its called number as it was dialled", async () => {
  const numbers = await loadNumbers(rules);
  const parties = { caller: shown("201"), called: shown("902079460018") };
  const before = identified(
    callEvent({ ...parties, direction: "unknown" }).call,
    undefined,
    numbers,
  );
  const after = identified({ ...before, direction: "out" }, before, numbers);
  assert.equal(after.called.e164, "+442079460018");
  assert.deepEqual(after.caller, { ...shown("201"), internal: true });
});

Deno.test("withheld numbers have no facts, and lose those they had", async () => {
  const numbers = await loadNumbers(rules);
  const known = identified(callEvent({ caller: CALLER }).call, undefined, numbers);
  const hidden = identified({ ...known, caller: WITHHELD }, known, numbers);
  assert.equal(hidden.caller, WITHHELD);
});

Deno.test("without rules only a number with + is E.164", () => {
  const parties = { caller: shown("+44 (1632) 960001"), called: shown("01632960001") };
  const known = identified(callEvent(parties).call, undefined, new Numbers());
  assert.deepEqual(known.caller, { ...parties.caller, e164: "+441632960001" });
  assert.equal(known.called, parties.called);
});
