/** The events of a program, and whether what they lead to is what the program says of its state. */
import { isDeepStrictEqual } from "node:util";
import type { EventBus } from "../../src/bus/bus.ts";
import type { StatePort } from "../../src/bus/ports.ts";
import type { BusEvent } from "../../src/model/event.ts";
import { FoldedState } from "./state.ts";

export class Mirror {
  readonly events: BusEvent[] = [];
  readonly folded: FoldedState;
  readonly #state: StatePort;

  /** Begins with the state as it is and follows the events from then on. */
  constructor(bus: EventBus, state: StatePort) {
    this.#state = state;
    this.folded = FoldedState.of(bus, state);
    bus.subscribe((event) => void this.events.push(event));
  }

  /** What the program says otherwise than its events have. */
  problems(): string[] {
    const [said, heard] = [contentOf(this.#state), contentOf(this.folded)];
    return isDeepStrictEqual(said, heard)
      ? []
      : [`the state is ${JSON.stringify(said)}, its events say ${JSON.stringify(heard)}`];
  }
}

function contentOf(state: StatePort): unknown {
  return { provider: state.provider, lines: state.lines(), calls: state.calls() };
}
