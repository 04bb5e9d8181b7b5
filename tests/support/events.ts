/** Events as the bus carries them, for tests of what hangs on it. */
import type { Call, Party } from "../../src/model/call.ts";
import type { Line } from "../../src/model/line.ts";
import type { CallEvent, LineEvent } from "../../src/model/event.ts";

export function shown(number: string): Party {
  return { number, name: "", presentation: "shown" };
}

const NOBODY: Party = { number: "", name: "", presentation: "unavailable" };

/** An open line with ordinary values but for those given. */
export function lineOf(line: Partial<Line> = {}): Line {
  return {
    line: "201",
    name: "Line 201",
    permanentId: "provider:1",
    provider: "provider",
    status: "open",
    forwards: [],
    messageWaiting: false,
    can: ["dial", "unpark", "pickup", "forward"],
    ...line,
  };
}

/** A line's event. */
export function lineEvent(line: Partial<Line> = {}, event: Partial<LineEvent> = {}): LineEvent {
  const now = lineOf(line);
  return { type: "line", seq: 0, atMs: 0, line: now.line, change: "status", now, ...event };
}

/** A call event with ordinary values but for those given. */
export function callEvent(call: Partial<Call> = {}, event: Partial<CallEvent> = {}): CallEvent {
  const whole: Call = {
    id: 1,
    callId: "0x1A2B",
    relatedCallId: "0x0",
    line: "201",
    state: "OFFERING",
    stateMode: null,
    direction: "in",
    origin: "EXTERNAL",
    reason: "DIRECT",
    caller: shown("+441632960001"),
    called: shown("201"),
    connected: NOBODY,
    redirecting: NOBODY,
    redirection: NOBODY,
    startedAtMs: 0,
    can: [],
    ...call,
  };
  return {
    type: "call",
    seq: 0,
    atMs: 0,
    line: whole.line,
    change: "state",
    call: whole,
    numberFilledIn: false,
    ...event,
  };
}
