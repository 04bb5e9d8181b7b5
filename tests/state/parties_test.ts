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
const SECRET = "+441632960001";
const PENDING: Party = { number: "", name: "", presentation: "pending" };

const shown = (number: string, name = ""): Party => ({ number, name, presentation: "shown" });
const named = (name: string): Party => ({ ...NOBODY, name });

function told(parties: Partial<Parties>): CallInfo {
  return {
    callId: "0x0",
    relatedCallId: "0x0",
    origin: "EXTERNAL",
    reason: "DIRECT",
    ...NO_PARTIES,
    ...parties,
  };
}

/** What is known of the parties of a call that comes in, after each of these has been told. */
function known(...each: readonly Partial<Parties>[]): Parties {
  return each.reduce<Parties>(
    (parties, next) => mergeParties(parties, told(next), LINE, false),
    NO_PARTIES,
  );
}

Deno.test("every reported party is known, whichever it is", () => {
  for (const role of PARTY_ROLES) {
    assert.deepEqual(known({ [role]: shown("202", "Anna") }), {
      ...NO_PARTIES,
      [role]: shown("202", "Anna"),
    });
  }
});

Deno.test("a party that is no longer reported stays known", () => {
  for (const silent of [NOBODY, PENDING]) {
    for (const role of PARTY_ROLES) {
      const { [role]: party } = known({ [role]: shown("202", "Anna") }, { [role]: silent });
      assert.deepEqual(party, shown("202", "Anna"), role);
    }
  }
});

Deno.test("a number whose name is no longer reported keeps it", () => {
  const { caller } = known({ caller: shown("202", "Anna") }, { caller: shown("202") });
  assert.deepEqual(caller, shown("202", "Anna"));
});

Deno.test("another number does not get the name of the one before", () => {
  const { caller } = known({ caller: shown("202", "Anna") }, { caller: shown("203") });
  assert.deepEqual(caller, shown("203"));
});

Deno.test("a name that is reported alone belongs to the known number", () => {
  const { caller } = known({ caller: shown("202") }, { caller: named("Anna") });
  assert.deepEqual(caller, shown("202", "Anna"));
});

Deno.test("a number that comes after its name gets it", () => {
  const { caller } = known({ caller: named("Anna") }, { caller: shown("202") });
  assert.deepEqual(caller, shown("202", "Anna"));
});

Deno.test("another name replaces the one before", () => {
  const { caller } = known({ caller: shown("202", "Anna") }, { caller: shown("202", "Zoe") });
  assert.deepEqual(caller, shown("202", "Zoe"));
});

Deno.test("a number that may still come is pending until it is known that it does not", () => {
  assert.deepEqual(known({ caller: PENDING }).caller, PENDING);
  assert.deepEqual(known({ caller: PENDING }, { caller: NOBODY }).caller, NOBODY);
});

Deno.test("parties of which nothing changes are the same object", () => {
  const before = known({ caller: shown("202", "Anna") });
  assert.equal(mergeParties(before, told({ caller: shown("202") }), LINE, false), before);
  const hidden = known({ caller: WITHHELD, connected: shown(SECRET) });
  const again = told({ caller: WITHHELD, connected: shown(SECRET) });
  assert.equal(mergeParties(hidden, again, LINE, false), hidden);
});

Deno.test("a number that is withheld later is taken away, and its name with it", () => {
  const { caller } = known({ caller: shown(SECRET, "Ada") }, { caller: WITHHELD });
  assert.deepEqual(caller, WITHHELD);
});

Deno.test("a withheld party stays withheld until a number is reported in its place", () => {
  for (const silent of [NOBODY, PENDING, named("Ada")]) {
    assert.deepEqual(known({ caller: WITHHELD }, { caller: silent }).caller, WITHHELD);
  }
  assert.deepEqual(known({ caller: WITHHELD }, { caller: shown("202") }).caller, shown("202"));
});

Deno.test("a number that becomes withheld is taken out of every party that has it", () => {
  const secret = shown(SECRET);
  const { caller, redirecting, redirection } = known(
    { caller: secret, redirecting: secret, redirection: shown("203") },
    { caller: WITHHELD },
  );
  assert.deepEqual([caller, redirecting, redirection], [WITHHELD, WITHHELD, shown("203")]);
});

Deno.test("a caller who is withheld is not shown as the connected party", () => {
  for (const connected of [shown(SECRET), named("Ada")]) {
    assert.deepEqual(known({ caller: WITHHELD, connected }).connected, WITHHELD);
  }
});

Deno.test("the connected party is shown where it is the called one, or the line itself", () => {
  const called = shown("205", "Zoe");
  for (const connected of [shown("205"), shown(LINE), named("Zoe")]) {
    assert.deepEqual(known({ caller: WITHHELD, called, connected }).connected, connected);
  }
});

Deno.test("the connected party of a call that goes out is not its caller", () => {
  const parties = told({ caller: WITHHELD, connected: shown("205") });
  assert.deepEqual(mergeParties(NO_PARTIES, parties, LINE, true).connected, shown("205"));
});

Deno.test("a number that was hidden is hidden again when the same one is reported again", () => {
  const told = { caller: WITHHELD, redirecting: shown(SECRET) };
  const { redirecting } = known({ caller: shown(SECRET) }, told, told, told);
  assert.deepEqual(redirecting, WITHHELD);
});

const anyParty = fc.constantFrom(
  ...[NOBODY, PENDING, WITHHELD, shown("1"), shown("2", "Ada"), shown(LINE)],
);
/** Any five parties. */
const anyParties = fc.tuple(...PARTY_ROLES.map(() => anyParty)).map((made) =>
  Object.fromEntries(PARTY_ROLES.map((role, i) => [role, made[i]])) as Record<PartyRole, Party>
);

Deno.test("a report that comes again changes nothing: it is the same object", () => {
  fc.assert(fc.property(fc.array(anyParties), anyParties, fc.boolean(), (before, report, isOut) => {
    const told_ = told(report);
    const first = mergeParties(known(...before), told_, LINE, isOut);
    assert.equal(mergeParties(first, told(structuredClone(report)), LINE, isOut), first);
  }));
});

Deno.test("a number that a report withholds is not shown by it in another party's place", () => {
  fc.assert(fc.property(fc.array(anyParties), anyParties, (before, report) => {
    const earlier = known(...before);
    const now = mergeParties(earlier, told(report), LINE, false);
    for (const role of PARTY_ROLES) {
      const { number } = earlier[role];
      if (report[role].presentation !== "withheld" || number === "") continue;
      for (const other of PARTY_ROLES) assert.notEqual(now[other].number, number);
    }
  }));
});
