/** Names instead of numbers: what LINE_CALLSTATE, LINECALLINFO and LINECALLSTATUS say of a call. Pure. */
import {
  type CallInfo,
  type CallOrigin,
  type CallReason,
  type CallState,
  type Party,
  WITHHELD,
} from "../../model/call.ts";
import type { RawCallInfo } from "../../tapi/call_info.ts";
import {
  has,
  LINEBUSYMODE,
  LINECALLORIGIN,
  LINECALLPARTYID,
  LINECALLREASON,
  LINECALLSTATE,
  LINECONNECTEDMODE,
  LINEDIALTONEMODE,
  LINEDISCONNECTMODE,
  LINEOFFERINGMODE,
  LINESPECIALINFO,
  nameOf,
} from "../../tapi/constants.ts";

/** The high 8 bits may hold a vendor's substate. */
const CALLSTATE_MASK = 0x00ffffff;

/** LINECALLSTATE_ of dwCallState or of LINE_CALLSTATE's dwParam1, without vendor bits. */
export function callStateOf(value: number): number {
  return value & CALLSTATE_MASK;
}

/** The name of dwCallState, or of LINE_CALLSTATE's dwParam1. */
export function callStateName(value: number): CallState {
  const state = callStateOf(value);
  return nameOf(LINECALLSTATE, state) ?? `LINECALLSTATE_$${hex(state)}`;
}

/** The families of dwCallStateMode, by the states that have one. */
const STATE_MODES: ReadonlyMap<
  number,
  readonly [prefix: string, Readonly<Record<string, number>>]
> = new Map([
  [LINECALLSTATE.OFFERING, ["LINEOFFERINGMODE", LINEOFFERINGMODE]],
  [LINECALLSTATE.DIALTONE, ["LINEDIALTONEMODE", LINEDIALTONEMODE]],
  [LINECALLSTATE.BUSY, ["LINEBUSYMODE", LINEBUSYMODE]],
  [LINECALLSTATE.SPECIALINFO, ["LINESPECIALINFO", LINESPECIALINFO]],
  [LINECALLSTATE.CONNECTED, ["LINECONNECTEDMODE", LINECONNECTEDMODE]],
]);

/**
 * The name of a state's mode, LINE_CALLSTATE's dwParam2 or dwCallStateMode; `undefined` if the state
 * has none, or the driver does not report it.
 */
export function stateModeName(state: number, mode: number): string | undefined {
  const family = STATE_MODES.get(state);
  if (family === undefined || mode === 0) return undefined;
  const [prefix, names] = family;
  return nameOf(names, mode) ?? `${prefix}_$${hex(mode)}`;
}

/** As {@linkcode stateModeName}, for the mode of DISCONNECTED: why the call has ended. */
export function disconnectName(state: number, mode: number): string | undefined {
  if (state !== LINECALLSTATE.DISCONNECTED || mode === 0) return undefined;
  return nameOf(LINEDISCONNECTMODE, mode) ?? `LINEDISCONNECTMODE_$${hex(mode)}`;
}

/** Puts names to a LINECALLINFO. */
export function toCallInfo(info: RawCallInfo): CallInfo {
  const secret = withheldNumbers(info);
  const party = (flags: number, number: string, name: string) =>
    secret?.has(number) ? WITHHELD : toParty(flags, number, name);
  return {
    callId: `0x${hex(info.dwCallID)}`,
    relatedCallId: `0x${hex(info.dwRelatedCallID)}`,
    origin: originName(info.dwOrigin),
    reason: reasonName(info.dwReason),
    caller: party(info.dwCallerIDFlags, info.CallerID, info.CallerIDName),
    called: party(info.dwCalledIDFlags, info.CalledID, info.CalledIDName),
    connected: party(info.dwConnectedIDFlags, info.ConnectedID, info.ConnectedIDName),
    redirecting: party(info.dwRedirectingIDFlags, info.RedirectingID, info.RedirectingIDName),
    redirection: party(info.dwRedirectionIDFlags, info.RedirectionID, info.RedirectionIDName),
  };
}

function originName(value: number): CallOrigin {
  return nameOf(LINECALLORIGIN, value) ?? `LINECALLORIGIN_$${hex(value)}`;
}

function reasonName(value: number): CallReason {
  return nameOf(LINECALLREASON, value) ?? `LINECALLREASON_$${hex(value)}`;
}

/** Numbers that a driver supplies although they are withheld: they are not shown as another party's. */
function withheldNumbers(info: RawCallInfo): Set<string> | undefined {
  const anyFlags = info.dwCallerIDFlags | info.dwCalledIDFlags | info.dwConnectedIDFlags |
    info.dwRedirectingIDFlags | info.dwRedirectionIDFlags;
  // Rarely set, and this runs for every message.
  if (!has(anyFlags, LINECALLPARTYID.BLOCKED)) return undefined;
  const numbers = ([
    [info.dwCallerIDFlags, info.CallerID],
    [info.dwCalledIDFlags, info.CalledID],
    [info.dwConnectedIDFlags, info.ConnectedID],
    [info.dwRedirectingIDFlags, info.RedirectingID],
    [info.dwRedirectionIDFlags, info.RedirectionID],
  ] as const).flatMap(([flags, number]) =>
    has(flags, LINECALLPARTYID.BLOCKED) && number !== "" ? number : []
  );
  return new Set(numbers);
}

/**
 * Decides what may be shown. BLOCKED wins over everything: some drivers supply the number that the
 * caller withheld. Apart from that a number that is there is shown, whatever the flags say, because
 * drivers forget ADDRESS.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/linecallpartyid--constants
 */
function toParty(flags: number, number: string, name: string): Party {
  if (has(flags, LINECALLPARTYID.BLOCKED)) return WITHHELD;
  if (number !== "") return { number, name, presentation: "shown" };
  const presentation = has(flags, LINECALLPARTYID.UNKNOWN) ? "pending" : "unavailable";
  return { number: "", name, presentation };
}

function hex(value: number): string {
  return (value >>> 0).toString(16).toUpperCase();
}
