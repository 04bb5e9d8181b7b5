import assert from "node:assert/strict";
import { TapiCall } from "../../../src/session/call.ts";
import { isActive, isHeld, isPending } from "../../../src/session/calls/states.ts";
import { LINECALLSTATE, LINECONNECTEDMODE, nameOf } from "../../../src/tapi/constants.ts";
import { lineOfDevice } from "../../support/lines.ts";

function callIn(state: number, mode = 0): TapiCall {
  const call = new TapiCall(1, 0x80010001, lineOfDevice(1), false, 0);
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
