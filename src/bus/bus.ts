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

/** Which lines a listener wants the events of; asked once for each line, so it must never change. */
type LineFilter = (line: string) => boolean;

interface Interest {
  readonly filter: LineFilter;
  /** The entries of the index that the listener is in. */
  readonly joined: Set<Listener>[];
}

const DEFAULT_HISTORY_LENGTH = 10_000;

export class EventBus {
  /** Changes with every start of the program: event numbers of another epoch mean nothing. */
  readonly epoch: string = crypto.randomUUID();
  readonly #reportFailure: (error: unknown) => void;
  readonly #history: History;
  readonly #onDelivered: ((event: BusEvent, tookMs: number) => void) | undefined;
  readonly #everyLine = new Set<Listener>();
  /** Listeners to some lines only. */
  readonly #some = new Map<Listener, Interest>();
  /** Of the listeners to some lines, those of each line that has had an event. */
  readonly #byLine = new Map<string, Set<Listener>>();
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
    this.#deliver(
      event.type === "provider" ? this.#some.keys() : this.#listenersOf(event.line),
      event,
    );
    this.#onDelivered?.(event, performance.now() - startMs);
  }

  /**
   * The events after the number `seq` of this epoch, oldest first; `undefined` if not all of them are
   * remembered.
   */
  since(seq: number): readonly BusEvent[] | undefined {
    return this.#history.since(seq, this.#seq);
  }

  /**
   * Listens until the result is disposed of. A listener can subscribe once.
   *
   * @param filter The lines to listen to; every line when left out. Events that concern every line come
   * in any case.
   */
  subscribe(listener: Listener, filter?: LineFilter): Disposable {
    if (filter === undefined) {
      this.#everyLine.add(listener);
      return { [Symbol.dispose]: () => void this.#everyLine.delete(listener) };
    }
    const interest: Interest = { filter, joined: [] };
    this.#some.set(listener, interest);
    for (const [line, listeners] of this.#byLine) join(listeners, line, listener, interest);
    return {
      [Symbol.dispose]: () => {
        this.#some.delete(listener);
        for (const listeners of interest.joined) listeners.delete(listener);
      },
    };
  }

  /** The entry of a line in the index, which is made with the line's first event. */
  #listenersOf(line: string): Set<Listener> {
    const known = this.#byLine.get(line);
    if (known !== undefined) return known;
    const listeners = new Set<Listener>();
    for (const [listener, interest] of this.#some) join(listeners, line, listener, interest);
    this.#byLine.set(line, listeners);
    return listeners;
  }

  #deliver(listeners: Iterable<Listener>, event: BusEvent): void {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#reportFailure(error);
      }
    }
  }
}

function join(
  listeners: Set<Listener>,
  line: string,
  listener: Listener,
  { filter, joined }: Interest,
): void {
  if (!filter(line)) return;
  listeners.add(listener);
  joined.push(listeners);
}
