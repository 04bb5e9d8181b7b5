import assert from "node:assert/strict";
import {
  type CallInfo,
  NOBODY,
  type Parties,
  type Party,
  PARTY_ROLES,
  type PartyRole,
  WITHHELD,
} from "../../src/model/call.ts";
import { mergeParties, NO_PARTIES } from "../../src/state/parties.ts";
import { fc } from "../support/properties.ts";

const LINE = "201";
const PENDING: Party = { number: "", name: "", presentation: "pending" };
const shown = (number: string, name = ""): Party => ({ number, name, presentation: "shown" });

/** What is known when, one after the other, parties are reported of a call of 201. */
function merged(
  reports: readonly Partial<Parties>[],
  { isOutbound = false, known = NO_PARTIES } = {},
): Parties {
  return reports.reduce<Parties>(
    (parties, report) => mergeParties(parties, infoOf(report), LINE, isOutbound),
    known,
  );
}

/** Parties that a report leaves out are unavailable. */
function infoOf(parties: Partial<Parties>): CallInfo {
  return {
    callId: "0x1",
    relatedCallId: "0x0",
    origin: "EXTERNAL",
    reason: "DIRECT",
    ...NO_PARTIES,
    ...parties,
  };
}

Deno.test("what was shown of a party stays when the driver clears it", () => {
  for (const role of PARTY_ROLES) {
    for (const silent of [NOBODY, PENDING]) {
      const parties = merged([{ [role]: shown("1", "Ada") }, { [role]: silent }]);
      assert.deepEqual(parties[role], shown("1", "Ada"), role);
    }
  }
});

Deno.test("another number, or another name, takes the place of the one before", () => {
  const parties = merged([{ called: shown("201") }, { called: shown("202") }]);
  assert.deepEqual(parties.called, shown("202"));
  const named = merged([{ called: shown("201") }, { called: shown("201", "Anna") }]);
  assert.deepEqual(named.called, shown("201", "Anna"));
});

Deno.test("a number that is to come is not forgotten to come", () => {
  assert.deepEqual(merged([{ caller: PENDING }]).caller, PENDING);
  assert.deepEqual(merged([{ caller: PENDING }, { caller: shown("1") }]).caller, shown("1"));
});

Deno.test("what is withheld stays so until something is shown in its place", () => {
  for (const silent of [NOBODY, PENDING]) {
    const parties = merged([{ caller: WITHHELD }, { caller: silent }]);
    assert.deepEqual(parties.caller, WITHHELD);
  }
  assert.deepEqual(merged([{ caller: WITHHELD }, { caller: shown("1") }]).caller, shown("1"));
});

Deno.test("a number that becomes withheld is taken out of every other party that has it", () => {
  for (const role of PARTY_ROLES) {
    const everybody = Object.fromEntries(PARTY_ROLES.map((each) => [each, shown("1")]));
    const parties = merged([everybody, { [role]: WITHHELD }]);
    assert.deepEqual(
      parties,
      Object.fromEntries(PARTY_ROLES.map((each) => [each, WITHHELD])),
      role,
    );
  }
  const other = merged([{ caller: shown("1"), redirecting: shown("2") }, { caller: WITHHELD }]);
  assert.deepEqual(other.redirecting, shown("2"));
});

Deno.test("whom an inbound call has reached is hidden if it may be the caller who withholds", () => {
  const hidden = (connected: Party, called: Party = shown("201", "Anna")) =>
    merged([{ caller: WITHHELD, called, connected }]).connected;
  assert.deepEqual(hidden(shown("+441632960001")), WITHHELD);
  assert.deepEqual(hidden(shown(LINE), shown("300")), shown(LINE), "the line itself");
  assert.deepEqual(hidden(shown("300"), shown("300")), shown("300"), "who was called");
  const name: Party = { number: "", name: "Ada", presentation: "unavailable" };
  assert.deepEqual(hidden(name), WITHHELD, "a name tells who it is as well");
  assert.deepEqual(hidden({ ...name, name: "Anna" }), { ...name, name: "Anna" });
  assert.deepEqual(hidden(NOBODY), NOBODY);
});

Deno.test("a party that is hidden already is not hidden once more: it is the same object", () => {
  const known = merged([{ caller: WITHHELD, connected: { ...WITHHELD } }]);
  const again = merged([{ caller: WITHHELD, connected: shown("+441632960001") }], { known });
  assert.equal(again, known);
});

Deno.test("whom an outbound call has reached is shown, also if the caller is withheld", () => {
  const parties = merged([{ caller: WITHHELD, connected: shown("1") }], { isOutbound: true });
  assert.deepEqual(parties.connected, shown("1"));
});

Deno.test("a caller who is shown hides nobody", () => {
  const parties = merged([{ caller: shown("1"), connected: shown("2"), redirecting: WITHHELD }]);
  assert.deepEqual(parties.connected, shown("2"));
});

const anyParty = fc.constantFrom(
  ...[NOBODY, PENDING, WITHHELD, shown("1"), shown("2", "Ada"), shown(LINE)],
);
const anyParties = partiesOf(anyParty);

/** Any five parties. */
function partiesOf(party: fc.Arbitrary<Party>): fc.Arbitrary<Parties> {
  return fc.tuple(...PARTY_ROLES.map(() => party)).map((made) =>
    Object.fromEntries(PARTY_ROLES.map((role, i) => [role, made[i]])) as Record<PartyRole, Party>
  );
}

Deno.test("a report that withholds nothing changes nothing when it comes again: it is the same object", () => {
  const open = partiesOf(anyParty.filter(({ presentation }) => presentation !== "withheld"));
  fc.assert(fc.property(fc.array(anyParties), open, fc.boolean(), (before, report, isOutbound) => {
    const known = merged([...before, report], { isOutbound });
    assert.equal(merged([structuredClone(report)], { isOutbound, known }), known);
  }));
});

Deno.test("a number that a report withholds is not shown by it in another party's place", () => {
  fc.assert(fc.property(fc.array(anyParties), anyParties, (before, report) => {
    const known = merged(before);
    const now = merged([report], { known });
    for (const role of PARTY_ROLES) {
      const { number } = known[role];
      if (report[role].presentation !== "withheld" || number === "") continue;
      for (const other of PARTY_ROLES) assert.notEqual(now[other].number, number);
    }
  }));
});
