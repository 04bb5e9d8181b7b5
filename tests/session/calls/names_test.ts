import assert from "node:assert/strict";
import {
  callStateName,
  disconnectName,
  stateModeName,
  toCallInfo,
} from "../../../src/session/calls/names.ts";
import type { RawCallInfo } from "../../../src/tapi/call_info.ts";
import { LINECALLPARTYID, LINECALLSTATE } from "../../../src/tapi/constants.ts";

const { ADDRESS, BLOCKED, NAME, UNKNOWN } = LINECALLPARTYID;
const SECRET = "+441632960001";

function raw(members: Partial<RawCallInfo> = {}): RawCallInfo {
  return {
    dwCallID: 0x1a2b,
    dwRelatedCallID: 0xffffffff,
    dwOrigin: 4,
    dwReason: 1,
    dwCallerIDFlags: 0,
    CallerID: "",
    CallerIDName: "",
    dwCalledIDFlags: 0,
    CalledID: "",
    CalledIDName: "",
    dwConnectedIDFlags: 0,
    ConnectedID: "",
    ConnectedIDName: "",
    dwRedirectionIDFlags: 0,
    RedirectionID: "",
    RedirectionIDName: "",
    dwRedirectingIDFlags: 0,
    RedirectingID: "",
    RedirectingIDName: "",
    ...members,
  };
}

Deno.test("a state's mode has the name of its own family, or none", () => {
  const state = LINECALLSTATE;
  assert.equal(stateModeName(state.CONNECTED, 1), "ACTIVE");
  assert.equal(stateModeName(state.CONNECTED, 2), "INACTIVE");
  assert.equal(stateModeName(state.OFFERING, 2), "INACTIVE");
  assert.equal(stateModeName(state.BUSY, 1), "STATION");
  assert.equal(stateModeName(state.DIALTONE, 4), "INTERNAL");
  assert.equal(stateModeName(state.SPECIALINFO, 1), "NOCIRCUIT");
  assert.equal(stateModeName(state.CONNECTED, 0), undefined);
  assert.equal(stateModeName(state.CONNECTED, 0xabc), "LINECONNECTEDMODE_$ABC");
  // For CONFERENCED it is a handle.
  for (const other of [state.CONFERENCED, state.ONHOLD, state.DISCONNECTED, 0x10000]) {
    assert.equal(stateModeName(other, 1), undefined);
  }
});

Deno.test("a disconnect mode has its name, with DISCONNECTED alone", () => {
  const { CONNECTED, DISCONNECTED } = LINECALLSTATE;
  assert.equal(disconnectName(DISCONNECTED, 0x20), "BUSY");
  assert.equal(disconnectName(DISCONNECTED, 0x80000), "CANCELLED");
  assert.equal(disconnectName(DISCONNECTED, 0x80000000), "LINEDISCONNECTMODE_$80000000");
  assert.equal(disconnectName(DISCONNECTED, 0), undefined);
  assert.equal(disconnectName(CONNECTED, 0x20), undefined);
});

Deno.test("a state's vendor bits are left out", () => {
  assert.equal(callStateName(0x80000100), "CONNECTED");
});

Deno.test("ids are hex, and every party has its own flags", () => {
  const info = toCallInfo(raw({
    dwConnectedIDFlags: ADDRESS | NAME,
    ConnectedID: "201",
    ConnectedIDName: "Anna",
    dwRedirectingIDFlags: UNKNOWN,
    RedirectionID: "203",
  }));
  assert.equal(info.callId, "0x1A2B");
  assert.equal(info.relatedCallId, "0xFFFFFFFF");
  assert.deepEqual(info.connected, { number: "201", name: "Anna", presentation: "shown" });
  assert.equal(info.redirecting.presentation, "pending");
  assert.equal(info.redirection.number, "203");
  assert.equal(info.caller.presentation, "unavailable");
});

Deno.test("a number that one party withholds is no other party's either", () => {
  const info = toCallInfo(raw({
    dwCallerIDFlags: BLOCKED | ADDRESS,
    CallerID: SECRET,
    ConnectedID: SECRET,
    ConnectedIDName: "Ada",
    RedirectingID: SECRET,
    RedirectionID: "203",
  }));
  assert(!JSON.stringify(info).includes(SECRET));
  assert(!JSON.stringify(info).includes("Ada"));
  assert.equal(info.connected.presentation, "withheld");
  assert.equal(info.redirection.number, "203");
});

Deno.test("each of the five parties can be withheld", () => {
  for (const role of ["Caller", "Called", "Connected", "Redirecting", "Redirection"] as const) {
    const info = toCallInfo(raw({
      [`dw${role}IDFlags`]: BLOCKED,
      [`${role}ID`]: SECRET,
      [`${role}IDName`]: "Ada",
    }));
    assert.doesNotMatch(JSON.stringify(info), /Ada|1632/, role);
  }
});
