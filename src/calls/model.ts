/** What a call is, and how a signal changes it. Pure: no clock, no bus, no TAPI. */
import type { Call, CallEvent, Party } from "../bus/events.ts";
import type { CallInfo, CallSignal } from "../session/signals.ts";

/** What a signal made of a call: the call as it is now, and the event to publish, if any. */
export interface Reduced {
  readonly call: Call | undefined;
  readonly event: Omit<CallEvent, "seq" | "atMs"> | undefined;
}

/**
 * Applies a signal to a call, `undefined` before its first state is known.
 *
 * Every call-state message makes an event, also one that repeats the state; IDLE ends the call for
 * good. What was known and is not told any more stays known, because providers clear a call's
 * information at its end or fail to answer.
 */
export function reduce(call: Call | undefined, signal: CallSignal): Reduced {
  if (call?.state === "IDLE") return { call, event: undefined };
  switch (signal.kind) {
    case "call-state": {
      const next: Call = {
        ...merge(call ?? newCall(signal), signal.info),
        state: signal.state,
      };
      const change = signal.state === "IDLE" ? "ended" : call === undefined ? "new" : "state";
      return { call: next, event: eventOf(change, next, false) };
    }
    case "call-info": {
      // Before the first state there is nothing to show; the state brings what is known then.
      if (call === undefined) return { call, event: undefined };
      const next = merge(call, signal.info);
      if (same(call, next)) return { call, event: undefined };
      const numberFilledIn = filledIn(call.caller, next.caller) ||
        filledIn(call.called, next.called);
      return { call: next, event: eventOf("info", next, numberFilledIn) };
    }
    case "call-lost": {
      if (call === undefined) return { call, event: undefined };
      const next: Call = { ...call, state: "IDLE" };
      return { call: next, event: eventOf("ended", next, false) };
    }
  }
}

function newCall(signal: CallSignal): Call {
  return {
    id: signal.call,
    callId: "0x0",
    relatedCallId: "0x0",
    line: signal.line.extension,
    state: "UNKNOWN",
    stateMode: null,
    direction: "unknown",
    origin: "UNKNOWN",
    reason: "UNKNOWN",
    caller: NOBODY,
    called: NOBODY,
    connected: NOBODY,
    redirecting: NOBODY,
    redirection: NOBODY,
    startedAtMs: 0,
    can: [],
  };
}

const NOBODY: Party = { number: "", name: "", presentation: "unavailable" };

function eventOf(
  change: CallEvent["change"],
  call: Call,
  numberFilledIn: boolean,
): Omit<CallEvent, "seq" | "atMs"> {
  return { type: "call", line: call.line, change, call, numberFilledIn };
}

function merge(call: Call, info: CallInfo | undefined): Call {
  if (info === undefined) return call;
  return {
    ...call,
    callId: info.callId === "0x0" ? call.callId : info.callId,
    origin: info.origin,
    reason: info.reason,
    caller: mergeParty(call.caller, info.caller),
    called: mergeParty(call.called, info.called),
  };
}

/** A number once shown stays, unless the network says now that it is withheld. */
function mergeParty(known: Party, told: Party): Party {
  const silent = told.presentation === "pending" || told.presentation === "unavailable";
  return known.presentation === "shown" && silent ? known : told;
}

function filledIn(before: Party, after: Party): boolean {
  return before.number === "" && after.number !== "";
}

function same(a: Call, b: Call): boolean {
  return a.callId === b.callId && a.origin === b.origin && a.reason === b.reason &&
    sameParty(a.caller, b.caller) && sameParty(a.called, b.called);
}

function sameParty(a: Party, b: Party): boolean {
  return a.number === b.number && a.name === b.name && a.presentation === b.presentation;
}
