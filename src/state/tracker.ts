/**
 * The state: the live calls, the lines and the provider as last heard. Signals go in, events come out
 * on the bus, in the same turn: what is asked here and the bus's number always belong together.
 */
import type { EventBus } from "../bus/bus.ts";
import type { DirectoryPort, NumberPort, StatePort } from "../bus/ports.ts";
import type { Call } from "../model/call.ts";
import type { CallId } from "../model/call_id.ts";
import type { DirectoryMatch } from "../model/directory.ts";
import type { Line } from "../model/line.ts";
import type { CallEvent, ProviderState } from "../model/event.ts";
import type { Clock } from "../clock.ts";
import { logger, maskNumber } from "../log.ts";
import type { CallSignal, Signal } from "../session/signals.ts";
import { ClassicIds } from "./classic_ids.ts";
import { identified } from "./identified.ts";
import { type LineChange, Lines } from "./lines.ts";
import { withNamesOf } from "./parties.ts";
import { reduce, withDirectory } from "./reduce.ts";

const log = logger("calls");

/** How long the end of a group's call waits for members at whose telephones it still rings. */
const MEMBERS_WITHIN_MS = 1000;

type UnnumberedEvent = Omit<CallEvent, "seq">;

export class Tracker implements StatePort, DirectoryPort {
  /** In the order in which they began. */
  readonly #calls = new Map<CallId, Call>();
  readonly #lines = new Lines();
  readonly #classicIds = new ClassicIds();
  /** The live calls of hunt groups' own lines, and whether a member has answered them. */
  readonly #groupCalls = new Map<CallId, boolean>();
  /** Ends of groups' calls that are not published yet, because members may still answer. */
  readonly #waitingEnds = new Map<CallId, () => void>();
  readonly #bus: EventBus;
  readonly #clock: Clock;
  readonly #numbers: NumberPort | undefined;
  /** Until TAPI has been initialised for the first time, it is begun. */
  #provider: ProviderState = "restarting";

  /** @param numbers What parties' numbers are; when left out, they have their digits only. */
  constructor(bus: EventBus, clock: Clock, numbers?: NumberPort) {
    this.#bus = bus;
    this.#clock = clock;
    this.#numbers = numbers;
  }

  get provider(): ProviderState {
    return this.#provider;
  }

  lines(): readonly Line[] {
    return this.#lines.all();
  }

