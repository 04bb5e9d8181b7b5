/**
 * The typed event bus: everything behind `calls/` hangs on it.
 *
 * It numbers events and remembers the latest. Listeners are indexed by line, so that an event costs in
 * proportion to those who want it, not to those who are connected. Delivery is synchronous and in
 * order; one listener's failure is reported and never reaches another listener or the publisher.
 */
import type { BusEvent, EventDraft } from "../model/event.ts";
import { History } from "./history.ts";

export type Listener = (event: BusEvent) => void;

/** What a listener wants to hear. Events that concern every line come in any case. */
export interface Interest {
  /** The extensions to listen to; every line when left out. */
  readonly lines?: Iterable<string>;
  /** Which lines of those; asked once for each line, so it must always answer the same. */
  readonly where?: (line: string) => boolean;
}

const DEFAULT_HISTORY_LENGTH = 10_000;

export class EventBus {
  /** Changes with every start of the program: numbers of another epoch mean nothing. */
  readonly epoch: string = crypto.randomUUID();
  readonly #reportFailure: (error: unknown) => void;
  readonly #history: History;
  readonly #onDelivered: ((event: BusEvent, tookMs: number) => void) | undefined;
  readonly #everyLine = new Set<Listener>();
  readonly #byLine = new Map<string, Set<Listener>>();
  /** The lines that had events: their entries in `#byLine` stay, for finding out who chooses them costs. */
  readonly #met = new Set<string>();
  /** Those that choose their lines by a predicate; they are in `#byLine` for the lines known. */
  readonly #choosers = new Map<Listener, (line: string) => boolean>();
  /** Those that listen to some lines only, once each. */
  readonly #some = new Set<Listener>();
  #seq = 0;

  /**
   * @param reportFailure Told what a listener threw.
   * @param historyLength How many events are remembered.
   * @param onDelivered Told of each event when everyone has it.
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

  /** Numbers an event and gives it to everyone who wants it. */
  publish(draft: EventDraft): void {
    const event: BusEvent = { ...draft, seq: ++this.#seq };
    this.#history.add(event);
    const startMs = performance.now();
    this.#deliver(this.#everyLine, event);
    if (event.type === "provider") {
      this.#deliver(this.#some, event);
    } else {
      this.#met.add(event.line);
      this.#deliver(this.#listenersOf(event.line), event);
    }
    this.#onDelivered?.(event, performance.now() - startMs);
  }

  /**
   * The events behind the number `seq` of this epoch, oldest first; `undefined` where not all of them
   * are remembered.
   */
  since(seq: number): readonly BusEvent[] | undefined {
    return this.#history.since(seq, this.#seq);
  }

  /** Listens until the result is disposed of. A listener may listen once. */
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
      this.#choosers.set(listener, where);
      for (const [line, listeners] of this.#byLine) if (where(line)) listeners.add(listener);
    }
    return {
      [Symbol.dispose]: () => {
        this.#some.delete(listener);
        const lines = this.#choosers.delete(listener) ? this.#byLine.keys() : joined;
        for (const line of lines) {
          const listeners = this.#byLine.get(line);
          listeners?.delete(listener);
          if (listeners?.size === 0 && !this.#met.has(line)) this.#byLine.delete(line);
        }
      },
    };
  }

  /** The entry of a line in the index; begun, where there is none, with those who choose the line. */
  #listenersOf(line: string): Set<Listener> {
    const known = this.#byLine.get(line);
    if (known !== undefined) return known;
    const listeners = new Set<Listener>();
    for (const [listener, where] of this.#choosers) if (where(line)) listeners.add(listener);
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
