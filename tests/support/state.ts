/** What the events of a bus lead to, folded as a client folds them. */
import type { StatePort } from "../../src/bus/ports.ts";
import type { Call } from "../../src/model/call.ts";
import type { CallId } from "../../src/model/call_id.ts";
import type { Line } from "../../src/model/line.ts";
import type { BusEvent, ProviderState } from "../../src/model/event.ts";
import type { EventBus } from "../../src/bus/bus.ts";

export class FoldedState implements StatePort {
  provider: ProviderState = "up";
  readonly #lines = new Map<string, Line>();
  readonly #calls = new Map<CallId, Call>();

  /**
   * The state of a bus from now on; made before the first listener, it is as new as every event.
   *
   * @param begin What is the case already; nothing when left out.
   */
  static of(bus: EventBus, begin?: StatePort): FoldedState {
    const state = new FoldedState();
    if (begin !== undefined) state.#begin(begin);
    bus.subscribe((event) => state.apply(event));
    return state;
  }

  apply(event: BusEvent): void {
    switch (event.type) {
      case "provider":
        this.provider = event.state;
        return;
      case "line":
        if (event.change === "removed") this.#lines.delete(keyOf(event.now));
        else this.#lines.set(keyOf(event.now), event.now);
        return;
      case "call":
        if (event.change === "ended") this.#calls.delete(event.call.id);
        else this.#calls.set(event.call.id, event.call);
    }
  }

  #begin(state: StatePort): void {
    this.provider = state.provider;
    for (const line of state.lines()) this.#lines.set(keyOf(line), line);
    for (const call of state.calls()) this.#calls.set(call.id, call);
  }

  lines(): Line[] {
    return [...this.#lines.values()];
  }

  calls(): Call[] {
    return [...this.#calls.values()];
  }

  call(id: CallId): Call | undefined {
    return this.#calls.get(id);
  }
}

/** Lines may share an extension. */
function keyOf({ line, permanentId }: Line): string {
  return `${line} ${permanentId}`;
}
