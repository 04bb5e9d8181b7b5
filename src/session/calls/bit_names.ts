/**
 * Names of values that TAPI defines as one of several bits, but in which drivers join several: origin,
 * reason, and the modes of call states. Pure.
 */
import type { CallOrigin, CallReason } from "../../model/call.ts";
import {
  LINEBUSYMODE,
  LINECALLORIGIN,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDIALTONEMODE,
  LINEDISCONNECTMODE,
  LINEOFFERINGMODE,
  LINESPECIALINFO,
} from "../../tapi/constants.ts";

/** A group of constants, each of them one bit. */
interface Family {
  readonly prefix: string;
  readonly bits: Readonly<Record<string, number>>;
  /** Names that say less than any other: the least telling last. */
  readonly weak: readonly string[];
}

const ORIGIN: Family = {
  prefix: "LINECALLORIGIN",
  bits: LINECALLORIGIN,
  weak: ["OUTBOUND", "INBOUND", "UNAVAIL", "UNKNOWN"],
};
const REASON: Family = {
  prefix: "LINECALLREASON",
  bits: LINECALLREASON,
  weak: ["DIRECT", "UNAVAIL", "UNKNOWN"],
};
const DISCONNECT: Family = {
  prefix: "LINEDISCONNECTMODE",
  bits: LINEDISCONNECTMODE,
  weak: ["CANCELLED", "NORMAL", "UNAVAIL", "UNKNOWN"],
};
/** The families of dwCallStateMode, by the states that have one. */
const STATE_MODES: ReadonlyMap<number, Family> = new Map([
  [LINECALLSTATE.OFFERING, { prefix: "LINEOFFERINGMODE", bits: LINEOFFERINGMODE, weak: [] }],
  [LINECALLSTATE.DIALTONE, {
    prefix: "LINEDIALTONEMODE",
    bits: LINEDIALTONEMODE,
    weak: ["NORMAL", "UNAVAIL", "UNKNOWN"],
  }],
  [LINECALLSTATE.BUSY, {
    prefix: "LINEBUSYMODE",
    bits: LINEBUSYMODE,
    weak: ["UNAVAIL", "UNKNOWN"],
  }],
  [LINECALLSTATE.SPECIALINFO, {
    prefix: "LINESPECIALINFO",
    bits: LINESPECIALINFO,
    weak: ["UNAVAIL", "UNKNOWN"],
  }],
  [LINECALLSTATE.CONNECTED, {
    prefix: "LINECONNECTEDMODE",
    bits: LINECONNECTEDMODE,
    weak: ["INACTIVE", "INACTIVEHELD", "CONFIRMED"],
  }],
]);

export function originName(value: number): CallOrigin {
  return nameIn(ORIGIN, value) as CallOrigin;
}

export function reasonName(value: number): CallReason {
  return nameIn(REASON, value) as CallReason;
}

/**
 * The name of a state's mode, LINE_CALLSTATE's dwParam2 or dwCallStateMode; `undefined` if the state
 * has none, or the driver does not report it.
 */
export function stateModeName(state: number, mode: number): string | undefined {
  const family = STATE_MODES.get(state);
  return family === undefined || mode === 0 ? undefined : nameIn(family, mode);
}

/** The names of the modes of DISCONNECTED, the most telling first: why the call has ended. */
export function disconnectNames(state: number, mode: number): readonly string[] {
  return state !== LINECALLSTATE.DISCONNECTED || mode === 0 ? [] : namesIn(DISCONNECT, mode);
}

function nameIn(family: Family, value: number): string {
  // There is always one.
  return namesIn(family, value)[0] as string;
}

/** The names of the bits that are set, the most telling first; the value in hex if none is known. */
function namesIn({ prefix, bits, weak }: Family, value: number): string[] {
  const known = Object.keys(bits).filter((name) => (value & (bits[name] ?? 0)) !== 0);
  if (known.length === 0) return [`${prefix}_$${hex(value)}`];
  return known.toSorted((a, b) => weak.indexOf(a) - weak.indexOf(b));
}

/** Upper case, without padding. */
export function hex(value: number): string {
  return (value >>> 0).toString(16).toUpperCase();
}
