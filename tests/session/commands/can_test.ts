import assert from "node:assert/strict";
import { CALL_COMMANDS, COMMAND_NAMES, type LineCommandName } from "../../../src/model/command.ts";
import { callCommands, featuresOfState, lineCommands } from "../../../src/session/commands/can.ts";
import { NO_LINE_FEATURES } from "../../../src/session/description.ts";
import { TABLE } from "../../../src/session/commands/table.ts";
import {
  LINEADDRFEATURE,
  LINECALLCOMPLMODE,
  LINECALLFEATURE,
  LINECALLSTATE,
  LINEDEVSTATUSFLAGS,
  LINEFEATURE,
} from "../../../src/tapi/constants.ts";

const { ANSWER, DROP, HOLD, PARK, REDIRECT, SETCALLDATA, UNHOLD } = LINECALLFEATURE;
const STATE = LINECALLSTATE;

Deno.test("the table has a row for each command of the model, in the same order", () => {
  assert.deepEqual(Object.keys(TABLE), [...COMMAND_NAMES]);
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
    assert.deepEqual(callCommands(bit), [expected[name] ?? []].flat(), name);
  }
  assert.deepEqual(callCommands(0xffffffff), [...CALL_COMMANDS]);
});

Deno.test("commands that the caps lack are never offered; caps of 0 say nothing", () => {
  assert.deepEqual(callCommands(DROP | HOLD | PARK, DROP | PARK), ["drop", "park"]);
  assert.deepEqual(callCommands(DROP | HOLD, 0), ["drop", "hold"]);
  assert.deepEqual(callCommands(ANSWER, DROP), []);
  assert.deepEqual(callCommands(ANSWER, SETCALLDATA), []);
});

Deno.test("the same abilities are the same array, whatever bits they come from", () => {
  const { ADDTOCONF, COMPLETETRANSF, MONITORTONES } = LINECALLFEATURE;
  assert.equal(callCommands(DROP | MONITORTONES), callCommands(DROP));
  assert.equal(callCommands(ADDTOCONF), callCommands(COMPLETETRANSF));
  const { FORWARD, MAKECALL } = LINEADDRFEATURE;
  assert.equal(
    lineCommands({ address: FORWARD | MAKECALL, line: 0 }, NO_LINE_FEATURES),
    lineCommands(
      { address: 0, line: LINEFEATURE.FORWARD | LINEFEATURE.MAKECALL },
      NO_LINE_FEATURES,
    ),
  );
});

Deno.test("a line's abilities are its address's and its device's", () => {
  const { FORWARDDND, FORWARDFWD, MAKECALL, PICKUPGROUP, UNPARK } = LINEADDRFEATURE;
  const of = (address: number, line = 0) => lineCommands({ address, line }, NO_LINE_FEATURES);
  assert.deepEqual(of(MAKECALL), ["dial"]);
  assert.deepEqual(of(0, LINEFEATURE.MAKECALL), ["dial"]);
  assert.deepEqual(of(UNPARK), ["unpark"]);
  assert.deepEqual(of(PICKUPGROUP), ["pickup"]);
  assert.deepEqual(of(FORWARDFWD), ["forward"]);
  assert.deepEqual(of(FORWARDDND), ["dnd"], "do not disturb is no forwarding to a number");
  assert.deepEqual(of(0, LINEFEATURE.FORWARDDND), ["dnd"]);
  assert.deepEqual(of(0, LINEFEATURE.DEVSPECIFIC), ["vendor"]);
  assert.deepEqual(of(0, LINEFEATURE.FORWARDFWD), ["forward"]);
  const byTapi = ["dial", "unpark", "pickup", "forward", "dnd", "vendor"];
  assert.deepEqual(of(0xffffffff, 0xffffffff), byTapi);
});

Deno.test("a line is masked by its caps, and falls back to them where it reports nothing", () => {
  const { MAKECALL, UNPARK } = LINEADDRFEATURE;
  const caps = { address: UNPARK, line: 0 };
  assert.deepEqual(lineCommands({ address: MAKECALL | UNPARK, line: 0 }, caps), ["unpark"]);
  assert.deepEqual(lineCommands(NO_LINE_FEATURES, caps), ["unpark"]);
  assert.deepEqual(lineCommands(NO_LINE_FEATURES, NO_LINE_FEATURES), ["dial"]);
});

Deno.test("a line without pickup that redirects calls can pick one up that rings on another", () => {
  const caps = { address: LINEADDRFEATURE.MAKECALL, line: 0, call: REDIRECT };
  assert.deepEqual(lineCommands(NO_LINE_FEATURES, caps), ["dial", "pickup"]);
  assert.deepEqual(lineCommands(NO_LINE_FEATURES, { ...caps, call: DROP }), ["dial"]);
});

Deno.test("a state allows what TAPI's documentation says", () => {
  const of = (state: number, others = 0) => callCommands(featuresOfState(state, others)).join();
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
  assert.deepEqual(callCommands(UNHOLD), ["unhold"]);
});

Deno.test("a line offers what its caps name besides features, and what its vendor accepts", () => {
  const address = LINEADDRFEATURE.MAKECALL;
  const of = (caps: object, vendors?: readonly LineCommandName[]) =>
    lineCommands({ address, line: 0 }, { address, line: 0, ...caps }, vendors);
  assert.deepEqual(of({ settable: LINEDEVSTATUSFLAGS.MSGWAIT }), ["dial", "lamp"]);
  assert.deepEqual(of({ settable: LINEDEVSTATUSFLAGS.LOCKED }), ["dial"]);
  assert.deepEqual(of({ completionModes: LINECALLCOMPLMODE.INTRUDE }), ["dial", "intrude"]);
  assert.deepEqual(of({ completionModes: LINECALLCOMPLMODE.CAMPON }), ["dial"]);
  assert.deepEqual(of({}, ["listen", "dnd"]), ["dial", "dnd", "listen"]);
});
