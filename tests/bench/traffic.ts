/** Call events as they come in life, the same in every run. */
import type { Call, CallState, Party } from "../../src/model/call.ts";
import type { CallEvent } from "../../src/model/event.ts";
import { toClassic } from "../../src/server/classic/messages.ts";

const STATES: readonly CallState[] = ["OFFERING", "CONNECTED", "DISCONNECTED", "IDLE"];
const FIRST_CALL_ID = 0x10000;

/**
 * Inbound calls on all the lines at once: each line's next event is due when every other had one.
 */
export function callEvents(count: number, lines: readonly string[]): CallEvent[] {
  return Array.from({ length: count }, (_, index): CallEvent => {
    const line = lines[index % lines.length] ?? "";
    const eventOfLine = Math.floor(index / lines.length);
    const state = STATES[eventOfLine % STATES.length] ?? "UNKNOWN";
    const callOfLine = Math.floor(eventOfLine / STATES.length);
    const id = callOfLine * lines.length + index % lines.length;
    const call: Call = {
      id,
      callId: `0x${(FIRST_CALL_ID + id).toString(16).toUpperCase()}`,
      relatedCallId: "0x0",
      classicId: `0x${(FIRST_CALL_ID + id).toString(16).toUpperCase()}`,
      line,
      permanentId: `provider:${line}`,
      state,
      stateMode: null,
      direction: "in",
      origin: "EXTERNAL",
      reason: "DIRECT",
      caller: shown(`+4416329${String(id % 100_000).padStart(5, "0")}`),
      called: shown(line),
      connected: NOBODY,
      redirecting: NOBODY,
      redirection: NOBODY,
      startedAtMs: 0,
      can: ["drop"],
    };
    const change = state === "OFFERING" ? "new" : state === "IDLE" ? "ended" : "state";
    return { type: "call", seq: index + 1, atMs: 0, line, change, call, numberChanged: false };
  });
}

const NOBODY: Party = { number: "", name: "", presentation: "unavailable" };

function shown(number: string): Party {
  return { number, name: "", presentation: "shown" };
}

/** What classic clients must get for the events. */
export function classicTexts(events: readonly CallEvent[]): string[] {
  return events.map((event) => toClassic(event, "number") ?? "");
}

/** Extensions from `first` on. */
export function extensions(count: number, first: number): string[] {
  return Array.from({ length: count }, (_, index) => String(first + index));
}
