/**
 * What a client that follows every event knows, however often its connection is cut. It throws where
 * an event comes twice, out of order, or after one that is missing.
 */
import assert from "node:assert/strict";
import { readServerFrame } from "./v2_schema.ts";

// deno-lint-ignore no-explicit-any -- tests look into frames that the schema has checked
type Frame = any;

/** What it wants to hear. */
export interface Wish {
  readonly lines?: readonly string[];
  readonly batch?: boolean;
}

export class Follower {
  readonly wish: Wish;
  /** The numbers of the events it heard, in the order in which they came. */
  readonly seqs: number[] = [];
  /** The range of events that were reported missing: after `from`, up to `to`. */
  readonly gaps: { readonly from: number; readonly to: number }[] = [];
  /** The number of the event that led to the state that it began with. */
  begunAt: number | undefined;
  /** How often it got what it had missed. */
  resumed = 0;
  /** Where it is: everything up to here is in its state. */
  seq = 0;
  #epoch: string | undefined;
  #provider = "";
  readonly #lines = new Map<string, Frame>();
  readonly #calls = new Map<number, Frame>();

  constructor(wish: Wish = {}) {
    this.wish = wish;
  }

  /** Its first message on a new connection. */
  get subscription(): string {
    const resume = this.#epoch === undefined ? {} : {
      resume: { epoch: this.#epoch, seq: this.seq },
    };
    return JSON.stringify({ cmd: "subscribe", id: "s", ...this.wish, ...resume });
  }

  /** The state that it believes in, in an order that does not depend on how it came about. */
  get state(): object {
    const lines = [...this.#lines].sort(([a], [b]) => a < b ? -1 : 1).map(([, line]) => line);
    const calls = [...this.#calls].sort(([a], [b]) => a - b).map(([, call]) => call);
    return { provider: this.#provider, lines, calls };
  }

  /** Takes a frame. */
  take(text: string): void {
    const frame = readServerFrame(text) as Frame;
    if (Array.isArray(frame)) return frame.forEach((event) => this.#hear(event));
    switch (frame.type) {
      case "hello":
        return;
      case "result":
        return this.#begin(frame.result);
      case "error":
        return assert.fail(text);
      default:
        this.#hear(frame);
    }
  }

  #begin(result: Frame): void {
    const first = this.#epoch === undefined;
    this.#epoch = result.epoch;
    if ("replayed" in result) {
      this.resumed++;
      assert(result.seq >= this.seq + result.replayed);
      return;
    }
    assert.equal(result.gap ?? false, !first);
    if (first) this.begunAt = result.seq;
    else this.gaps.push({ from: this.seq, to: result.seq });
    this.seq = result.seq;
    this.#provider = result.provider;
    this.#lines.clear();
    this.#calls.clear();
    for (const line of result.lines) this.#lines.set(line.line, line);
    for (const call of result.calls) this.#calls.set(call.id, call);
  }

  #hear(event: Frame): void {
    assert(event.seq > this.seq, `event ${event.seq} behind ${this.seq}`);
    this.seq = event.seq;
    this.seqs.push(event.seq);
    switch (event.type) {
      case "provider":
        this.#provider = event.state;
        return;
      case "line":
        if (event.change === "removed") this.#lines.delete(event.line.line);
        else this.#lines.set(event.line.line, event.line);
        return;
      case "call":
        if (event.change === "ended") this.#calls.delete(event.call.id);
        else this.#calls.set(event.call.id, event.call);
    }
  }
}
