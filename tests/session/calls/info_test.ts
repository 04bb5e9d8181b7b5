import assert from "node:assert/strict";
import { type CallReading, readCallInfo } from "../../../src/session/calls/info.ts";
import { DeviceTable } from "../../../src/session/device_table.ts";
import type { RawCallInfo } from "../../../src/tapi/call_info.ts";
import { LINECALLORIGIN, LINECALLPARTYID } from "../../../src/tapi/constants.ts";

const { ADDRESS, BLOCKED, NAME, UNKNOWN } = LINECALLPARTYID;
const SECRET = "+441632960001";
const PLACEHOLDERS = {
  withheld: new Set(["anonymous", "p"]),
  unavailable: new Set(["unknown", "o"]),
};

/** Reads a LINECALLINFO with these members. */
function read(
  members: Partial<RawCallInfo>,
  isGroup: (number: string) => boolean = () => false,
): CallReading {
  return readCallInfo(
    {
      dwAddressID: 0,
      dwCallID: 0x1a2b,
      dwRelatedCallID: 0xffffffff,
      dwOrigin: 4,
      dwReason: 1,
      dwTrunk: 0xffffffff,
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
      CallData: new Uint8Array(0),
      ...members,
    },
    { placeholders: PLACEHOLDERS, isGroup, devices: new DeviceTable() },
    "201",
  );
}

Deno.test("ids are hex, and every party has its own flags", () => {
  const info = read({
    dwConnectedIDFlags: ADDRESS | NAME,
    ConnectedID: "201",
    ConnectedIDName: "Anna",
    dwRedirectingIDFlags: UNKNOWN,
    RedirectionID: "203",
  });
  assert.equal(info.callId, "0x1A2B");
  assert.equal(info.relatedCallId, "0xFFFFFFFF");
  assert.deepEqual(info.connected, { number: "201", name: "Anna", presentation: "shown" });
  assert.equal(info.redirecting.presentation, "pending");
  assert.equal(info.redirection.number, "203");
  assert.equal(info.caller.presentation, "unavailable");
});

Deno.test("a number that one party withholds is no other party's either", () => {
  const info = read({
    dwCallerIDFlags: BLOCKED | ADDRESS,
    CallerID: SECRET,
    ConnectedID: SECRET,
    ConnectedIDName: "Ada",
    RedirectingID: SECRET,
    RedirectionID: "203",
  });
  assert(!JSON.stringify(info).includes(SECRET));
  assert(!JSON.stringify(info).includes("Ada"));
  assert.equal(info.connected.presentation, "withheld");
  assert.equal(info.redirection.number, "203");
});

Deno.test("each of the five parties can be withheld", () => {
  for (const role of ["Caller", "Called", "Connected", "Redirecting", "Redirection"] as const) {
    const info = read({
      [`dw${role}IDFlags`]: BLOCKED,
      [`${role}ID`]: SECRET,
      [`${role}IDName`]: "Ada",
    });
    assert.doesNotMatch(JSON.stringify(info), /Ada|1632/, role);
  }
});

Deno.test("a text that stands for a withheld number is no number, and its name is not shown", () => {
  for (const text of ["anonymous", "Anonymous", "P"]) {
    const { caller } = read({ dwCallerIDFlags: ADDRESS, CallerID: text, CallerIDName: "Ada" });
    assert.deepEqual(caller, { number: "", name: "", presentation: "withheld" }, text);
  }
});

Deno.test("a text that stands for an unknown number is no number", () => {
  for (const text of ["unknown", "UNKNOWN", "O"]) {
    const { called } = read({ dwCalledIDFlags: ADDRESS, CalledID: text, CalledIDName: text });
    assert.deepEqual(called, { number: "", name: "", presentation: "unavailable" }, text);
  }
});

Deno.test("a number that only contains such a text is shown", () => {
  for (const text of ["sip:anonymous2@example.org", "P1", "00"]) {
    assert.deepEqual(read({ CallerID: text }).caller.number, text);
  }
});

Deno.test("a number is shown whatever its flags say, except that it is withheld", () => {
  for (const flags of [0, UNKNOWN, NAME]) {
    const { caller } = read({ dwCallerIDFlags: flags, CallerID: "201" });
    assert.deepEqual(caller, { number: "201", name: "", presentation: "shown" });
  }
});

Deno.test("a name without a number is reported", () => {
  const { caller } = read({ dwCallerIDFlags: NAME, CallerIDName: "Ada" });
  assert.deepEqual(caller, { number: "", name: "Ada", presentation: "unavailable" });
});

Deno.test("an empty number that is withheld takes no other party's away", () => {
  const { caller, called } = read({ dwCallerIDFlags: BLOCKED, CalledIDName: "Anna" });
  assert.equal(caller.presentation, "withheld");
  assert.deepEqual(called, { number: "", name: "Anna", presentation: "unavailable" });
});

Deno.test("dwOrigin suggests a direction: OUTBOUND decides, and each of the other ways in is one", () => {
  const { CONFERENCE, EXTERNAL, INBOUND, INTERNAL, OUTBOUND, UNAVAIL, UNKNOWN } = LINECALLORIGIN;
  const directionOf = (dwOrigin: number) => read({ dwOrigin }).direction;
  for (const inbound of [INBOUND, INTERNAL, EXTERNAL, INBOUND | EXTERNAL, INTERNAL | INBOUND]) {
    assert.equal(directionOf(inbound), "in", String(inbound));
  }
  for (const outbound of [OUTBOUND, OUTBOUND | EXTERNAL, OUTBOUND | INTERNAL, OUTBOUND | INBOUND]) {
    assert.equal(directionOf(outbound), "out", String(outbound));
  }
  for (const silent of [0, CONFERENCE, UNAVAIL, UNKNOWN]) {
    assert.equal(directionOf(silent), "unknown", String(silent));
  }
});

Deno.test("origin and reason have TAPI's names, whichever bits are joined", () => {
  const { origin, reason } = read({ dwOrigin: 0x84, dwReason: 0x101 });
  assert.deepEqual([origin, reason], ["EXTERNAL", "TRANSFER"]);
});

Deno.test("a trunk is reported unless the driver does not know it", () => {
  for (const dwTrunk of [0, 0xffffffff]) assert(!("trunk" in read({ dwTrunk })));
  assert.equal(read({ dwTrunk: 0x15001b }).trunk, 0x15001b);
});

Deno.test("call data is reported if it is text", () => {
  assert(!("data" in read({})));
  assert.equal(read({ CallData: new TextEncoder().encode("order 4711\0") }).data, "order 4711");
  assert(!("data" in read({ CallData: Uint8Array.of(1, 2, 3, 4) })));
});

Deno.test("the called party is a group if its number is one", () => {
  const info = { CalledID: "110", dwCalledIDFlags: ADDRESS };
  assert.equal(read(info, (number) => number === "110").group, "110");
  assert(!("group" in read(info)));
  assert(!("group" in read({ ...info, dwCalledIDFlags: BLOCKED }, () => true)));
  assert(!("group" in read({}, () => true)));
  assert(!("group" in read({ ...info, CalledID: "201" }, () => true)));
});
