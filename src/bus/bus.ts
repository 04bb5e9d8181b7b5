/**
 * The typed event bus: everything behind `calls/` hangs on it.
 *
 * Listeners are indexed by line, so that an event costs in proportion to those who want it, not to
 * those who are connected. Delivery is synchronous and in order; one listener's failure is reported
 * and never reaches another listener or the publisher.
 */
import type { BusEvent } from "./events.ts";

export type Listener = (event: BusEvent) => void;

export class EventBus {
  readonly #everyLine = new Set<Listener>();
  readonly #byLine = new Map<string, Set<Listener>>();
  readonly #reportFailure: (error: unknown) => void;

  /** @param reportFailure Told what a listener threw. */
  constructor(reportFailure: (error: unknown) => void) {
    this.#reportFailure = reportFailure;
  }

  /** Gives an event to everyone who listens to its line. */
  publish(event: BusEvent): void {
    this.#deliver(this.#everyLine, event);
    const listeners = this.#byLine.get(event.line);
    if (listeners !== undefined) this.#deliver(listeners, event);
  }

  /**
   * Listens until the result is disposed of.
   *
   * @param lines The extensions to listen to; every line when left out.
   */
  subscribe(listener: Listener, lines?: Iterable<string>): Disposable {
    if (lines === undefined) {
      this.#everyLine.add(listener);
      return { [Symbol.dispose]: () => void this.#everyLine.delete(listener) };
    }
    const wanted = new Set(lines);
    for (const line of wanted) {
      const listeners = this.#byLine.get(line);
      if (listeners === undefined) this.#byLine.set(line, new Set([listener]));
      else listeners.add(listener);
    }
    return {
      [Symbol.dispose]: () => {
        for (const line of wanted) {
          const listeners = this.#byLine.get(line);
          if (listeners?.delete(listener) && listeners.size === 0) this.#byLine.delete(line);
        }
      },
    };
  }

  #deliver(listeners: ReadonlySet<Listener>, event: BusEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#reportFailure(error);
      }
    }
  }
}
