/**
 * What one client hears, held against what it must hear: every state of every call from the moment it
 * listens, in order. A burst's callers are numbered, and go to the lines in turn.
 */
import type { Frame } from "../support/client.ts";

/** The states of a call of a burst. */
const LIFE = ["OFFERING", "ACCEPTED", "CONNECTED", "DISCONNECTED", "IDLE"] as const;
/** The states of a call that a client made and dropped; RINGBACK may pass too fast to be reported. */
const DIALLED_LIFE = [
  "DIALTONE",
  "DIALING",
  "PROCEEDING",
  "RINGBACK",
  "CONNECTED",
  "DISCONNECTED",
  "IDLE",
] as const;
const LAST = LIFE.length - 1;

export class Hearing {
  /** Calls of bursts heard to their end. */
  ended = 0;
  /** Dialled calls that are connected, or over. */
  dialledConnected = 0;
  dialledEnded = 0;
  frames = 0;
  problem: string | undefined;
  readonly #lines: number;
  /** The last state heard of each call that has not ended: an index of {@linkcode LIFE}. */
  readonly #live = new Map<number, number>();
  /** Calls that rang before the client came, and ended since. */
  readonly #endedBefore = new Set<number>();
  readonly #offered = new Map<string, { readonly first: number; last: number }>();
  readonly #dialled = new Map<string, number>();
  /** The caller of each live call, by the key of calls for classic pages: line and callId. */
  readonly #callers = new Map<string, string>();

  /** @param lines Among how many lines the bursts' calls go round. */
  constructor(lines: number) {
    this.#lines = lines;
  }

  /** Calls that were heard of and not to their end. */
  get unfinished(): number {
    return this.#live.size + this.#dialled.size;
  }

  hear(frame: Frame): void {
    this.frames++;
    const wrong = frame.error !== undefined
      ? `error ${frame.error.code}: ${frame.error.message}`
      : this.#hasWrongKey(frame)
      ? "the callId is no call's, or another one's"
      : frame.origin === "OUTBOUND"
      ? this.#hearDialled(frame)
      : this.#hearBurst(frame);
    if (wrong !== undefined) this.problem ??= `${wrong} (frame ${JSON.stringify(frame)})`;
  }

  #hearBurst({ line, callerId, state }: Frame): string | undefined {
    const caller = Number(callerId);
    const at = LIFE.indexOf(state as typeof LIFE[number]);
    const offered = this.#offered.get(String(line));
    const before = this.#live.get(caller);
    if (at === 0) {
      if (offered === undefined) this.#offered.set(String(line), { first: caller, last: caller });
      else if (caller !== offered.last + this.#lines) {
        return `no call between ${offered.last} and it`;
      } else offered.last = caller;
    } else if (before !== undefined) {
      if (at !== before + 1) return `${LIFE[before]} was the state before`;
    } else if (
      (offered !== undefined && caller >= offered.first) || this.#endedBefore.has(caller)
    ) {
      return "the call has not rung, or has ended";
    }
    if (at < LAST) return void this.#live.set(caller, at);
    this.ended++;
    if (offered === undefined || caller < offered.first) this.#endedBefore.add(caller);
    this.#live.delete(caller);
    return undefined;
  }

  /** Whether a frame's callId is 0, or that of another live call of the line. */
  #hasWrongKey({ line, callId = "", callerId = "", state }: Frame): boolean {
    const key = `${line} ${callId}`;
    const caller = this.#callers.get(key) ?? callerId;
    if (state === "IDLE") this.#callers.delete(key);
    else this.#callers.set(key, caller);
    return callId === "0x0" || caller !== callerId;
  }

  #hearDialled({ callId = "", state }: Frame): string | undefined {
    const at = DIALLED_LIFE.indexOf(state as typeof DIALLED_LIFE[number]);
    const before = this.#dialled.get(callId) ?? -1;
    if (at <= before) return `${DIALLED_LIFE[before]} was the state before`;
    this.#dialled.set(callId, at);
    if (state === "CONNECTED") this.dialledConnected++;
    if (state !== "IDLE") return undefined;
    this.dialledEnded++;
    this.#dialled.delete(callId);
    return undefined;
  }
}
