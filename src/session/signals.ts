/**
 * What TAPI tells about calls and lines, with names instead of numbers and without handles: the last
 * place where handles, raw numbers and hex exist.
 */
import type { RawCallInfo } from "../tapi/call_info.ts";
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
} from "../tapi/constants.ts";
import type { CallAbilityName, LineAbilityName } from "./commands/abilities.ts";

/** A line as the rest of the program knows it. One object for as long as its device is known. */
export interface Line {
  /** The first address's text, else the line's name, else the device id. Not always unique. */
  readonly extension: string;
  readonly name: string;
  /** The same after a restart of TAPI, as far as the provider lets it. Two lines' never are. */
  readonly permanentId: string;
  /** LINEDEVCAPS' provider info: which driver it is. */
  readonly provider: string;
}

declare const brand: unique symbol;
/** The program's own number for a call, never used twice; not a HCALL. */
export type CallKey = number & { readonly [brand]: "CallKey" };

/** The LINE_CALLSTATE of a call, with what lineGetCallInfo and lineGetCallStatus said then. */
export interface CallStateSignal {
  readonly kind: "call-state";
  readonly line: Line;
  readonly call: CallKey;
  readonly state: CallStateName;
  /** What TAPI adds to the state, where it does. */
  readonly mode: string | undefined;
  /** With DISCONNECTED: why, where the provider says so. */
  readonly disconnect: string | undefined;
  /** `undefined` where the provider did not tell. */
  readonly info: CallInfo | undefined;
  readonly can: readonly CallAbilityName[];
  /** When lineGetMessage brought it, by the clock's uptime; left out where no message did. */
  readonly heardAtMs?: number;
}

/** What is known of a call may have changed within its state. */
export interface CallInfoSignal {
  readonly kind: "call-info";
  readonly line: Line;
  readonly call: CallKey;
  readonly info: CallInfo;
}

/** What can be done with a call may have changed, because another call of its line did. */
export interface CallAbilitiesSignal {
  readonly kind: "call-abilities";
  readonly line: Line;
  readonly call: CallKey;
  readonly can: readonly CallAbilityName[];
}

/** A call of which no more will be heard, because its line was closed. */
export interface CallLostSignal {
  readonly kind: "call-lost";
  readonly line: Line;
  readonly call: CallKey;
}

/** A line was found; it is not open yet. */
export interface LineFoundSignal {
  readonly kind: "line-found";
  readonly line: Line;
  /** The one that its device was before: it is no more. */
  readonly replaces: Line | undefined;
}

/** The device of a line is gone. */
export interface LineRemovedSignal {
  readonly kind: "line-removed";
  readonly line: Line;
}

/** Whether the program hears a line. */
export type LineStatus = "open" | "out_of_service" | "closed" | "failed";

export interface LineStatusSignal {
  readonly kind: "line-status";
  readonly line: Line;
  readonly status: LineStatus;
  /** The symbolic TAPI error, where one is the cause. */
  readonly error?: string;
  /** What can be done on it, where that changes with the status. */
  readonly can?: readonly LineAbilityName[];
}

/** Where a line's calls go, and when. */
export interface ForwardInfo {
  readonly when: "always" | "busy" | "no_answer";
  /** "": nowhere, they are refused. */
  readonly to: string;
}

/** What an open line says of itself; what is `undefined` was not told. */
export interface LineReportSignal {
  readonly kind: "line-report";
  readonly line: Line;
  readonly forwards?: readonly ForwardInfo[];
  readonly messageWaiting?: boolean;
  readonly can?: readonly LineAbilityName[];
}

/** Every device that there was when TAPI was initialised has been asked what it is, and tried. */
export interface LinesTriedSignal {
  readonly kind: "lines-tried";
}

/** TAPI is initialised, has to be initialised again, or cannot be. */
export interface ProviderSignal {
  readonly kind: "provider";
  readonly state: "up" | "restarting" | "down";
}