  calls(): readonly Call[] {
    return [...this.#calls.values()];
  }

  call(id: CallId): Call | undefined {
    return this.#calls.get(id);
  }

  /** How many calls are live. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes the session's next signal. */
  receive(signal: Signal): void {
    switch (signal.kind) {
      case "call-state":
      case "call-info":
      case "call-can":
      case "call-lost":
        return this.#receiveCall(signal);
      case "line-found":
      case "line-removed":
      case "line-status":
      case "line-report":
        return this.#publishLines(this.#lines.receive(signal));
      case "lines-tried":
        return this.#publishLines(this.#lines.linesTried());
      case "provider":
        return this.#receiveProvider(signal.state);
    }
  }

  found(id: CallId, number: string, match: DirectoryMatch): void {
    const known = this.#calls.get(id);
    if (known === undefined) return;
    const event = withDirectory(known, number, match, this.#clock.nowMs());
    if (event !== undefined) this.#publish(event);
  }

  /** Publishes at once what waits: no signal comes any more. */
  stop(): void {
    for (const end of this.#waitingEnds.values()) end();
  }

  #receiveProvider(state: ProviderState): void {
    if (state === "restarting") this.#lines.sessionEnded();
    if (state === this.#provider) return;
    this.#provider = state;
    this.#bus.publish({ type: "provider", atMs: this.#clock.nowMs(), state });
  }

  #publishLines(changes: Iterable<LineChange>): void {
    for (const { change, now } of changes) {
      const atMs = this.#clock.nowMs();
      this.#bus.publish({ type: "line", atMs, line: now.line, change, now });
    }
  }

  #receiveCall(signal: CallSignal): void {
    const known = this.#calls.get(signal.call);
    const reduced = reduce(known, signal, this.#clock.nowMs());
    if (reduced.event === undefined) return this.#keep(reduced.call);
    const event = this.#identified(reduced.event, known);
    const isTaken = known?.connectedAtMs === undefined && event.call.connectedAtMs !== undefined;
    if (isTaken) this.#takenFromGroups(event.call);
    if (known === undefined) this.#publishCall(signal, this.#named(event));
    else if (event.change === "ended") this.#endCall(signal, event);
    else this.#publishCall(signal, event);
    for (const [id, end] of this.#waitingEnds) if (!this.#mayBeTaken(id)) end();
  }

  #identified(event: UnnumberedEvent, known: Call | undefined): UnnumberedEvent {
    if (this.#numbers === undefined) return event;
    const call = identified(event.call, known, this.#numbers);
    return call === event.call ? event : { ...event, call };
  }

  /** A group's call that still rings at a member's telephone ends when that one has answered, or not. */
  #endCall(signal: CallSignal, event: UnnumberedEvent): void {
    const { id } = event.call;
    if (this.#waitingEnds.has(id)) return;
    if (!this.#mayBeTaken(id)) return this.#publishCall(signal, this.#endOfGroups(event));
    const end = () => {
      this.#clock.clearTimeout(timer);
      this.#waitingEnds.delete(id);
      const call = withNamesOf(event.call, this.#calls.get(id));
      this.#publishCall(signal, this.#endOfGroups({ ...event, call }));
    };
    const timer = this.#clock.setTimeout(end, MEMBERS_WITHIN_MS);
    this.#waitingEnds.set(id, end);
  }

  /** Whether it is open if a group's call was missed by the group. */
  #mayBeTaken(id: CallId): boolean {
    return this.#groupCalls.get(id) === false && this.#ringsElsewhere(id);
  }

  /** Whether a group's call rings at a member's telephone. */
  #ringsElsewhere(id: CallId): boolean {
    const call = this.#calls.get(id);
    return call !== undefined &&
      this.#calls.values().some((other) =>
        other.direction === "in" && other.connectedAtMs === undefined &&
        other.state !== "DISCONNECTED" && !this.#waitingEnds.has(other.id) &&
        isSameCall(call, other)
      );
  }

  #publishCall(signal: CallSignal, event: UnnumberedEvent): void {
    const { call } = event;
    if (signal.line.kind === "group" && !this.#groupCalls.has(call.id)) {
      this.#groupCalls.set(call.id, false);
    }
    this.#publish(event);
  }

  #publish(event: UnnumberedEvent): void {
    const { call } = event;
    this.#keep(call);
    log.debug("Call {id} on line {line}: {state} from {caller} to {called}", () => ({
      id: call.id,
      line: event.line,
      state: call.state,
      caller: maskNumber(call.caller.number),
      called: maskNumber(call.called.number),
    }));
    this.#bus.publish(event);
  }

  #keep(call: Call | undefined): void {
    if (call === undefined) return;
    if (call.state !== "IDLE") return void this.#calls.set(call.id, call);
    this.#calls.delete(call.id);
    this.#groupCalls.delete(call.id);
    this.#classicIds.release(call);
  }

  /** The first event of a call, with its key for classic clients. */
  #named(event: UnnumberedEvent): UnnumberedEvent {
    const call = { ...event.call, classicId: this.#classicIds.take(event.call) };
    return { ...event, call };
  }

  /** A call was answered: it was not missed by the group whose line rang for it. */
  #takenFromGroups(answered: Call): void {
    for (const id of this.#groupCalls.keys()) {
      const call = this.#calls.get(id);
      if (call !== undefined && isSameCall(call, answered)) this.#groupCalls.set(id, true);
    }
  }

  /** A call that was answered, or rings on, at a member's telephone was not missed by the group. */
  #endOfGroups(event: UnnumberedEvent): UnnumberedEvent {
    const { call } = event;
    const isTaken = this.#groupCalls.get(call.id);
    if (isTaken === undefined) return event;
    return isTaken || this.#ringsElsewhere(call.id)
      ? { ...event, call: { ...call, unanswered: "elsewhere" } }
      : event;
  }
}

/** Whether both are legs of one call: the phone system has one id for it on every line. */
function isSameCall(call: Call, other: Call): boolean {
  return call.id !== other.id && call.callId !== "0x0" && call.callId === other.callId;
}
