/** Events as the bus carries them, and the bus, for tests of what hangs on it. */
import { EventBus } from "../../src/bus/bus.ts";
import type { Call, Party } from "../../src/model/call.ts";
import type { Line } from "../../src/model/line.ts";
import type { CallEvent, LineEvent } from "../../src/model/event.ts";

/** A bus on which no listener may fail. */
export function strictBus(historyLength?: number): EventBus {
  return new EventBus((error) => {
    throw error;
  }, historyLength);
}

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
    kind: "extension",
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
    classicId: "0x1A2B",
    line: "201",
    permanentId: "provider:1",
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
    numberChanged: false,
    ...event,
  };
}
