/**
 * The typed event bus: `state/` publishes, `server/` and `journal/` subscribe.
 *
 * It numbers events and remembers the latest. Listeners are indexed by line, so that the cost of an
 * event depends on how many want it, not on how many are connected. Delivery is synchronous and in
 * order; a listener's failure is reported and never reaches another listener or the publisher.
 */
import { type BusEvent, type EventDraft, lineNamesOf } from "../model/event.ts";
import type { LineFilter, LineNames } from "../model/line.ts";
import { History, type Unknown } from "./history.ts";

export type Listener = (event: BusEvent) => void;

interface Interest {
  /** Asked once for each line, so it must never change. */
  readonly filter: LineFilter;
  /** The entries of the index that the listener is in. */
  readonly joined: Set<Listener>[];
}

interface LineListeners {
  readonly names: LineNames;
  readonly listeners: Set<Listener>;
}

const DEFAULT_HISTORY_LENGTH = 10_000;

/** A sequence of events that others number as well, up to the moment at which it is taken over. */
export interface SharedSequence {
  readonly epoch: string;
  /** The number up to which {@linkcode events} go. */
  readonly seq: number;
  /** Every event after this number is among {@linkcode events}. */
  readonly completeAfter: number;
  /** Oldest first; their numbers may have gaps. */
  readonly events: readonly BusEvent[];
}

export class EventBus {
  readonly #reportFailure: (error: unknown) => void;
  readonly #historyLength: number;
  #history: History;
  readonly #onDelivered: ((event: BusEvent, tookMs: number) => void) | undefined;
  readonly #everyLine = new Set<Listener>();
  /** Listeners to some lines only. */
  readonly #some = new Map<Listener, Interest>();
  /** Of the listeners to some lines, those of each line that has had an event, by both its names. */
  readonly #byLine = new Map<string, LineListeners>();
  #seq = 0;
  #epoch: string = crypto.randomUUID();
  #isShared = false;

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
    this.#historyLength = historyLength;
    this.#history = new History(historyLength);
  }

  /**
   * Changes with every start of the program, and of a shared sequence whenever it cannot go on: event
   * numbers of another epoch mean nothing.
   */
  get epoch(): string {
    return this.#epoch;
  }

  /** Whether clients of other servers have the same numbers, and may be ahead of this one. */
  get isShared(): boolean {
    return this.#isShared;
  }

  /** The number of the latest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** Numbers an event and delivers it to every listener that wants it. */
  publish(draft: EventDraft): void {
    this.#publish({ ...draft, seq: this.#seq + 1 });
  }

  /** Goes on with a sequence that others number: from here on {@linkcode follow} publishes. */
  share({ epoch, seq, completeAfter, events }: SharedSequence): void {
    this.#epoch = epoch;
    this.#seq = seq;
    this.#isShared = true;
    this.#history = new History(this.#historyLength, completeAfter);
    for (const event of events) this.#history.add(event);
  }

  /**
   * Takes the next number of a shared sequence.
   *
   * @param event Delivered to every listener that wants it; `undefined` if clients hear nothing of it.
   * @throws RangeError if the number is not greater than the one before.
   */
  follow(seq: number, event: EventDraft | undefined): void {
    if (seq <= this.#seq) throw new RangeError(`${seq} follows ${this.#seq}`);
    if (event === undefined) this.#seq = seq;
    else this.#publish({ ...event, seq });
  }

  #publish(event: BusEvent): void {
    this.#seq = event.seq;
    this.#history.add(event);
    const startMs = performance.now();
    this.#deliver(this.#everyLine, event);
    this.#deliver(
      event.type === "provider" ? this.#some.keys() : this.#listenersOf(lineNamesOf(event)),
      event,
    );
    this.#onDelivered?.(event, performance.now() - startMs);
  }

  /** The events after the number `seq` of this epoch, oldest first, or why they are not known. */
  since(seq: number): readonly BusEvent[] | Unknown {
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
    for (const line of this.#byLine.values()) join(line, listener, interest);
    return {
      [Symbol.dispose]: () => {
        this.#some.delete(listener);
        for (const listeners of interest.joined) listeners.delete(listener);
      },
    };
  }

  /** The entry of a line in the index, which is made with the line's first event. */
  #listenersOf(names: LineNames): Set<Listener> {
    const key = `${names.line}\n${names.permanentId}`;
    const known = this.#byLine.get(key);
    if (known !== undefined) return known.listeners;
    const line: LineListeners = { names, listeners: new Set() };
    for (const [listener, interest] of this.#some) join(line, listener, interest);
    this.#byLine.set(key, line);
    return line.listeners;
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
  { names, listeners }: LineListeners,
  listener: Listener,
  { filter, joined }: Interest,
): void {
  if (!filter(names)) return;
  listeners.add(listener);
  joined.push(listeners);
}
