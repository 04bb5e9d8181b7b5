/** What the events of a bus lead to, folded as a client folds them. */
import type { BusEvent, Call, CallNumber, Line, ProviderState } from "../../src/bus/events.ts";
import type { EventBus } from "../../src/bus/bus.ts";
import type { StatePort } from "../../src/bus/state.ts";

export class FoldedState implements StatePort {
  provider: ProviderState = "up";
  readonly #lines = new Map<string, Line>();
  readonly #calls = new Map<CallNumber, Call>();

  /** The state of a bus from now on; made before the first listener, it is as new as every event. */
  static of(bus: EventBus): FoldedState {
    const state = new FoldedState();
    bus.subscribe((event) => state.apply(event));
    return state;
  }

  apply(event: BusEvent): void {
    switch (event.type) {
      case "provider":
        this.provider = event.state;
        return;
      case "line": {
        const key = `${event.line} ${event.now.permanentId}`;
        if (event.change === "removed") this.#lines.delete(key);
        else this.#lines.set(key, event.now);
        return;
      }
      case "call":
        if (event.change === "ended") this.#calls.delete(event.call.id);
        else this.#calls.set(event.call.id, event.call);
    }
  }

  lines(): Line[] {
    return [...this.#lines.values()];
  }

  calls(): Call[] {
    return [...this.#calls.values()];
  }

  call(id: CallNumber): Call | undefined {
    return this.#calls.get(id);
  }
}
