/**
 * The state: the live calls, the lines and the provider as last heard. Signals go in, events come out
 * on the bus, in the same turn: what is asked here and the bus's number always belong together.
 */
import type { EventBus } from "../bus/bus.ts";
import type { StatePort } from "../bus/ports.ts";
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { Line } from "../model/line.ts";
import type { ProviderState } from "../model/event.ts";
import type { Clock } from "../clock.ts";
import { logger, maskNumber } from "../log.ts";
import type { CallSignal, Signal } from "../session/signals.ts";
import { type LineChange, Lines } from "./lines.ts";
import { reduce } from "./reduce.ts";

const log = logger("calls");

export class Tracker implements StatePort {
  /** In the order in which they began. */
  readonly #calls = new Map<CallId, Call>();
  readonly #lines = new Lines();
  readonly #bus: EventBus;
  readonly #clock: Clock;
  /** Until TAPI has been initialised for the first time, it is begun. */
  #provider: ProviderState = "restarting";

  constructor(bus: EventBus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  get provider(): ProviderState {
    return this.#provider;
  }

  lines(): readonly Line[] {
    return this.#lines.all();
  }

  calls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  call(id: CallId): Call | undefined {
    return this.#calls.get(id);
  }

  /** How many calls are live. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes the session's next signal. */
  receive(signal: Signal): void {
    switch (signal.kind) {
      case "call-state":
      case "call-info":
      case "call-can":
      case "call-lost":
        return this.#receiveCall(signal);
      case "line-found":
      case "line-removed":
      case "line-status":
      case "line-report":
        return this.#publishLines(this.#lines.receive(signal));
      case "lines-tried":
        return this.#publishLines(this.#lines.linesTried());
      case "provider":
        return this.#receiveProvider(signal.state);
    }
  }

  #receiveProvider(state: ProviderState): void {
    if (state === "restarting") this.#lines.sessionEnded();
    if (state === this.#provider) return;
    this.#provider = state;
    this.#bus.publish({ type: "provider", atMs: this.#clock.nowMs(), state });
  }

  #publishLines(changes: Iterable<LineChange>): void {
    for (const { change, now } of changes) {
      const atMs = this.#clock.nowMs();
      this.#bus.publish({ type: "line", atMs, line: now.line, change, now });
    }
  }

  #receiveCall(signal: CallSignal): void {
    const { call, event } = reduce(this.#calls.get(signal.call), signal, this.#clock.nowMs());
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
    this.#bus.publish(event);
  }
}
