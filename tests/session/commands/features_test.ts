import assert from "node:assert/strict";
import { CommandFailure } from "../../../src/session/commands/errors.ts";
import {
  CallFeatures,
  demandOneOf,
  isNever,
  neverText,
  notNowText,
} from "../../../src/session/commands/features.ts";
import { NO_FEATURES } from "../../../src/session/description.ts";
import type { CallStatus } from "../../../src/tapi/calls.ts";
import {
  LINEADDRFEATURE,
  LINECALLFEATURE as CAN,
  LINECALLFEATURE2 as CAN2,
  LINECALLSTATE,
} from "../../../src/tapi/constants.ts";
import { API_VERSION } from "../../../src/tapi/layout.ts";
import { LINECALLSTATUS } from "../../../src/tapi/structs.ts";

/** What a driver that has written these members of a LINECALLSTATUS is read as. */
function status(members: Partial<CallStatus>): CallStatus {
  const memory = new Uint8Array(256);
  LINECALLSTATUS.encode(memory, {
    dwTotalSize: memory.length,
    dwNeededSize: LINECALLSTATUS.size,
    dwUsedSize: LINECALLSTATUS.size,
    ...members,
  });
  return LINECALLSTATUS.decode(memory, API_VERSION);
}

Deno.test("a call may what its driver reports, and everything if its driver reports nothing", () => {
  const features = new CallFeatures(NO_FEATURES, [
    status({ dwCallFeatures: CAN.DROP | CAN.HOLD }),
  ]);
  assert(features.allows(CAN.HOLD));
  assert(features.allows(CAN.HOLD | CAN.PARK), "one of them is enough");
  assert(!features.allows(CAN.PARK));
  for (const silent of [status({ dwCallFeatures: 0 }), undefined]) {
    assert(new CallFeatures(NO_FEATURES, [silent]).allows(CAN.PARK));
  }
});

Deno.test("features that the address never allows are not allowed, whatever its calls report", () => {
  const ever = { ...NO_FEATURES, call: CAN.DROP | CAN.HOLD };
  assert(isNever(ever, CAN.PARK) && !isNever(ever, CAN.PARK | CAN.HOLD));
  assert(!isNever(NO_FEATURES, CAN.PARK), "a driver that reports no caps rules nothing out");
  for (const now of [status({ dwCallFeatures: CAN.PARK }), undefined]) {
    assert(!new CallFeatures(ever, [now]).allows(CAN.PARK));
  }
});

Deno.test("either of two calls can have the feature, but it is offered only if the driver reports it", () => {
  const plain = status({ dwCallFeatures: CAN.DROP });
  const held = status({ dwCallFeatures: CAN.SWAPHOLD });
  assert(new CallFeatures(NO_FEATURES, [plain, held]).allows(CAN.SWAPHOLD));
  assert(new CallFeatures(NO_FEATURES, [plain, held]).offers(CAN.SWAPHOLD));
  assert(!new CallFeatures(NO_FEATURES, [plain, plain]).allows(CAN.SWAPHOLD));
  const unknown = new CallFeatures(NO_FEATURES, [plain, undefined]);
  assert(unknown.allows(CAN.SWAPHOLD) && !unknown.offers(CAN.SWAPHOLD));
});

Deno.test("a kind of parking is ruled out by caps or by the call, unless neither distinguishes the kinds", () => {
  const { PARKDIRECT, PARKNONDIRECT, TRANSFERNORM } = CAN2;
  const allows = (ever: number, now: number) => {
    const features = new CallFeatures({ ...NO_FEATURES, call2: ever }, [
      status({ dwCallFeatures2: now }),
    ]);
    return [PARKDIRECT, PARKNONDIRECT].map((kind) => features.allowsPark(kind));
  };
  assert.deepEqual(allows(0, 0), [true, true]);
  assert.deepEqual(allows(PARKDIRECT, 0), [true, false]);
  assert.deepEqual(allows(0, PARKNONDIRECT), [false, true]);
  assert.deepEqual(allows(PARKDIRECT | PARKNONDIRECT, PARKDIRECT), [true, false]);
  assert.deepEqual(allows(TRANSFERNORM, TRANSFERNORM), [true, true], "bits of other commands");
});

Deno.test("two calls become a conference by a transfer unless a driver says that they do not", () => {
  const { PARKDIRECT, TRANSFERCONF, TRANSFERNORM } = CAN2;
  const allows = (ever: number, ...now: number[]) =>
    new CallFeatures(
      { ...NO_FEATURES, call2: ever },
      now.map((dwCallFeatures2) => status({ dwCallFeatures2 })),
    ).allowsTransferToConference;
  assert(allows(0, 0, 0));
  assert(allows(PARKDIRECT, PARKDIRECT, 0));
  assert(!allows(TRANSFERNORM, TRANSFERCONF, 0));
  assert(!allows(0, TRANSFERNORM, 0));
  assert(allows(0, TRANSFERNORM, TRANSFERCONF), "one of the calls has it");
});

Deno.test("the states of the calls are those that the driver reports, 0 if it reports none", () => {
  const { CONNECTED } = LINECALLSTATE;
  const features = new CallFeatures(NO_FEATURES, [status({ dwCallState: CONNECTED }), undefined]);
  assert.deepEqual(features.states, [CONNECTED, 0]);
});

Deno.test("a refusal names the features that lack, and the states of the calls that are known", () => {
  const { CONNECTED, ONHOLD } = LINECALLSTATE;
  assert.equal(
    neverText(CAN.PARK),
    "The line's calls never allow it: they lack LINECALLFEATURE_PARK",
  );
  assert.equal(
    notNowText(CAN.UNHOLD | CAN.SWAPHOLD, [CONNECTED, 0, ONHOLD]),
    "It cannot be done now: the call lacks LINECALLFEATURE_SWAPHOLD or LINECALLFEATURE_UNHOLD " +
      "in the state CONNECTED and ONHOLD",
  );
  assert.equal(
    notNowText(CAN.UNHOLD, [0]),
    "It cannot be done now: the call lacks LINECALLFEATURE_UNHOLD",
  );
});

Deno.test("a line without the feature is refused, and one that reports no features is not", () => {
  const { PICKUP, PICKUPDIRECT, UNPARK } = LINEADDRFEATURE;
  demandOneOf(0, UNPARK, "now");
  demandOneOf(PICKUPDIRECT, PICKUP | PICKUPDIRECT, "never");
  const refused = (when: "never" | "now", message: string) =>
    assert.throws(() => demandOneOf(UNPARK, PICKUP | PICKUPDIRECT, when), (error) => {
      assert(error instanceof CommandFailure);
      assert.deepEqual([error.code, error.message], ["not_supported", message]);
      return true;
    });
  const lacks = "it lacks LINEADDRFEATURE_PICKUP or LINEADDRFEATURE_PICKUPDIRECT";
  refused("never", `The line never allows it: ${lacks}`);
  refused("now", `The line does not allow it now: ${lacks}`);
});
