import assert from "node:assert/strict";
import { CALL_COMMANDS, LINE_COMMANDS } from "../../../src/model/command.ts";
import {
  CALL_ABILITY_FEATURES,
  callAbilities,
  featuresOfState,
  LINE_ABILITY_FEATURES,
  lineAbilities,
  NO_FEATURES,
} from "../../../src/session/commands/abilities.ts";
import {
  LINEADDRFEATURE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEFEATURE,
} from "../../../src/tapi/constants.ts";

const { ANSWER, DROP, HOLD, PARK, SETCALLDATA, UNHOLD } = LINECALLFEATURE;
const STATE = LINECALLSTATE;

Deno.test("the tables have the words of the bus, in their order", () => {
  assert.deepEqual(Object.keys(CALL_ABILITY_FEATURES), [...CALL_COMMANDS]);
  assert.deepEqual(Object.keys(LINE_ABILITY_FEATURES), [...LINE_COMMANDS]);
});

Deno.test("every feature bit makes its ability, and no other does", () => {
  const expected: Partial<Record<string, string>> = {
    ANSWER: "answer",
    DROP: "drop",
    HOLD: "hold",
    UNHOLD: "unhold",
    SWAPHOLD: "swap",
    BLINDTRANSFER: "transfer",
    SETUPTRANSFER: "consult",
    SETUPCONF: "consult",
    PREPAREADDCONF: "consult",
    COMPLETETRANSF: "complete",
    ADDTOCONF: "complete",
    PARK: "park",
    REDIRECT: "redirect",
    GENERATEDIGITS: "dtmf",
  };
  for (const [name, bit] of Object.entries(LINECALLFEATURE)) {
    assert.deepEqual(callAbilities(bit), [expected[name] ?? []].flat(), name);
  }
  assert.deepEqual(callAbilities(0xffffffff), [...CALL_COMMANDS]);
});

Deno.test("what the caps do not have is never there; caps of 0 say nothing", () => {
  assert.deepEqual(callAbilities(DROP | HOLD | PARK, DROP | PARK), ["drop", "park"]);
  assert.deepEqual(callAbilities(DROP | HOLD, 0), ["drop", "hold"]);
  assert.deepEqual(callAbilities(ANSWER, DROP), []);
  assert.deepEqual(callAbilities(ANSWER, SETCALLDATA), []);
});

Deno.test("the same abilities are the same array, whatever bits they come from", () => {
  const { ADDTOCONF, COMPLETETRANSF, MONITORTONES } = LINECALLFEATURE;
  assert.equal(callAbilities(DROP | MONITORTONES), callAbilities(DROP));
  assert.equal(callAbilities(ADDTOCONF), callAbilities(COMPLETETRANSF));
  const { FORWARD, MAKECALL } = LINEADDRFEATURE;
  assert.equal(
    lineAbilities({ address: FORWARD | MAKECALL, line: 0 }, NO_FEATURES),
    lineAbilities({ address: 0, line: LINEFEATURE.FORWARD | LINEFEATURE.MAKECALL }, NO_FEATURES),
  );
});

Deno.test("a line's abilities are its address's and its device's", () => {
  const { FORWARDDND, MAKECALL, PICKUPGROUP, UNPARK } = LINEADDRFEATURE;
  const of = (address: number, line = 0) => lineAbilities({ address, line }, NO_FEATURES);
  assert.deepEqual(of(MAKECALL), ["dial"]);
  assert.deepEqual(of(0, LINEFEATURE.MAKECALL), ["dial"]);
  assert.deepEqual(of(UNPARK), ["unpark"]);
  assert.deepEqual(of(PICKUPGROUP), ["pickup"]);
  assert.deepEqual(of(FORWARDDND), ["forward"]);
  assert.deepEqual(of(0, LINEFEATURE.FORWARDFWD), ["forward"]);
  assert.deepEqual(of(0xffffffff, 0xffffffff), [...LINE_COMMANDS]);
});

Deno.test("a line is masked by its caps, and falls back to them where it reports nothing", () => {
  const { MAKECALL, UNPARK } = LINEADDRFEATURE;
  const caps = { address: UNPARK, line: 0 };
  assert.deepEqual(lineAbilities({ address: MAKECALL | UNPARK, line: 0 }, caps), ["unpark"]);
  assert.deepEqual(lineAbilities(NO_FEATURES, caps), ["unpark"]);
  assert.deepEqual(lineAbilities(NO_FEATURES, NO_FEATURES), ["dial"]);
});

Deno.test("a state allows what TAPI's documentation says", () => {
  const of = (state: number, others = 0) => callAbilities(featuresOfState(state, others)).join();
  assert.equal(of(0), "");
  assert.equal(of(STATE.IDLE), "");
  assert.equal(of(STATE.OFFERING), "answer,drop,redirect");
  assert.equal(of(STATE.ACCEPTED), "answer,drop");
  for (const state of [STATE.DIALTONE, STATE.DIALING, STATE.RINGBACK, STATE.DISCONNECTED]) {
    assert.equal(of(state), "drop");
  }
  assert.equal(of(STATE.CONNECTED), "drop,hold,transfer,consult,park,dtmf");
  assert.equal(
    of(STATE.CONNECTED, STATE.ONHOLD),
    "drop,hold,swap,transfer,consult,complete,park,dtmf",
  );
  assert.equal(of(STATE.ONHOLD), "drop,unhold");
  assert.equal(of(STATE.ONHOLD, STATE.OFFERING), "drop,unhold");
  assert.equal(of(STATE.ONHOLDPENDTRANSFER, STATE.CONNECTED), "drop,unhold,swap,complete");
  assert.equal(of(STATE.ONHOLDPENDTRANSFER, STATE.RINGBACK), "drop,unhold,complete");
  assert.equal(of(STATE.RINGBACK, STATE.ONHOLDPENDTRANSFER), "drop,complete");
  assert.equal(of(STATE.ONHOLDPENDCONF, STATE.CONNECTED), "drop,unhold,swap,complete");
  assert.equal(of(STATE.ONHOLDPENDCONF, STATE.RINGBACK), "drop,unhold");
  assert.equal(of(0x10000), "drop");
  assert.deepEqual(callAbilities(UNHOLD), ["unhold"]);
});
