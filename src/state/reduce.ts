/** The reducer of calls: how a signal changes one. Pure: no clock, no bus, no TAPI. */
import type { Call, Direction, Party } from "../model/call.ts";
import type { DirectoryMatch } from "../model/directory.ts";
import type { CallEvent } from "../model/event.ts";
import type { CallReading } from "../session/calls/info.ts";
import type { CallSignal, CallStateSignal } from "../session/signals.ts";
import { mergeParties, NO_PARTIES, partiesWith } from "./parties.ts";

/** The effect of a signal: the call as it is now, and the event to publish, if any. */
export interface Reduced {
  readonly call: Call | undefined;
  readonly event: Omit<CallEvent, "seq"> | undefined;
}

/**
 * Applies a signal to a call, `undefined` before its first state is known.
 *
 * Every call-state message makes an event, also one that repeats the state; IDLE ends the call for
 * good. Anything else makes one where it changes what is known. What was known and is not reported
 * any more stays known, because drivers clear a call's information at its end or fail to answer.
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
      const numberChanged = call.caller.number !== next.caller.number ||
        call.called.number !== next.called.number;
      return reduced(next, "info", atMs, { numberChanged });
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

/** The event of a call for which a directory knows a number; `undefined` if nothing changes. */
export function withDirectory(
  call: Call,
  number: string,
  match: DirectoryMatch,
  atMs: number,
): Omit<CallEvent, "seq"> | undefined {
  const next = partiesWith(call, number, match);
  return next === call ? undefined : reduced(next, "info", atMs).event;
}

function reduced(
  call: Call,
  change: CallEvent["change"],
  atMs: number,
  { numberChanged = false, lost = false } = {},
): Reduced {
  return {
    call,
    event: {
      type: "call",
      atMs,
      line: call.line,
      change,
      call,
      numberChanged,
      ...lost && { lost },
    },
  };
}

function newCall({ call, line }: CallStateSignal, atMs: number): Call {
  return {
    id: call,
    callId: "0x0",
    classicId: "0x0",
    relatedCallId: "0x0",
    line: line.line,
    permanentId: line.permanentId,
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
  const { state, mode, answered, disconnects, info, dialled, can } = signal;
  const known = info === undefined ? call : merge(call, info);
  // The number that was dialled, until the driver reports one.
  const isCalledKnown = known.called.presentation === "shown" ||
    known.called.presentation === "withheld";
  const called: Party = dialled === undefined || isCalledKnown
    ? known.called
    : { ...known.called, number: dialled, presentation: "shown" };
  const isFirstAnswer = answered === "here" && call.connectedAtMs === undefined;
  const unanswered = answered === "elsewhere" ? answered : state === "BUSY" ? "busy" : undefined;
  return {
    ...known,
    called,
    state,
    // The mode of a state that is repeated without one is still so.
    stateMode: mode ?? (state === call.state ? call.stateMode : null),
    direction: directionBy(call, known, signal),
    can,
    ...isFirstAnswer && { connectedAtMs: atMs },
    ...unanswered !== undefined && { unanswered },
    ...disconnectsBy(call, disconnects),
    ...state === "IDLE" && ended(atMs),
  };
}

/** Reasons are added to those known; the first that says something is the most telling one. */
function disconnectsBy(
  { disconnect, disconnects = disconnect === undefined ? [] : [disconnect] }: Call,
  reported: readonly string[],
): Pick<Call, "disconnect" | "disconnects"> {
  if (reported.length === 0) return {};
  const all = [...new Set([...disconnects, ...reported])];
  const telling = all.find((reason) => !SILENT.has(reason)) ?? all[0] as string;
  return { disconnect: telling, ...all.length > 1 && { disconnects: all } };
}

/** The call with new information; the same object if nothing changes. */
function merge(call: Call, info: CallReading): Call {
  const callId = info.callId === "0x0" ? call.callId : info.callId;
  const relatedCallId = info.relatedCallId === "0x0" ? call.relatedCallId : info.relatedCallId;
  const origin = moreTelling(call.origin, info.origin);
  const reason = moreTelling(call.reason, info.reason);
  const direction = directionOf(call, info);
  const parties = mergeParties(call, info, call.line, direction === "out");
  const { group = call.group, trunk = call.trunk, data = call.data } = info;
  const isSame = callId === call.callId && relatedCallId === call.relatedCallId &&
    origin === call.origin && reason === call.reason && direction === call.direction &&
    parties === call && group === call.group && trunk === call.trunk && data === call.data;
  if (isSame) return call;
  return {
    ...call,
    ...parties,
    callId,
    relatedCallId,
    direction,
    origin,
    reason,
    ...group !== undefined && { group },
    ...trunk !== undefined && { trunk },
    ...data !== undefined && { data },
  };
}

/** Names that say nothing: drivers write them to clear what was there; 0 is no value of TAPI's. */
const SILENT: ReadonlySet<string> = new Set([
  "UNKNOWN",
  "UNAVAIL",
  "LINECALLORIGIN_$0",
  "LINECALLREASON_$0",
]);

/** The newer name, unless it says nothing and the older one does. */
function moreTelling<T extends string>(known: T, reported: T): T {
  return SILENT.has(reported) && !SILENT.has(known) ? known : reported;
}

/**
 * Who began the call, by what LINECALLINFO says. A call that goes out is never turned round; one that
 * seems to come in is, by better evidence than dwOrigin: drivers report INBOUND or INTERNAL at both ends.
 */
function directionOf(call: Call, info: CallReading): Direction {
  if (call.direction === "out") return "out";
  // Nobody calls anybody in a conference, though its calls may name the line.
  const isCaller = info.caller.number === call.line && info.origin !== "CONFERENCE";
  if (info.direction === "out" || isCaller) return "out";
  return info.direction === "unknown" ? call.direction : info.direction;
}

/** States of a call that is being dialled, and those that can come before them. */
const DIALLING: ReadonlySet<string> = new Set(["DIALTONE", "DIALING", "PROCEEDING", "RINGBACK"]);
const BEFORE_DIALLING: ReadonlySet<string> = new Set([
  ...DIALLING,
  "UNKNOWN",
  "BUSY",
  "SPECIALINFO",
]);

/** The direction of the call: from what the program knows, then its states, then LINECALLINFO. */
function directionBy(
  call: Call,
  known: Call,
  { state, dialled }: CallStateSignal,
): Direction {
  if (dialled !== undefined || known.direction === "out") return "out";
  if (DIALLING.has(state) && BEFORE_DIALLING.has(call.state)) return "out";
  if (known.direction !== "unknown") return known.direction;
  return state === "OFFERING" || state === "ACCEPTED" ? "in" : "unknown";
}
