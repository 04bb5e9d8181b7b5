import assert from "node:assert/strict";
import {
  disconnectNames,
  hex,
  originName,
  reasonName,
  stateModeName,
} from "../../../src/session/calls/bit_names.ts";
import {
  LINECALLORIGIN as ORIGIN,
  LINECALLREASON as REASON,
  LINECALLSTATE as STATE,
  LINECONNECTEDMODE,
  LINEDISCONNECTMODE as MODE,
} from "../../../src/tapi/constants.ts";

const { DISCONNECTED } = STATE;

Deno.test("a single bit has TAPI's name", () => {
  for (const [name, bit] of Object.entries(ORIGIN)) assert.equal(originName(bit), name);
  for (const [name, bit] of Object.entries(REASON)) assert.equal(reasonName(bit), name);
  for (const [name, bit] of Object.entries(MODE)) {
    assert.deepEqual(disconnectNames(DISCONNECTED, bit), [name]);
  }
});

Deno.test("an origin says where a call comes from rather than which way it goes", () => {
  assert.equal(originName(ORIGIN.EXTERNAL | ORIGIN.INBOUND), "EXTERNAL");
  assert.equal(originName(ORIGIN.INTERNAL | ORIGIN.INBOUND), "INTERNAL");
  assert.equal(originName(ORIGIN.OUTBOUND | ORIGIN.EXTERNAL), "EXTERNAL");
  assert.equal(originName(ORIGIN.INBOUND | ORIGIN.UNKNOWN), "INBOUND");
});

Deno.test("a reason says why a call has come rather than that it came directly", () => {
  assert.equal(reasonName(REASON.DIRECT | REASON.TRANSFER), "TRANSFER");
  assert.equal(reasonName(REASON.UNKNOWN | REASON.DIRECT), "DIRECT");
});

Deno.test("all of several disconnect modes are reported, the most specific first", () => {
  const { BUSY, CANCELLED, NORMAL, PICKUP, UNKNOWN } = MODE;
  const names = (mode: number) => disconnectNames(DISCONNECTED, mode);
  assert.deepEqual(names(CANCELLED | NORMAL), ["CANCELLED", "NORMAL"]);
  assert.deepEqual(names(PICKUP | NORMAL), ["PICKUP", "NORMAL"]);
  assert.deepEqual(names(UNKNOWN | NORMAL | CANCELLED | BUSY), [
    "BUSY",
    "CANCELLED",
    "NORMAL",
    "UNKNOWN",
  ]);
});

Deno.test("only DISCONNECTED has disconnect modes, and only if the driver reports one", () => {
  assert.deepEqual(disconnectNames(STATE.CONNECTED, MODE.BUSY), []);
  assert.deepEqual(disconnectNames(DISCONNECTED, 0), []);
});

Deno.test("a value without a bit that TAPI defines is reported in hex, with its family", () => {
  assert.equal(originName(0), "LINECALLORIGIN_$0");
  assert.equal(originName(0x100), "LINECALLORIGIN_$100");
  assert.equal(reasonName(0x10000), "LINECALLREASON_$10000");
  assert.deepEqual(disconnectNames(DISCONNECTED, 0x80000000 | 0), ["LINEDISCONNECTMODE_$80000000"]);
  assert.equal(stateModeName(STATE.CONNECTED, 0xa00), "LINECONNECTEDMODE_$A00");
});

Deno.test("bits that TAPI does not define are left out if another is defined", () => {
  assert.equal(originName(ORIGIN.INTERNAL | 0x100), "INTERNAL");
  assert.deepEqual(disconnectNames(DISCONNECTED, MODE.BUSY | 0x80000000), ["BUSY"]);
});

Deno.test("a state's mode has the name of its own family, or none", () => {
  assert.equal(stateModeName(STATE.CONNECTED, 1), "ACTIVE");
  assert.equal(stateModeName(STATE.CONNECTED, 2), "INACTIVE");
  assert.equal(stateModeName(STATE.OFFERING, 2), "INACTIVE");
  assert.equal(stateModeName(STATE.BUSY, 1), "STATION");
  assert.equal(stateModeName(STATE.DIALTONE, 4), "INTERNAL");
  assert.equal(stateModeName(STATE.SPECIALINFO, 1), "NOCIRCUIT");
  assert.equal(stateModeName(STATE.CONNECTED, 0), undefined);
  // For CONFERENCED it is a handle.
  for (const other of [STATE.CONFERENCED, STATE.ONHOLD, DISCONNECTED, 0x10000]) {
    assert.equal(stateModeName(other, 1), undefined);
  }
});

Deno.test("the name of several modes of CONNECTED is the one that says at which telephone the call is", () => {
  const { ACTIVE, CONFIRMED, INACTIVE } = LINECONNECTEDMODE;
  assert.equal(stateModeName(STATE.CONNECTED, ACTIVE | CONFIRMED), "ACTIVE");
  assert.equal(stateModeName(STATE.CONNECTED, ACTIVE | INACTIVE), "ACTIVE");
  assert.equal(stateModeName(STATE.CONNECTED, INACTIVE | CONFIRMED), "INACTIVE");
});

Deno.test("hex is upper case, without padding or sign", () => {
  assert.deepEqual([hex(0), hex(0xabc), hex(0xffffffff | 0)], ["0", "ABC", "FFFFFFFF"]);
});
