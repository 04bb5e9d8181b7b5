/** The state as a listener builds it from the events alone, to compare with what the program says. */
import { isDeepStrictEqual } from "node:util";
import type { EventBus } from "../../src/bus/bus.ts";
import type { BusEvent, Call, Line, ProviderState } from "../../src/bus/events.ts";
import type { StatePort } from "../../src/bus/state.ts";

export class Mirror {
  readonly events: BusEvent[] = [];
  readonly calls = new Map<number, Call>();
  /** By permanent id. */
  readonly lines = new Map<string, Line>();
  provider: ProviderState;
  readonly #state: StatePort;

  /** Begins with the state as it is and follows the events from then on. */
  constructor(bus: EventBus, state: StatePort) {
    this.#state = state;
    this.provider = state.provider;
    for (const call of state.calls()) this.calls.set(call.id, call);
    for (const line of state.lines()) this.lines.set(line.permanentId, line);
    bus.subscribe((event) => {
      this.events.push(event);
      this.#apply(event);
    });
  }

  /** What the program says otherwise than its events have. */
  problems(): string[] {
    const { provider } = this.#state;
    const said = { provider, lines: this.#state.lines(), calls: this.#state.calls() };
    const heard = {
      provider: this.provider,
      lines: [...this.lines.values()],
      calls: [...this.calls.values()],
    };
    return isDeepStrictEqual(said, heard)
      ? []
      : [`the state is ${JSON.stringify(said)}, its events say ${JSON.stringify(heard)}`];
  }

  #apply(event: BusEvent): void {
    switch (event.type) {
      case "call":
        if (event.change === "ended") this.calls.delete(event.call.id);
        else this.calls.set(event.call.id, event.call);
        return;
      case "line":
        if (event.change === "removed") this.lines.delete(event.now.permanentId);
        else this.lines.set(event.now.permanentId, event.now);
        return;
      case "provider":
        this.provider = event.state;
    }
  }
}
