/** Events as the bus carries them, for tests of what hangs on it. */
import type { Call, CallEvent, Party } from "../../src/bus/events.ts";

export function shown(number: string): Party {
  return { number, name: "", presentation: "shown" };
}

/** A call event with ordinary values but for those given. */
export function callEvent(call: Partial<Call> = {}, event: Partial<CallEvent> = {}): CallEvent {
  const whole: Call = {
    id: 1,
    callId: "0x1A2B",
    line: "201",
    state: "OFFERING",
    origin: "EXTERNAL",
    reason: "DIRECT",
    caller: shown("+441632960001"),
    called: shown("201"),
    ...call,
  };
  return {
    type: "call",
    atMs: 0,
    line: whole.line,
    change: "state",
    call: whole,
    numberFilledIn: false,
    ...event,
  };
}
