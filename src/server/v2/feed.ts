/**
 * The events of one client: the state or what it missed, then every event from there on, none missing,
 * none twice, in order.
 */
import type { EventBus } from "../../bus/bus.ts";
import type { StatePort } from "../../bus/ports.ts";
import { type Clock, sleep } from "../../clock.ts";
import { type BusEvent, lineNamesOf, type ProviderState } from "../../model/event.ts";
import type { Line } from "../../model/line.ts";
import type { Identity } from "../access/identity.ts";
import { lineFilter, mayMonitor, onlyVisible } from "../access/permissions.ts";
import type { Batcher, Membership } from "./batch.ts";
import type { CallObject, V2Encoder } from "./frames.ts";
import type { SubscribeRequest } from "./requests.ts";

/** Which events are wanted, and from where on. */
export type Subscription = Omit<SubscribeRequest, "cmd">;

/** The state, and the number of the event that led to it. */
interface Snapshot {
  readonly epoch: string;
  readonly seq: number;
  /** Events are missing between the point of resumption and this. */
  readonly gap?: true;
  readonly provider: ProviderState;
  readonly lines: readonly Line[];
  readonly calls: readonly CallObject[];
}

/** An event as text. */
interface EncodedEvent {
  readonly text: string;
  readonly seq: number;
}

/** The beginning of a feed. */
type Opening =
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | {
    readonly kind: "replay";
    readonly epoch: string;
    readonly seq: number;
    /** Oldest first. */
    readonly missed: readonly EncodedEvent[];
  };

/** The parts that all feeds share. */
export interface FeedContext {
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly encoder: V2Encoder;
}

interface FeedOptions {
  readonly maxUnsentBytes: number;
  /** Sends an event. */
  readonly send: (text: string, seq: number) => void;
  /** For clients that can have batches. */
  readonly batches?: { readonly batcher: Batcher; readonly send: (frame: string) => void };
}

export class Feed implements Disposable {
  readonly #context: FeedContext;
  readonly #options: FeedOptions;
  #wanted: Subscription | undefined;
  #listening: Disposable | undefined;
  /** The same as {@linkcode #listening}, with batches. */
  #membership: Membership | undefined;

  constructor(context: FeedContext, options: FeedOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** The extensions, or patterns of them, that are subscribed to, none without a subscription; `null`: every one. */
  get lines(): readonly string[] | null {
    return this.#wanted === undefined ? [] : this.#wanted.lines ?? null;
  }

  /** Sends what waits for the end of the turn. */
  flush(): void {
    this.#membership?.flush();
  }

  /** Begins, or begins anew. The opening must be sent in this turn: the next event follows it. */
  open(wanted: Subscription, identity: Identity): Opening {
    const { bus, state, encoder } = this.#context;
    this.#listen(wanted, identity);
    const { epoch, seq } = bus;
    const missed = this.#missed(wanted, identity);
    if (missed !== undefined) return { kind: "replay", epoch, seq, missed };
    const { lines } = wanted;
    const snapshot: Snapshot = {
      epoch,
      seq,
      ...wanted.resume !== undefined && { gap: true },
      provider: state.provider,
      lines: onlyVisible(identity, state.lines(), lines),
      calls: encoder.callObjects(onlyVisible(identity, state.calls(), lines)),
    };
    return { kind: "snapshot", snapshot };
  }

  /** Continues with another identity; no event is missed. */
  setIdentity(identity: Identity): void {
    if (this.#wanted === undefined) return;
    // In the group that is left, what waits for the end of the turn would be lost.
    this.flush();
    if (mayMonitor(identity)) this.#listen(this.#wanted, identity);
    else this[Symbol.dispose]();
  }

  /** Ends the feed; what waits is lost. */
  [Symbol.dispose](): void {
    this.#listening?.[Symbol.dispose]();
    this.#listening = undefined;
    this.#membership = undefined;
    this.#wanted = undefined;
  }

  #listen(wanted: Subscription, identity: Identity): void {
    this[Symbol.dispose]();
    this.#wanted = wanted;
    const { lines, events } = wanted;
    const { bus, encoder } = this.#context;
    const { send, batches } = this.#options;
    const isWanted = filterOf(wanted);
    const listen = (send: (text: string, seq: number) => void) =>
      bus.subscribe((event) => {
        if (isWanted(event)) send(encoder.encode(event), event.seq);
      }, lineFilter(identity, lines));
    if (wanted.batch === true && batches !== undefined) {
      const key = JSON.stringify([lines?.toSorted(), events?.toSorted(), identity.lines]);
      this.#listening = this.#membership = batches.batcher.join(key, listen, batches.send);
    } else this.#listening = listen(send);
  }

  /** The events that the client has missed; `undefined` if they are not known, or too many. */
  #missed(wanted: Subscription, identity: Identity): EncodedEvent[] | undefined {
    const { bus, encoder } = this.#context;
    const { resume } = wanted;
    if (resume?.epoch !== bus.epoch) return undefined;
    const events = bus.since(resume.seq);
    if (typeof events === "string") return undefined;
    const isVisible = lineFilter(identity, wanted.lines);
    const isWanted = filterOf(wanted);
    const missed: EncodedEvent[] = [];
    // Half of what may wait for a client: a replay must not be why it is closed as too slow.
    let charactersLeft = this.#options.maxUnsentBytes / 2;
    for (const event of events) {
      if (!isWanted(event)) continue;
      if (event.type !== "provider" && isVisible?.(lineNamesOf(event)) === false) continue;
      const text = encoder.encode(event);
      charactersLeft -= text.length;
      if (charactersLeft < 0) return undefined;
      missed.push({ text, seq: event.seq });
    }
    return missed;
  }
}

/**
 * How long a client that has heard more than this server waits for it: longer than a gateway that is cut
 * off keeps its clients. It then goes to another gateway, and misses nothing.
 */
const CATCH_UP_MS = 10_000;
const CATCH_UP_STEP_MS = 10;

/**
 * Whether the client has heard more events than this server: those of another server that has the same
 * sequence.
 */
export function isAhead({ resume }: Subscription, bus: EventBus): boolean {
  return bus.isShared && resume?.epoch === bus.epoch && resume.seq > bus.seq;
}

/** Waits until the server has caught up with the client, but not for long. */
export async function caughtUp(
  wanted: Subscription,
  bus: EventBus,
  clock: Clock,
): Promise<void> {
  const never = new AbortController().signal;
  const endMs = clock.uptimeMs() + CATCH_UP_MS;
  while (isAhead(wanted, bus) && clock.uptimeMs() < endMs) {
    await sleep(clock, CATCH_UP_STEP_MS, never);
  }
}

function filterOf({ events }: Subscription): (event: BusEvent) => boolean {
  return events === undefined ? () => true : ({ type }) => events.includes(type);
}