export type CallSignal = CallStateSignal | CallInfoSignal | CallAbilitiesSignal | CallLostSignal;
export type LineSignal =
  | LineFoundSignal
  | LineRemovedSignal
  | LineStatusSignal
  | LineReportSignal;
export type Signal = CallSignal | LineSignal | LinesTriedSignal | ProviderSignal;

export type CallStateName = keyof typeof LINECALLSTATE | `LINECALLSTATE_$${string}`;
export type CallOriginName = keyof typeof LINECALLORIGIN | `LINECALLORIGIN_$${string}`;
export type CallReasonName = keyof typeof LINECALLREASON | `LINECALLREASON_$${string}`;

/** One end of a call; number and name are "" unless they may be shown. */
export interface PartyInfo {
  readonly number: string;
  readonly name: string;
  readonly presentation: "shown" | "withheld" | "pending" | "unavailable";
}

/** LINECALLINFO as far as the program uses it. */
export interface CallInfo {
  /** dwCallID as `0x` and upper-case hex. */
  readonly callId: string;
  /** dwRelatedCallID, in the same way. */
  readonly relatedCallId: string;
  readonly origin: CallOriginName;
  readonly reason: CallReasonName;
  readonly caller: PartyInfo;
  readonly called: PartyInfo;
  readonly connected: PartyInfo;
  readonly redirecting: PartyInfo;
  readonly redirection: PartyInfo;
}

/** The high 8 bits may hold a vendor's substate. */
export const CALLSTATE_MASK = 0x00ffffff;

/** The name of dwCallState, or of LINE_CALLSTATE's dwParam1. */
export function callStateName(value: number): CallStateName {
  const state = value & CALLSTATE_MASK;
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
 * The name of a state's mode, LINE_CALLSTATE's dwParam2 or dwCallStateMode; `undefined` where the state
 * has none, or the provider does not tell it.
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
    origin: nameOf(LINECALLORIGIN, info.dwOrigin) ?? `LINECALLORIGIN_$${hex(info.dwOrigin)}`,
    reason: nameOf(LINECALLREASON, info.dwReason) ?? `LINECALLREASON_$${hex(info.dwReason)}`,
    caller: party(info.dwCallerIDFlags, info.CallerID, info.CallerIDName),
    called: party(info.dwCalledIDFlags, info.CalledID, info.CalledIDName),
    connected: party(info.dwConnectedIDFlags, info.ConnectedID, info.ConnectedIDName),
    redirecting: party(info.dwRedirectingIDFlags, info.RedirectingID, info.RedirectingIDName),
    redirection: party(info.dwRedirectionIDFlags, info.RedirectionID, info.RedirectionIDName),
  };
}

/** The numbers that a provider tells although they are withheld: as another party's neither. */
function withheldNumbers(info: RawCallInfo): Set<string> | undefined {
  const anyFlags = info.dwCallerIDFlags | info.dwCalledIDFlags | info.dwConnectedIDFlags |
    info.dwRedirectingIDFlags | info.dwRedirectionIDFlags;
  // Rarely, and this is asked for every message.
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
 * Decides what may be shown. BLOCKED wins over everything: some providers supply the number that the
 * caller withheld. Apart from that a number that is there is shown, whatever the flags say, because
 * providers forget ADDRESS.
 *
 * @see https://learn.microsoft.com/windows/win32/tapi/linecallpartyid--constants
 */
function toParty(flags: number, number: string, name: string): PartyInfo {
  if (has(flags, LINECALLPARTYID.BLOCKED)) return WITHHELD;
  if (number !== "") return { number, name, presentation: "shown" };
  const presentation = has(flags, LINECALLPARTYID.UNKNOWN) ? "pending" : "unavailable";
  return { number: "", name, presentation };
}

const WITHHELD: PartyInfo = { number: "", name: "", presentation: "withheld" };

function hex(value: number): string {
  return (value >>> 0).toString(16).toUpperCase();
}
