/** The calls for which the program holds a handle. */
import type { CallId } from "../model/call_id.ts";
import { LINECALLSTATE } from "../tapi/constants.ts";
import type { TapiLine } from "./line.ts";

/** Facts that the program knows of a call because its own command made it. */
export interface MadeBy {
  /** The number that was dialled, if one was. */
  readonly dialled?: string | undefined;
  /** Whether it is a conference, not a call to somebody. */
  readonly isConference?: boolean;
}

/** A call with its HCALL; the handle is valid for as long as the call is in the {@linkcode CallTable}. */
export class TapiCall {
  #line: TapiLine;
  #isPlaced: boolean;
  #owned: boolean;
  #state = 0;
  #mode = 0;
  #ended = false;
  #isConference = false;
  #dialled: string | undefined;
  #awaitsInfo = false;
  #failedQuestions = 0;
  #heardAtMs: number;

  /** @param isPlaced Whether it is known to be on this line, of those of its device. */
  constructor(
    readonly id: CallId,
    readonly handle: number,
    line: TapiLine,
    isPlaced: boolean,
    owned: boolean,
    heardAtMs: number,
  ) {
    this.#line = line;
    this.#isPlaced = isPlaced;
    this.#owned = owned;
    this.#heardAtMs = heardAtMs;
  }

  get line(): TapiLine {
    return this.#line;
  }

  /** Whether its line is known; otherwise lineGetCallInfo says so, before the call is reported. */
  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  /** Whether the program is an owner of the call, not only a monitor. */
  get owned(): boolean {
    return this.#owned;
  }

  /** The LINECALLSTATE_ reported last, without vendor bits; 0 before the first. */
  get state(): number {
    return this.#state;
  }

  /** The mode of the state; 0 if the driver does not report one. */
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

  /** Whether it is a conference: its handle and its states say so, feature bits do not. */
  get isConference(): boolean {
    return this.#isConference;
  }

  /** The number that a command has dialled in it. */
  get dialled(): string | undefined {
    return this.#dialled;
  }

  /** Questions that the driver has failed to answer since it last answered one. */
  get failedQuestions(): number {
    return this.#failedQuestions;
  }

  /** When the driver last said something about the call, by the clock's uptime. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  heard(atMs: number): void {
    this.#heardAtMs = atMs;
  }

  answered(): void {
    this.#failedQuestions = 0;
  }

  failedToAnswer(): void {
    this.#failedQuestions++;
  }

  /** It is on this line: for {@linkcode CallTable.place}. */
  movedTo(line: TapiLine): void {
    this.#line = line;
    this.#isPlaced = true;
  }

  setOwned(owned: boolean): void {
    this.#owned = owned;
  }

  setMade({ dialled, isConference }: MadeBy): void {
    this.#dialled ??= dialled;
    this.#isConference ||= isConference === true;
  }

  /** @returns Whether this is its first state. */
  enter(state: number, mode: number): boolean {
    const isFirst = this.#state === 0;
    this.#state = state;
    this.#mode = mode;
    this.#isConference ||= state === LINECALLSTATE.ONHOLDPENDCONF;
    return isFirst;
  }

  /** Its parties may have changed. @returns Whether nobody was waiting for that yet. */
  demandInfo(): boolean {
    const isFirst = !this.#awaitsInfo;
    this.#awaitsInfo = true;
    return isFirst;
  }

  /** Its parties are being read. @returns Whether somebody was waiting for that. */
  takeInfo(): boolean {
    const wasAwaited = this.#awaitsInfo;
    this.#awaitsInfo = false;
    return wasAwaited;
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

  /**
   * The call of a handle, added if it is new: several messages may be the first to name a call.
   *
   * @param isPlaced Whether it is known to be on this line, of those of its device.
   * @param made Facts that are known already of a new call.
   */
  upsert(
    line: TapiLine,
    handle: number,
    { owned = false, isPlaced, heardAtMs, made = {} }: {
      readonly owned?: boolean;
      readonly isPlaced: boolean;
      readonly heardAtMs: number;
      readonly made?: MadeBy;
    },
  ): TapiCall {
    const known = this.#byHandle.get(handle);
    if (known?.line.device === line.device) {
      if (owned) known.setOwned(true);
      if (isPlaced && !known.isPlaced) this.place(known, line);
      return known;
    }
    if (known !== undefined) this.delete(known);
    const call = new TapiCall(this.#nextId(), handle, line, isPlaced, owned, heardAtMs);
    call.setMade(made);
    this.#byHandle.set(handle, call);
    this.#byId.set(call.id, call);
    this.#join(call);
    return call;
  }

  /** The call is on this line of its device; clients do not know it yet. */
  place(call: TapiCall, line: TapiLine): void {
    this.#part(call);
    call.movedTo(line);
    this.#join(call);
  }

  /**
   * Forgets a call, before its handle is given back: TAPI may reuse the handle's value at once.
   *
   * @returns Whether it was still there.
   */
  delete(call: TapiCall): boolean {
    if (!this.#byId.delete(call.id)) return false;
    this.#byHandle.delete(call.handle);
    this.#part(call);
    return true;
  }

  #join(call: TapiCall): void {
    const ofLine = this.#byLine.get(call.line);
    if (ofLine === undefined) this.#byLine.set(call.line, new Set([call]));
    else ofLine.add(call);
  }

  #part(call: TapiCall): void {
    const ofLine = this.#byLine.get(call.line);
    ofLine?.delete(call);
    if (ofLine?.size === 0) this.#byLine.delete(call.line);
  }
}
