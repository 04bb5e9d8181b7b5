/**
 * The typed event bus: `state/` publishes, `server/` and `journal/` subscribe.
 *
 * It numbers events and remembers the latest. Listeners are indexed by line, so that the cost of an
 * event depends on how many want it, not on how many are connected. Delivery is synchronous and in
 * order; a listener's failure is reported and never reaches another listener or the publisher.
 */
import type { BusEvent, EventDraft } from "../model/event.ts";
import { History } from "./history.ts";

export type Listener = (event: BusEvent) => void;

/** The events that a listener wants; those that concern every line come in any case. */
interface Interest {
  /** The extensions to listen to; every line when left out. */
  readonly lines?: Iterable<string>;
  /** Which of those lines; called once for each line, so it must always return the same. */
  readonly where?: (line: string) => boolean;
}

const DEFAULT_HISTORY_LENGTH = 10_000;

export class EventBus {
  /** Changes with every start of the program: event numbers of another epoch mean nothing. */
  readonly epoch: string = crypto.randomUUID();
  readonly #reportFailure: (error: unknown) => void;
  readonly #history: History;
  readonly #onDelivered: ((event: BusEvent, tookMs: number) => void) | undefined;
  readonly #everyLine = new Set<Listener>();
  readonly #byLine = new Map<string, Set<Listener>>();
  /** Lines with events: their entries in `#byLine` stay, because filling one asks every predicate. */
  readonly #active = new Set<string>();
  /** Listeners with a predicate; they are in `#byLine` for the lines known. */
  readonly #predicates = new Map<Listener, (line: string) => boolean>();
  /** Listeners to some lines only, once each. */
  readonly #some = new Set<Listener>();
  #seq = 0;

  /**
   * @param reportFailure Called with what a listener threw.
   * @param historyLength How many events are remembered.
   * @param onDelivered Called after each event has been delivered.
   */
  constructor(
    reportFailure: (error: unknown) => void,
    historyLength = DEFAULT_HISTORY_LENGTH,
    onDelivered?: (event: BusEvent, tookMs: number) => void,
  ) {
    this.#reportFailure = reportFailure;
    this.#onDelivered = onDelivered;
    this.#history = new History(historyLength);
  }

  /** The number of the latest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** Numbers an event and delivers it to every listener that wants it. */
  publish(draft: EventDraft): void {
    const event: BusEvent = { ...draft, seq: ++this.#seq };
    this.#history.add(event);
    const startMs = performance.now();
    this.#deliver(this.#everyLine, event);
    if (event.type === "provider") {
      this.#deliver(this.#some, event);
    } else {
      this.#active.add(event.line);
      this.#deliver(this.#listenersOf(event.line), event);
    }
    this.#onDelivered?.(event, performance.now() - startMs);
  }

  /**
   * The events after the number `seq` of this epoch, oldest first; `undefined` if not all of them are
   * remembered.
   */
  since(seq: number): readonly BusEvent[] | undefined {
    return this.#history.since(seq, this.#seq);
  }

  /** Listens until the result is disposed of. A listener can subscribe once. */
  subscribe(listener: Listener, { lines, where }: Interest = {}): Disposable {
    if (lines === undefined && where === undefined) {
      this.#everyLine.add(listener);
      return { [Symbol.dispose]: () => void this.#everyLine.delete(listener) };
    }
    this.#some.add(listener);
    const joined = new Set<string>();
    if (lines !== undefined) {
      for (const line of lines) if (where === undefined || where(line)) joined.add(line);
      for (const line of joined) this.#listenersOf(line).add(listener);
    } else if (where !== undefined) {
      this.#predicates.set(listener, where);
      for (const [line, listeners] of this.#byLine) if (where(line)) listeners.add(listener);
    }
    return {
      [Symbol.dispose]: () => {
        this.#some.delete(listener);
        const lines = this.#predicates.delete(listener) ? this.#byLine.keys() : joined;
        for (const line of lines) {
          const listeners = this.#byLine.get(line);
          listeners?.delete(listener);
          if (listeners?.size === 0 && !this.#active.has(line)) this.#byLine.delete(line);
        }
      },
    };
  }

  /** The entry of a line in the index; a new one begins with the listeners whose predicate fits. */
  #listenersOf(line: string): Set<Listener> {
    const known = this.#byLine.get(line);
    if (known !== undefined) return known;
    const listeners = new Set<Listener>();
    for (const [listener, where] of this.#predicates) if (where(line)) listeners.add(listener);
    this.#byLine.set(line, listeners);
    return listeners;
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
