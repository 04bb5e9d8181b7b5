/** The calls for which the program holds a handle. */
import type { CallId } from "../model/call_id.ts";
import type { TapiLine } from "./line.ts";

/** A call with its HCALL; the handle is valid for as long as the call is in the {@linkcode CallTable}. */
export class TapiCall {
  #owned: boolean;
  #state = 0;
  #mode = 0;
  #ended = false;
  #heardAtMs: number;

  constructor(
    readonly id: CallId,
    readonly handle: number,
    readonly line: TapiLine,
    owned: boolean,
    heardAtMs: number,
  ) {
    this.#owned = owned;
    this.#heardAtMs = heardAtMs;
  }

  /** Whether the program is an owner of the call, not only a monitor. */
  get owned(): boolean {
    return this.#owned;
  }

  /** The LINECALLSTATE_ reported last, without vendor bits; 0 before the first. */
  get state(): number {
    return this.#state;
  }

  /** The mode that LINE_CALLSTATE added to the state; 0 if it added none. */
  get mode(): number {
    return this.#mode;
  }

  /** Whether its end was reported: nothing can follow, whatever the driver sends. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether clients know it. */
  get isReported(): boolean {
    return this.#state !== 0 && !this.#ended;
  }

  /** When the driver last said something about the call, by the clock's uptime. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  heard(atMs: number): void {
    this.#heardAtMs = atMs;
  }

  setOwned(owned: boolean): void {
    this.#owned = owned;
  }

  /** @returns Whether this is its first state. */
  enter(state: number, mode: number): boolean {
    const isFirst = this.#state === 0;
    this.#state = state;
    this.#mode = mode;
    return isFirst;
  }

  end(): void {
    this.#ended = true;
  }
}

const NO_CALLS: ReadonlySet<TapiCall> = new Set();

/** Each HCALL once, with the program's own id for it. */
export class CallTable {
  readonly #byHandle = new Map<number, TapiCall>();
  readonly #byId = new Map<CallId, TapiCall>();
  readonly #byLine = new Map<TapiLine, Set<TapiCall>>();
  readonly #nextId: () => CallId;

  /** @param nextId Makes the id of a call; none is used twice, in any session. */
  constructor(nextId: () => CallId) {
    this.#nextId = nextId;
  }

  byHandle(handle: number): TapiCall | undefined {
    return this.#byHandle.get(handle);
  }

  byId(id: CallId): TapiCall | undefined {
    return this.#byId.get(id);
  }

  /** The calls of a line, oldest first. */
  of(line: TapiLine): ReadonlySet<TapiCall> {
    return this.#byLine.get(line) ?? NO_CALLS;
  }

  /** Whether the call's handle is valid. */
  has(call: TapiCall): boolean {
    return this.#byId.has(call.id);
  }

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): Iterator<TapiCall> {
    return this.#byId.values();
  }

  /** The call of a handle, added if it is new: several messages may be the first to name a call. */
  upsert(line: TapiLine, handle: number, owned: boolean, heardAtMs: number): TapiCall {
    const known = this.#byHandle.get(handle);
    if (known?.line === line) {
      if (owned) known.setOwned(true);
      return known;
    }
    if (known !== undefined) this.delete(known);
    const call = new TapiCall(this.#nextId(), handle, line, owned, heardAtMs);
    this.#byHandle.set(handle, call);
    this.#byId.set(call.id, call);
    const ofLine = this.#byLine.get(line);
    if (ofLine === undefined) this.#byLine.set(line, new Set([call]));
    else ofLine.add(call);
    return call;
  }

  /**
   * Forgets a call, before its handle is given back: TAPI may reuse the handle's value at once.
   *
   * @returns Whether it was still there.
   */
  delete(call: TapiCall): boolean {
    if (!this.#byId.delete(call.id)) return false;
    this.#byHandle.delete(call.handle);
    const ofLine = this.#byLine.get(call.line);
    ofLine?.delete(call);
    if (ofLine?.size === 0) this.#byLine.delete(call.line);
    return true;
  }
}
