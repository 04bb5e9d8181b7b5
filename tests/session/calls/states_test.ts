import assert from "node:assert/strict";
import { TapiCall } from "../../../src/session/call.ts";
import {
  callStateName,
  callStateOf,
  isActive,
  isElsewhere,
  isHeld,
  isPending,
  isTalking,
} from "../../../src/session/calls/states.ts";
import { LINECALLSTATE, LINECONNECTEDMODE, nameOf } from "../../../src/tapi/constants.ts";
import { lineOfDevice } from "../../support/lines.ts";

function callIn(state: number, mode = 0): TapiCall {
  const call = new TapiCall(1, 0x80010001, lineOfDevice(1), true, false, 0);
  call.enter(state, mode);
  return call;
}

/** The names of the states of which something is true. */
function statesThat(isSo: (call: TapiCall) => boolean): string[] {
  return Object.values(LINECALLSTATE).filter((state) => isSo(callIn(state)))
    .map((state) => nameOf(LINECALLSTATE, state) ?? "");
}

Deno.test("a call is active while somebody is busy with it at the telephone", () => {
  assert.deepEqual(statesThat(isActive), [
    "DIALTONE",
    "DIALING",
    "RINGBACK",
    "BUSY",
    "SPECIALINFO",
    "CONNECTED",
    "PROCEEDING",
  ]);
});

Deno.test("a call that is connected at another telephone of a shared line is not active here", () => {
  const { ACTIVE, ACTIVEHELD, CONFIRMED, INACTIVE, INACTIVEHELD } = LINECONNECTEDMODE;
  for (const mode of [0, ACTIVE, ACTIVEHELD, CONFIRMED]) {
    assert(isActive(callIn(LINECALLSTATE.CONNECTED, mode)), String(mode));
  }
  for (const mode of [INACTIVE, INACTIVEHELD]) {
    assert(!isActive(callIn(LINECALLSTATE.CONNECTED, mode)), String(mode));
  }
  // The bits mean something else in other states: here LINEBUSYMODE_TRUNK.
  assert(isActive(callIn(LINECALLSTATE.BUSY, INACTIVE)));
});

Deno.test("a held call is one in any of the three states of hold, two of which await a consultation", () => {
  assert.deepEqual(statesThat(isHeld), ["ONHOLD", "ONHOLDPENDCONF", "ONHOLDPENDTRANSFER"]);
  assert.deepEqual(statesThat(isPending), ["ONHOLDPENDCONF", "ONHOLDPENDTRANSFER"]);
});

Deno.test("a state's vendor bits are left out", () => {
  assert.equal(callStateOf(0x80000100), LINECALLSTATE.CONNECTED);
  assert.equal(callStateName(0x80000100), "CONNECTED");
});

Deno.test("a state that TAPI does not define is reported in hex", () => {
  assert.equal(callStateName(0), "LINECALLSTATE_$0");
  assert.equal(callStateName(0x10000), "LINECALLSTATE_$10000");
});

Deno.test("a call is elsewhere if it is connected at another telephone, and not at this one too", () => {
  const { ACTIVE, ACTIVEHELD, CONFIRMED, INACTIVE, INACTIVEHELD } = LINECONNECTEDMODE;
  const { CONNECTED, OFFERING, ONHOLD } = LINECALLSTATE;
  for (const mode of [INACTIVE, INACTIVEHELD, INACTIVE | CONFIRMED]) {
    assert(isElsewhere(callIn(CONNECTED, mode)), String(mode));
  }
  for (const mode of [0, ACTIVE, CONFIRMED, ACTIVE | INACTIVE, ACTIVEHELD | INACTIVEHELD]) {
    assert(!isElsewhere(callIn(CONNECTED, mode)), String(mode));
  }
  for (const state of [OFFERING, ONHOLD]) assert(!isElsewhere(callIn(state, INACTIVE)));
});

Deno.test("somebody talks in a call that is connected here, or has put it on hold", () => {
  assert.deepEqual(statesThat(isTalking), [
    "CONNECTED",
    "ONHOLD",
    "ONHOLDPENDCONF",
    "ONHOLDPENDTRANSFER",
  ]);
  assert(!isTalking(callIn(LINECALLSTATE.CONNECTED, LINECONNECTEDMODE.INACTIVE)));
});
