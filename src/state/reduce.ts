/** What a call is, and how a signal changes it. Pure: no clock, no bus, no TAPI. */
import type { Call, CallInfo, CallState, Direction } from "../model/call.ts";
import type { CallEvent } from "../model/event.ts";
import type { CallSignal, CallStateSignal } from "../session/signals.ts";
import { mergeParties, NO_PARTIES } from "./parties.ts";

/** What a signal made of a call: the call as it is now, and the event to publish, if any. */
export interface Reduced {
  readonly call: Call | undefined;
  readonly event: Omit<CallEvent, "seq"> | undefined;
}

/**
 * Applies a signal to a call, `undefined` before its first state is known.
 *
 * Every call-state message makes an event, also one that repeats the state; IDLE ends the call for
 * good. Anything else makes one where it changes what is known. What was known and is not told any
 * more stays known, because providers clear a call's information at its end or fail to answer.
 *
 * @param atMs When the signal came: milliseconds since 1970, UTC.
 */
export function reduce(call: Call | undefined, signal: CallSignal, atMs: number): Reduced {
  if (call?.state === "IDLE") return { call, event: undefined };
  if (signal.kind === "call-state") {
    const next = inState(call ?? newCall(signal, atMs), signal, atMs);
    const change = next.state === "IDLE" ? "ended" : call === undefined ? "new" : "state";
    return reduced(next, change, atMs);
  }
  // Before the first state there is nothing to show; the state brings what is known then.
  if (call === undefined) return { call, event: undefined };
  switch (signal.kind) {
    case "call-info": {
      const next = merge(call, signal.info);
      if (next === call) return { call, event: undefined };
      const numberFilledIn = (call.caller.number === "" && next.caller.number !== "") ||
        (call.called.number === "" && next.called.number !== "");
      return reduced(next, "info", atMs, { numberFilledIn });
    }
    case "call-can":
      // The same commands are the same array.
      if (signal.can === call.can) return { call, event: undefined };
      return reduced({ ...call, can: signal.can }, "info", atMs);
    case "call-lost":
      return reduced({ ...call, ...ended(atMs), stateMode: null, can: [] }, "ended", atMs, {
        lost: true,
      });
  }
}

function reduced(
  call: Call,
  change: CallEvent["change"],
  atMs: number,
  { numberFilledIn = false, lost = false } = {},
): Reduced {
  return {
    call,
    event: {
      type: "call",
      atMs,
      line: call.line,
      change,
      call,
      numberFilledIn,
      ...lost && { lost },
    },
  };
}

function newCall({ call, line }: CallStateSignal, atMs: number): Call {
  return {
    id: call,
    callId: "0x0",
    relatedCallId: "0x0",
    line: line.line,
    state: "UNKNOWN",
    stateMode: null,
    direction: "unknown",
    origin: "UNKNOWN",
    reason: "UNKNOWN",
    ...NO_PARTIES,
    startedAtMs: atMs,
    can: [],
  };
}

function ended(atMs: number): Pick<Call, "state" | "endedAtMs"> {
  return { state: "IDLE", endedAtMs: atMs };
}

function inState(call: Call, signal: CallStateSignal, atMs: number): Call {
  const { state, mode, disconnect, info, can } = signal;
  const known = info === undefined ? call : merge(call, info);
  const isFirstConnected = state === "CONNECTED" && call.connectedAtMs === undefined;
  return {
    ...known,
    state,
    stateMode: mode ?? null,
    direction: known.direction === "unknown" ? directionOfState(state) : known.direction,
    can,
    ...isFirstConnected && { connectedAtMs: atMs },
    ...disconnect !== undefined && { disconnect },
    ...state === "IDLE" && ended(atMs),
  };
}

/** The call with what is told of it; the same object where nothing changes. */
function merge(call: Call, info: CallInfo): Call {
  const callId = info.callId === "0x0" ? call.callId : info.callId;
  const relatedCallId = info.relatedCallId === "0x0" ? call.relatedCallId : info.relatedCallId;
  const origin = SILENT_ORIGINS.has(info.origin) && !SILENT_ORIGINS.has(call.origin)
    ? call.origin
    : info.origin;
  const reason = SILENT_REASONS.has(info.reason) && !SILENT_REASONS.has(call.reason)
    ? call.reason
    : info.reason;
  const direction = directionOfOrigin(origin) ?? call.direction;
  const parties = mergeParties(call, info, call.line, direction === "out");
  const isSame = callId === call.callId && relatedCallId === call.relatedCallId &&
    origin === call.origin && reason === call.reason && direction === call.direction &&
    parties === call;
  if (isSame) return call;
  const { caller, called, connected, redirecting, redirection } = parties;
  return {
    ...call,
    callId,
    relatedCallId,
    direction,
    origin,
    reason,
    caller,
    called,
    connected,
    redirecting,
    redirection,
  };
}

/** What a provider writes that clears a call's information; 0 is no value of TAPI's. */
const SILENT_ORIGINS: ReadonlySet<string> = new Set(["UNKNOWN", "UNAVAIL", "LINECALLORIGIN_$0"]);
const SILENT_REASONS: ReadonlySet<string> = new Set(["UNKNOWN", "UNAVAIL", "LINECALLREASON_$0"]);

/** `undefined` where the origin does not tell: UNKNOWN, UNAVAIL, CONFERENCE and what TAPI lacks. */
function directionOfOrigin(origin: Call["origin"]): Direction | undefined {
  switch (origin) {
    case "OUTBOUND":
      return "out";
    case "INTERNAL":
    case "EXTERNAL":
    case "INBOUND":
      return "in";
    default:
      return undefined;
  }
}

/** Who began a call of which only the state is known. */
function directionOfState(state: CallState): Direction {
  switch (state) {
    case "OFFERING":
    case "ACCEPTED":
      return "in";
    case "DIALTONE":
    case "DIALING":
    case "PROCEEDING":
    case "RINGBACK":
      return "out";
    default:
      return "unknown";
  }
}
