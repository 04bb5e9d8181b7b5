/**
 * What one client hears: the state or what it missed, and every event behind that, none missing, none
 * twice, in order.
 */
import type { EventBus } from "../../bus/bus.ts";
import type { StatePort } from "../../bus/ports.ts";
import type { BusEvent, ProviderState } from "../../model/event.ts";
import { hearing, mayMonitor, visibleCalls, visibleLines } from "../access/permissions.ts";
import type { Identity } from "../access/identity.ts";
import type { Batcher, Membership } from "./batch.ts";
import {
  type CallObject,
  callObject,
  type LineObject,
  lineObject,
  type V2Encoder,
} from "./frames.ts";
import type { EventKind } from "./requests.ts";

/** What a client wants to hear. */
export interface Wish {
  /** Every line that it may hear when left out. */
  readonly lines?: readonly string[] | undefined;
  /** Every kind when left out. */
  readonly events?: readonly EventKind[] | undefined;
  /** What happens in one turn of the loop comes in one frame. */
  readonly batch?: boolean | undefined;
  readonly resume?: { readonly epoch: string; readonly seq: number } | undefined;
}

/** The state, and the number of the event that led to it. */
export interface Snapshot {
  readonly epoch: string;
  readonly seq: number;
  /** Events are missing between the point of resumption and this. */
  readonly gap?: true;
  readonly provider: ProviderState;
  readonly lines: readonly LineObject[];
  readonly calls: readonly CallObject[];
}

/** An event as it is sent. */
export interface Heard {
  readonly text: string;
  readonly seq: number;
}

/** With what a feed begins. */
export type Opening =
  | { readonly kind: "snapshot"; readonly snapshot: Snapshot }
  | {
    readonly kind: "replay";
    readonly epoch: string;
    readonly seq: number;
    /** Oldest first. */
    readonly missed: readonly Heard[];
  };

export interface FeedOptions {
  readonly bus: EventBus;
  readonly state: StatePort;
  readonly encoder: V2Encoder;
  /** More text than this is not sent again: the client gets the state instead. */
  readonly maxReplayCharacters: number;
  /** Takes an event. */
  readonly hear: (text: string, seq: number) => void;
  /** For those who may wish for batches. */
  readonly batches?: { readonly batcher: Batcher; readonly send: (frame: string) => void };
}

export class Feed implements Disposable {
  readonly #options: FeedOptions;
  #wish: Wish | undefined;
  #subscription: Disposable | undefined;
  /** The same, where it is a batching one. */
  #membership: Membership | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** The extensions that are heard, none while nothing is; `null`: every one that may be heard. */
  get chosenLines(): readonly string[] | null {
    return this.#wish === undefined ? [] : this.#wish.lines ?? null;
  }

  /** Sends what waits for the end of the turn. */
  flush(): void {
    this.#membership?.flush();
  }

  /**
   * Begins, or begins anew. What the opening says must be sent in this turn: the next event comes
   * straight after it.
   */
  open(wish: Wish, identity: Identity): Opening {
    const { bus, state } = this.#options;
    this.#listen(wish, identity);
    const { epoch, seq } = bus;
    const missed = this.#missed(wish, identity);
    if (missed !== undefined) return { kind: "replay", epoch, seq, missed };
    const named = wish.lines && new Set(wish.lines);
    const snapshot: Snapshot = {
      epoch,
      seq,
      ...wish.resume !== undefined && { gap: true },
      provider: state.provider,
      lines: visibleLines(identity, state, named).map(lineObject),
      calls: visibleCalls(identity, state, named).map(callObject),
    };
    return { kind: "snapshot", snapshot };
  }

  /** Goes on for somebody else; nothing is missed meanwhile. */
  continueFor(identity: Identity): void {
    if (this.#wish === undefined) return;
    // In the group that is left, what waits for the end of the turn would be lost.
    this.flush();
    if (mayMonitor(identity)) this.#listen(this.#wish, identity);
    else this[Symbol.dispose]();
  }

  /** Nothing is heard from now on; what waits is lost. */
  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
    this.#membership = undefined;
    this.#wish = undefined;
  }

  #listen(wish: Wish, identity: Identity): void {
    this[Symbol.dispose]();
    this.#wish = wish;
    const { lines } = wish;
    const where = hearing(identity);
    const { bus, encoder, hear, batches } = this.#options;
    const wanted = wantedKinds(wish);
    const listen = (hear: (text: string, seq: number) => void) =>
      bus.subscribe((event) => {
        if (wanted(event)) hear(encoder.encode(event), event.seq);
      }, { ...lines !== undefined && { lines }, ...where !== undefined && { where } });
    if (wish.batch === true && batches !== undefined) {
      const key = JSON.stringify([
        lines?.toSorted(),
        wish.events?.toSorted(),
        where && identity.lines,
      ]);
      this.#membership = batches.batcher.join(key, listen, batches.send);
      this.#subscription = this.#membership;
    } else this.#subscription = listen(hear);
  }

  /** What the client has not heard; `undefined` where that is not known, or is too much. */
  #missed(wish: Wish, identity: Identity): Heard[] | undefined {
    const { bus, encoder, maxReplayCharacters } = this.#options;
    const { resume } = wish;
    const events = resume?.epoch === bus.epoch ? bus.since(resume.seq) : undefined;
    if (events === undefined) return undefined;
    const lines = wish.lines && new Set(wish.lines);
    const hears = hearing(identity);
    const wanted = wantedKinds(wish);
    const missed: Heard[] = [];
    let characters = 0;
    for (const event of events) {
      if (!wanted(event)) continue;
      if (event.type !== "provider" && lines?.has(event.line) === false) continue;
      if (event.type !== "provider" && hears?.(event.line) === false) continue;
      const text = encoder.encode(event);
      characters += text.length;
      if (characters > maxReplayCharacters) return undefined;
      missed.push({ text, seq: event.seq });
    }
    return missed;
  }
}

function wantedKinds({ events }: Wish): (event: BusEvent) => boolean {
  return events === undefined ? () => true : ({ type }) => events.includes(type);
}
