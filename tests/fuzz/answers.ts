/** What the hostile library answers into the memory of variable-length structs: the truth, or lies. */
import { setImmediate } from "node:timers";
import { LINEERR } from "../../src/tapi/constants.ts";
import type { Memory } from "../../src/tapi/library.ts";
import { LINECALLLIST } from "../../src/tapi/structs.ts";
import { corrupt } from "./bytes.ts";
import type { Exchange } from "./exchange.ts";
import type { GivenLine } from "./ledger.ts";

const LEAST_BYTES = 24;

export class Answers {
  readonly #exchange: Exchange;
  /** What was told to want more room, and so is asked for again in this turn, although its handle may die. */
  readonly #grown = new Set<string>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  isAskedAgain(what: string): boolean {
    return this.#grown.has(what);
  }

  /**
   * @param truth Fills in what is so; its answer below 0 is an error.
   * @param isHonest Whether nothing is made of the truth.
   */
  fill(
    what: string,
    memory: Memory,
    fixedBytes: number,
    truth: () => number | { needed: number; used: number },
    isHonest = false,
  ): Promise<number> {
    const { random, mood } = this.#exchange;
    return this.#exchange.inTime(() => {
      const failure = this.#exchange.failure();
      if (failure !== undefined) {
        if (failure === (LINEERR.STRUCTURETOOSMALL | 0)) this.#grow(what);
        return failure;
      }
      this.#exchange.structs++;
      const filled = truth();
      if (typeof filled === "number") return filled;
      setSizes(memory, filled.needed, filled.used);
      if (!isHonest && random.oneIn(mood.lies)) corrupt(random, memory, fixedBytes);
      if (u32At(memory, 4) > memory.length) this.#grow(what);
      return random.oneIn(mood.errors) ? random.between(1, 0x7fffffff) : 0;
    });
  }

  #grow(what: string): void {
    this.#grown.add(what);
    setImmediate(() => this.#grown.delete(what));
  }

  /** Lists calls that nobody announced; what a right reader sees of it, the program was given. */
  listCalls(line: GivenLine, memory: Memory): number {
    const exchange = this.#exchange;
    const { random, mood, ledger } = exchange;
    const failure = exchange.failure();
    if (failure !== undefined) return failure;
    exchange.structs++;
    const handles = Array.from(
      { length: random.between(0, 4) },
      () => random.oneIn(6) ? 0 : exchange.newCallHandle(),
    );
    if (random.oneIn(3) && handles[0] !== undefined) handles.push(handles[0]);
    const bytes = new Uint8Array(new Uint32Array(handles).buffer);
    const { used } = LINECALLLIST.encode(memory, {
      dwCallsNumEntries: random.oneIn(mood.lies) ? 0xffffffff : handles.length,
      Calls: bytes,
    });
    setSizes(memory, used, random.oneIn(mood.lies) ? 0xffffffff : used);
    for (const handle of handles) {
      ledger.give(handle, line);
      const call = ledger.call(handle);
      if (call !== undefined) call.state ||= 1 << random.between(0, 15);
    }
    return 0;
  }
}

function setSizes(memory: Memory, needed: number, used: number): void {
  if (memory.length < LEAST_BYTES) return;
  const view = new DataView(memory.buffer);
  view.setUint32(4, needed, true);
  view.setUint32(8, used, true);
}

function u32At(memory: Memory, offset: number): number {
  return new DataView(memory.buffer).getUint32(offset, true);
}
