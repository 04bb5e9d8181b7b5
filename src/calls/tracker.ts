/** The live calls: signals go in, events come out on the bus. */
import type { EventBus } from "../bus/bus.ts";
import type { Call } from "../bus/events.ts";
import type { Clock } from "../clock.ts";
import { logger, maskNumber } from "../log.ts";
import type { CallKey, CallSignal, LineSignal, Signal } from "../session/signals.ts";
import { reduce } from "./model.ts";

const log = logger("calls");

export class Tracker {
  readonly #calls = new Map<CallKey, Call>();
  readonly #bus: EventBus;
  readonly #clock: Clock;

  constructor(bus: EventBus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** How many calls are live. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes the session's next signal. */
  receive(signal: Signal): void {
    if (signal.kind === "line") this.#receiveLine(signal);
    else this.#receiveCall(signal);
  }

  #receiveLine(signal: LineSignal): void {
    const { extension: line, name } = signal.line;
    this.#bus.publish({
      type: "line",
      atMs: this.#clock.nowMs(),
      line,
      change: "status",
      now: {
        line,
        name,
        permanentId: "",
        provider: "",
        status: signal.status,
        ...signal.error !== undefined && { error: signal.error },
        forwards: [],
        messageWaiting: false,
        can: [],
      },
    });
  }

  #receiveCall(signal: CallSignal): void {
    const { call, event } = reduce(this.#calls.get(signal.call), signal);
    if (call === undefined || call.state === "IDLE") this.#calls.delete(signal.call);
    else this.#calls.set(signal.call, call);
    if (event === undefined) return;
    log.debug("Call {id} on line {line}: {state} from {caller} to {called}", () => ({
      id: event.call.id,
      line: event.line,
      state: event.call.state,
      caller: maskNumber(event.call.caller.number),
      called: maskNumber(event.call.called.number),
    }));
    this.#bus.publish({ ...event, atMs: this.#clock.nowMs() });
  }
}
